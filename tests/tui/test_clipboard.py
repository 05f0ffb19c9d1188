"""The clipboard, with a system that has one, one that has none, and one that does not answer."""

import threading
import time

import pyperclip
import pytest

from tui.services import clipboard
from tui.services.clipboard import SENT_CHARS, SystemClipboard


class FakeSystem:
    """Holds a text, slowly or not at all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.text = ""
        self.gate = threading.Event()
        self.gate.set()
        self.missing = False
        monkeypatch.setattr(pyperclip, "copy", self._copy)
        monkeypatch.setattr(pyperclip, "paste", self._paste)

    def _copy(self, text: str) -> None:
        self.gate.wait(10)
        if self.missing:
            raise pyperclip.PyperclipException("no clipboard")
        self.text = text

    def _paste(self) -> str:
        self.gate.wait(10)
        if self.missing:
            raise pyperclip.PyperclipException("no clipboard")
        return self.text


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    """A system with a clipboard."""
    return FakeSystem(monkeypatch)


async def test_it_is_the_systems(system: FakeSystem) -> None:
    """What is copied here other programs can paste, and the other way round."""
    sent: list[str] = []
    board = SystemClipboard(sent.append)
    board.write("one")
    assert board.write("two")
    assert await board.read() == "two"
    assert system.text == "two"
    assert sent == ["one", "two"]
    system.text = "from elsewhere"
    assert await board.read() == "from elsewhere"


async def test_without_a_clipboard_it_is_ours(system: FakeSystem) -> None:
    """Where the system has none, what was copied here can be pasted here."""
    system.missing = True
    board = SystemClipboard(lambda text: None)
    assert await board.read() == ""
    board.write("mine")
    assert await board.read() == "mine"


async def test_a_system_that_does_not_answer(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pasting does not wait for it longer than a moment."""
    monkeypatch.setattr(clipboard, "SECONDS", 0.05)
    board = SystemClipboard(lambda text: None)
    system.gate.clear()
    board.write("mine")
    assert await board.read() == "mine"
    system.gate.set()
    deadline = time.monotonic() + 10
    while system.text != "mine" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert system.text == "mine"


async def test_a_long_text_is_not_sent_to_the_terminal(system: FakeSystem) -> None:
    """Many terminals drop it, and it would take long over a slow connection; it is kept here."""
    sent: list[str] = []
    board = SystemClipboard(sent.append)
    assert not board.write("x" * (SENT_CHARS + 1))
    assert sent == []
    assert await board.read() == "x" * (SENT_CHARS + 1)
