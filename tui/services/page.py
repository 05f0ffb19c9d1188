"""One self-contained page of what a model thought of a text, to be opened in a browser.

Nothing leaves the page: its policy forbids every request, and runs the one script that is its own,
told by its hash, so that no text can bring another. The text is tinted without the script, which
adds what is seen at a character that one points at.
"""

import base64
import hashlib
import html
import json
import string
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from importlib.metadata import version
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from charlm_core import CheckpointConfig, Score, Suggestion
from tui.services.closely import Numbers, rooted, thousandths
from tui.services.explaining import Bits, Explained
from tui.text.visible import visible

LEVELS = (1.0, 2.0, 4.0, 8.0)
"""Where a darker tint begins, bits."""

_SCRIPTS = ("text.js", "told.js", "units.js", "main.js")
"""Put into one, in this order: the last begins what the others offer."""

_TAGS = ("", "i", "b", "u", "em")
_SIGNS = {"\n": "⏎", "\t": "⇥", " ": "␣"}
_BLOCK = 2000
"""A block of the page ends at the first line end behind so many characters."""

_POINTS = 300
"""So many points the curve has at most."""

_HEIGHT = 100
_WIDTH = 1000

_KINDS = {"|u1": "u1", "|i1": "i1", "<u2": "u2", "<i2": "i2"}


def page(explained: Explained, name: str, model: str, config: CheckpointConfig) -> str:
    """The page, a whole HTML document, of a text called `name`, read by the model `model`."""
    style = _own("page.css")
    script = f'(() => {{\n"use strict";\n{"".join(map(_own, _SCRIPTS))}}})();'
    numbers, arrays = _packed(_arrays(explained))
    shown = len(explained.text)
    words = _words(explained, shown)
    curve, highest = _curve(explained.bits, explained.learning)
    return string.Template(_own("page.html")).substitute(
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        title=_escaped(f"{name}, read by {model}"),
        name=_escaped(name),
        figures=_figures(explained.static, explained.adaptive),
        facts=_escaped(
            f"{explained.static.chars:,} characters, read by {model} ({config.cell.upper()}, "
            f"{config.layers} × {config.hidden} units)"
        ),
        curve=curve,
        scale=_scale(explained, highest),
        legend=_legend(),
        text="".join(_tinted(visible_text(explained.text), explained.bits)),
        rest=_rest(explained, shown),
        words=words,
        footer=_escaped(f"Written by charlm-tui {version('charlm-tui')}."),
        data=_json(_facts(explained, config, arrays)),
        numbers=numbers,
        style=style,
        script=script,
    )


def visible_text(text: str) -> str:
    """The text as the page shows it, as many characters: no controls, nor what turns text round."""
    return "\n".join(visible(line) for line in text.split("\n"))


def level(bits: float) -> int:
    """Which tint stands for so many bits, 0 (none) to 4."""
    return int(np.searchsorted(LEVELS, bits, side="right"))


@cache
def _own(name: str) -> str:
    """A part of the page."""
    parts = resources.files("tui.services").joinpath("page_parts")
    return parts.joinpath(name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """How a policy names a script or a style sheet."""
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _escaped(text: str) -> str:
    """Foreign text as it may stand in the page, in an attribute too."""
    return html.escape(visible(text).replace("\t", " "))


def _json(value: object) -> str:
    """JSON that can stand in a script element: nothing in it ends that, or begins a comment."""
    written = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _figures(static: Score, adaptive: Score | None) -> str:
    said = (
        f"<strong>{static.bpc:.4f} bits per character</strong> as it was trained: perplexity "
        f"{static.perplexity:.3f}, as unsure as among so many characters that are equally likely."
    )
    if adaptive is not None:
        said += (
            f" Learning along, {adaptive.bpc:.4f} bits per character, perplexity "
            f"{adaptive.perplexity:.3f}."
        )
    return said


def _legend() -> str:
    edges = [f"{edge:g}" for edge in LEVELS]
    between = [f"{low} to {high} bits" for low, high in pairwise(edges)]
    ranges = [f"under {edges[0]} bit", *between, f"{edges[-1]} bits and more"]
    found = []
    for tag, said in zip(_TAGS, ranges, strict=True):
        sample = f"<{tag}>text</{tag}>" if tag else "text"
        found.append(f"<span>{sample} {said}</span>")
    return "".join(found)


def _tinted(text: str, bits: Bits) -> Iterator[str]:
    """The text as blocks of spans, one for each run of characters that share a tint."""
    levels = np.searchsorted(LEVELS, bits, side="right")
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    ends = codes == ord("\n")
    # A line end is a run of its own, which shows a sign.
    borders = np.flatnonzero((np.diff(levels) != 0) | ends[1:] | ends[:-1]) + 1
    edges = [0, *borders.tolist(), len(text)] if text else []
    block = 0
    yield "<div>"
    for start, end in pairwise(edges):
        run, step = text[start:end], int(levels[start])
        if run == "\n":
            yield f"<a class=l{step}>\n</a>" if step else "<a>\n</a>"
            if end - block >= _BLOCK and end < len(text):
                yield "</div><div>"
                block = end
            continue
        run = html.escape(run, quote=False)
        yield f"<{_TAGS[step]}>{run}</{_TAGS[step]}>" if step else run
    yield "</div>"


def _rest(explained: Explained, shown: int) -> str:
    if explained.static.chars <= shown:
        return ""
    return (
        f"The first {shown:,} of {explained.static.chars:,} characters are shown; the figures and "
        "the words below are of all of them."
    )


def _words(explained: Explained, shown: int) -> str:
    found = []
    for place in explained.places:
        word = _escaped(place.text if len(place.text) <= 40 else f"{place.text[:40]}…")
        where = f"{place.line}:{place.column}, {place.bits:.1f} bits"
        if place.at < shown:
            word = f'<button type="button" data-at="{place.at}">{word}</button>'
        found.append(f'<li>{word} <span class="quiet">{where}</span></li>')
    return "".join(found)


def _averages(bits: Bits) -> npt.NDArray[np.float64]:
    """The mean bits of up to _POINTS stretches of equal length."""
    count = min(_POINTS, len(bits))
    edges = np.linspace(0, len(bits), count + 1).astype(np.int64)[:-1]
    sums = np.add.reduceat(bits.astype(np.float64), edges)
    lengths: npt.NDArray[np.float64] = sums / np.diff([*edges.tolist(), len(bits)])
    return lengths


def _curve(bits: Bits, learning: Bits | None) -> tuple[str, float]:
    """The curve as SVG, and how many bits its top stands for."""
    if not len(bits):
        return "", 0.0
    lines = [("static", _averages(bits))]
    if learning is not None:
        lines.append(("learning", _averages(learning)))
    highest = float(np.ceil(max(values.max() for _, values in lines) + 0.01))
    drawn = []
    for share in (0.25, 0.5, 0.75):
        y = _HEIGHT * share
        drawn.append(f'<path class="grid" d="M0 {y:g}H{_WIDTH}"/>')
    for kind, values in lines:
        width = _WIDTH / len(values)
        points = [
            f"{(index + 0.5) * width:.1f} {_HEIGHT * (1 - value / highest):.1f}"
            for index, value in enumerate(values.tolist())
        ]
        # A text of one character has one point, and a line needs two.
        points = [f"0 {points[0].split()[1]}", *points, f"{_WIDTH} {points[-1].split()[1]}"]
        drawn.append(f'<path class="{kind}" d="M{"L".join(points)}"/>')
    for index, path in enumerate(drawn):
        drawn[index] = path.replace("<path ", '<path vector-effect="non-scaling-stroke" ')
    svg = (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="Mean bits per character, from the start of the text to its end">'
        f"{''.join(drawn)}</svg>"
    )
    return svg, highest


def _scale(explained: Explained, highest: float) -> str:
    if not len(explained.bits):
        return ""
    stretch = max(1, round(len(explained.bits) / _POINTS))
    key = '<span class="key"></span> as it was trained'
    if explained.learning is not None:
        key += ', <span class="key learning"></span> learning along'
    many = "each character" if stretch == 1 else f"means of some {stretch:,} characters"
    return f"{key}; 0 at the bottom, {highest:g} at the top; {many}. A click goes there."


def _sign(character: str) -> str:
    """A character as it is named where it stands alone."""
    return _SIGNS.get(character) or visible(character)


def _ghost(ghost: Suggestion) -> list[object] | int:
    if not ghost.text:
        return 0
    chances = [round(1000 * chance) for chance in ghost.probabilities]
    return [visible_text(ghost.text).replace("\n", "⏎"), chances, ghost.stopped]


def _facts(
    explained: Explained, config: CheckpointConfig, arrays: Sequence[tuple[str, str, int, int]]
) -> dict[str, object]:
    """What the script must know."""
    text, close = explained.text, explained.close
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    return {
        "shown": len(text),
        "lines": starts,
        "symbols": [_sign(symbol) for symbol in explained.symbols],
        "expected": explained.likeliest.shape[1],
        "start": explained.start,
        "looks": len(close.ghosts),
        "layers": config.layers,
        "hidden": config.hidden,
        "units": close.units,
        "moved": close.arrays["unit"].shape[1] if close.ghosts else 0,
        "told": close.arrays["told"].shape[2] if close.ghosts else 0,
        "gates": close.gates,
        "opinions": close.opinions,
        "ghosts": [_ghost(ghost) for ghost in close.ghosts],
        "arrays": arrays,
    }


def _arrays(explained: Explained) -> dict[str, Numbers]:
    """The numbers of the page, each as small as it can be."""
    found: dict[str, Numbers] = {"bits": thousandths(explained.bits)}
    if explained.learning is not None:
        found["learning"] = thousandths(explained.learning)
    # The likeliest of all characters, then the second of all: like beside like packs better.
    found["likeliest"] = _narrow(explained.likeliest.T)
    found["chances"] = rooted(explained.chances.T)
    for name, values in explained.close.arrays.items():
        found[name] = _narrow(values) if name == "told" else values
    return found


def _narrow(symbols: Numbers) -> Numbers:
    """Symbols in a byte each, where all of them fit."""
    narrow = symbols.astype(np.uint8)
    return narrow if np.array_equal(narrow, symbols) else symbols


def _packed(arrays: dict[str, Numbers]) -> tuple[str, list[tuple[str, str, int, int]]]:
    """Numbers as deflated base64, and of each array its name, kind, first byte and length."""
    listed, parts, at = [], [], 0
    for name, values in arrays.items():
        data = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
        listed.append((name, _KINDS[data.dtype.str], at, data.size))
        parts.append(data.tobytes())
        at += data.nbytes
    return base64.b64encode(zlib.compress(b"".join(parts), 9)).decode(), listed
