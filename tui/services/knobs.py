"""The knobs of sampling: what they are set to, how they turn, and which ghosts come of that.

    [sampling]             # how the knobs stand, in the settings file
    mode = "sample"
    temperature = 0.8
    [presets.mine]         # a person's own presets, of the same but for the seed
    top_k = 12

Pure values.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from charlm_core import DECODINGS, Decoding, GenerateConfig, SamplingConfig, SuggestConfig
from tui.services.toml_places import KeyPath

Knob = Literal["mode", "temperature", "top_k", "top_p", "length", "confidence", "seed"]

TABLE, PRESETS = "sampling", "presets"
"""The tables of the settings file that this is about."""

PRESET = "preset"
"""What stands below the knobs and turns all of them."""

LONGEST_NAME = 20
"""Characters of a preset's name."""
ROLLS = range(1, 10_000)
"""What a seed is rolled from: short enough to be typed again."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How a number turns."""

    low: float
    """Its least."""
    high: float
    """Its most."""
    step: float
    """By how much, in hundredths at the finest."""
    coarse: int
    """So many steps are a coarse one."""

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return self.step >= 1

    @property
    def words(self) -> str:
        """What it may be."""
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {int(self.high):,}"

    def turned(self, value: float, steps: int) -> float:
        """The value so many steps on; one between two steps goes to the nearer end of its own."""
        if self.whole:
            return max(int(self.low), min(int(self.high), int(value) + steps * int(self.step)))
        at = value / self.step
        at = math.floor(at + 1e-6) if steps > 0 else math.ceil(at - 1e-6)
        return float(max(self.low, min(self.high, round((at + steps) * self.step, 2))))


SCALES: Mapping[str, Scale] = {
    "temperature": Scale(low=0, high=10, step=0.05, coarse=5),
    "top_k": Scale(low=0, high=1 << 16, step=1, coarse=10),
    "top_p": Scale(low=0, high=1, step=0.01, coarse=10),
    "length": Scale(low=1, high=4096, step=1, coarse=8),
    "confidence": Scale(low=0, high=1, step=0.05, coarse=5),
    "seed": Scale(low=0, high=(1 << 63) - 1, step=1, coarse=10),
}

LABELS: Mapping[str, str] = {
    "mode": "mode",
    "temperature": "temperature",
    "top_k": "top-k",
    "top_p": "top-p",
    "length": "length",
    "confidence": "confidence",
    "seed": "seed",
}
"""What people call them, in the order in which they are shown."""

ABOUT: Mapping[str, str] = {
    "mode": "how characters are chosen: " + ", ".join(DECODINGS),
    "temperature": "divides the logits: low is sure, high is wild, 0 is greedy",
    "top_k": "draws from the k likeliest alone; 0 is all of them",
    "top_p": "draws from the fewest whose odds reach this sum",
    "length": "the longest a ghost gets, in characters",
    "confidence": "the least odds of a ghost's first word: low is eager",
    "seed": "the same seed draws the same text again",
    "locked": "whether the seed stays, or is another one for each ghost",
}
"""What each is for, in few words."""

MODES: Mapping[Decoding, str] = {
    "greedy": "greedy: always the likeliest character; it likes to go round in circles",
    "sample": "sample: each character is drawn by its odds",
    "beam": "beam: the likeliest word, of many looked at side by side",
}
"""What each mode does."""

DRAWN_ONLY = ("temperature", "top_k", "top_p", "seed")
"""They count where characters are drawn."""


class KnobError(ValueError):
    """A knob can't be set to what was typed; the message says to what it can, in few words."""


@dataclass(frozen=True, kw_only=True)
class Knobs:
    """How all of them stand."""

    mode: Decoding = "beam"
    """How characters are chosen."""
    temperature: float = 1.0
    """Divides the logits, 0 to 10; 0 is greedy."""
    top_k: int = 0
    """So many of the likeliest characters are drawn from; 0 is all."""
    top_p: float = 1.0
    """The fewest whose probabilities reach this sum are drawn from, 0 to 1."""
    length: int = 64
    """A ghost's longest, in characters, 1 to 4,096."""
    confidence: float | None = None
    """The least probability of a ghost's first word, 0 to 1; None is as the dial has it."""
    seed: int = 0
    """Of what is drawn, 0 to 2^63 - 1."""
    locked: bool = True
    """Whether the seed stays, or is another one for each ghost."""

    @property
    def sampling(self) -> SamplingConfig:
        """What `sample` draws from."""
        return SamplingConfig(temperature=self.temperature, top_k=self.top_k, top_p=self.top_p)

    @property
    def weighing(self) -> SamplingConfig:
        """What becomes of the model's odds in this mode."""
        if self.mode == "sample":
            return self.sampling
        return SamplingConfig(temperature=0.0 if self.mode == "greedy" else 1.0)

    @property
    def rolls(self) -> bool:
        """Whether each ghost has a seed of its own."""
        return self.mode == "sample" and not self.locked

    def ghosts(self, dial: SuggestConfig) -> SuggestConfig:
        """What to ask for, given what the dial says.

        What does not count makes no difference: a ghost goes on as long as what is asked for stays
        the same.
        """
        config = replace(dial, max_chars=self.length)
        if self.confidence is not None:
            config = replace(config, threshold=self.confidence)
        if self.mode != "beam":
            # Nothing is looked for here, so that what is little likely may show in full.
            whole = min(config.whole_threshold, config.threshold)
            config = replace(config, decoding=self.mode, whole_threshold=whole)
        if self.mode == "sample":
            config = replace(config, sampling=self.sampling, seed=self.seed)
        return config

    def writing(self) -> GenerateConfig:
        """How to write on by these."""
        return GenerateConfig(decoding=self.mode, sampling=self.sampling, seed=self.seed)

    def counts(self, knob: str) -> bool:
        """Whether a knob makes a difference in this mode."""
        return self.mode == "sample" or knob not in DRAWN_ONLY

    def turned(self, knob: str, steps: int, *, dial: float, coarse: bool = False) -> "Knobs":
        """With a knob so many steps on, or coarse ones; `dial` is the dial's confidence."""
        if knob == "mode":
            at = DECODINGS.index(self.mode) + steps
            return replace(self, mode=DECODINGS[at % len(DECODINGS)])
        scale = SCALES[knob]
        value = scale.turned(self.number(knob, dial), steps * (scale.coarse if coarse else 1))
        return self._with(knob, value)

    def typed(self, knob: str, text: str) -> "Knobs":
        """With a knob at the number that was typed. Raises KnobError."""
        scale = SCALES[knob]
        try:
            value = int(text) if scale.whole else float(text.replace(",", "."))
        except ValueError as error:
            raise KnobError(scale.words) from error
        if not scale.low <= value <= scale.high:
            raise KnobError(scale.words)
        return self._with(knob, value)

    def _with(self, knob: str, value: float) -> "Knobs":
        changes: dict[str, Any] = {knob: value}
        # A seed that somebody has chosen is to stay.
        return replace(self, **changes, locked=self.locked or knob == "seed")

    def reset(self, knob: str) -> "Knobs":
        """With a knob as it comes."""
        changes: dict[str, Any] = {knob: getattr(DEFAULT, knob)}
        return replace(self, **changes)

    def number(self, knob: str, dial: float) -> float:
        """Where a knob stands, given the dial's confidence."""
        value = getattr(self, knob)
        return dial if value is None else float(value) if not SCALES[knob].whole else value

    def words(self, knob: str, dial: float) -> str:
        """The same for a person."""
        if knob == "mode":
            return self.mode
        if knob == "top_k" and not self.top_k:
            return "all"
        value = self.number(knob, dial)
        if SCALES[knob].whole:
            return str(value)
        return f"{value:.2f}" if round(value, 2) == value else f"{value:.4g}"


DEFAULT = Knobs()


@dataclass(frozen=True, kw_only=True)
class Preset:
    """All knobs at once, but for the seed and its lock."""

    name: str
    """What it is called."""
    knobs: Knobs
    """How they stand."""

    def over(self, knobs: Knobs) -> Knobs:
        """The knobs set to this, with the seed that they have."""
        return replace(self.knobs, seed=knobs.seed, locked=knobs.locked)


BUILT_IN = (
    Preset(name="precise", knobs=Knobs(confidence=0.6)),
    Preset(name="balanced", knobs=DEFAULT),
    Preset(
        name="wild",
        knobs=Knobs(mode="sample", temperature=1.1, top_k=40, top_p=0.95, confidence=0.0),
    ),
)
"""Those that everybody has."""


def preset_at(knobs: Knobs, presets: Iterable[Preset]) -> Preset | None:
    """The first of these that the knobs stand at; None where they stand at none."""
    return next((one for one in presets if one.over(knobs) == knobs), None)


def name_fault(name: str) -> str:
    """What is wrong with a name for a preset; empty where nothing is."""
    if not 1 <= len(name) <= LONGEST_NAME:
        return f"a name has 1 to {LONGEST_NAME} characters"
    if not name.isprintable() or name != name.strip():
        return "a name has no blanks around it, and no control characters"
    if name in {preset.name for preset in BUILT_IN}:
        return f"{name} is built in"
    return ""


# In the settings file.

_IN_PRESETS = tuple(field.name for field in fields(Knobs) if field.name not in ("seed", "locked"))


def knobs_table(knobs: Knobs) -> dict[str, object]:
    """The knobs as the file has them: None for what is as it comes, which it does not say.

    A seed that does not stay is not kept.
    """
    come = asdict(DEFAULT)
    found = {name: None if value == come[name] else value for name, value in asdict(knobs).items()}
    return found if knobs.locked else {**found, "seed": None}


def preset_table(preset: Preset) -> dict[str, object]:
    """A preset as the file has it: one that is as all comes says its mode at least."""
    table = knobs_table(preset.knobs) | {"mode": preset.knobs.mode}
    return {name: table[name] for name in _IN_PRESETS}


def read_knobs(
    value: object, place: KeyPath = (TABLE,), names: Iterable[str] = tuple(ABOUT)
) -> tuple[Knobs, list[tuple[KeyPath, str]]]:
    """The knobs of a table, of which there are these, and what is wrong where.

    What is wrong counts as not there.
    """
    if not isinstance(value, Mapping):
        return DEFAULT, [(place, "not a table of knobs, as in temperature = 0.8")]
    known = tuple(names)
    found: dict[str, Any] = {}
    faults: list[tuple[KeyPath, str]] = []
    for name, one in value.items():
        if name not in known:
            fault = f"there is no such knob; there are {', '.join(known)}"
        elif fault := _fault(name, one):
            pass
        else:
            found[name] = float(one) if name in SCALES and not SCALES[name].whole else one
        if fault:
            faults.append(((*place, name), fault))
    return Knobs(**found), faults


def _fault(name: str, value: object) -> str:
    if name == "mode":
        return "" if value in DECODINGS else f"not one of {', '.join(DECODINGS)}"
    if name == "locked":
        return "" if isinstance(value, bool) else "not true or false"
    scale = SCALES[name]
    good = isinstance(value, int) or (isinstance(value, float) and not scale.whole)
    if good and not isinstance(value, bool) and scale.low <= value <= scale.high:  # type: ignore[operator]
        return ""
    return f"not {scale.words}"


def read_presets(value: object) -> tuple[tuple[Preset, ...], list[tuple[KeyPath, str]]]:
    """A person's own presets, and what is wrong where; one with a bad name is left out."""
    if not isinstance(value, Mapping):
        return (), [((PRESETS,), "not a table of presets, each a table of knobs")]
    presets: list[Preset] = []
    faults: list[tuple[KeyPath, str]] = []
    for name, table in value.items():
        place = (PRESETS, name)
        if fault := name_fault(name):
            faults.append((place, fault))
        elif not isinstance(table, Mapping):
            faults.append((place, "not a table of knobs, as in temperature = 0.8"))
        else:
            knobs, wrong = read_knobs(table, place, _IN_PRESETS)
            presets.append(Preset(name=name, knobs=knobs))
            faults += wrong
    return tuple(presets), faults
