"""What the terminal sends: pastes, wherever they are cut, and Alt with any key."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

from tui.keyboard import BEGIN, END, KeyboardParser

KEYS = st.lists(
    st.sampled_from(["a", "é", "字", "\r", "\t", "\x7f", "\x03", "\x1b[A", "\x1b[1;5C", "\x1bOP"]),
    max_size=6,
).map("".join)
PASTE = st.text("ab \n\t\x1b[0m~201é", max_size=30).filter(lambda text: END not in text)


def told(parser: XTermParser, pieces: Sequence[str]) -> list[tuple[str, str]]:
    """What a parser makes of input that comes in pieces."""
    found: list[Message] = []
    for piece in [*filter(None, pieces), ""]:
        found += parser.feed(piece)
    return [
        ("paste", one.text) if isinstance(one, events.Paste) else ("key", getattr(one, "key", ""))
        for one in found
    ]


def cut(text: str, places: Sequence[int]) -> list[str]:
    """A text in pieces, none of them empty."""
    ends = sorted({place for place in places if 0 < place < len(text)})
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True) if a < b]


@given(before=KEYS, paste=PASTE, behind=KEYS, places=st.lists(st.integers(0, 80), max_size=5))
def test_a_paste_is_what_was_pasted(
    before: str, paste: str, behind: str, places: list[int]
) -> None:
    """Whatever is in it, and wherever the input is cut, it comes as one text between the keys."""
    # A sequence that is cut is two keys for Textual too, unless the rest comes at once.
    sent = before + BEGIN + paste + END + behind
    around = range(len(before) + 3, len(sent) - len(behind) + 1)
    pieces = cut(sent, [place for place in places if place in around])
    keys = [*told(XTermParser(), [before]), *told(XTermParser(), [behind])]
    pasted = [("paste", paste)] if paste else []
    count = len(told(XTermParser(), [before]))
    assert told(KeyboardParser(), pieces) == [*keys[:count], *pasted, *keys[count:]]


@given(KEYS)
def test_keys_are_as_they_were(keys: str) -> None:
    """Without a paste all is read as Textual reads it."""
    assert told(KeyboardParser(), [keys]) == told(XTermParser(), [keys])


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1bg", ["alt+g"]),
        ("\x1bE", ["alt+shift+e"]),
        ("\x1bE\x1bE\x1be", ["alt+shift+e", "alt+shift+e", "alt+e"]),
        ("\x1bж\x1bЖ", ["alt+ж", "alt+shift+ж"]),
        ("\x1bf\x1bOP", ["ctrl+right", "f1"]),
        ("\x1b[101;4u\x1b[101;3u", ["alt+shift+e", "alt+e"]),
    ],
)
def test_alt_with_a_letter(sent: str, keys: list[str]) -> None:
    """It is known at once, and stays what it is when it is held down; so in newer terminals."""
    found = KeyboardParser().feed(sent)
    assert [getattr(one, "key", "") for one in found] == keys


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("\x1b.", "alt+full_stop"),
        ("\x1b,", "alt+comma"),
        ("\x1b]", "alt+right_square_bracket"),
        ("\x1b[", "alt+left_square_bracket"),
        ("\x1b\\", "alt+backslash"),
        ("\x1b7", "alt+7"),
        ("\x1bg", "alt+g"),
    ],
)
def test_alt_with_a_sign(sent: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a key of its own in every terminal, and types nothing."""
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 0.0)
    parser = KeyboardParser()
    found = list(parser.feed(sent))
    # The moment passes in which more could have come.
    found += parser.tick()
    (event,) = found
    assert isinstance(event, events.Key)
    assert event.key == key
    assert event.character is None or event.key == "alt+g"


def test_a_megabyte_is_taken_whole() -> None:
    """It comes in pieces of some kilobytes, and out as one."""
    text = "some words and a line\n" * 50_000
    sent = f"x{BEGIN}{text}{END}y"
    pieces = [sent[start : start + 4096] for start in range(0, len(sent), 4096)]
    assert told(KeyboardParser(), pieces) == [("key", "x"), ("paste", text), ("key", "y")]
