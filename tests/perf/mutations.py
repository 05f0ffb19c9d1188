"""Valid files, spoilt: bytes, JSON and safetensors changed at random, but along their structure.

A mutator of our own over valid files and not a strategy: a hundred thousand inputs take minutes,
and most of them get past the first check of a reader.
"""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

ESCAPES = ("\x1b]52;c;aGk=\x07", "\x1b[2J", "\x9b31m", "a\nb", "\u202e", "\0", "\x7f")
"""What a terminal would obey."""

WORDS = (
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"null", b"true", b"NaN", b"-", b"1e999"),
    *(b"\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\x1b[2J"),
    *(b"'''", b'"""', b"#", b"=", b"[[a]]", b"../", b"/etc/passwd", b"0", b"9" * 40),
)
"""Pieces that readers of text make much of."""

NUMBERS = (
    *(0, 1, -1, 2, 3, 7, 8, 15, 16, 17, 64, 255, 256, 1 << 16, 1 << 20, 1 << 31, (1 << 53) + 1),
    *((1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64, 10**12, 10**40, 10**400, -(1 << 63)),
)
FLOATS = (0.5, -0.5, 1e-320, 1e308, -1e308, 1e15, 1e16, float("nan"), float("inf"), -0.0)


class Mutator:
    """Spoils what it is given, always in the same way for the same `seed`."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)

    def pick(self, *ways: Callable[[], Any]) -> Any:
        """Go one of several ways."""
        return self.rng.choice(ways)()

    def data(self, raw: bytes) -> bytes:
        """Bytes with a few of them changed, moved, doubled, gone or come."""
        spoilt = bytearray(raw)
        for _ in range(self.rng.choice((1, 1, 1, 2, 4, 16))):
            self._change(spoilt)
        return bytes(spoilt)

    def _change(self, spoilt: bytearray) -> None:
        rng, size = self.rng, len(spoilt)
        at = rng.randint(0, size)
        end = min(size, at + rng.choice((1, 1, 2, 4, 16, 256)))
        way = rng.randrange(9)
        if way == 0:
            spoilt[at:end] = rng.randbytes(end - at)
        elif way == 1 and size:
            spoilt[min(at, size - 1)] ^= 1 << rng.randrange(8)
        elif way == 2:
            del spoilt[at:]
        elif way == 3:
            del spoilt[at:end]
        elif way == 4:
            spoilt[at:at] = spoilt[at:end]
        elif way == 5:
            spoilt[at:at] = rng.randbytes(rng.choice((1, 4, 64)))
        elif way == 6:
            spoilt[at:end] = rng.choice(WORDS)
        elif way == 7:
            spoilt[at:at] = rng.choice(WORDS) * rng.choice((1, 2, 100))
        else:
            spoilt[at:at] = rng.choice((b"[", b"{", b'{"a":', b"\0", b"a")) * 5000

    def tree(self, value: Any) -> Any:
        """A JSON value with a few of its parts replaced, gone, doubled or come."""
        box = [deepcopy(value)]
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            self._spoil(box)
        return box[0]

    def _spoil(self, box: list[Any]) -> None:
        rng = self.rng
        holder: Any = box
        key: Any = 0
        # Down to somewhere, the top seldom.
        while isinstance(holder[key], dict | list) and holder[key] and rng.random() < 0.85:
            holder = holder[key]
            key = (
                rng.choice(list(holder)) if isinstance(holder, dict) else rng.randrange(len(holder))
            )
        way = rng.randrange(8)
        if way == 0 and holder is not box:
            del holder[key]
        elif way == 1 and isinstance(holder, dict):
            holder[rng.choice((*ESCAPES, "x", "", "__metadata__"))] = deepcopy(holder[key])
        elif way == 2 and isinstance(holder, list):
            holder[key:key] = [deepcopy(holder[key])] * rng.choice((1, 2, 50))
        elif way == 3 and isinstance(holder[key], int | float):
            holder[key] = holder[key] + rng.choice((-2, -1, 1, 2))
        else:
            holder[key] = self.value()

    def value(self) -> Any:
        """Some JSON value, likely one that was not reckoned with."""
        rng = self.rng
        return self.pick(
            lambda: rng.choice(NUMBERS),
            lambda: rng.choice(NUMBERS),
            lambda: rng.choice(FLOATS),
            lambda: rng.choice(ESCAPES),
            lambda: rng.choice(
                ("", "a", "b", "lstm", "0", "../../x", "\ud800", "é", "🙂", "x" * 5000)
            ),
            lambda: rng.choice((None, True, False, [], {}, [[]], {"": {}})),
            lambda: [rng.choice(NUMBERS) for _ in range(rng.randrange(5))],
            lambda: {rng.choice("abc"): rng.choice(NUMBERS) for _ in range(rng.randrange(4))},
        )

    def json(self, value: Any) -> bytes:
        """The value spoilt, as JSON or nearly."""
        text = json.dumps(self.tree(value), ensure_ascii=self.rng.random() < 0.5)
        raw = text.encode("utf-8", "surrogatepass")
        return self.data(raw) if self.rng.random() < 0.1 else raw

    def tensors(self, raw: bytes) -> bytes:
        """A safetensors file with its header, its numbers or its length spoilt."""
        length = int.from_bytes(raw[:8], "little")
        header, data = json.loads(raw[8 : 8 + length]), raw[8 + length :]
        spoilt: bytes = self.pick(
            lambda: self.data(raw),
            lambda: with_header(self.json(header), data),
            lambda: with_header(self.json(header), data),
            lambda: self._with_length(raw),
            lambda: raw[: 8 + length] + self._numbers(data),
            lambda: raw[: 8 + length] + self._numbers(data),
            lambda: with_header(self._claiming(header), data),
        )
        return spoilt

    def _with_length(self, raw: bytes) -> bytes:
        """The file with another length of its header before it."""
        claimed = self.rng.choice([number for number in NUMBERS if 0 <= number < 1 << 64])
        return claimed.to_bytes(8, "little") + raw[8:]

    def _numbers(self, data: bytes) -> bytes:
        """As many bytes, some of them extreme or no numbers at all."""
        spoilt = bytearray(data)
        extremes = (b"\xff\x7b", b"\x00\x7c", b"\x01\x7e", b"\xff\xff\x7f\x7f", b"\x00\x00\xc0\x7f")
        for _ in range(self.rng.choice((1, 4, 64))):
            at = self.rng.randrange(len(spoilt) + 1) & ~3
            new = self.rng.choice((*extremes, self.rng.randbytes(4)))
            spoilt[at : at + len(new)] = new
        return bytes(spoilt[: len(data)])

    def _claiming(self, header: dict[str, Any]) -> bytes:
        """A header of the same names that claims very much, with offsets to match or not."""
        rng, end = self.rng, 0
        claimed = deepcopy(header)
        for entry in claimed.values():
            if isinstance(entry, dict) and isinstance(entry.get("shape"), list):
                entry["shape"] = [size * rng.choice((1, 1, 10**6)) for size in entry["shape"]]
                size = 2
                for side in entry["shape"]:
                    size *= side
                start, end = end, end + size
                if rng.random() < 0.7:
                    entry["data_offsets"] = [start, end]
        return json.dumps(claimed).encode()


def with_header(header: bytes, data: bytes) -> bytes:
    """A safetensors file."""
    return len(header).to_bytes(8, "little") + header + data
