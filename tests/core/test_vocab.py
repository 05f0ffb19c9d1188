"""The vocabulary: which characters are known, in which order, and what becomes of the others."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm_core import vocab as vocab_module
from charlm_core.errors import ConfigError
from charlm_core.folding import stand_ins
from charlm_core.vocab import (
    MAX_SYMBOLS,
    UNKNOWN,
    Vocab,
    code_points,
    count_characters,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))
KNOWN_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=UNKNOWN))


@given(KNOWN_TEXT)
def test_a_known_text_comes_back_exactly(text: str) -> None:
    """Cyrillic, combining marks, emoji, controls: what is known is encoded and decoded exactly."""
    vocab = Vocab.from_text(text)
    assert vocab.decode(vocab.encode(text)) == text
    assert 0 not in vocab.encode(text)


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_is_encoded_one_symbol_a_character(learned: str, text: str) -> None:
    """No text raises; a known character gives its own index, another that of a look-alike or 0."""
    vocab = Vocab.from_text(learned)
    ids = vocab.encode(text)
    assert ids.tolist() == [vocab.id_of(character) for character in text]
    assert ids.dtype == np.uint16
    for character, shown in zip(text, vocab.decode(ids), strict=True):
        if character in vocab:
            assert shown == character
        else:
            known = [other for other in stand_ins(character) if other in vocab]
            assert shown == (known[0] if known else UNKNOWN)


@pytest.mark.parametrize(
    "text", ["Съешь ещё", "e\u0301 ≠ é", "👩\u200d🚀 🇪🇺", "\U0010ffff\0", "", UNKNOWN, "\ud83d"]
)
def test_texts_of_the_world(text: str) -> None:
    """Scripts, combining marks, joined emoji, the ends of Unicode and half an emoji."""
    vocab = Vocab.from_text(text)
    shown = text.replace("\ud83d", UNKNOWN)
    assert vocab.decode(vocab.encode(text)) == shown


@settings(max_examples=30)
@given(st.lists(ANY_TEXT), st.randoms(use_true_random=False))
def test_the_order_depends_on_the_characters_alone(texts: list[str], random: random.Random) -> None:
    """The same corpus, its files in another order, gives the same vocabulary."""
    shuffled = random.sample(texts, len(texts))
    vocab = Vocab.from_counts(count_characters(texts))
    assert vocab == Vocab.from_counts(count_characters(shuffled))
    assert vocab == Vocab.from_text("".join(sorted("".join(texts))))
    assert list(vocab.symbols[1:]) == sorted(vocab.symbols[1:])


@given(st.lists(ANY_TEXT))
def test_counts_add_up(texts: list[str]) -> None:
    """A corpus counted file by file is counted as if it were one text."""
    counts = count_characters(texts)
    assert counts.sum() == sum(map(len, texts))
    for character in set("".join(texts)):
        assert counts[ord(character)] == sum(text.count(character) for text in texts)


def test_unknown_characters_become_the_unknown_symbol() -> None:
    """A character never seen in training encodes to 0, and 0 is drawn as U+FFFD."""
    vocab = Vocab.from_text("abba")
    assert vocab.encode("aжb\ud800\ufffd").tolist() == [1, 0, 2, 0, 0]
    assert vocab.decode([1, 0, 2]) == f"a{UNKNOWN}b"
    assert "ж" not in vocab
    assert UNKNOWN not in vocab


PLAIN = "\t\n" + "".join(map(chr, range(ord(" "), ord("~") + 1)))
ENGLISH = Vocab.from_text(PLAIN + "—")
RUSSIAN = Vocab.from_text(PLAIN + "".join(map(chr, range(0x410, 0x450))) + "—№")


@pytest.mark.parametrize(
    ("vocab", "typed", "read"),
    [
        (ENGLISH, "“It’s ‘so’,” she said", "\"It's 'so',\" she said"),
        (ENGLISH, "„Ja“ «oui» ‹si›", '"Ja" "oui" \'si\''),
        (ENGLISH, "1914–1918, 5 − 3, well—no", "1914-1918, 5 - 3, well—no"),
        (ENGLISH, "a\u00a0b\u2009c\u202fd\u3000e", "a b c d e"),
        (ENGLISH, "so…", "so."),
        (ENGLISH, "café naïve Ørsted Łódź Ångström", "cafe naive Orsted Lodz Angstrom"),
        (ENGLISH, "Ａ１（ｂ）", "A1(b)"),
        (ENGLISH, "ﬁ ½ x² № 5 § 7", "i 2 x2 # 5 # 7"),
        (ENGLISH, "¿Sí? 5 € ± 2 ‰", "?Si? 5 $ + 2 %"),
        (ENGLISH, "• one\u2028• two\r", "* one\n* two\n"),
        (RUSSIAN, "ещё Ёлка, йод, № 7", "еще Елка, йод, № 7"),
        (RUSSIAN, "мѣсто, міръ, ї", "место, миръ, и"),
        (Vocab.from_text("abcé"), "ABCÉe", "abcé" + UNKNOWN),
        (Vocab.from_text("“”’—abc"), "\"a'b-c", "“a’b" + UNKNOWN + "c"),
        (Vocab.from_text("и"), "йИй", f"{UNKNOWN}и{UNKNOWN}"),
        (Vocab.from_text("ab "), "a\tb", "a b"),
    ],
)
def test_a_character_it_lacks_is_read_as_the_one_a_person_would_call_the_same(
    vocab: Vocab, typed: str, read: str
) -> None:
    """Curly quotes, other dashes and spaces, accents: predicted as the plain ones are."""
    assert vocab.decode(vocab.encode(typed)) == read


def test_a_character_it_has_is_never_read_as_another() -> None:
    """A model of a text with curly quotes and accents tells them from the plain ones."""
    text = '“a” "a" é e ё е – - … . № # \u00a0'
    vocab = Vocab.from_text(text)
    assert vocab.decode(vocab.encode(text)) == text


@pytest.mark.parametrize("character", [*"🙂ж中™©", "\u200b", "\u0301", "\ufeff", "\ud800"])
def test_nothing_stands_for_what_is_like_nothing(character: str) -> None:
    """Emoji, other scripts and what is drawn as nothing are unknown, not some letter."""
    assert ENGLISH.id_of(character) == 0


def test_a_stand_in_is_not_what_is_suggested() -> None:
    """Reading a curly quote as a straight one puts no curly quote into what can be suggested."""
    assert "’" not in ENGLISH
    assert ENGLISH.symbols[ENGLISH.id_of("’")] == "'"


@given(st.characters(exclude_categories=()))
def test_what_stands_for_a_character_is_one_other(character: str) -> None:
    """Each is a single character, none twice, and never the character itself."""
    found = stand_ins(character)
    assert len(set(found)) == len(found)
    assert all(len(other) == 1 for other in found)
    assert character not in found


def test_rare_characters_fold_into_the_unknown_symbol() -> None:
    """A character that makes up less than the asked share is not worth a symbol of its own."""
    text = "a" * 900 + "b" * 99 + "c"
    assert Vocab.from_text(text, 0.001).symbols == (UNKNOWN, "a", "b", "c")
    assert Vocab.from_text(text, 0.002).symbols == (UNKNOWN, "a", "b")
    assert Vocab.from_text(text, 0.5).symbols == (UNKNOWN, "a")
    assert Vocab.from_text(text, 0.99).symbols == (UNKNOWN,)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_an_impossible_share_is_refused_by_name(share: float) -> None:
    """The message names the setting."""
    with pytest.raises(ConfigError, match="rare_share"):
        Vocab.from_text("a", share)


@pytest.mark.parametrize("too_many", [0, 1, 10])
def test_a_vocabulary_keeps_the_commonest_when_there_are_too_many(too_many: int) -> None:
    """Beyond 65,536 symbols the rarest are folded; the order stays that of the code points."""
    counts = np.zeros(0x110000, dtype=np.int64)
    first, last = 0x10000, 0x10000 + MAX_SYMBOLS + too_many
    counts[first:last] = 1
    counts[last - 20 : last] = 2
    vocab = Vocab.from_counts(counts)
    assert len(vocab) == MAX_SYMBOLS
    assert set(map(chr, range(last - 20, last))) <= set(vocab.symbols)
    assert list(vocab.symbols[1:]) == sorted(vocab.symbols[1:])
    highest = vocab.symbols[-1]
    assert vocab.encode(highest).tolist() == [MAX_SYMBOLS - 1]
    assert vocab.decode([MAX_SYMBOLS - 1]) == highest


def test_counting_leaves_the_counts_alone() -> None:
    """A vocabulary is built from counts that others go on using."""
    counts = count_characters(["a\ufffd\ud800"])
    before = counts.copy()
    Vocab.from_counts(counts)
    assert np.array_equal(counts, before)


@pytest.mark.parametrize(
    ("symbols", "fault"),
    [
        ((), "first symbol"),
        (("a", UNKNOWN), "first symbol"),
        ((UNKNOWN, "ab"), "symbol 1 is not a single character"),
        ((UNKNOWN, "a", ""), "symbol 2 is not a single character"),
        ((UNKNOWN, "\ud800"), "symbol 1 is not a single character"),
        ((UNKNOWN, "a", "a"), "twice"),
        ((UNKNOWN, UNKNOWN), "twice"),
        ((UNKNOWN, *map(chr, range(0x10000, 0x10000 + MAX_SYMBOLS))), "65537 symbols"),
    ],
    ids=["empty", "late", "pair", "none", "surrogate", "twice", "unknown twice", "too many"],
)
def test_a_faulty_vocabulary_is_refused(symbols: tuple[str, ...], fault: str) -> None:
    """Every message begins with what it is about."""
    with pytest.raises(ConfigError, match=rf"^vocabulary: .*{fault}"):
        Vocab(symbols)


@pytest.mark.parametrize("index", [-1, 3])
def test_an_index_outside_the_vocabulary_is_refused(index: int) -> None:
    """A negative index is not taken as one from the end."""
    vocab = Vocab.from_text("ab")
    with pytest.raises(IndexError):
        vocab.decode([1, index])


def test_controls_and_the_unknown_symbol_are_never_suggested() -> None:
    """Of what terminals obey, only the newline may be suggested: it says that the line is over."""
    vocab = Vocab.from_text("\0\t\n\r\x1b a\x7f\x9b\xad\u200b\u2028\u202eж🙂")
    allowed = vocab.suggestible()
    assert allowed.shape == (len(vocab),)
    suggested = {vocab.symbols[index] for index in np.flatnonzero(allowed)}
    assert suggested == {"\n", " ", "a", "ж", "🙂"}


def test_a_surrogate_is_one_code_point() -> None:
    """Half an emoji, as a faulty file can hold, counts as one character."""
    assert code_points("a\ud83d🙂").tolist() == [0x61, 0xD83D, 0x1F642]


def test_a_vocabulary_is_a_value() -> None:
    """Equal symbols make equal vocabularies, which serve as keys."""
    assert {Vocab.from_text("ab"), Vocab.from_text("ba")} == {Vocab((UNKNOWN, "a", "b"))}
    assert np.iinfo(np.uint16).max >= vocab_module.MAX_SYMBOLS - 1
