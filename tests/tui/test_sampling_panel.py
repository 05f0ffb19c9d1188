"""The knobs as fingers know them: in the panel beside the text, and from the text itself."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual import events

from charlm_core import DIALS, Odds, SamplingConfig, SuggestConfig
from tests.tui.support import Bench, FakeModel, FakeSession, FakeSuggestion, missing, running
from tests.tui.test_themes import contrast, looks, settings_file, styles
from tui.services.knobs import BUILT_IN, DEFAULT, LABELS, Knobs
from tui.services.learner import Learner
from tui.services.odds import KEY, OddsErrand, OddsFound
from tui.services.predictor import Predictor
from tui.services.settings import read_settings
from tui.widgets.odds import bars, character_name, percent
from tui.widgets.panel import Panel
from tui.widgets.runs import text_of
from tui.widgets.sampling import SamplingPanel
from tui.widgets.themes import MONO, NAMES


class Echo(FakeModel):
    """Its ghosts say what they were asked for."""

    def start(self, text: str = "", learned: object = None) -> "EchoSession":
        """A session of its own."""
        return EchoSession(self, None)


class EchoSession(FakeSession):
    """Proposes the knobs."""

    def suggest(self, config: SuggestConfig, cancelled: Callable[[], bool]) -> FakeSuggestion:
        """The knobs, as long as they may be."""
        super().suggest(config, cancelled)
        weighed = config.sampling
        text = (
            f"{config.decoding} t{weighed.temperature:g} k{weighed.top_k} p{weighed.top_p:g} "
            f"s{config.seed} c{config.threshold:g}"
        )[: config.max_chars]
        return FakeSuggestion(text, (0.9,) * len(text))


def panel(it: Bench) -> SamplingPanel:
    """The panel that shows."""
    found = it.screen.sampling_panel
    assert found is not None
    return found


def row(it: Bench, name: str) -> str:
    """How a knob shows, with what there is to say of it."""
    label = LABELS.get(name, name)
    lines = [line.rpartition("▏ ")[2].strip(" ▸") for line in it.screen_text()]
    (line,) = (line for line in lines if line.startswith(f"{label} "))
    return " ".join(line.removeprefix(label).split())


def asked(it: Bench) -> SuggestConfig:
    """What the model was asked for last."""
    return it.model.configs[-1]


async def to_row(it: Bench, name: str) -> None:
    """Choose a knob by arrows."""
    for _ in range(20):
        if panel(it).chosen == name:
            return
        await it.press("down")
    raise AssertionError(name)


async def test_the_key_opens_and_closes_it() -> None:
    """F2 shows the knobs and gives them the keys, Esc gives them back, F2 puts it away."""
    async with running() as it:
        await it.type("The ")
        ghost = it.editor.ghost
        await it.press("f2")
        assert it.says("Sampling")
        assert it.app.focused is panel(it)
        assert it.editor.ghost == ghost
        await it.press("escape")
        await it.type("quick ")
        assert it.editor.text == "The quick "
        assert it.says("Sampling")
        await it.press("f2", "f2")
        assert it.screen.panel is None
        assert not it.says("Sampling")
        await it.type("b")
        assert it.editor.text == "The quick b"


@pytest.mark.parametrize(
    ("knob", "keys", "value", "ghost"),
    [
        ("mode", ["right"], "‹ greedy ›", "greedy t1"),
        ("mode", ["left"], "‹ sample ›", "sample t1"),
        ("mode", ["2"], "‹ sample ›", "sample t1"),
        ("temperature", ["left"], "‹ 1.05 ›", "t1.05"),
        ("temperature", ["left", "left"], "‹ 1.00 ›", "t1 "),
        ("temperature", ["shift+left"], "‹ 0.85 ›", "t0.85"),
        ("temperature", [*"0.8", "enter"], "‹ 0.80 ›", "t0.8 "),
        ("temperature", [*"77", "backspace", "enter"], "‹ 7.00 ›", "t7 "),
        ("temperature", [*"2", "escape"], "‹ 1.10 ›", "t1.1 "),
        ("temperature", ["backspace"], "‹ 1.00 ›", "t1 "),
        ("top_k", ["shift+right"], "‹ 50 ›", "k50"),
        ("top_k", [*"0", "down"], "‹ all ›", "k0"),
        ("top_k", ["delete"], "‹ all ›", "k0"),
        ("top_p", ["right"], "‹ 0.96 ›", "p0.96"),
        ("top_p", [*",5", "tab"], "‹ 0.50 ›", "p0.5 "),
        ("length", ["shift+left"], "‹ 56 ›", "sample"),
        ("length", [*"6", "enter"], "‹ 6 ›", "sample"),
        ("confidence", ["right"], "‹ 0.05 ›", "c0.05"),
        ("confidence", ["backspace"], "‹ 0.17 › by dial", "c0.17"),
        ("seed", ["right"], "‹ 1 › locked", "s1 "),
        ("seed", [*"123", "enter"], "‹ 123 › locked", "s123 "),
    ],
)
async def test_each_knob(
    home: Path, knob: str, keys: Sequence[str], value: str, ghost: str
) -> None:
    """Arrows, digits and Backspace turn it: it shows, and the ghost at the cursor is another."""
    async with running(model=Echo()) as it:
        await it.type("a")
        # From wild on, where all of them count.
        await it.press("f2", *([] if knob == "mode" else ["p"]))
        await to_row(it, knob)
        await it.press(*keys)
        assert row(it, knob) == value
        assert ghost in it.editor.ghost
        assert it.says(it.editor.ghost)


async def test_where_a_number_can_not_be() -> None:
    """It is said what can, and the knob stays where it was."""
    async with running() as it:
        await it.press("f2", "2", "down", *"99", "enter")
        assert it.says("Temperature: a number from 0 to 10")
        assert row(it, "temperature") == "‹ 1.00 ›"
        await it.press("down")
        assert not it.says("Temperature: a number")


async def test_typing_shows() -> None:
    """What is typed stands in the knob's place, with a cursor."""
    async with running() as it:
        await it.press("f2", "2", "down", *"0.7")
        assert any("temperature : 0.7▏" in line for line in it.screen_text())


@pytest.mark.parametrize(
    ("keys", "field", "value", "said"),
    [
        (["alt+e"], "temperature", 1.05, "temperature 1.05"),
        (["alt+shift+e"], "temperature", 1.15, "temperature 1.15"),
        (["alt+k"], "top_k", 39, "top-k 39"),
        (["alt+shift+k"], "top_k", 41, "top-k 41"),
        (["alt+u"], "top_p", 0.94, "top-p 0.94"),
        (["alt+shift+u"], "top_p", 0.96, "top-p 0.96"),
        (["alt+a"], "length", 63, "length 63"),
        (["alt+shift+a"], "length", 65, "length 65"),
        (["alt+c"], "confidence", 0.0, "confidence 0.00"),
        (["alt+shift+c"], "confidence", 0.05, "confidence 0.05"),
        (["alt+shift+v"], "seed", 1, "seed 1"),
        (["alt+shift+v", "alt+v"], "seed", 0, "seed 0"),
        (["alt+o"], "mode", "beam", "mode beam"),
        (["alt+shift+r"], "locked", False, "seed 0, not locked"),
    ],
)
async def test_single_keys(keys: list[str], field: str, value: object, said: str) -> None:
    """From the text each knob turns by a key; the status line says where it stands."""
    async with running(model=Echo()) as it:
        await it.type("a")
        await it.press("alt+q")
        assert it.facts.note == "wild"
        await it.press(*keys)
        assert getattr(it.screen.knobs, field) == value
        assert it.facts.note == said
        assert asked(it) == it.screen.ghost_config
        assert it.screen.panel is None
        assert it.app.focused is it.editor
        assert it.editor.text == "a"
        assert it.editor.ghost


async def test_keys_for_what_does_not_count() -> None:
    """It is said that the ghost is not drawn, so that nobody wonders why it stays."""
    async with running() as it:
        await it.press("alt+e")
        assert it.facts.note == "temperature 0.95, not for beam"
        await it.press("f2")
        assert row(it, "temperature") == "(0.95)"
        assert row(it, "seed") == "(0) locked"
        assert row(it, "confidence").startswith("‹")
        await it.press("down")
        assert it.says("Does not count for beam")


async def test_a_turn_asks_for_a_ghost() -> None:
    """Where one moved, or had dismissed it, turning a knob shows what comes of it."""
    async with running(model=Echo()) as it:
        await it.type("ab")
        await it.press("left", "right")
        assert not it.editor.ghost
        await it.press("alt+shift+c")
        assert "c0.2" in it.editor.ghost
        await it.press("escape")
        assert not it.editor.ghost
        await it.press("f2", "down", "down", "down", "down", "left")
        assert "beam" in it.editor.ghost


async def test_knobs_are_there_after_a_restart(home: Path) -> None:
    """As they were left, but for a seed that rolls."""
    async with running() as it:
        await it.press("f2", "2", "down", *"0.7", "enter", "l", "r")
        assert it.screen.knobs.seed
    settings, notices = read_settings(home / "config" / "charlm-tui" / "settings.toml")
    assert notices == ()
    assert settings.sampling == Knobs(mode="sample", temperature=0.7, locked=False)
    async with running() as it:
        await it.type("The ")
        assert asked(it).sampling == SamplingConfig(temperature=0.7)


async def test_nobody_who_turns_nothing_notices() -> None:
    """Ghosts are asked for as the dial says, with the panel open or not."""
    async with running() as it:
        await it.type("The ")
        await it.press("f2", "escape")
        await it.type("quick ")
        assert set(it.model.configs) == {DIALS["balanced"]}
        assert it.screen.knobs == DEFAULT


async def test_the_dial_and_confidence() -> None:
    """Set by hand, the status line says so; Ctrl-T is the dial's again, in the panel too."""
    async with running() as it:
        await it.type("The ")
        await it.press("f2")
        await to_row(it, "confidence")
        await it.press(*".5", "enter")
        assert it.facts.dial == "confidence 0.50"
        assert asked(it).threshold == 0.5
        await it.press("ctrl+t")
        assert it.facts.dial == "eager"
        assert row(it, "confidence") == "‹ 0.04 › by dial"
        assert asked(it) == DIALS["eager"]


# The seed.


async def test_a_locked_seed_stays() -> None:
    """Ghosts of all places have it."""
    async with running(model=Echo()) as it:
        await it.press("alt+q")
        await it.type("abc")
        assert {config.seed for config in it.model.configs} == {0}


async def test_a_seed_that_rolls() -> None:
    """Each ghost that is new has another; one that is typed along stays as it is."""
    async with running(model=Echo()) as it:
        await it.press("alt+q", "alt+shift+r")
        seeds = []
        for letter in "ab":
            await it.type(letter)
            seeds.append(asked(it).seed)
        assert len({0, *seeds}) == 3
        before = it.editor.ghost
        assert f"s{seeds[-1]} " in before
        await it.type(before[:2])
        assert asked(it).seed == seeds[-1]
        await it.press("alt+e")
        assert asked(it).seed == seeds[-1]
        await it.press("left")
        assert asked(it).seed == seeds[-1]


async def test_rolling_another() -> None:
    """r draws the ghost anew, and the seed that is locked stays the new one."""
    async with running(model=Echo()) as it:
        await it.press("alt+q", "f2")
        await it.type("x")
        await it.press("escape")
        await it.type("x")
        await it.press("f2", "r")
        seed = it.screen.knobs.seed
        assert seed
        assert f"s{seed} " in it.editor.ghost
        assert row(it, "seed") == f"‹ {seed} › locked"
        await it.press("l")
        assert row(it, "seed") == f"‹ {seed} › rolls"
        await it.press("l", "escape")
        await it.type("y")
        assert asked(it).seed == seed


# Presets.


async def test_presets() -> None:
    """p and the arrows go through them, a digit chooses one; the row says which it is."""
    async with running() as it:
        await it.type("The ")
        await it.press("f2")
        assert row(it, "preset") == "‹ balanced › 2/3"
        await it.press("p")
        assert row(it, "preset") == "‹ wild › 3/3"
        assert it.screen.knobs == BUILT_IN[2].knobs
        await it.press("p")
        assert row(it, "preset") == "‹ precise › 1/3"
        await to_row(it, "preset")
        await it.press("left")
        assert row(it, "preset") == "‹ wild › 3/3"
        await it.press("1")
        assert asked(it).threshold == 0.6
        await it.press("7")
        assert it.says("There are 3 presets")
        await it.press("backspace")
        assert row(it, "preset") == "‹ balanced › 2/3"
        await it.press("up", "up", "up", "left")
        assert row(it, "preset") == "‹ none ›"
        await it.press("p")
        assert row(it, "preset") == "‹ precise › 1/3"


async def test_a_preset_of_ones_own(home: Path) -> None:
    """s asks for a name, in any script; then it is a preset like any other, until d and y."""
    async with running() as it:
        await it.press("f2", "2", "down", *"0.7", "enter", "s")
        assert it.says("Name:")
        for letter in "мой x":
            it.app.post_message(events.Key({" ": "space"}.get(letter, letter), letter))
        await it.press("backspace", "backspace")
        assert it.says("Name: мой")
        await it.press("enter")
        assert it.says("Saved as мой")
        assert row(it, "preset") == "‹ мой › 4/4"
        await it.press("p")
        assert row(it, "preset") == "‹ precise › 1/4"
    async with running() as it:
        await it.press("f2")
        await to_row(it, "preset")
        await it.press("4")
        assert it.screen.knobs.temperature == 0.7
        await it.press("d")
        assert it.says("Delete мой?")
        await it.press("n")
        assert row(it, "preset") == "‹ мой › 4/4"
        await it.press("d", "y")
        assert it.says("мой is deleted")
        assert row(it, "preset") == "‹ none ›"
        assert it.screen.knobs.temperature == 0.7
    assert "presets" not in (home / "config" / "charlm-tui" / "settings.toml").read_text()


@pytest.mark.parametrize(
    ("name", "said"),
    [("wild", "Not saved: wild is built in"), ("", "Not saved: a name has 1 to 20 characters")],
)
async def test_names_that_can_not_be(name: str, said: str) -> None:
    """It is said why."""
    async with running() as it:
        await it.press("f2", "s", *name, "enter")
        assert it.says(said)
        assert len(it.screen._habits.presets) == 3


async def test_a_preset_like_another() -> None:
    """It is the one that was chosen, saved as or gone to, and p leaves none out."""
    async with running() as it:
        await it.press("f2", "s", *"mine", "enter")
        assert row(it, "preset") == "‹ mine › 4/4"
        seen = []
        for _ in range(5):
            await it.press("p")
            seen.append(row(it, "preset").split()[1])
        assert seen == ["precise", "balanced", "wild", "mine", "precise"]
        await it.press("s", *"mine", "enter", "d", "y")
        assert row(it, "preset") == "‹ precise › 1/3"


async def test_leaving_a_name() -> None:
    """Esc, or another key that is no letter, and nothing is saved; letters turned no knob."""
    async with running() as it:
        await it.press("f2", "s", *"lrpd", "escape")
        assert it.app.focused is panel(it)
        await it.press("s", *"abc", "down", "enter")
        assert len(it.screen._habits.presets) == 3
        assert it.screen.knobs == DEFAULT


async def test_pasting_a_name() -> None:
    """Its first line, as long as a name may be."""
    async with running() as it:
        await it.press("f2", "s")
        await it.paste("pasted name that is too long\nand more")
        await it.press("enter")
        assert row(it, "preset") == "‹ pasted name t… ›"
        assert it.editor.text == ""


async def test_a_question_about_a_preset_ends_when_the_knobs_leave_it() -> None:
    """As the mouse may have them do: there is nothing to be deleted any more."""
    async with running() as it:
        await it.press("f2", "s", *"mine", "enter", "d")
        assert it.says("Delete mine?")
        it.screen.turn_knobs(Knobs(length=3))
        await it.settle()
        assert not it.says("y deletes it")
        await it.press("y")
        assert len(it.screen._habits.presets) == len(BUILT_IN) + 1


async def test_what_is_built_in_stays() -> None:
    """d says that it can't be deleted."""
    async with running() as it:
        await it.press("f2", "d")
        assert it.says("Only a preset of your own can be deleted")
        await it.press("y")
        assert len(it.screen._habits.presets) == 3


# The odds.


def drawn(it: Bench) -> list[str]:
    """The lines of the bars."""
    lines = [line.partition("▏")[2].strip() for line in it.screen_text()]
    return lines[next(at for at, line in enumerate(lines) if line.startswith("Next:")) :]


async def test_the_odds_of_the_next_character() -> None:
    """The likeliest first, as bars with their odds, and how unsure the model is of them all."""
    async with running() as it:
        await it.type("The")
        await it.press("f2")
        await it.until(lambda: panel(it).bars.odds is not None)
        lines = drawn(it)
        assert lines[0].startswith("Next: about ")
        assert lines[1].startswith("entropy ")
        assert lines[2].startswith("␣ ▇▇▇▇▇")
        assert lines[2].endswith("%")
        assert "→" not in "".join(lines[:12])
        await it.press("escape")
        await it.type(" ")
        await it.until(lambda: drawn(it)[2].startswith("q "))


async def test_the_odds_before_and_after() -> None:
    """What sampling makes of them shows as a knob turns: kept, gained, and cut."""
    async with running() as it:
        await it.type("The ")
        await it.press("f2", "2", "down", "down", *"2", "enter")
        await it.until(lambda: "cut" in "".join(drawn(it)))
        lines = drawn(it)
        assert lines[0] == "Next: about 8.6 → 1.8 choices"
        assert "→ " in lines[1]
        assert lines[2] == "▇ kept ▒ gained ░ lost · cut"
        assert "▒" in lines[3]
        assert "▒" in lines[4]
        assert all("·" in line and line.endswith("→cut") for line in lines[5:10])
        await it.press("up", "up", "1")
        await it.until(lambda: drawn(it)[0].endswith("→ 1.0 choices"))


async def test_the_odds_where_no_ghost_shows(tmp_path: Path) -> None:
    """In the middle of a line, in a document that is read-only, and in an empty one."""
    path = tmp_path / "a.txt"
    path.write_text("The quick")
    async with running(path, read_only=True) as it:
        await it.press("f2", "escape", "right", "right", "right")
        assert it.editor.cursor_location == (0, 3)
        await it.until(lambda: drawn(it)[2].startswith("␣ "))
        assert not it.editor.ghost
    async with running() as it:
        await it.press("f2")
        await it.until(lambda: len(drawn(it)) > 5)


async def test_odds_are_looked_at_only_while_they_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the panel a key costs nothing more."""
    sent: list[object] = []
    monkeypatch.setattr(Predictor, "send", lambda self, errand: sent.append(errand))
    monkeypatch.setattr(Predictor, "call_back", lambda self, key: sent.append(key))
    async with running() as it:
        await it.type("The ")
        await it.press("alt+shift+c")
        assert not sent
        await it.press("f2")
        assert sent
        await it.press("f2")
        assert sent[-1] == KEY
        sent.clear()
        await it.type("x")
        assert not sent


async def test_odds_of_another_text_are_not_shown() -> None:
    """What comes too late is dropped."""
    async with running() as it:
        await it.type("The ")
        await it.press("f2")
        await it.until(lambda: panel(it).bars.odds is not None)
        revision = it.editor.revision
        for late in (revision - 1, revision):
            it.screen.heard(OddsFound(revision=late, odds=ODDS))
            assert (panel(it).bars.odds is ODDS) == (late == revision)


def test_odds_are_those_of_the_text_that_was_meant() -> None:
    """Where the session has gone elsewhere, nothing is told: another prediction follows."""
    model, told = FakeModel(), list[object]()
    learner = Learner(model, model.start(), learning=False)
    learner.session.seek("The", lambda: False)
    for text in ("Th", "The"):
        errand = OddsErrand(revision=7, text=text, sampling=SamplingConfig())
        assert errand.work(learner, told.append, lambda: False)
    (found,) = told
    assert isinstance(found, OddsFound)
    assert (found.revision, found.odds.characters[0]) == (7, " ")


async def test_without_a_model() -> None:
    """The knobs turn all the same, and in place of the odds it is said why there are none."""
    async with running(load_model=missing) as it:
        await it.press("f2", "2", "down", "left")
        assert it.says("Next: no model")
        assert row(it, "temperature") == "‹ 0.95 ›"


async def test_a_model_that_can_not_be_loaded_after_all() -> None:
    """Who waits for it in the panel is told that it does not come."""
    model = FakeModel()
    model.gate.clear()

    def load(name: str) -> FakeModel:
        model.gate.wait(10)
        return missing(name)

    async with running(model=model, load_model=load) as it:
        await it.press("f2")
        assert it.says("no model yet")
        model.gate.set()
        await it.until(lambda: it.says("Next: no model") and not it.says("no model yet"))


async def test_before_the_model_is_there() -> None:
    """The panel waits for it; then the odds come by themselves."""
    model = FakeModel()
    model.gate.clear()
    async with running(model=model) as it:
        await it.press("f2")
        assert it.says("no model yet")
        model.gate.set()
        await it.until(lambda: panel(it).bars.odds is not None)


async def test_another_document(tmp_path: Path) -> None:
    """The panel stays, with the odds of the page that shows."""
    path = tmp_path / "other.txt"
    path.write_text("The quick")
    async with running(others=[path], text="x") as it:
        await it.press("f2", "escape", "alt+2", "ctrl+end")
        await it.settle()
        await it.until(lambda: drawn(it)[2].startswith("␣ "))
        await it.press("f2", "right")
        assert it.editor.ghost == " brown fox jumps over the lazy dog."


ODDS = Odds(
    characters=("e", " ", "\n", "ж", "字", "\u0301", "\u00a0", "\u202e", "q"),
    before=(0.5, 0.25, 0.1, 0.05, 0.04, 0.03, 0.02, 0.0096, 0.0004),
    after=(0.8, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    entropy_before=2.0,
    entropy_after=0.72,
)


@pytest.mark.parametrize("width", [31, 41, 20, 12])
def test_bars_fit(width: int) -> None:
    """Each line is as wide as there is room, whatever the characters, and none is an order."""
    for height in range(12):
        lines = [text_of(runs) for runs in bars(ODDS, width, height)]
        assert len(lines) == min(height, 12)
        # What heads them is cut where it is drawn.
        assert all(cell_len(line) <= max(width, 16) for line in lines[3:])
        assert all(line.isprintable() for line in lines)


def test_bars_in_words() -> None:
    """What each line says."""
    lines = [text_of(runs) for runs in bars(ODDS, 31, 9)]
    assert lines[0] == "Next: about 4.0 → 1.6 choices"
    assert lines[1] == "entropy 2.00 → 0.72 bits"
    assert lines[3] == "e ▇▇▇▇▇▇▇▇▇▇▇▇▒▒▒▒▒▒▒▒  50→80% "
    assert lines[4] == "␣ ▇▇▇▇▇░                25→20% "
    assert lines[5] == "⏎ ··                    10→cut "


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("e", "e "),
        (" ", "␣ "),
        ("\n", "⏎ "),
        ("\t", "␉ "),
        ("\u00a0", "⍽ "),
        ("字", "字"),
        ("\u0301", "◌\u0301 "),
        ("\u202e", "· "),
    ],
)
def test_names_of_characters(character: str, name: str) -> None:
    """Blanks and marks can be seen, and none takes more than its place."""
    assert character_name(character) == name
    assert cell_len(name) == 2


@pytest.mark.parametrize(
    ("odds", "words"),
    [(1.0, "100"), (0.5, "50"), (0.0994, "9.9"), (0.0996, "10"), (0.0002, "<.1"), (0.0, "0")],
)
def test_percent(odds: float, words: str) -> None:
    """In three characters."""
    assert percent(odds) == words


# The mouse, the keys, the room.


def spot(it: Bench, sign: str, label: str) -> tuple[int, int]:
    """Where a sign is in the row of a knob."""
    for y, line in enumerate(it.screen_text()):
        if label in line and (x := line.find(sign, line.index(label))) >= 0:
            return x, y
    raise AssertionError((sign, label))


async def test_the_mouse() -> None:
    """A click on an arrow turns, on a row it chooses, on the lock's word it locks; so the wheel."""
    async with running() as it:
        await it.press("f2", "2")
        for sign, value in (("‹", "0.95"), ("›", "1.00"), ("›", "1.05")):
            await it.pilot.click(offset=spot(it, sign, "temperature"))
            await it.settle()
            assert row(it, "temperature") == f"‹ {value} ›"
        await it.pilot.click(offset=spot(it, "top-p", "top-p"))
        await it.settle()
        assert panel(it).chosen == "top_p"
        await it.pilot.click(offset=spot(it, "locked", "seed"))
        await it.settle()
        assert not it.screen.knobs.locked
        x, y = spot(it, "length", "length")
        for kind in (events.MouseScrollUp, events.MouseScrollDown, events.MouseScrollDown):
            it.app.screen._forward_event(
                kind(None, x, y, 0, 0, 0, False, False, False, screen_x=x, screen_y=y)
            )
            await it.settle()
        assert it.screen.knobs.length == 63
        assert it.app.focused is panel(it)


async def test_the_mouse_on_what_does_not_count() -> None:
    """There are no arrows to click on."""
    async with running() as it:
        await it.press("f2")
        await it.pilot.click(offset=spot(it, "(1.00", "temperature"))
        await it.settle()
        assert panel(it).chosen == "temperature"
        assert it.screen.knobs == DEFAULT


async def test_a_hurry() -> None:
    """Keys in a burst are done in order: number, Enter, back to the text, letters."""
    async with running() as it:
        await it.press("f2", "2")
        for key in ("down", "0", ".", "5", "enter", "down", "3", "escape", "escape"):
            character = key if len(key) == 1 else None
            it.app.post_message(events.Key({".": "full_stop"}.get(key, key), character))
        await it.type("words")
        await it.until(lambda: it.editor.text == "words")
        assert (it.screen.knobs.temperature, it.screen.knobs.top_k) == (0.5, 0)


async def test_other_keys_mean_what_they_mean(tmp_path: Path) -> None:
    """From the panel the document is saved, too; letters without a meaning do nothing."""
    path = tmp_path / "a.txt"
    async with running(path) as it:
        await it.type("text")
        await it.press("f2", "x", "z", "ctrl+s")
        assert path.read_text() == "text"
        assert it.editor.text == "text"
        assert it.app.focused is panel(it)


async def test_its_keys_are_told() -> None:
    """F1 in the panel shows its own keys, and the text's beside them."""
    async with running(size=(80, 60)) as it:
        await it.press("f2", "f1")
        assert it.says("Turn it a step; with Shift a coarse one")
        assert it.says("Save the knobs as a preset")
        assert it.says("Panel: back to the text")
        assert it.says("Ctrl-S")
        await it.press("escape", "escape", "f1")
        assert it.says("Temperature down, up")
        assert it.says("Alt-E, Alt-Shift-E")


async def test_knob_keys_can_be_others(home: Path) -> None:
    """They are set by their names, as all keys are."""
    settings_file(home, '[keys]\nhotter = "F6"\nturn_preset = "Alt-Shift-P"\n')
    async with running() as it:
        await it.press("alt+shift+p", "f6", "alt+shift+e", "alt+q")
        assert it.screen.knobs.temperature == 1.15


@pytest.mark.parametrize("size", [(80, 24), (60, 24), (59, 24), (40, 12), (30, 8), (20, 5), (9, 3)])
async def test_whatever_room_there_is(size: tuple[int, int]) -> None:
    """Beside the text or below it, the chosen knob is in sight, and nothing breaks."""
    async with running(size=size) as it:
        await it.type("The ")
        await it.press("f2", "2")
        await to_row(it, "seed")
        await it.press("right")
        assert it.screen.knobs.seed == 1
        shown = panel(it)
        if size >= (60, 24):
            assert shown.region.width == 34
            assert it.editor.region.width == size[0] - 34
            assert shown.region.x == it.editor.region.width
        elif size >= (20, 5):
            assert shown.region.width == size[0]
            assert it.editor.region.height >= 1
        if size >= (20, 5):
            assert any("▸seed" in line for line in it.screen_text())
        await it.pilot.resize_terminal(100, 30)
        await it.settle()
        assert shown.region.width == 34
        assert row(it, "seed") == "‹ 1 › locked"
        await it.pilot.resize_terminal(*size)
        await it.settle()
        await it.press("escape")
        await it.type("x")
        assert it.editor.text == "The x"


async def test_one_panel_at_a_time() -> None:
    """Another kind takes its place, and the keys."""

    class Other(Panel):
        """Something else."""

    async with running() as it:
        await it.press("f2")
        await it.screen.turn_panel(Other, Other)
        assert type(it.app.focused).__name__ == "Other"
        assert len(it.screen.query(Panel)) == 1
        await it.press("f2")
        assert it.app.focused is panel(it)
        await it.screen.close_panel()
        assert it.editor.has_focus


@pytest.mark.parametrize("theme", NAMES)
async def test_it_can_be_read_in_every_theme(home: Path, theme: str) -> None:
    """No word is lost in its ground, and what is chosen or cut can be told without colours."""
    settings_file(home, f'theme = "{theme}"\n')
    async with running() as it:
        await it.type("The ")
        await it.press("f2", "2", "down", "down", *"2", "enter")
        await it.until(lambda: "→cut" in "".join(it.screen_text()))
        found = [(text, style) for text, style in styles(it) if any(map(str.isalnum, text))]
        chosen = [style for text, style in found if "▸top-k" in text]
        plain = [style for text, style in found if "length" in text]
        assert looks(chosen[0]) != looks(plain[0])
        for text, style in found:
            if theme == MONO:
                assert looks(style)[:2] == (None, None), text
            elif theme in ("dark", "light", "contrast"):
                assert contrast(style) >= 3, (text, style)
