"""Colours: each theme can be read, and the one without colours has none."""

import itertools
import re
import sys
from collections.abc import Iterator
from operator import mul
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.style import Style
from textual.filter import ANSIToTruecolor
from textual.geometry import Size

from tests.tui.support import Bench, FakeModel, running
from tests.tui.terminal import terminal
from tui.services.settings import THEME_NAMES
from tui.text.buffer import Selection
from tui.widgets.themes import AUTO, CONTRAST, MONO, NAMES, TERMINAL, THEMES, chosen, turned

COLOURED = [theme.name for theme in THEMES if not theme.ansi]

WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Of red, green and blue in how light a colour is."""

SAMPLE = "A line above.\nAnother one.\nThe quick "


def settings_file(home: Path, text: str) -> Path:
    """The settings, before the application starts."""
    path = home / "config" / "charlm-tui" / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def styles(it: Bench) -> Iterator[tuple[str, Style]]:
    """All that is on the screen, in pieces of one style."""
    for strip in it.app.screen._compositor.render_strips(Size(80, 24)):
        for text, style, _ in strip:
            yield text, style or Style.null()


def at(it: Bench, x: int, y: int) -> Style:
    """The style of a cell."""
    strip = it.app.screen._compositor.render_strips(Size(80, 24))[y]
    (segment,) = strip.crop(x, x + 1)
    return segment.style or Style.null()


def luminance(colour: RichColor | None) -> float:
    """Of a colour that is red, green and blue, as WCAG 2 defines it."""
    assert colour is not None
    assert colour.triplet is not None
    linear = [
        part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
        for part in colour.triplet.normalized
    ]
    return sum(map(mul, WEIGHTS, linear), 0.0)


def ratio(one: RichColor | None, other: RichColor | None) -> float:
    """The contrast of two colours: 1, none at all, to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def contrast(style: Style) -> float:
    """How well a cell can be read."""
    shown = (style.color, style.bgcolor)
    return ratio(*(reversed(shown) if style.reverse else shown))


def looks(style: Style) -> tuple[object, ...]:
    """What a person can tell styles apart by."""
    colours = (style.color, style.bgcolor)
    return (
        *(None if one is None or one.is_default else one for one in colours),
        *map(bool, (style.bold, style.dim, style.italic, style.underline, style.reverse)),
    )


def stands_out(style: Style) -> tuple[object, ...]:
    """What a person sees from afar."""
    ink, ground, *_, reverse = looks(style)
    return ink, ground, reverse


def test_the_themes_are_those_of_the_settings() -> None:
    """What can be set is there, and nothing else."""
    assert (AUTO, *NAMES) == THEME_NAMES
    assert tuple(theme.name for theme in THEMES) == NAMES


@pytest.mark.parametrize(
    ("setting", "environ", "theme"),
    [
        ("auto", {}, "dark"),
        ("auto", {"NO_COLOR": "1"}, "mono"),
        ("auto", {"NO_COLOR": ""}, "dark"),
        ("auto", {"NO_COLOR": "1", "COLORFGBG": "0;15"}, "mono"),
        ("auto", {"COLORFGBG": "0;15"}, "light"),
        ("auto", {"COLORFGBG": "0;default;7"}, "light"),
        ("auto", {"COLORFGBG": "15;0"}, "dark"),
        ("auto", {"COLORFGBG": "12;8"}, "dark"),
        ("auto", {"COLORFGBG": "nonsense"}, "dark"),
        ("light", {"NO_COLOR": "1"}, "light"),
        ("dark", {"COLORFGBG": "0;15"}, "dark"),
    ],
)
def test_what_is_chosen(setting: str, environ: dict[str, str], theme: str) -> None:
    """By itself it goes by what the terminal says; a person's word goes before that."""
    assert chosen(setting, environ) == theme


def test_turning() -> None:
    """The key goes through all and comes back, also from a theme that is none of ours."""
    assert len(set(itertools.accumulate(NAMES, lambda name, _: turned(name)))) == len(NAMES)
    assert turned("textual-dark") in NAMES


@pytest.mark.parametrize("theme", COLOURED)
async def test_the_text_can_be_read(home: Path, theme: str) -> None:
    """Text at 7 to 1, 15 where one asked for contrast; ghosts at 3 and fainter by steps."""
    settings_file(home, f'theme = "{theme}"\n')
    async with running() as it:
        await it.type(SAMPLE)
        assert it.editor.ghost
        text = at(it, 1, 2)
        assert contrast(text) >= (15 if theme == CONTRAST else 7)
        row = [at(it, x, 2) for x in range(12, 12 + len(it.editor.ghost) - 2)]
        ratios = list(dict.fromkeys(contrast(style) for style in row))
        assert len(ratios) == 3
        assert sorted(ratios, reverse=True) == ratios
        assert ratios[-1] >= 3
        assert ratios[0] < contrast(text) * 0.75
        assert all(style.italic for style in row)
        cursor = at(it, 11, 2)
        assert contrast(cursor) >= 7
        assert ratio(cursor.bgcolor, text.bgcolor) >= 7
        status = at(it, 1, 23)
        assert contrast(status) >= 7


@pytest.mark.parametrize("theme", NAMES)
async def test_what_is_selected_shows(home: Path, theme: str) -> None:
    """Selected text can be read and told from the rest, and so can the cursor at its end."""
    settings_file(home, f'theme = "{theme}"\n')
    async with running() as it:
        await it.type(SAMPLE)
        it.editor.selection = Selection((1, 2), (2, 3))
        await it.settle()
        plain, selected, cursor = at(it, 1, 0), at(it, 3, 1), at(it, 4, 2)
        assert len({looks(plain), looks(selected), looks(cursor)}) == 3
        if theme in COLOURED:
            assert contrast(selected) >= (7 if theme == CONTRAST else 4.5)
            ground = ratio(selected.bgcolor, plain.bgcolor)
            assert ground >= (3 if theme == CONTRAST else 2)
        else:
            assert selected.reverse
            assert cursor.reverse


@pytest.mark.parametrize("theme", [MONO, TERMINAL])
async def test_a_ghost_without_colours(home: Path, theme: str) -> None:
    """It is dim and italic, which the text is not."""
    settings_file(home, f'theme = "{theme}"\n')
    async with running() as it:
        await it.type(SAMPLE)
        ghost, text = at(it, 14, 2), at(it, 1, 2)
        assert (ghost.dim, ghost.italic) == (True, True)
        assert not any((text.dim, text.italic))


def experienced() -> FakeModel:
    """A model that has learned a text."""
    model = FakeModel()
    model.memory.texts = {"/letters/to-the-landlord.txt": "x" * 12_000}
    return model


@pytest.mark.parametrize("theme", NAMES)
async def test_where_one_is_shows(home: Path, theme: str) -> None:
    """The chosen one of a list, and the cursor in a line that is typed in, differ from the rest."""
    settings_file(home, f'theme = "{theme}"\n')
    model = experienced()
    model.memory.texts["/notes/ideas.md"] = "y"
    async with running(model=model) as it:
        await it.press("ctrl+l")
        await it.until(lambda: it.says("/notes/ideas.md"))
        rows = [line.find("/letters") for line in it.screen_text()]
        y = next(row for row, found in enumerate(rows) if found >= 0)
        chosen_one, other = at(it, 4, y), at(it, 4, y + 1)
        assert stands_out(chosen_one) != stands_out(other)
        if theme in COLOURED:
            assert contrast(chosen_one) >= 4.5
        await it.press("escape", "ctrl+o")
        await it.type("ab")
        lines = it.screen_text()
        y = next(row for row, line in enumerate(lines) if line.strip("│▊▎ ") == "ab")
        x = lines[y].find("ab")
        cursor, after = at(it, x + 2, y), at(it, x + 4, y)
        assert stands_out(cursor) != stands_out(after)


SCREENS = {
    "editor": (),
    "keys": ("f1",),
    "training": ("f4",),
    "form": ("f4", "n"),
    "memory": ("ctrl+l",),
    "question": ("ctrl+l", "d"),
    "path": ("ctrl+o",),
    "knobs": ("f2",),
    "models": ("f3",),
    "writing": ("f5",),
    "inside": ("f6",),
    "units": ("f6", "right", "right"),
}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("theme", NAMES)
async def test_each_screen_can_be_read(home: Path, theme: str, screen: str) -> None:
    """Wherever one goes, no word is lost in its ground; without colours there are none."""
    settings_file(home, f'theme = "{theme}"\n')
    async with running(model=experienced()) as it:
        await it.type(SAMPLE)
        await it.press(*SCREENS[screen])
        await it.pilot.pause()
        words = [(text, style) for text, style in styles(it) if any(map(str.isalnum, text))]
        assert len(words) >= 2
        for text, style in words:
            if theme == MONO:
                assert looks(style)[:2] == (None, None), text
            elif theme == TERMINAL:
                for one in (style.color, style.bgcolor):
                    assert one is None or one.triplet is None, text
            elif not behind(it, text):
                assert contrast(style) >= 3, (text, style)


def behind(it: Bench, text: str) -> bool:
    """Whether this is from below a dialog, dimmed on purpose."""
    lines = (
        strip.text
        for screen in it.app.screen_stack[:-1]
        for strip in screen._compositor.render_strips(Size(80, 24))
    )
    return text.strip() in "".join(lines)


async def test_no_colour_when_told_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is heard, until a person chooses a theme themselves."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with running() as it:
        await it.type(SAMPLE)
        assert it.app.theme == MONO
        assert all(looks(style)[:2] == (None, None) for _, style in styles(it))
    settings_file(home, 'theme = "dark"\n')
    async with running() as it:
        await it.type(SAMPLE)
        assert it.app.theme == "dark"
        assert contrast(at(it, 1, 2)) >= 7
        assert ratio(at(it, 11, 2).bgcolor, at(it, 1, 2).bgcolor) >= 7


async def test_the_key(home: Path) -> None:
    """F10 shows all in other colours at once, says which, and keeps them for the next start."""
    path = settings_file(home, 'theme = "dark"  # mine\n')
    async with running() as it:
        await it.type(SAMPLE)
        before = at(it, 1, 2)
        await it.press("f10")
        assert it.app.theme == it.facts.note == "light"
        assert looks(at(it, 1, 2)) != looks(before)
        assert path.read_text() == 'theme = "light"  # mine\n'
        for _ in NAMES[1:]:
            await it.press("f10")
        assert looks(at(it, 1, 2)) == looks(before)
    async with running() as it:
        assert it.app.theme == "dark"


async def test_colours_of_the_terminal_are_left_to_it(home: Path) -> None:
    """In that theme nothing is made into a colour of our own choice."""
    settings_file(home, 'theme = "terminal"\n')
    async with running() as it:
        assert not any(isinstance(one, ANSIToTruecolor) for one in it.app.get_line_filters())
        await it.type(SAMPLE)
        await it.press("ctrl+l")
        found = {one for _, style in styles(it) for one in (style.color, style.bgcolor) if one}
        assert any(one.number is not None for one in found)
        assert all(one.triplet is None for one in found)


@pytest.mark.parametrize(("theme", "coloured"), [("auto", False), ("dark", True)])
def test_in_a_real_terminal(
    home: Path, monkeypatch: pytest.MonkeyPatch, theme: str, coloured: bool
) -> None:
    """With NO_COLOR no colour reaches the terminal from the first byte on, nor after a key."""
    settings_file(home, f'theme = "{theme}"\n')
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    command = [sys.executable, "-m", "tui.cli", "--checkpoint", "no-such-model"]
    with terminal(command) as it:
        it.wait(lambda lines: "untitled" in lines[-1], "the status line")
        it.send("words")
        it.wait(lambda lines: lines[0].strip() == "words", "what was typed")
        it.send("\x0c")
        it.wait(lambda lines: any("Learned texts" in line for line in lines), "the memory screen")
        it.send("\x11")
        it.wait(lambda lines: any("not saved" in line for line in lines), "the question")
        it.send("d")
        assert it.finish() == 0
    sequences = re.findall(rb"\x1b\[([\d;]*)m", it.received)
    colours = re.compile(rb"(?:^|;)(?:[34][0-8]|9[0-7]|10[0-7])(?:;|$)")
    assert any(colours.search(one) for one in sequences) == coloured
    assert sequences
