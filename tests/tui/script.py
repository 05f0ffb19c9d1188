"""What a robot does to an editor: acts without end, that depend on nothing but a seed.

One that finds a fault can so be cut down to the acts that matter.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

SIZES = ((80, 24), (20, 5), (40, 12), (120, 40), (300, 100), (3, 2), (1, 1), (79, 23))
LETTERS = (
    "etaoin shrdlu etaoin shrdlu ETAOIN.,(_ \tжяй 日本語漢 é\u0301\u0300 👩\u200d👧🇫🇷 ﷽\u00a0\u2003"
    "'’-–"
)
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog,", "日本", "и", "мир\n"]
GHOSTS = (
    "fox jumps over",
    "e",
    " and so on. ",
    "\nnext line",
    "日本語 ",
    "n\n\n  in",
    "t the ",
    "👍🏽 ok",
    "'s – it",
    "–’'-",
)
PASTES = (
    "a",
    "two words",
    "one\ntwo\nthree",
    "\ttab\r\nreturn\rnul\0\ud800end",
    "日本語\n",
    "\n",
    "",
)
LARGEST = 1_000_000
TRIMMED = 20_000
_RARE, _SELDOM, _OFTEN = 1, 4, 20
KEYS = {
    **dict.fromkeys(("backspace", "left", "right", "alt+right"), 3 * _OFTEN),
    **dict.fromkeys(("enter", "delete", "up", "down", "shift+left", "shift+right"), _OFTEN),
    **dict.fromkeys(("tab", "ctrl+right", "ctrl+left", "ctrl+end", "escape"), _OFTEN),
    **dict.fromkeys(("ctrl+z", "ctrl+y", "ctrl+w", "alt+delete", "home", "end"), _OFTEN),
    **dict.fromkeys(("shift+up", "shift+down", "shift+home", "shift+end"), _SELDOM),
    **dict.fromkeys(("ctrl+shift+left", "ctrl+shift+right", "pageup", "pagedown"), _SELDOM),
    **dict.fromkeys(("ctrl+c", "ctrl+x", "ctrl+v", "ctrl+home", "ctrl+u", "ctrl+k"), _SELDOM),
    **dict.fromkeys(("shift+pageup", "shift+pagedown", "alt+up", "alt+down"), _SELDOM),
    **dict.fromkeys(("shift+tab", "ctrl+@", "ctrl+shift+k"), _SELDOM),
    **dict.fromkeys(("f7", "f8", "ctrl+shift+home", "ctrl+shift+end"), _RARE),
}


class Act(NamedTuple):
    """One thing that is done: its kind, and with what."""

    kind: str
    value: str | int | tuple[int, int] = ""

    def __str__(self) -> str:
        text = repr(self.value)
        return f"{self.kind} {text[:60]}{'…' if len(text) > 60 else ''}"


def script(seed: int, largest: int = LARGEST) -> Iterator[Act]:
    """Acts without end; no paste is larger."""
    chance = random.Random(seed)
    keys, weights = list(KEYS), list(KEYS.values())
    while True:
        roll = chance.random()
        if roll < 0.45:
            for letter in chance.choices(LETTERS, k=chance.randint(1, 12)):
                yield Act("type", letter)
        elif roll < 0.93:
            key = chance.choices(keys, weights)[0]
            for _ in range(chance.choice((1, 1, 1, 2, 5))):
                yield Act("key", key)
            # What was one step is seen where it is taken back at once.
            if chance.random() < 0.2:
                yield Act("key", "ctrl+z")
        elif roll < 0.95:
            yield Act("ghost", chance.choice(GHOSTS))
        elif roll < 0.97:
            yield Act("paste", chance.choice(PASTES))
        elif roll < 0.975:
            yield Act("resize", chance.choice(SIZES))
        elif roll < 0.98:
            yield Act("scroll", chance.randint(-200, 200))
        elif roll < 0.985:
            yield Act("replace", chance.choice("etn \t日"))
        elif roll < 0.9875:
            yield Act("numbers")
        elif roll < 0.99:
            yield Act("read only")
        elif roll < 0.9985:
            yield Act("pick", chance.randrange(1 << 30))
        elif roll < 0.9995:
            words = chance.choices(WORDS, k=chance.randint(1, largest // 50))
            yield Act("paste", " ".join(words))
            yield Act("trim", chance.randint(20, 60))
        else:
            words = chance.choices(WORDS, k=1000)
            yield Act("paste", (" ".join(words) * (largest // 1000))[:largest])
            yield Act("trim", chance.randint(20, 60))
