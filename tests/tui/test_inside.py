"""F6: the text tinted by surprise, and a panel that says what the model makes of it."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from charlm_core import DIALS, Decoding, Inside, LayerInside, SuggestConfig
from tests.support import make_checkpoint, make_model
from tests.tui.support import (
    BITS,
    UNITS,
    Bench,
    FakeLearned,
    FakeModel,
    FakeReader,
    FakeSession,
    FakeSuggestion,
    fake_inside,
    missing,
    running,
)
from tests.tui.test_themes import COLOURED, contrast, looks, luminance, ratio, settings_file
from tui.screens.inspecting import Inspection
from tui.services.surprise import ReadSurprise, Surprised
from tui.text.buffer import Selection
from tui.widgets.ghost_section import GhostFacts, ghost_rows
from tui.widgets.heat import TINTS
from tui.widgets.inside import InsidePanel
from tui.widgets.next_section import next_rows
from tui.widgets.section import Row, Section
from tui.widgets.surprise_section import TextFacts, surprise_rows
from tui.widgets.themes import NAMES
from tui.widgets.units_section import ABOVE, BELOW, pool, units_rows

ZOO = "a quiet zoo\nand then\n\nzz the end"


def inspection(it: Bench) -> Inspection:
    """What is found inside."""
    found = it.screen.inspection
    assert found is not None
    return found


async def look(it: Bench, *keys: str) -> None:
    """Press keys and wait until all is read and shown."""
    for key in keys:
        await it.pilot.press(key)
    await it.pilot.pause()
    await it.until(lambda: it.screen.inspection is None or it.screen.inspection.settled)
    await it.settle()


def panel(it: Bench) -> InsidePanel:
    """The panel, which shows."""
    found = it.screen.panel
    assert isinstance(found, InsidePanel)
    return found


def shown(it: Bench) -> str:
    """What the panel shows."""
    left = panel(it).region.x
    return "\n".join(line[left:].rstrip() for line in it.screen_text()[:-1])


def tinted(it: Bench, y: int) -> list[tuple[str, int]]:
    """A line of the text, in pieces of one level each."""
    palette = [it.editor.get_component_rich_style(tint, partial=True) for tint in TINTS]
    base, pieces = it.editor.rich_style, []
    for text, style, _ in it.editor.render_line(y):
        level = next((at for at, one in enumerate(palette) if base + one == style), -1)
        pieces.append((text, level))
    return pieces


async def test_the_text_is_tinted() -> None:
    """Each character by its bits, once F6 was pressed; no longer once it is pressed again."""
    async with running(text=ZOO, size=(80, 24)) as it:
        await it.press("ctrl+end")
        plain = [it.editor.render_line(y).text for y in range(4)]
        assert it.model.read == []
        await look(it, "f6")
        assert "".join(it.model.read).endswith("zz the end")
        found = dict(piece for piece in tinted(it, 0) if piece[0].strip(" ▐"))
        assert found["q"] == 4
        assert found["uiet"] == 2
        assert found["z"] == 4
        assert any(text.startswith("oo") and level == 2 for text, level in tinted(it, 0))
        assert [it.editor.render_line(y).text.split("  ")[0] for y in range(4)] == [
            line.split("  ")[0] for line in plain
        ]
        await look(it, "f6")
        assert {level for _, level in tinted(it, 0)} <= {0, -1}
        assert it.screen.panel is None


async def test_nothing_is_read_while_nobody_looks() -> None:
    """Before F6 and after it is closed not a character is read."""
    async with running(text=ZOO) as it:
        await it.press("ctrl+end")
        await it.type(" more")
        assert it.model.read == []
        await look(it, "f6")
        await look(it, "f6")
        it.model.read.clear()
        await it.type(" and more")
        await it.press("up", "down")
        assert it.model.read == []


async def test_figures() -> None:
    """Bits a character of all, of this line and before the cursor, as the model's bits have it."""
    async with running(text=ZOO) as it:
        await look(it, "f6", "escape", "down", "end")
        bits = [BITS.get(character, 3.0) for character in ZOO]
        mean = sum(bits) / len(bits)
        assert f"bits a character  {mean:.2f}" in shown(it)
        assert f"perplexity        {2**mean:.2f}" in shown(it)
        line = [BITS.get(character, 3.0) for character in "and then"]
        assert f"this line {sum(line) / len(line):.2f}  last char 3.00" in shown(it)
        assert f"{len(ZOO)} read" in shown(it)


async def test_the_mean_is_evals() -> None:
    """With a real model the panel shows what `charlm-tui eval` calls static bits a character."""
    from charlm_core import score

    real = make_model(make_checkpoint("gru", 16, scale=3.0))

    class Real(FakeModel):
        """Reads as the real one does."""

        def surprises(self) -> FakeReader:
            """Its reader."""
            reader: FakeReader = real.surprises()  # type: ignore[assignment]
            return reader

    text = "it was the best of times,\nit was the worst of times. " * 40
    async with running(text=text, model=Real()) as it:
        await look(it, "f6")
        reading = inspection(it).reading
        assert reading is not None
        assert reading.bpc == pytest.approx(score(real, [text]).bpc, abs=1e-3)
        assert f"bits a character  {score(real, [text]).bpc:.2f}" in shown(it)


async def test_typing_goes_on() -> None:
    """What is typed is tinted as it is read; what was read before is not read again."""
    text = "word " * 400 + "\n"
    async with running(text=text) as it:
        await look(it, "f6", "escape", "ctrl+end")
        it.model.read.clear()
        await look(it, *"zq")
        assert tinted(it, it.editor.height - 1)[:1] != []
        row = next(y for y in range(24) if it.editor.render_line(y).text.strip().startswith("zq"))
        assert [piece for piece in tinted(it, row) if "z" in piece[0] or "q" in piece[0]] == [
            (" ", 0),
            ("zq", 4),
        ][1:]
        assert sum(map(len, it.model.read)) < len(text)


async def test_an_edit_in_the_middle() -> None:
    """All behind it is read anew, and in the end the text is tinted as if it had been so always."""
    text = "a quiz\n" * 40
    async with running(text=text, size=(80, 24)) as it:
        await look(it, "f6", "escape", "down", "down", "z", "enter", "backspace", "backspace")
        assert it.editor.text == text
        for y in (2, 3):
            assert ("q", 4) in tinted(it, y)
        await look(it, "z", "enter")
        assert it.screen_text()[2].strip().startswith("z")
        assert ("q", 4) in tinted(it, 3)
        await look(it, "ctrl+z", "ctrl+z")
        reading = inspection(it).reading
        assert reading is not None
        bits = [BITS.get(character, 3.0) for character in it.editor.text]
        assert reading.bpc == pytest.approx(sum(bits) / len(bits))


async def test_what_comes_too_late_is_dropped() -> None:
    """Bits of a text that has changed since are no longer told, however soon after the change."""
    async with running(text="abc def ghi") as it:
        await look(it, "f6")
        found, reading = inspection(it), inspection(it).reading
        assert reading is not None
        await it.pilot.press("escape")
        it.editor.insert("x")
        errand = found._errand
        assert errand is None or isinstance(errand, ReadSurprise)
        sent = ReadSurprise(found._trail, ["abc def ghi"], (0, 0))
        found._errand = sent
        stale = np.full(11, 12.0, dtype=np.float32)
        none = np.zeros(0, dtype=np.int64)
        from tui.services.reading import Words

        found.heard(
            Surprised(
                errand=sent,
                model=it.model,
                start=0,
                bits=stale,
                words=Words(none, none, stale[:0]),
            )
        )
        assert reading.known == 0
        await look(it)
        assert reading.bpc == pytest.approx(
            sum(BITS.get(character, 3.0) for character in "xabc def ghi") / 12
        )


async def test_selection_and_cursor_lie_over_tints() -> None:
    """What is selected looks as it always does."""
    async with running(text="quiz quiz quiz") as it:
        it.editor.selection = Selection((0, 5), (0, 9))
        await it.settle()
        selected = it.editor.get_component_rich_style("text--selection").bgcolor
        await look(it, "f6")
        styled = {text: style for text, style, _ in it.editor.render_line(0)}
        assert styled["quiz"] is not None
        assert styled["quiz"].bgcolor == selected
        # In some themes its ground is much like that of a tint.
        assert styled["quiz"].underline


async def test_jumping_to_surprises() -> None:
    """n and N go through them, a digit to one of the words, Enter there and back to the text."""
    async with running(text=ZOO) as it:
        await look(it, "f6", "n")
        assert it.editor.cursor_location == (0, 2)
        await look(it, "n")
        assert it.editor.cursor_location == (0, 8)
        await look(it, "n")
        assert it.editor.cursor_location == (3, 0)
        await look(it, "N", "N")
        assert it.editor.cursor_location == (0, 2)
        listed = [line.strip("▏▐ ›") for line in shown(it).splitlines()]
        words = [line.split()[1] for line in listed if line[:1].isdigit() and "line" in line]
        assert "zz" in words
        await look(it, str(1 + words.index("quiet")))
        assert it.editor.cursor_location == (0, 2)
        assert panel(it).has_focus
        await look(it, *["up"] * 5, *["down"] * words.index("zz"), "enter")
        assert it.editor.cursor_location == (3, 0)
        assert it.editor.has_focus


async def test_no_surprise_is_said() -> None:
    """Where nothing surprises n says so and stays."""
    async with running(text="all is well") as it:
        await look(it, "f6", "n")
        assert "no surprise" in it.facts.note
        assert it.editor.cursor_location == (0, 0)


async def test_what_each_source_says() -> None:
    """Each with its weight and foremost characters, and what it gave to what follows."""
    async with running(text="the end") as it:
        await look(it, "f6", "right")
        text = shown(it)
        assert "t follows" in text
        assert "0.40  network, adapted" in text
        assert "␣60% t30% e9.0%" in text
        assert [line.split()[-1] for line in text.splitlines() if "network" in line] == [
            "30%",
            "60%",
        ]
        await look(it, "escape", "end")
        assert "follows" not in shown(it)
        assert "the memory knows 5 characters" in shown(it)


async def test_the_units_follow_the_cursor() -> None:
    """A field of cells for the layer, and the units that moved most; l and g turn it."""
    async with running(text="some text") as it:
        await look(it, "f6", "right", "right", "escape", "right")
        first = shown(it)
        assert "layer 1 of 2 · hidden" in first
        assert f"{UNITS} units, 3 units a cell" in first or "2 units a cell" in first
        assert first.count("→") == 5
        await look(it, "right")
        assert shown(it) != first
        await look(it, "f6", "l")
        assert "layer 2 of 2 · hidden" in shown(it)
        seen = []
        for _ in range(6):
            await look(it, "g")
            seen.append(shown(it).splitlines()[1].split("· ")[1])
        assert seen == ["cell", "forget", "input", "output", "candidate", "hidden"]


async def test_the_ghost_and_why_it_stops() -> None:
    """Each of its characters with its odds, and the reason in words."""
    async with running() as it:
        await it.type("The quick bro")
        await look(it, "f6", "left")
        text = shown(it)
        assert "It stops here: going on is not worth it." in " ".join(
            line.strip("▏▐ ") for line in text.splitlines()
        )
        rows = [line.strip("▏▐ ") for line in text.splitlines()]
        assert any(row.startswith("w ") and row.endswith("95%    95%") for row in rows)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (("f8",), "ghosts are off in this document"),
        (("escape",), "dismissed, until the next word"),
        (("home",), "not at the end of a line"),
        (("shift+left",), "something is selected"),
        (("home", "end"), "nothing was typed here"),
    ],
)
async def test_why_there_is_no_ghost(keys: tuple[str, ...], reason: str) -> None:
    """The panel says which of the rules it is."""
    async with running() as it:
        await it.type("The quick bro")
        await it.press(*keys)
        await look(it, "f6", "left")
        assert reason in " ".join(line.strip("▏▐ ") for line in shown(it).splitlines())


async def test_a_read_only_document_can_be_looked_into(tmp_path: Path) -> None:
    """It is tinted like any other."""
    path = tmp_path / "note.txt"
    path.write_text("a quiz")
    async with running(path, read_only=True) as it:
        await look(it, "f6")
        assert ("q", 4) in tinted(it, 0)
        await look(it, "left")
        assert "the document is read-only" in " ".join(
            line.strip("▏▐ ") for line in shown(it).splitlines()
        )


async def test_an_unlikely_ghost_is_told() -> None:
    """Where nothing was likely enough, the best there is, and how likely it had to be."""

    class Doubtful(FakeModel):
        """Says what it knows only to who asks for anything."""

        def start(self, text: str = "", learned: FakeLearned | None = None) -> FakeSession:
            """A session that hears the threshold before it answers."""
            return DoubtfulSession(self, learned)

    class DoubtfulSession(FakeSession):
        """Has one word, and is not sure of it."""

        def suggest(self, config: SuggestConfig, cancelled: Callable[[], bool]) -> FakeSuggestion:
            """The word, where nothing is too unlikely."""
            return FakeSuggestion(*(("house", (0.1,) * 5) if config.threshold == 0 else ("", ())))

        def least_chance(self, config: SuggestConfig) -> float:
            """More than the dial says, as at a word's start."""
            return config.threshold / 2 + 0.5

    async with running(model=Doubtful()) as it:
        await it.type("my ")
        assert it.editor.ghost == ""
        await look(it, "f6", "left")
        text = " ".join(line.strip("▏▐ ") for line in shown(it).splitlines())
        assert "none" in text
        least = f"{50 + 50 * DIALS['balanced'].threshold:.0f}%"
        assert f"‘house’, <.1% likely; a first word has to be at least {least}" in text


async def test_several_pages(tmp_path: Path) -> None:
    """The page that shows is the one that is looked into; the other is plain meanwhile."""
    paths = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for path, text in zip(paths, ("a quiz", "zebra"), strict=True):
        path.write_text(text)
    async with running(paths[0], others=paths[1:]) as it:
        await look(it, "f6", "escape")
        first = it.editor
        assert ("q", 4) in tinted(it, 0)
        await look(it, "alt+2")
        assert it.editor is not first
        assert it.editor.text == "zebra"
        reading = inspection(it).reading
        assert reading is not None
        assert reading.buffer is it.editor.buffer
        assert "5 read" in shown(it)
        assert {level for _, level in tinted(it, 0)} >= {2}
        assert first._tinter is None
        await look(it, "alt+1")
        assert ("q", 4) in tinted(it, 0)


async def test_another_document_in_the_same_page() -> None:
    """It is read from its start."""
    async with running(text="a quiz") as it:
        await look(it, "f6", "escape")
        it.screen.show(it.screen.document)
        await look(it)
        assert inspection(it).reading is not None
        it.editor.load("zebra")
        it.screen.opened()
        await look(it)
        assert ("z", 4) in tinted(it, 0) or tinted(it, 0)[0][1] == -1
        reading = inspection(it).reading
        assert reading is not None
        assert reading.buffer is it.editor.buffer
        assert reading.known == 5


async def test_before_the_model_is_there() -> None:
    """The panel says that it waits; nothing is known, nothing breaks."""
    model = FakeModel()
    model.gate.clear()
    async with running(text="a quiz", model=model) as it:
        await it.pilot.press("f6")
        await it.pilot.pause()
        assert "read 0%" in shown(it)
        await it.pilot.press("right")
        await it.pilot.pause()
        assert "at work" in shown(it)
        model.gate.set()
        await look(it)
        assert "network" in shown(it)


async def test_without_a_model() -> None:
    """The panel says that there is none."""
    async with running(text="a quiz", load_model=missing) as it:
        await it.pilot.press("f6", "right")
        await it.pilot.pause()
        assert "there is no model" in shown(it)
        await it.pilot.press("right", "right")
        await it.pilot.pause()
        assert "Because there is no model." in shown(it)


async def test_an_empty_document() -> None:
    """There is nothing to say, and that is said."""
    async with running() as it:
        await look(it, "f6")
        assert "no text yet" in shown(it)
        await look(it, "right", "right", "right", "n", "1", "enter")


async def test_another_model_reads_anew() -> None:
    """After another checkpoint was loaded the bits are its own."""

    class Loud(FakeModel):
        """Is surprised by all."""

        def surprises(self) -> FakeReader:
            """Twelve bits each."""

            class Reader(FakeReader):
                def feed(self, text: str) -> npt.NDArray[np.float32]:
                    return np.full(len(text), 12.0, dtype=np.float32)

            return Reader(self)

    models = {"fake": FakeModel(), "loud": Loud(name="loud")}
    async with running(text="a quiz", load_model=lambda name: models[name]) as it:
        await look(it, "f6")
        reading = inspection(it).reading
        assert reading is not None
        assert reading.bpc < 8
        it.screen.predictor.switch("loud")
        await it.until(lambda: it.facts.model == "loud")
        await it.until(lambda: reading.bpc == pytest.approx(12.0))
        await look(it)
        assert "12.00" in shown(it)


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (80, 24), (140, 40), (200, 60)])
async def test_any_size(size: tuple[int, int]) -> None:
    """However small or large the screen: nothing breaks, and every section can be reached."""
    async with running(text=ZOO, size=size) as it:
        await look(it, "f6", *["right"] * 5, "left", "l", "g", "n", "N", "1", "down", "up")
        await look(it, "escape", "end", *"zq")
        await it.pilot.resize_terminal(80, 24)
        await look(it)
        assert "Text" in shown(it)
        await it.pilot.resize_terminal(*size)
        await look(it)


@pytest.mark.parametrize("theme", NAMES)
async def test_each_tint_can_be_read_and_told(home: Path, theme: str) -> None:
    """Text on each at 4.5 to 1, lighter or darker step by step; without colours by attributes."""
    settings_file(home, f'theme = "{theme}"\n')
    async with running(text="quiz") as it:
        base = it.editor.rich_style
        levels = [it.editor.get_component_rich_style(tint, partial=True) for tint in TINTS]
        looked = [base + level for level in levels]
        assert len({looks(style) for style in looked}) == len(TINTS)
        await look(it, "f6")
        legend = it.screen.query_one("#text", Section)
        again = [legend.get_component_rich_style(tint, partial=True) for tint in TINTS]
        assert again == levels
        if theme in COLOURED:
            assert all(contrast(style) >= 4.5 for style in looked[:5])
            light = [luminance(style.bgcolor) for style in looked[:5]]
            assert light in (sorted(light), sorted(light, reverse=True))
            assert all(ratio(*pair) >= 1.15 for pair in pairwise(s.bgcolor for s in looked[:5]))
        else:
            assert all(one.color is None or one.color.is_default for one in levels)


# The sections, without a screen.


def plain(rows: list[Row]) -> list[str]:
    """Rows as text."""
    return ["".join(text for text, _ in row) for row in rows]


FACTS = TextFacts(
    chars=2_500_000,
    size=2_000_000,
    known=860_000,
    bpc=2.0,
    line_bpc=math.nan,
    bits_before=0.5,
    curve=(1.0, 3.0, 6.0, math.nan),
    here=2,
    words=((12, "日本語" * 9, 23.4), (3, "a\x1bb", 20.0)),
)


@pytest.mark.parametrize("width", [20, 30, 56, 72])
def test_rows_fit(width: int) -> None:
    """No section is ever wider than its panel."""
    from rich.cells import cell_len

    inside = fake_inside("abc")
    ghost = GhostFacts(text="word " * 20, odds=(0.5,) * 100, stopped="length", longest=100)
    for rows in (
        surprise_rows(FACTS, width),
        next_rows(inside, "\u0301", width),
        units_rows(inside, 1, "forget", width, 20),
        ghost_rows(ghost, width, 20),
    ):
        assert max(cell_len(row) for row in plain(rows)) <= width
        assert not any("\x1b" in row for row in plain(rows))


def test_sections_fit_a_small_screen() -> None:
    """At 80 x 24 each section has its rows in view."""
    inside = fake_inside("abc")
    ghost = GhostFacts(text="word " * 20, odds=(0.5,) * 100, stopped="length", longest=100)
    assert len(surprise_rows(FACTS, 30)) <= 21
    assert len(next_rows(inside, "x", 30)) <= 21
    assert len(units_rows(inside, 0, "hidden", 30, 21)) <= 21
    assert len(ghost_rows(ghost, 30, 21)) <= 21


def test_progress_and_limit() -> None:
    """How far it is read, and that the rest never will be."""
    text = "\n".join(plain(surprise_rows(FACTS, 40)))
    assert "read 43%" in text
    assert "first 2,000,000 of 2,500,000" in text
    assert "this line –" in text


def test_pooling_keeps_the_farthest() -> None:
    """Where units share a cell, the one farthest from 0 shows, with its sign."""
    values = np.array([0.1, -0.9, 0.2, 0.3, 0.5], dtype=np.float32)
    pooled, size = pool(values, 3)
    assert size == 2
    assert pooled.tolist() == pytest.approx([-0.9, 0.3, 0.5])
    assert pool(values, 10)[1] == 1


def test_signs_of_units() -> None:
    """Full cells for what is far above 0, bars for what is far below, blanks for nothing."""
    values = np.array([1.0, -1.0, 0.0, 0.5, -0.5], dtype=np.float32)
    layer = LayerInside(hidden=values, before=np.zeros(5, np.float32), cell=None, gates={})
    base = fake_inside("")
    inside = Inside(
        layers=(layer,), opinions=base.opinions, mixed=base.mixed, symbols=base.symbols, matched=0
    )
    rows = plain(units_rows(inside, 0, "hidden", 31, 20))
    assert rows[1].startswith(f"{ABOVE[4]}{BELOW[4]} ")
    assert rows[1][3] in ABOVE[1:4]
    assert rows[1][4] in BELOW[1:4]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"stopped": "length", "longest": 6}, "6 characters are the most asked for"),
        ({"stopped": "lines"}, "too many lines"),
        ({"stopped": "threshold", "whole_threshold": 0.05}, "All of it has to be at least 5.0%"),
    ],
)
def test_reasons(facts: dict[str, object], words: str) -> None:
    """In plain words, with the figure that counts."""
    ghost = GhostFacts(text="a word", odds=(0.5,) * 6, **facts)  # type: ignore[arg-type]
    assert words in " ".join(plain(ghost_rows(ghost, 40, 20)))


def test_too_unlikely() -> None:
    """The best first word, how likely it is, and how likely it had to be."""
    odds = (0.2, 0.5, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1)
    ghost = GhostFacts(threshold=0.08, unlikely=("house is", odds))
    text = " ".join(plain(ghost_rows(ghost, 60, 20)))
    assert "‘house␣’" in text
    assert "0.7% likely" in text
    assert "at least 8.0%" in text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"stopped": "threshold", "decoding": "greedy"}, "going on would be too unlikely. "),
        ({"stopped": "threshold", "decoding": "sample"}, "too unlikely by the knobs. "),
    ],
)
def test_reasons_of_what_is_chosen(facts: dict[str, object], words: str) -> None:
    """Where no search weighs what a ghost is worth, nothing is said of that."""
    ghost = GhostFacts(text="a word", odds=(0.5,) * 6, **facts)  # type: ignore[arg-type]
    text = " ".join(plain(ghost_rows(ghost, 40, 20)))
    assert words in text
    assert "worth" not in text


@pytest.mark.parametrize(
    ("decoding", "words"),
    [
        ("beam", "The best it knows is ‘house␣’, 0.7% likely; a first word has to be"),
        ("greedy", "The likeliest way leads to ‘house␣’, 0.7% likely; a first word has to be"),
        ("sample", "It drew ‘house␣’, 0.7% likely; by the knobs it has to be at least 8.0%"),
    ],
)
def test_too_unlikely_as_it_was_found(decoding: Decoding, words: str) -> None:
    """A draw is not called the best there is, and not judged by what it is not judged by."""
    odds = (0.2, 0.5, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1)
    ghost = GhostFacts(threshold=0.08, unlikely=("house is", odds), decoding=decoding)
    assert words in " ".join(plain(ghost_rows(ghost, 60, 20)))


def test_a_long_ghost_as_a_whole() -> None:
    """Of a ghost too long to be listed the last row says how likely all of it is."""
    ghost = GhostFacts(text="abcdefgh", odds=(0.5,) * 8, stopped="length", longest=8)
    more = next(row for row in plain(ghost_rows(ghost, 30, 12)) if "more" in row)
    assert more.split() == ["…", "and", "3", "more", "0.4%"]


def test_units_after_the_first_character() -> None:
    """From rest they move as from anywhere; before any character it is said that none came."""
    model = make_model(make_checkpoint("lstm", 16, scale=3.0))
    session = model.start()
    assert "no character has come yet" in plain(units_rows(session.inside(), 0, "hidden", 30, 21))
    session.type("a")
    rows = plain(units_rows(session.inside(), 0, "hidden", 30, 21))
    assert sum(" → " in row for row in rows) == 5


def test_bits_are_explained_where_they_tint() -> None:
    """Below the legend stands what a bit is, as narrow as the panel is at 80 columns."""
    rows = plain(surprise_rows(FACTS, 30))
    legend = next(at for at, row in enumerate(rows) if row.startswith("bits  <1"))
    assert rows[legend + 1] == "1 bit: 1 in 2, 8: 1 in 256"
    assert "first 2,000,000 of 2,500,000" in rows


def test_nothing_learned_is_used() -> None:
    """Where learning is off the network speaks alone, whatever was learned before."""
    base = fake_inside("abc")
    alone = replace(base, opinions=base.opinions[1:2])
    assert "nothing that was learned is used" in " ".join(plain(next_rows(alone, "x", 60)))
