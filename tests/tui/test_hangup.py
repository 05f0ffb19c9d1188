"""Writing to a terminal that is gone."""

import io
from threading import Thread

from tui.hangup import Writer


class Gone(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        """Fail as the system does."""
        raise OSError(5, "Input/output error")


def test_nobody_waits_for_a_terminal_that_is_gone() -> None:
    """However much is still to be written, it can be told, and the writer ends when told to."""
    writer = Writer(Gone())

    def write_on() -> None:
        for _ in range(1000):
            writer.write("a frame")
        writer.stop()

    writer.start()
    others = Thread(target=write_on, daemon=True)
    others.start()
    others.join(10)
    assert not others.is_alive()
    assert not writer.is_alive()
