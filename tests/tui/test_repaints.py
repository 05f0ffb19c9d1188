"""Only what changed goes to the terminal, and yet it shows what it would if all were drawn anew."""

import random
from pathlib import Path

import pytest

from tests.perf.terminals import COLUMNS, ROWS, wired
from tests.tui.test_terminal import checkpoint, program

__all__ = ["checkpoint"]

LINES = [
    "A plain line.",
    "A line that is longer than the screen is wide, so that it takes two of them, or three. " * 2,
    "日本語の文章は二倍の幅を取ります。" * 4,
    "\tdef area(w, h):\n\t\treturn w * h",
    "",
    "Привет, мир! cafe\u0301 \x1b[31m \x07",
]
TYPED = [*"fo x.,eжé日 ", "\r", "\t"]
KEYS = [
    *("\x7f", "\x1b[3~", "\x17", "\x1b[3;5~", "\x0b", "\x15"),  # deletions
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~"),
    *("\x1b[1;5C", "\x1b[1;5D", "\x1b[1;5H", "\x1b[1;5F", "\x1b[1;3A", "\x1b[1;3B"),
    *("\x1b[1;2A", "\x1b[1;2B", "\x1b[1;2C", "\x1b[1;2D", "\x1b[1;2H", "\x1b[1;2F", "\x1b[18~"),
    *("\x1a", "\x19", "\x18", "\x03", "\x16"),  # undo, redo, cut, copy, paste
    *("\x1b[200~pasted\rin two lines\x1b[201~", "\x1b[Z"),
    *("\x1b[<64;9;9M", "\x1b[<65;9;9M", "\x1b[<0;30;8M\x1b[<0;30;8m"),  # the wheel, a click
    "\x1b[<0;5;3M\x1b[<32;40;9M\x1b[<0;40;9m",  # a drag
]
WIDTH = COLUMNS - 1
"""Without the scroll bar: another height of the screen is another one of it."""


@pytest.mark.parametrize("seed", [1, 2])
def test_random_keys(tmp_path: Path, checkpoint: Path, seed: int) -> None:
    """After each burst of keys a screen that is drawn anew looks the same, colours and all."""
    chance = random.Random(seed)
    path = tmp_path / "note.txt"
    path.write_text("\n".join(LINES * 20), "utf-8")
    command = program(path, "--checkpoint", checkpoint)
    with wired(command) as wire:
        assert wire.until([b"plain line", b"fox"], 60.0) is not None
        wire.rest()
        for burst in range(5):
            keys = chance.choices([TYPED, KEYS], [3, 2], k=40)
            sent = "".join(chance.choice(some) for some in keys)
            wire.burst(sent.encode(), 0.05, 60.0)
            wire.rest()
            shown = wire.cells(ROWS - 2, WIDTH)
            # A row more: all is drawn, and the text stays where it is.
            wire.resize(COLUMNS, ROWS + 1)
            wire.rest()
            drawn = wire.cells(ROWS - 2, WIDTH)
            differing = [y for y, row in enumerate(shown) if row != drawn[y]]
            assert not differing, (burst, sent, differing)
            wire.resize(COLUMNS, ROWS)
            wire.rest()
        assert not wire.ended
