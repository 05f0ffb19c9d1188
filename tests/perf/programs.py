"""The editors that are compared, the keys that each goes by, and the texts that they are given."""

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal, get_args

Place = Literal["start", "middle", "end"]
PLACES: tuple[Place, ...] = get_args(Place)
Shape = Literal["prose", "line"]
SHAPES: tuple[Shape, ...] = get_args(Shape)

CHECKPOINT = "english"
FIRST_WORD, LAST_WORD = "Beginning", "Xanthippe"
"""The first word of each document, and the last one of what is pasted: in no other place."""
DRAWN_FIRST = FIRST_WORD[1:].encode()
"""The first word as it is sent to the terminal, where the cursor may stand on its first letter."""
DRAWN_LAST = LAST_WORD.encode()

_WORDS = (
    "the of and to in that it was he is for as with his on be at by had not but from have are "
    "which you were her they one all there she been their we an him has when who will more no "
    "if out so said what up its about into than them can only other new some could time these "
    "two may then do first any my now such like our over man me even most made after also did "
    "many before must through back years where much your way well down should because each "
    "just those people how too little state good very make world still own see men work long "
    "get here between both life being under never day same another know while last might us "
    "great old year off come since against go came right used take three morning letter "
    "garden window river mountain weather journey kitchen "
)

PROSE = (
    "I was very glad to have your letter this morning, and I am sorry that I could not answer it "
    "at once. We had a long journey home, and the weather was so bad that we did not see the river "
    "until the evening. The children were tired and there was nothing in the house to eat, so we "
    "went to the old man at the end of the road, who gave us some bread and a little milk. He said "
    "that he had known your father when they were both young, and that there had never been a "
    "better friend in the world. I do not know whether you will remember him, but he asked me to "
    "tell you that the door of his house is always open. In the morning the sun came through the "
    "window and we could see the mountains on the other side of the water. It was the first time "
    "that any of us had been so far from the city, and I think that we shall all be sorry to go. "
)
"""What is typed: English as anybody writes it, so that ghosts have something to say."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """An editor, and how to use it."""

    name: str
    command: Callable[[Path], list[str]]
    """What opens a file."""
    painted: Callable[[Path], list[bytes]]
    """What has come when a file shows."""
    ready: Callable[[list[str]], bool] = lambda lines: True
    """Whether all has been loaded, by what the screen shows."""
    go: dict[Shape, dict[Place, tuple[bytes, ...]]]
    """How to get to where the next text is typed, in steps that are waited for: in prose onto a
    line of its own, in a text of one line into it. `{half}` stands for half of its characters."""
    ghosts: bool = False


def _ours_loaded(lines: list[str]) -> bool:
    return CHECKPOINT in lines[-1] and "loading" not in lines[-1]


UP, END, ENTER = b"\x1b[A", b"\x1b[F", b"\r"
TEXT_START, TEXT_END = b"\x1b[1;5H", b"\x1b[1;5F"
GO_TO_LINE = b"\x1bl"
F2, F3 = b"\x1bOQ", b"\x1bOR"
ESCAPE = b"\x1b"

OURS = Program(
    name="ours",
    command=lambda path: [
        *(sys.executable, "-m", "tui.cli", "edit"),
        *("--checkpoint", CHECKPOINT, "--", str(path)),
    ],
    # The status line comes with the text, and the other way round.
    painted=lambda path: [DRAWN_FIRST, path.name.encode()],
    ready=_ours_loaded,
    go={
        "prose": {
            "start": (TEXT_START, ENTER + UP),
            "middle": (GO_TO_LINE, b"50%", ENTER, END, ENTER),
            "end": (TEXT_END, ENTER),
        },
        "line": {
            "start": (TEXT_START,),
            "middle": (GO_TO_LINE, b"1:{half}", ENTER),
            "end": (TEXT_END,),
        },
    },
    ghosts=True,
)
STOCK = Program(
    name="stock",
    command=lambda path: [sys.executable, "-m", "tests.perf.stock", str(path)],
    painted=lambda path: [DRAWN_FIRST],
    go={
        "prose": {"start": (ENTER + UP,), "middle": (F2, ENTER), "end": (F3, ENTER)},
        "line": {"start": (), "middle": (F2,), "end": (F3,)},
    },
)
VIM = Program(
    name="vim",
    command=lambda path: ["vim", "-u", "NONE", "-n", str(path)],
    painted=lambda path: [DRAWN_FIRST],
    go={
        "prose": {
            "start": (ESCAPE, b"ggO"),
            "middle": (ESCAPE, b"50%o"),
            "end": (ESCAPE, b"Go"),
        },
        "line": {
            "start": (ESCAPE, b"0i"),
            "middle": (ESCAPE, b":call cursor(1, col('$') / 2)\ri"),
            "end": (ESCAPE, b"A"),
        },
    },
)
PROGRAMS = {program.name: program for program in (OURS, VIM, STOCK)}


def size_of(name: str) -> int:
    """Bytes, of a size as it is written: 100K, 50M."""
    unit = {"K": 1000, "M": 1_000_000}.get(name[-1:].upper())
    return int(name[:-1]) * unit if unit else int(name)


def document(size: int, shape: Shape = "prose", seed: int = 1) -> str:
    """So many characters of English words, in paragraphs of mixed length or in one line."""
    chance = random.Random(seed)
    # Half a megabyte is different from anything else in it; a long text repeats it.
    parts, chars, unique = [f"{FIRST_WORD} of the text."], 0, min(size, 500_000)
    while chars < unique:
        sentences = [_sentence(chance) for _ in range(chance.choice((1, 1, 2, 3, 5, 8, 13)))]
        parts.append(" ".join(sentences))
        chars += len(parts[-1]) + 1
    block = "\n".join(parts[1:])
    whole, total = [parts[0]], len(parts[0])
    for chapter in count(1):
        if total >= size:
            break
        whole += [f"Chapter {chapter}", block]
        total += len(block) + len(whole[-2]) + 2
    text = "\n".join(whole)[: size - 1] + "\n"
    return text[:-1].replace("\n", " ") if shape == "line" else text


def _sentence(chance: random.Random) -> str:
    words = chance.choices(_WORDS.split(), k=chance.randint(4, 22))
    return " ".join(words).capitalize() + "."
