"""Amounts as people read them."""

_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def short(number: float) -> str:
    """Three digits and a letter: 950, 12.3k, 1.12M."""
    for size, letter in _STEPS:
        if number >= 0.9995 * size:
            value = number / size
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}{letter}"
    return f"{number:.0f}"


def duration(seconds: float) -> str:
    """Seconds as people read them: 1:05, 2:03:04."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
