"""Surprise in steps: how many bits a character takes, as one of a few levels to tint it by."""

BOUNDS = (1.0, 2.0, 4.0, 8.0)
"""Bits from which on the next level counts. A bit halves the odds."""

LEVELS = len(BOUNDS) + 1
"""How many levels of surprise there are, the lowest 0."""

UNREAD = LEVELS
"""The level of a character that the model has not read yet."""

RANGES = ("<1", "1–2", "2–4", "4–8", ">8")
"""Which bits each level stands for."""

MARKS = "▁▂▃▄▅▆▇█"
"""How high bits show in a curve that is one cell high."""

HIGHEST = 4.0
"""Bits a character at which such a curve is as high as it gets."""


def mark(bits: float) -> str:
    """The height of so many bits; a blank where they are not known."""
    if bits != bits:
        return " "
    return MARKS[min(len(MARKS) - 1, max(0, int(bits / HIGHEST * len(MARKS))))]
