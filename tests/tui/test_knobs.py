"""The knobs of sampling: how they turn, what they stand for, and what is kept of them."""

import math
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core import DECODINGS, DIALS, SamplingConfig, SuggestConfig
from tests.tui.support import FakeClock
from tui.services.habits import REST_SECONDS, Habits
from tui.services.knobs import (
    ABOUT,
    BUILT_IN,
    DEFAULT,
    LABELS,
    PRESETS,
    SCALES,
    TABLE,
    KnobError,
    Knobs,
    Preset,
    knobs_table,
    name_fault,
    preset_at,
    preset_table,
)
from tui.services.settings import Settings, SettingsError, change_settings, read_settings

WILD = Knobs(mode="sample", temperature=0.8, top_k=12, top_p=0.9, length=20, confidence=0.1, seed=7)


def knobs_of(*modes: str) -> st.SearchStrategy[Knobs]:
    """All that knobs can be."""

    def number(name: str) -> st.SearchStrategy[Any]:
        scale = SCALES[name]
        if scale.whole:
            return st.integers(int(scale.low), int(scale.high))
        return st.floats(scale.low, scale.high)

    return st.builds(
        Knobs,
        mode=st.sampled_from(modes or DECODINGS),
        temperature=number("temperature"),
        top_k=number("top_k"),
        top_p=number("top_p"),
        length=number("length"),
        confidence=st.none() | number("confidence"),
        seed=number("seed"),
        locked=st.booleans(),
    )


def settings_file(home: Path, text: str = "") -> Path:
    """Where the settings are, with these in it."""
    path = home / "config" / "charlm-tui" / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_as_they_come_nothing_is_another() -> None:
    """Who never turns a knob has the ghosts that the dial says, to the last field."""
    for dial in DIALS.values():
        assert DEFAULT.ghosts(dial) == dial
    assert DEFAULT.ghosts(SuggestConfig()) == SuggestConfig()


def test_what_ghosts_are_asked_for() -> None:
    """Each knob is where it belongs in what the model is asked."""
    config = WILD.ghosts(DIALS["eager"])
    assert config == replace(
        DIALS["eager"],
        decoding="sample",
        sampling=SamplingConfig(temperature=0.8, top_k=12, top_p=0.9),
        seed=7,
        max_chars=20,
        threshold=0.1,
    )
    writing = WILD.writing()
    assert (writing.decoding, writing.sampling, writing.seed) == ("sample", WILD.sampling, 7)


def test_without_confidence_all_of_a_drawn_ghost_shows() -> None:
    """At 0 neither its first word nor what is behind it must be likely."""
    config = replace(WILD, confidence=0.0).ghosts(SuggestConfig())
    assert (config.threshold, config.whole_threshold) == (0.0, 0.0)
    assert replace(WILD, mode="beam").ghosts(SuggestConfig()).whole_threshold > 0


@pytest.mark.parametrize("mode", ["beam", "greedy"])
@given(data=st.data())
def test_what_does_not_count_makes_no_difference(mode: Any, data: st.DataObject) -> None:
    """Temperature, top-k, top-p and seed leave a ghost alone that is not drawn: it goes on."""
    knobs = data.draw(knobs_of(mode))
    plain = replace(knobs, temperature=1.0, top_k=0, top_p=1.0, seed=0)
    assert knobs.ghosts(SuggestConfig()) == plain.ghosts(SuggestConfig())
    idle = [knob for knob in LABELS if not knobs.counts(knob)]
    assert idle == ["temperature", "top_k", "top_p", "seed"]
    assert all(replace(knobs, mode="sample").counts(knob) for knob in LABELS)


def test_what_becomes_of_the_odds() -> None:
    """They are weighed where characters are drawn, left alone for beam; greedily one is all."""
    assert WILD.weighing == WILD.sampling
    assert replace(WILD, mode="beam").weighing == SamplingConfig()
    assert replace(WILD, mode="greedy").weighing == SamplingConfig(temperature=0.0)


@pytest.mark.parametrize(
    ("knob", "value", "steps", "coarse", "found"),
    [
        ("temperature", 1.0, 1, False, 1.05),
        ("temperature", 1.0, -1, False, 0.95),
        ("temperature", 1.0, -1, True, 0.75),
        ("temperature", 0.83, 1, False, 0.85),
        ("temperature", 0.83, -1, False, 0.8),
        ("temperature", 0.1, -1, True, 0.0),
        ("temperature", 9.9, 1, True, 10.0),
        ("top_k", 0, 1, False, 1),
        ("top_k", 0, -1, False, 0),
        ("top_k", 1, -1, False, 0),
        ("top_k", 3, 1, True, 13),
        ("top_k", 65536, 1, False, 65536),
        ("top_p", 1.0, -1, False, 0.99),
        ("top_p", 1.0, -1, True, 0.9),
        ("top_p", 1.0, 1, False, 1.0),
        ("length", 64, 1, False, 65),
        ("length", 64, -1, True, 56),
        ("length", 1, -1, False, 1),
        ("confidence", None, 1, False, 0.3),
        ("confidence", None, -1, False, 0.25),
        ("confidence", 0.0, -1, False, 0.0),
        ("seed", 0, 1, False, 1),
        ("seed", 2**63 - 1, 1, False, 2**63 - 1),
        ("seed", 2**63 - 2, 1, False, 2**63 - 1),
    ],
)
def test_turning(knob: str, value: Any, steps: int, coarse: bool, found: Any) -> None:
    """A step goes to the next mark of the scale, and never over its ends."""
    changes: dict[str, Any] = {knob: value}
    knobs = replace(DEFAULT, **changes).turned(knob, steps, dial=0.29, coarse=coarse)
    assert getattr(knobs, knob) == found
    assert type(getattr(knobs, knob)) is type(found)


@given(knobs=knobs_of(), knob=st.sampled_from(list(LABELS)), steps=st.sampled_from([-1, 1]))
def test_turning_and_turning_back(knobs: Knobs, knob: str, steps: int) -> None:
    """All stays within its bounds; from a mark of the scale one step back is where one was."""
    on = knobs.turned(knob, steps, dial=0.29)
    back = on.turned(knob, -steps, dial=0.29)
    assert back.ghosts(SuggestConfig()).max_chars >= 1
    if knob == "mode":
        assert back == knobs
        return
    scale, value = SCALES[knob], on.number(knob, 0.29)
    again = back.turned(knob, steps, dial=0.29).number(knob, 0.29)
    if scale.low < value < scale.high:
        assert again == value
    assert scale.low <= value <= scale.high


def test_the_modes_go_round() -> None:
    """Greedy, sample, beam, and greedy again."""
    seen = [DEFAULT]
    for _ in range(3):
        seen.append(seen[-1].turned("mode", 1, dial=0.3))
    assert [one.mode for one in seen] == ["beam", "greedy", "sample", "beam"]


@pytest.mark.parametrize(
    ("knob", "text", "found"),
    [
        ("temperature", "0.8", 0.8),
        ("temperature", ",75", 0.75),
        ("temperature", "10", 10.0),
        ("top_k", "40", 40),
        ("top_p", ".95", 0.95),
        ("length", "4096", 4096),
        ("confidence", "0", 0.0),
        ("seed", "9223372036854775807", 2**63 - 1),
    ],
)
def test_typing(knob: str, text: str, found: float) -> None:
    """A number that was typed is taken as it is, with a point or a comma."""
    assert getattr(DEFAULT.typed(knob, text), knob) == found


@pytest.mark.parametrize(
    ("knob", "text", "range_"),
    [
        ("temperature", "10.1", "a number from 0 to 10"),
        ("temperature", "1.2.3", "a number from 0 to 10"),
        ("temperature", ".", "a number from 0 to 10"),
        ("top_k", "70000", "a whole number from 0 to 65,536"),
        ("top_p", "1.01", "a number from 0 to 1"),
        ("length", "0", "a whole number from 1 to 4,096"),
        ("seed", "9223372036854775808", "a whole number from 0 to 9,223,372,036,854,775,807"),
    ],
)
def test_typing_what_can_not_be(knob: str, text: str, range_: str) -> None:
    """It is said what can."""
    with pytest.raises(KnobError, match=f"^{range_}$"):
        DEFAULT.typed(knob, text)


def test_a_seed_that_was_chosen_stays() -> None:
    """Who sets a seed wants that one, also where each ghost had its own."""
    rolling = replace(DEFAULT, mode="sample", locked=False)
    assert rolling.rolls
    assert rolling.typed("seed", "5") == replace(rolling, seed=5, locked=True)
    assert rolling.turned("seed", 1, dial=0.3).locked
    assert not rolling.turned("top_k", 1, dial=0.3).locked
    assert not replace(rolling, mode="beam").rolls


def test_resetting() -> None:
    """A knob alone is as it comes."""
    assert WILD.reset("temperature") == replace(WILD, temperature=1.0)
    assert WILD.reset("confidence").confidence is None


@pytest.mark.parametrize(
    ("knobs", "knob", "words"),
    [
        (DEFAULT, "mode", "beam"),
        (DEFAULT, "temperature", "1.00"),
        (replace(DEFAULT, temperature=0.8333), "temperature", "0.8333"),
        (DEFAULT, "top_k", "all"),
        (replace(DEFAULT, top_k=3), "top_k", "3"),
        (DEFAULT, "confidence", "0.29"),
        (replace(DEFAULT, confidence=0.5), "confidence", "0.50"),
        (DEFAULT, "length", "64"),
    ],
)
def test_words(knobs: Knobs, knob: str, words: str) -> None:
    """What is shown of each."""
    assert knobs.words(knob, 0.29) == words


def test_all_have_names() -> None:
    """What can be set is what is shown, told of, and scaled."""
    names = [field.name for field in fields(Knobs)]
    assert list(ABOUT) == names
    assert [*LABELS, "locked"] == names
    assert set(SCALES) == set(names) - {"mode", "locked"}


# Presets.


def test_presets_leave_the_seed() -> None:
    """All else is the preset's."""
    wild = BUILT_IN[2]
    assert wild.over(Knobs(seed=5, locked=False, length=9)) == replace(
        wild.knobs, seed=5, locked=False
    )


def test_at_which_preset_one_is() -> None:
    """As they come, at balanced; a knob that was turned is at none."""
    assert preset_at(DEFAULT, BUILT_IN) == BUILT_IN[1]
    assert preset_at(replace(DEFAULT, seed=3), BUILT_IN) == BUILT_IN[1]
    assert preset_at(replace(DEFAULT, length=3), BUILT_IN) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("mine", ""),
        ("мой любимый", ""),
        ("a.b", ""),
        ("", "a name has 1 to 20 characters"),
        ("x" * 21, "a name has 1 to 20 characters"),
        (" x", "a name has no blanks around it"),
        ("a\x1bb", "no control characters"),
        ("wild", "wild is built in"),
    ],
)
def test_names_of_presets(name: str, fault: str) -> None:
    """What can be read can be a name, in any script."""
    assert fault in name_fault(name)
    assert bool(fault) == bool(name_fault(name))


# On disk.


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    """A file of a person's own is not filled with what goes without saying."""
    path = tmp_path / "settings.toml"
    change_settings(path, {TABLE: knobs_table(replace(DEFAULT, temperature=0.8))})
    assert path.read_text() == "[sampling]\ntemperature = 0.8\n"
    change_settings(path, {TABLE: knobs_table(DEFAULT)})
    assert path.read_text().strip() == ""


def test_a_seed_that_rolls_is_not_kept() -> None:
    """The file is not written anew for each ghost."""
    assert knobs_table(Knobs(seed=5))["seed"] == 5
    assert knobs_table(Knobs(seed=5, locked=False))["seed"] is None


COMMENTED = """\
# mine
dial = "eager"

[sampling]  # by hand
top_k = 5  # five
temperature = 0.80  # warm
[keys]
save = "F6"
"""


def test_comments_in_tables_survive(tmp_path: Path) -> None:
    """Of the table only the knobs that were turned are others."""
    path = tmp_path / "settings.toml"
    path.write_text(COMMENTED)
    change_settings(path, {TABLE: knobs_table(Knobs(temperature=0.8, length=9))})
    assert path.read_text() == COMMENTED.replace("top_k = 5  # five\n", "").replace(
        "# warm\n", "# warm\nlength = 9\n"
    )


def test_a_table_with_comments_stays(tmp_path: Path) -> None:
    """Notes to oneself are not thrown away with the last knob in it."""
    path = tmp_path / "settings.toml"
    path.write_text("[sampling]\n# not too warm\ntop_k = 5\n")
    change_settings(path, {TABLE: knobs_table(DEFAULT)})
    assert "# not too warm" in path.read_text()


@pytest.mark.parametrize(
    "before",
    [
        "",
        "sampling = 3\nwrap = true\n[keys]\nsave = 'F6'\n",
        "sampling = {top_k = 3}  # short\nwrap = true\n",
        "sampling.top_k = 3\nwrap = true\n",
        "[[sampling]]\ntop_k = 3\n",
        "[sampling]\n[keys]\nsave = 'F6'\n",
        "wrap = false\n[presets.a]\ntop_k = 1\n[keys]\nsave = 'F6'\n[presets.b]\ntop_k = 2\n",
        "presets = 'none'\n",
        "[presets]\na = {top_k = 1}\n",
    ],
)
@given(knobs=knobs_of())
def test_what_is_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory, before: str, knobs: Knobs
) -> None:
    """Whatever the file looked like, the knobs and a preset are read as they were saved."""
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    path.write_text(before)
    others = {one.name for one in read_settings(path)[0].presets}
    wanted = knobs if knobs.locked else replace(knobs, seed=0)
    preset = Preset(name="мой любимый.1", knobs=replace(knobs, seed=0, locked=True))
    change_settings(path, {TABLE: knobs_table(knobs)})
    change_settings(path, {PRESETS: {preset.name: preset_table(preset)}})
    found, notices = read_settings(path)
    assert notices == ()
    assert found.sampling == wanted
    assert {one.name for one in found.presets} == {*others, preset.name}
    assert next(one for one in found.presets if one.name == preset.name) == preset
    change_settings(path, {PRESETS: {preset.name: None}})
    assert {one.name for one in read_settings(path)[0].presets} == others


def test_a_file_of_an_odd_shape_is_left_to_its_person(tmp_path: Path) -> None:
    """Where a preset can't be put in without harm, it is said so, and nothing is touched."""
    path = tmp_path / "settings.toml"
    path.write_text(odd := "presets.a.top_k = 1\npresets.b.top_k = 2\n")
    with pytest.raises(SettingsError, match="set presets there by hand; the change is not saved"):
        change_settings(path, {PRESETS: {"c": {"top_k": 3}}})
    assert path.read_text() == odd


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("sampling = 3", 1, "sampling: not a table of knobs"),
        ("[sampling]\n\ntemperature = 11", 3, "temperature: not a number from 0 to 10"),
        ("[sampling]\ntemperature = nan", 2, "temperature: not a number from 0 to 10"),
        ("[sampling]\ntemperature = true", 2, "temperature: not a number from 0 to 10"),
        ("[sampling]\ntop_k = 2.0", 2, "top_k: not a whole number from 0 to 65,536"),
        ("[sampling]\nlength = 0", 2, "length: not a whole number from 1 to 4,096"),
        ("[sampling]\nmode = 'random'", 2, "mode: not one of greedy, sample, beam"),
        ("[sampling]\nmode = []", 2, "mode: not one of greedy, sample, beam"),
        ("[sampling]\nlocked = 1", 2, "locked: not true or false"),
        ("[sampling]\ntop_q = 1", 2, "top_q: there is no such knob; there are mode, temperature"),
        ("sampling = {top_p = 2}", 1, "top_p: not a number from 0 to 1"),
        ("presets = 1", 1, "presets: not a table of presets"),
        ("[presets]\nmine = 1", 2, "mine: not a table of knobs"),
        ("[presets.wild]\ntop_k = 1", 1, "wild: wild is built in"),
        ("\n[presets.mine]\ntop_k = -1", 3, "top_k: not a whole number from 0 to 65,536"),
        ("[presets.mine]\nseed = 4", 2, "seed: there is no such knob; there are mode"),
        ('[presets."a\\u001b"]\ntop_k = 1', 1, "no control characters"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, line: int, fault: str) -> None:
    """A line names the file, the line and the fault; the knob is as it comes."""
    path = tmp_path / "settings.toml"
    path.write_text(text)
    settings, notices = read_settings(path)
    assert any(n.startswith(f"{path}, line {line}: ") and fault in n for n in notices), notices
    assert settings.sampling == DEFAULT
    assert all(notice.isprintable() for notice in notices)


def test_one_bad_knob_takes_no_other_with_it(tmp_path: Path) -> None:
    """The rest of the table counts."""
    path = tmp_path / "settings.toml"
    path.write_text("[sampling]\ntop_k = 4\ntop_p = 7\n[presets.mine]\ntop_k = 9\nlength = 0\n")
    settings, notices = read_settings(path)
    assert settings.sampling == Knobs(top_k=4)
    assert settings.presets == (Preset(name="mine", knobs=Knobs(top_k=9)),)
    assert len(notices) == 2


def test_whole_numbers_will_do(tmp_path: Path) -> None:
    """`temperature = 1` is what people write."""
    path = tmp_path / "settings.toml"
    path.write_text("[sampling]\ntemperature = 2\n")
    settings, notices = read_settings(path)
    assert (notices, settings.sampling.temperature) == ((), 2.0)
    assert isinstance(settings.sampling.temperature, float)


# With all that a person has set.


def test_knobs_go_to_disk_at_rest(home: Path) -> None:
    """Not while they turn, but a second after, and at the end; what is there then is the last."""
    path, clock = settings_file(home), FakeClock()
    habits = Habits(clock=clock)
    for steps in range(3):
        habits.turn(replace(DEFAULT, top_k=steps + 1))
        habits.save(now=False)
        assert habits.unsaved
    assert path.read_text() == ""
    clock.now += REST_SECONDS
    habits.save(now=False)
    habits.save()
    assert not habits.unsaved
    assert path.read_text() == "[sampling]\ntop_k = 3\n"
    habits.turn(replace(DEFAULT, top_k=9))
    habits.save()
    assert Habits().knobs == Knobs(top_k=9)


def test_a_seed_that_rolls_leaves_the_disk_alone(home: Path) -> None:
    """Nothing is to be saved for it."""
    settings_file(home, "[sampling]\nlocked = false\n")
    habits = Habits()
    habits.turn(replace(habits.knobs, seed=1234))
    assert not habits.unsaved


def test_what_can_not_be_saved_is_told_once(home: Path) -> None:
    """The knobs are turned all the same."""
    (home / "config").write_text("a file in the folder's place")
    habits = Habits()
    habits.take_notices()
    habits.turn(Knobs(top_k=2))
    for _ in range(3):
        habits.save()
    assert len(habits.take_notices()) == 1
    assert habits.config(DIALS) == Knobs(top_k=2).ghosts(DIALS["balanced"])
    assert not habits.unsaved


def test_the_dial_takes_confidence_back(home: Path) -> None:
    """By hand it is as it was set, whatever becomes of ghosts; the dial undoes that."""
    habits = Habits()
    habits.turn(Knobs(confidence=0.45))
    for _ in range(30):
        habits.count_accept(5)
        habits.count_typed(over=True)
    assert habits.config(DIALS).threshold == 0.45
    assert habits.dial == "confidence 0.45"
    assert habits.dial_confidence == DIALS["balanced"].threshold
    habits.turn_dial()
    assert habits.dial == "eager"
    assert habits.config(DIALS) == DIALS["eager"]


def test_a_persons_own_presets(home: Path) -> None:
    """They are kept under their names, changed in their places, and deleted."""
    path = settings_file(home, "# mine\n")
    habits = Habits()
    for name, top_k in (("one", 1), ("two", 2), ("one", 3)):
        habits.keep_preset(Preset(name=name, knobs=Knobs(top_k=top_k)))
    assert [one.name for one in habits.presets][3:] == ["one", "two"]
    again = Habits()
    assert again.presets == habits.presets
    assert again.presets[3].knobs.top_k == 3
    again.drop_preset("one")
    assert [one.name for one in Habits().presets][3:] == ["two"]
    again.drop_preset("two")
    assert path.read_text().strip() == "# mine"


@pytest.mark.parametrize("change", [lambda habits: habits.set(theme="light"), Habits.turn_dial])
def test_other_settings_leave_knobs_alone(home: Path, change: Callable[[Habits], None]) -> None:
    """What waits to be saved is not lost when another setting is."""
    settings_file(home)
    habits = Habits()
    habits.turn(Knobs(top_k=4))
    change(habits)
    habits.save()
    assert Habits().knobs == Knobs(top_k=4)
    assert Habits().settings != Settings()


def test_no_number_is_none() -> None:
    """A scale never gives something that can't be set."""
    for scale in SCALES.values():
        for value in (scale.low, scale.high):
            for steps in (-1000, -1, 1, 1000):
                turned = scale.turned(value, steps)
                assert scale.low <= turned <= scale.high
                assert not math.isnan(turned)
