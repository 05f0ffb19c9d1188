"""What the tests of the user interface share."""

from collections.abc import Iterator

import pytest
from textual import _wait


@pytest.fixture(autouse=True)
def quick_pauses() -> Iterator[None]:
    """Textual's pilot looks fifty times a second whether the application is idle: for thousands of
    keys that adds up to minutes. Whoever waits for more than that says for what."""
    before = _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE
    _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 1 / 250, 1 / 2500
    yield
    _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = before
