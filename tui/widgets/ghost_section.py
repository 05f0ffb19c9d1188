"""Why the ghost says what it says, ends where it ends, or is not there.

Pure: facts in, rows out.
"""

from dataclasses import dataclass
from math import prod

from charlm_core import Decoding
from tui.widgets.ghost import Ghost
from tui.widgets.section import (
    BAR,
    DIM,
    HEAD,
    STRONG,
    Row,
    apart,
    fitted,
    percent,
    said,
    sign,
    wrapped,
)

BAR_CELLS = 10

REASON_ROWS = 5
"""Rows kept for the words below."""

_JUDGED: dict[Decoding, str] = {
    "beam": "going on is not worth it",
    "greedy": "going on would be too unlikely",
    "sample": "going on would be too unlikely by the knobs",
}
_FOUND: dict[Decoding, str] = {
    "beam": "The best it knows is",
    "greedy": "The likeliest way leads to",
    "sample": "It drew",
}


@dataclass(frozen=True, kw_only=True)
class GhostFacts:
    """What is known of a ghost."""

    text: str = ""
    """What it says."""
    odds: tuple[float, ...] = ()
    """How likely each of its characters was, given those before it."""
    stopped: str = ""
    """Why it is not longer, as the model tells it; empty where that is not known."""
    quiet: str = ""
    """Why none is wanted; empty where one is."""
    threshold: float = 0.0
    """How likely its first word has to be."""
    whole_threshold: float = 0.0
    """How likely all of it has to be, if it is longer."""
    longest: int = 0
    """Characters it may have."""
    decoding: Decoding = "beam"
    """How its text is looked for."""
    unlikely: tuple[str, tuple[float, ...]] | None = None
    """The best of what was too unlikely, with the odds of each character; None where that is not
    known."""


def ghost_rows(facts: GhostFacts, width: int, height: int) -> list[Row]:
    """The section, in no more than so many rows where it is a long one."""
    if not facts.text:
        return [said("Ghost", HEAD), said("none"), (), *wrapped(_why_none(facts), width)]
    rows = [apart(said("Ghost", HEAD), "odds  all so far", width, DIM)]
    room = max(1, height - REASON_ROWS - 2)
    sofar = 1.0
    for character, odds in list(zip(facts.text, facts.odds, strict=False))[:room]:
        sofar *= odds
        bar = round(odds * BAR_CELLS)
        cells = (
            (sign(character), STRONG),
            ("  ", ""),
            ("█" * bar, BAR),
            ("·" * (BAR_CELLS - bar), DIM),
        )
        rows.append(apart(cells, f"{percent(odds):>5}  {percent(sofar):>5}", width))
    if len(facts.text) > room:
        more = said(f"… and {len(facts.text) - room} more", DIM)
        rows.append(apart(more, f"{percent(prod(facts.odds)):>5}", width))
    reason = _why_stopped(facts)
    return [*(fitted(row, width) for row in rows), (), *wrapped(reason, width)]


def _why_stopped(facts: GhostFacts) -> str:
    """Why the ghost ends where it does."""
    match facts.stopped:
        case "threshold":
            least, what = facts.whole_threshold, "all of it"
            if len(facts.text) <= Ghost(facts.text).first_word() and facts.text[-1:] != " ":
                least, what = facts.threshold, "a first word"
            return (
                f"It stops here: {_JUDGED[facts.decoding]}. {what.capitalize()} has to be "
                f"at least {percent(least)} likely."
            )
        case "lines":
            return "It stops here: it would go over too many lines."
        case "length":
            return f"It stops here: {facts.longest} characters are the most asked for."
    return ""


def _why_none(facts: GhostFacts) -> str:
    """Why there is no ghost."""
    if facts.quiet:
        return f"Because {facts.quiet}."
    if facts.unlikely is None:
        return ""
    text, odds = facts.unlikely
    ghost = Ghost(text, odds)
    word, _ = ghost.split(ghost.first_word())
    if not word:
        return "Nothing that the model expects is worth a key."
    likely = prod(word.probabilities)
    best = f"{_FOUND[facts.decoding]} ‘{''.join(map(sign, word.text))}’, {percent(likely)} likely"
    if facts.decoding == "sample":
        # What counts is how likely it is by the knobs, which its odds do not tell.
        return f"{best}; by the knobs it has to be at least {percent(facts.threshold)} (Ctrl-T)."
    if likely < facts.threshold:
        return f"{best}; a first word has to be at least {percent(facts.threshold)} (Ctrl-T)."
    return f"{best}: not worth a key."
