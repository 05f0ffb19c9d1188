"""What people type today, and how the models that are shipped read it."""

from pathlib import Path

import pytest

from charlm_core import checkpoint
from charlm_core.folding import is_joined
from charlm_core.vocab import UNKNOWN, Vocab

SHIPPED = Path(__file__).parents[2] / "checkpoints"
MODELS = sorted(folder for folder in SHIPPED.iterdir() if (folder / "config.json").is_file())

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"

ASCII = "".join(map(chr, range(ord(" "), ord("~") + 1))) + "\t\n"
"""A keyboard of the United States."""

LATIN = {
    "British": "£€¦áéíóúÁÉÍÓÚ",
    "German": "äöüÄÖÜßẞ§€²³´µ",
    "French": "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ§€£²",
    "Spanish": "ñÑ¿¡ºª·çÇáéíóúüÁÉÍÓÚÜ€",
}
CYRILLIC = {"Russian": RUSSIAN + RUSSIAN.upper() + "№₽", "Ukrainian": "іїєґІЇЄҐ"}
SIGNS = {
    "quotes": "‘’‚“”„«»‹›′″",
    "dashes": "‐‑–—―−",
    "spaces": "\u00a0\u202f\u2009\u3000",
    "line ends": "\r\v\f\x85\u2028\u2029",
    "signs": "…·•×÷±≈≤≥≠→←‰№§€£¥¢₽",
    "full width": "０１２３４５６７８９Ａｚ！？（），．：",
    "small figures": "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃½¼¾",
}

JOINED = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0300\u0301\u0308\u0306\ufe0f"
"""Drawn upon what is before, or not at all: read with that, or passed over."""

NOT_READ = "°©®™¶¬√∞πμ🙂👍❤🎉中あ한λא"
"""What no other stands for: read as running text, where it is no symbol of its own."""

CALLED = {
    **dict.fromkeys("‘’‚‹›′´", "'"),
    **dict.fromkeys("“”„«»″", '"'),
    **dict.fromkeys("‐‑–−", "-"),
    **dict.fromkeys("―", "—-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u3000", " "),
    **dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"),
    **dict.fromkeys("€£¥¢₽", "$£"),
    **dict(zip("０１２３４５６７８９", "0123456789", strict=True)),
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)),
    **dict(zip("Ёёéüßñ№…•×", "Ееeusn#.*x", strict=True)),
}
"""What a person calls some of them by, where a model lacks them."""


def is_cyrillic(vocab: Vocab) -> bool:
    """Whether its texts were written in Russian."""
    return set(RUSSIAN) - {"ё"} <= set(vocab.symbols)


@pytest.fixture(scope="module", params=MODELS, ids=lambda folder: folder.name)
def vocab(request: pytest.FixtureRequest) -> Vocab:
    """The characters of one of the models that are shipped."""
    folder: Path = request.param
    return checkpoint.read_config(folder).vocab


def test_there_is_something_to_look_at() -> None:
    """The tests below are about the models in the repository."""
    assert MODELS


def test_each_key_of_a_keyboard_is_a_symbol(vocab: Vocab) -> None:
    """Whatever is on an American keyboard can be suggested; on a Russian one, in Russian.

    But for what is hardly ever typed, which is read as another.
    """
    keys = set(ASCII)
    if is_cyrillic(vocab):
        keys |= set(CYRILLIC["Russian"])
    assert keys - set(vocab.symbols) <= set("Ъ₽")
    assert all(map(vocab.id_of, keys))


@pytest.mark.parametrize("of", [*LATIN, *CYRILLIC, *SIGNS])
def test_what_people_type_is_read(vocab: Vocab, of: str) -> None:
    """Each is a symbol, or is read as one that a person would call the same."""
    if of in CYRILLIC and not is_cyrillic(vocab):
        pytest.skip("a model of another script")
    for character in {**LATIN, **CYRILLIC, **SIGNS}[of]:
        read = vocab.symbols[vocab.id_of(character)]
        assert read != UNKNOWN, f"{character!a} is not read"
        if character in CALLED:
            assert read in {character, *CALLED[character]}, f"{character!a} is read as {read!a}"


def test_straight_and_curly_are_read_alike(vocab: Vocab) -> None:
    """A letter with typographic quotes is predicted as one with plain ones, where it has but one.

    What a model has seen both of, it may tell apart.
    """
    for plain, others in (("'", "’‘"), ('"', "“”«»")):
        for other in others:
            assert vocab.id_of(other) == vocab.id_of(plain) or other in vocab


def test_what_is_drawn_upon_another_is_not_read_by_itself(vocab: Vocab) -> None:
    """An accent of its own, a joiner, a soft hyphen."""
    assert all(is_joined(character) for character in JOINED)
    assert not any(is_joined(character) for character in ASCII + RUSSIAN)


def test_little_is_not_read(vocab: Vocab) -> None:
    """What no other stands for is nothing that a person would type as something else."""
    for character in NOT_READ:
        assert vocab.symbols[vocab.id_of(character)] in {UNKNOWN, character}
