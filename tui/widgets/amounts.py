"""Amounts as people read them."""

_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def short(number: float) -> str:
    """Three digits and a letter: 950, 12.3k, 1.12M."""
    for size, letter in _STEPS:
        if number >= 0.9995 * size:
            value = number / size
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}{letter}"
    return f"{number:.0f}"


def file_size(number: float) -> str:
    """Bytes as people read them: 812 B, 12.3 kB, 1.12 MB."""
    words = short(number)
    return f"{words} B" if words[-1].isdigit() else f"{words[:-1]} {words[-1]}B"


def duration(seconds: float) -> str:
    """Seconds as people read them: 1:05, 2:03:04."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def span(seconds: float) -> str:
    """About how long: under 1 s, 42 s, 12 min, 3.2 h, 5.1 days."""
    if seconds < 1:
        return "under 1 s"
    for least, size, unit in ((2 * 86400, 86400, "days"), (2 * 3600, 3600, "h")):
        if seconds >= least:
            return f"{seconds / size:.{1 if seconds < 10 * size else 0}f} {unit}"
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
