"""The pictures in the README: the command is typed into, and what its terminal shows is drawn."""

import re
from pathlib import Path

import pyte
import pytest

from docs.picture import GHOST_CHARS, SCENES, TEXTS, TYPED, Typed, keys, photograph
from docs.terminal import svg


def shown(screen: pyte.Screen) -> str:
    """What an SVG of the screen says."""
    pieces = re.findall(r"<text[^>]*clip-path[^>]*>([^<]*)</text>", svg(screen, "title"))
    return "".join(pieces).replace("&#160;", " ").rstrip()


def test_a_screen_becomes_a_picture() -> None:
    """Every character in its place, the colours as they are, the cursor reversed."""
    screen = pyte.Screen(20, 3)
    stream = pyte.Stream(screen)
    stream.feed(
        "a\x1b[38;2;255;0;0mred\x1b[0m\r\n\x1b[1mbold\x1b[3;4mё№\x1b[0m \x1b[44mblue\x1b[0m"
    )
    picture = svg(screen, "charlm-tui <&>")
    assert "charlm-tui&#160;&lt;&amp;&gt;" in picture
    assert re.search(r">red</text>", picture)
    assert "fill: #ff0000" in picture
    assert "font-weight: bold" in picture
    assert re.search(r"font-style: italic[^}]*text-decoration: underline", picture)
    assert shown(screen).split() == ["ared", "boldё№blue"]
    assert re.search(r'x="85.4"[^>]*>blue</text>', picture)
    # The cursor stands behind the last word: one cell is filled, 12.2 wide as all are.
    cursor = re.findall(r'<rect fill="#c5c8c6" x="([\d.]+)"[^>]*width="12.2"', picture)
    assert [round(float(x) / 12.2) for x in cursor] == [11]


def test_a_hidden_cursor_is_not_shown() -> None:
    """An app that draws its own has no second one in the picture."""
    screen = pyte.Screen(10, 2)
    pyte.Stream(screen).feed("abc\x1b[?25l")
    assert '<rect fill="#c5c8c6"' not in svg(screen, "title")


def test_wide_characters_take_two_cells() -> None:
    """What is behind them stays in its column."""
    screen = pyte.Screen(10, 1)
    pyte.Stream(screen).feed("日本x\x1b[31my")
    assert shown(screen) == "日本xy"
    (x,) = re.findall(r'x="([\d.]+)"[^>]*>y</text>', svg(screen, "title"))
    assert round(float(x) / 12.2) == 5


def test_every_key_that_is_pressed() -> None:
    """The editor indents by itself: what it has put there is taken away before it is typed."""
    assert keys("a\n\n    b\n  c") == ["a", "\r", "\r", *"    b", "\r\x15", *"  c", "\r\x15"]


def test_the_readme_shows_what_there_is() -> None:
    """Each of its pictures is there, is made by the script, and none is left over."""
    root = TEXTS.parents[1]
    linked = re.findall(r"!\[[^\]]+\]\((\S+)\)", (root / "README.md").read_text("utf-8"))
    names = {f"docs/{name}.svg" for name in [*SCENES, *TYPED]}
    assert sorted(linked) == sorted(names)
    assert {str(path.relative_to(root)) for path in (root / "docs").glob("*.svg")} == names


@pytest.mark.parametrize("name", sorted(TYPED))
def test_where_typing_stops_is_in_the_text(name: str) -> None:
    """Once, and before its end."""
    scene = TYPED[name]
    text = (TEXTS / scene.text).read_text("utf-8")
    assert text.count(scene.until) == 1
    assert not text.endswith(scene.until)


def test_the_command_is_typed_into(tmp_path: Path) -> None:
    """The picture shows what was typed, the name of the file and a ghost in italics behind it."""
    scene = Typed(size=(60, 8), file="mail.txt", text="english.txt", until="thanks for yo")
    photograph(scene, tmp_path / "picture.svg", "--checkpoint", "english")
    picture = (tmp_path / "picture.svg").read_text("utf-8")
    words = re.sub(r"<[^>]*>", "", picture.replace("&#160;", " "))
    assert "charlm-tui mail.txt" in words
    assert "Hi Anna," in words
    assert "thanks for yo" in words
    italic = re.findall(r"\.(terminal-\d+-r\d+) {[^}]*font-style: italic", picture)
    ghost = "".join(
        piece.replace("&#160;", " ")
        for style, piece in re.findall(r'<text class="([^"]+)"[^>]*>([^<]*)</text>', picture)
        if style in italic
    )
    # The blanks among them are not drawn.
    assert len(ghost) >= GHOST_CHARS // 2
