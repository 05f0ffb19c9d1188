"""What the terminal sends: pastes, wherever they are cut, Alt with any key, and any rubbish."""

import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

from tui.keyboard import BEGIN, END, KeyboardParser, read_with_care

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


NUMBERS = st.sampled_from(["", "0", "1", "48", "101", "55296", "1114112", "9" * 20, "-1"])
SEQUENCE = st.builds(
    lambda begin, numbers, signs, end: (
        begin + "".join(number + sign for number, sign in zip(numbers, signs, strict=False)) + end
    ),
    begin=st.sampled_from(["\x1b[", "\x1b[<", "\x1b[?", "\x1b[M", "\x1bO", "\x1b\x1b[", "\x1b"]),
    numbers=st.lists(NUMBERS, max_size=6),
    signs=st.lists(st.sampled_from([";", ":", "", "$"]), min_size=6, max_size=6),
    end=st.sampled_from([*"u~ABCDFHPQRSMmtyIOn", "$y", "", "\x1b", "\x07"]),
)
RUBBISH = st.lists(SEQUENCE | st.text("\x1b[]<?;:0149umMtR~$OP\x07\x00a\ud800", max_size=20))


@given(pieces=RUBBISH)
def test_rubbish_is_survived(pieces: list[str]) -> None:
    """Whatever comes, the key that is pressed after it is read."""
    parser = KeyboardParser()
    for piece in filter(None, pieces):
        for _ in parser.feed(piece):
            pass
    # As long as a sequence may be, so that what was begun has ended, be it a paste.
    behind = ["x" * 40, END, "x" * 40, "\r"]
    found = [message for piece in behind for message in parser.feed(piece)]
    assert isinstance(found[-1], events.Key)
    assert found[-1].key == "enter"


@pytest.mark.parametrize(
    "sent",
    [
        "\x1b[101:69;4u",
        "\x1b[101::99;3u",
        "\x1b[97;1:3u",
        "\x1b[1114112;1u",
        "\x1b[97;1;1114112u",
        "\x1b[99999999999999999999;1u",
        "\x1b[48;999999999;999999999;1;1t",
        "\x1b[48;0;0;0;0t",
    ],
)
def test_a_sequence_that_cannot_be_read_is_dropped(sent: str) -> None:
    """It means nothing, and the keys around it mean what they always do."""
    parser = KeyboardParser()
    found = [message for piece in ("a", sent + "b") for message in parser.feed(piece)]
    assert [getattr(message, "key", message) for message in found] == ["a", "b"]


@pytest.mark.skipif(sys.platform == "win32", reason="it has another driver")
def test_bytes_that_are_no_text_are_survived() -> None:
    """As a terminal that is set to another encoding sends them; keys after it are read."""
    from textual.drivers import linux_driver

    read_with_care()
    decode = linux_driver.getincrementaldecoder("utf-8")().decode  # type: ignore[attr-defined]
    assert decode(b"a\xe9b\xd0") + decode(b"\xb6c") == "a\N{REPLACEMENT CHARACTER}bжc"
