"""Settings of the tests of predicting."""

from hypothesis import settings

# A busy machine is not a fault: no example is held to a time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
