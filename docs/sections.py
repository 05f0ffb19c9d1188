"""What a shipped checkpoint's card tells besides its making: figures, in Markdown.

Every figure stands beside the command that prints it, and one that is missing is said to be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charlm_core import DIALS
from charlm_core.characters import one_line
from charlm_core.metrics import bits
from docs.history import History

HEADING = "## Figures"
"""From here on a card tells figures."""

MISSING = "not measured"

CURVE_ROWS = 8
"""So many evaluations on the way are told at most."""

PART_CHARS = 500
"""Kinds of less text are not told of: chance is most of their figure."""

Result = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that the figures' part of a card is made of."""

    about: str
    """What it is good for, in a word or two."""
    weights: int
    """How many the network has."""
    size: int
    """Bytes of the weights' file."""
    results: Mapping[str, Result]
    """What each command printed, by the measure's name; those that are missing are not there."""
    commands: Mapping[str, str]
    """Each measure's command, by its name."""
    made: Sequence[str]
    """The commands that made the checkpoint."""
    differing: bool
    """Whether the run had other settings than these commands."""
    remark: str
    """In what it was not made as they say; empty where it was."""
    calibration: str
    """How its weights were changed after the training; empty where they were not."""
    judgement: str
    """What it is good and bad at, with `{kind}` for the bits a character of what begins so."""
    prompt: str
    """What the sample goes on from."""
    history: History | None
    """The record of its run."""


def sections(told: Told) -> str:
    """The part of the card from its first heading on."""
    parts = [
        _figures(told),
        _compared(told),
        _kinds(told),
        _sample(told),
        _made(told),
        _curve(told),
    ]
    return "\n".join(line for part in parts for line in (*part, ""))


def overview(models: Mapping[str, Told]) -> list[str]:
    """The lines of a table of models by their names, a row each."""
    rows = []
    for name, told in models.items():
        results = told.results
        found, balanced, timed = (results.get(key) for key in ("eval", "balanced", "bench"))
        others = results.get("compressors", {"rows": []})["rows"]
        rows.append(
            [
                f"[{name}](checkpoints/{name}/README.md)",
                told.about,
                megabytes(told.size),
                f"{bpc(found, 'static')}, {bpc(found, 'adaptive')}",
                ", ".join(_number(other["bpc"]) for other in others) or MISSING,
                saved(balanced) if balanced else MISSING,
                f"{ghost(timed)} ms" if timed else MISSING,
            ]
        )
    head = [
        "model",
        "for",
        "size",
        "bits a character as trained, learning",
        "PPM of order 7, zstd -22, xz -9",
        "keys saved, ghosts wrong",
        "32-character ghost, p50 / p99",
    ]
    return table(head, rows)


def saved(result: Result) -> str:
    """Of a replay: the keys it saved, and how often it was wrong."""
    return f"{result['keystroke_savings']:.1%} saved, {result['wrong_share']:.0%} wrong"


def ghost(result: Result) -> str:
    """Of a bench: how long a ghost takes."""
    # There is none of a model that writes no line of so many characters.
    times = result["ghost_ms"]
    return " / ".join("–" if times[at] is None else f"{times[at]:.1f}" for at in ("p50", "p99"))


def bpc(result: Result | None, key: str) -> str:
    """Of an eval: its bits a character, `static` or `adaptive`."""
    return _number(result[key]["bpc"] if result else None)


def megabytes(size: int) -> str:
    """A size for a person."""
    return f"{size / 1e6:.1f} MB"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    return ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)]


def _figures(told: Told) -> list[str]:
    results, missing = told.results, [name for name in told.commands if name not in told.results]
    rows = [["size", f"{told.weights:,} weights, {megabytes(told.size)} as float16", ""]]

    def add(what: str, name: str, figure: str) -> None:
        rows.append([what, figure, f"`{told.commands[name]}`"])

    found = results.get("eval")
    over = f"{found['chars']:,} characters" if found else "the validation text"
    add(f"bits a character of {over}, as it was trained", "eval", bpc(found, "static"))
    add("the same, learning as it goes", "eval", bpc(found, "adaptive"))
    for dial in DIALS:
        found = results.get(dial)
        figure = MISSING
        if found:
            figure = f"{saved(found)}, of {found['ghosts_shown']:,} shown"
        what = f"of {found['chars']:,} characters" if found else "of the first characters"
        add(f"keys saved {what}, nothing remembered at the start, dial at {dial}", dial, figure)
    found = results.get("bench")
    add("a ghost of 32 characters, p50 / p99", "bench", f"{ghost(found)} ms" if found else MISSING)
    found, again = results.get("typed"), results.get("typed-again")
    figure = MISSING
    if found and again:
        figure = f"{bpc(found, 'static')} bits, {bpc(found, 'adaptive')} learning; {saved(again)}"
    of = f", {found['chars']:,} characters" if found else ""
    commands = " and ".join(f"`{told.commands[name]}`" for name in ("typed", "typed-again"))
    rows.append([f"a text of today, written for this{of}", figure, commands])
    told_missing = [
        "",
        f"Missing: {', '.join(missing)}. `make cards` measures what is missing.",
    ]
    return [
        HEADING,
        "",
        *table(["", "figure", "by"], rows),
        *(told_missing if missing else []),
    ]


def _compared(told: Told) -> list[str]:
    rows: list[list[str]] = []
    evaluated, others = told.results.get("eval"), told.results.get("compressors")
    rows.append(["this network, learning as it goes", bpc(evaluated, "adaptive")])
    rows.append(["this network, as it was trained", bpc(evaluated, "static")])
    if others:
        rows += [[one["name"], _number(one["bpc"])] for one in others["rows"]]
    else:
        rows.append(["PPM, zstd and xz", MISSING])
    return [
        "### Beside programs without a network",
        "",
        "All of them have the training text, and are measured on all of the validation text.",
        "",
        *table(["", "bits a character"], rows),
        "",
        f"By `{told.commands['compressors']}`.",
    ]


def _kinds(told: Told) -> list[str]:
    found = told.results.get("kinds")
    head = ["### What it is good and bad at", ""]
    if not found:
        return [*head, f"{MISSING.capitalize()}."]
    figures = _Kinds(part for group in ("kinds", "places") for part in _large(found[group]))
    rows = [
        [part["kind"], f"{part['chars']:,}", f"{part['bpc']:.3f}"]
        for group in ("kinds", "places")
        for part in _large(found[group])
    ]
    lines = [*head, told.judgement.format_map(figures)]
    lines += ["", *table(["of what", "characters", "bits a character"], rows)]
    for key in ("least", "greatest"):
        words = ", ".join(f"{word} {each:.2f}" for word, each in found[key])
        if words:
            lines += [
                "",
                f"Of the words that come often, with the {key} surprise a letter: {words}.",
            ]
    return [*lines, "", f"By `{told.commands['kinds']}`, as it was trained."]


def _number(figure: float | None) -> str:
    return MISSING if figure is None else f"{figure:.3f}"


def _large(parts: Sequence[Result]) -> Iterator[Result]:
    return (part for part in parts if part["chars"] >= PART_CHARS)


class _Kinds:
    """Bits a character by the beginning of a kind's name."""

    def __init__(self, parts: Iterable[Result]) -> None:
        self._parts = list(parts)

    def __getitem__(self, begins: str) -> str:
        found = (f"{part['bpc']:.2f}" for part in self._parts if part["kind"].startswith(begins))
        return next(found, "(too little of it to tell)")


def _sample(told: Told) -> list[str]:
    found = told.results.get("sample")
    if not found:
        return ["### What it writes", "", f"{MISSING.capitalize()}."]
    written = (told.prompt + found["text"]).rstrip().split("\n")
    return [
        "### What it writes",
        "",
        *(f"    {one_line(line)}".rstrip() for line in written),
        "",
        f"By `{told.commands['sample']}`.",
    ]


def _made(told: Told) -> list[str]:
    lines = ["### How it was made", "", "```", *told.made, "```"]
    if told.differing:
        lines += ["", "Its run had other settings than these: they are those listed above."]
    if told.remark:
        lines += ["", told.remark]
    past = told.history
    if past is None:
        return [*lines, "", "The record of its training is not at hand: no curve."]
    pieces = f", in {past.pieces} pieces" if past.pieces > 1 else ""
    paces = ", ".join(f"{stage.pace:,.0f}" for stage in past.stages)
    return [
        *lines,
        "",
        f"{past.seconds / 3600:.2f} hours on the trainings' own clock{pieces}, with whatever else "
        f"the machine did. The quickest tenth went at {paces} characters a second or more; at that "
        f"pace it takes {past.quiet_seconds / 3600:.2f} hours.",
    ]


def _curve(told: Told) -> list[str]:
    past = told.history
    if past is None:
        return []
    return [
        "### The curve, and the next hour",
        "",
        "Estimates on the way, on pieces of the validation text, while the learning rate comes "
        "down along a cosine:",
        "",
        *table(["passes", "hours", "bits a character"], list(_points(past))),
        "",
        f"Over its last whole pass the training text cost {bits(past.stages[-1].train_nats):.3f} "
        "bits a character, with what is dropped where the settings say so.",
        "",
        *([told.calibration, ""] if told.calibration else []),
        _next_hour(past),
    ]


def _points(past: History) -> Iterator[list[str]]:
    """Rows of the curve: some estimates of each stage, and how it ended."""
    passes = seconds = 0.0
    for stage in past.stages:
        step = -(-len(stage.valid) * len(past.stages) // CURVE_ROWS)
        for point in stage.valid[::-1][::step][::-1]:
            at, hours = passes + point.epochs, (seconds + point.seconds) / 3600
            yield [f"{at:.2f}", f"{hours:.2f}", f"{bits(point.nats):.3f}"]
        passes, seconds = passes + stage.epochs, seconds + stage.seconds
        end = f"{passes:.2f}, all of the text"
        yield [end, f"{seconds / 3600:.2f}", f"{bits(stage.valid_nats):.3f}"]


def _next_hour(past: History) -> str:
    """What another hour would bring, and how one knows."""
    brought, most = past.brought(), past.next_hour()
    if brought is None or most is None:
        return "What another hour would bring can't be told from so few of them."
    longer = f"an hour makes it {1 + 3600 / past.quiet_seconds:.2f} times as long."
    before = f"Another hour at that pace would bring {most:.3f} bits a character at most."
    if len(past.stages) > 1:
        return (
            f"{before} The last stage made it {past.lengthened:.2f} times as long and brought "
            f"{brought:.3f}; what the next lengthening brings is less, and {longer}"
        )
    half = past.stages[0].half_way()
    stood = "" if half is None else f" ({bits(half.nats):.3f})"
    return (
        f"{before} A training of half the length, its learning rate brought down in time, would "
        f"have ended no worse than this one stood half-way{stood}, and what a doubling brings is "
        f"less each time; the second half brought {brought:.3f}, and {longer} How much less it is "
        "takes a second training, of another length, to know: there was none."
    )
