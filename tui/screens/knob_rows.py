"""How the knobs stand, as rows of the panel."""

from collections.abc import Sequence

from tui.services.knobs import ABOUT, DEFAULT, LABELS, MODES, PRESET, SCALES, Knobs, Preset
from tui.widgets.knobs import Row

DIGITS = "0123456789"


def knob_rows(
    knobs: Knobs, dial: float, preset: Preset | None, presets: Sequence[Preset]
) -> list[Row]:
    """A row for each knob, given the dial's confidence, and one for the presets."""
    rows = [_row(knob, knobs, dial) for knob in LABELS]
    rows.append(
        Row(
            name=PRESET,
            label=PRESET,
            value=preset.name if preset else "none",
            note=f"{presets.index(preset) + 1}/{len(presets)}" if preset else "",
            about="All at once: p or a number turns, s saves yours, d deletes",
            keys=DIGITS[1:],
            at_once=True,
        )
    )
    return rows


def _row(knob: str, knobs: Knobs, dial: float) -> Row:
    about = MODES[knobs.mode] if knob == "mode" else ABOUT[knob]
    idle = not knobs.counts(knob)
    if idle:
        about = f"does not count for {knobs.mode}: choose the mode sample"
    note = ""
    if knob == "confidence" and knobs.confidence is None:
        note = "by dial"
    elif knob == "seed":
        note = "locked" if knobs.locked else "rolls"
    decimal = knob in SCALES and not SCALES[knob].whole
    return Row(
        name=knob,
        label=LABELS[knob],
        value=knobs.words(knob, dial),
        note=note,
        about=about[:1].upper() + about[1:],
        keys="123" if knob == "mode" else f"{DIGITS}.," if decimal else DIGITS,
        at_once=knob == "mode",
        idle=idle,
        changed=getattr(knobs, knob) != getattr(DEFAULT, knob),
    )
