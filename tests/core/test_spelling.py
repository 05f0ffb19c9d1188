"""A ghost goes on with the quotes and dashes that the document has."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from charlm_core import alike
from charlm_core.spelling import AGREEING, REACH, respelled

SIGNS = "'’‘‛‚‹›\"“”„‟«»-–—―"
PIECES = st.lists(st.sampled_from(["don", "t", "He", " ", "\n", "(", "5", *SIGNS]), max_size=25)
TEXTS = PIECES.map("".join)


@pytest.mark.parametrize(
    ("before", "said", "shown"),
    [
        # An apostrophe, typographic and plain.
        ("I can’t and I do", "n't know", "n’t know"),
        ("I can't and I do", "n’t know", "n't know"),
        ("Don’", "t say you're", "t say you’re"),
        ("the boys’ and the girl", "s' books", "s’ books"),
        # Quotations open and close.
        ("“No,” he said. ", '"Yes," she said.', "“Yes,” she said."),
        ('"No," he said. ', "“Yes,” she said.", '"Yes," she said.'),
        ("«Нет». ", '"Да", ', "«Да», "),
        ('Он - "друг". ', "это — «мир», ", 'это - "мир", '),
        ("„Nein“, sagte er. ", '"Ja", sagte', "„Ja“, sagte"),
        ("»Nein«, sagte er. ", '"Ja", sagte', "»Ja«, sagte"),
        ("‘No’ and ", "'yes' and", "‘yes’ and"),
        ("She said “", 'hello." And', "hello.” And"),
        ("“‘No’” and ", "\"'yes'\" and", "“‘yes’” and"),
        ("> “No,” he wrote.\n> ", '"Yes,"', "“Yes,”"),
        # Dashes between words, and at the beginning of a line.
        ("one – two – three", " — four", " – four"),
        ("one - two", " — three", " - three"),
        ("- Да.\n", "— Нет.", "- Нет."),
        ("— Да – нет.\n", "— Может, быть — да.", "— Может, быть – да."),
        # A hyphen is no dash.
        ("one – two", "-three", "-three"),
        ("one—two", "—three", "—three"),
        # What it has not shown it is not taken to want.
        ("", "don't \"say\" — it", "don't \"say\" — it"),
        ("“No,” he said. I do", "n't", "n't"),
        ("I don’t. ", '"Yes"', '"Yes"'),
        ("It’s one – two. ", "- three", "- three"),
        # What it has both of is as the model says.
        ("“a” \"b\" ", '"c"', '"c"'),
        ("isn’t isn't is", "n't", "n't"),
        ("isn’t isn't " + "isn’t " * AGREEING + "is", "n't", "n’t"),
    ],
)  # fmt: skip
def test_signs_are_as_the_document_has_them(before: str, said: str, shown: str) -> None:
    """Where it has shown its way, and nowhere else."""
    assert respelled(said, before) == shown


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("# the “fast” path\nx = ", '"abc"'),
        ("# the “fast” path\nprint(", "'abc')"),
        ('# the “fast” path\nx = "a"\nreturn "', 'b" + "c"'),
        ("# don’t\nx = '", "abc'"),
        ("# don’t\nx = f", "'abc' + r'd'"),
        ("# “a”\n", '"""Say so."""'),
        ("# “a” “b” “c” “d”\nx = ", '""'),
        ("# one — two — three — four — five\nx = a", " - b"),
    ],
)
def test_a_program_keeps_what_it_is_written_with(before: str, said: str) -> None:
    """Whatever its comments have: a curly quote around a string would break it."""
    assert respelled(said, before) == said


def test_an_apostrophe_in_a_comment_is_the_comment_s() -> None:
    """A program's comments go on as they were written."""
    assert respelled("n't use it", "# it’s slow, do") == "n’t use it"


def test_what_is_long_past_does_not_count() -> None:
    """A document whose way has changed is followed."""
    before = "“a” " * 10 + '"b" ' * AGREEING
    assert respelled("“c”", before) == '"c"'
    assert respelled("\"c\"", "“a” " + "b" * REACH) == '"c"'  # fmt: skip


@given(TEXTS, TEXTS)
@example("don’t ", "don't")
def test_nothing_but_signs_is_another(said: str, before: str) -> None:
    """As long as it was, its letters where they were, a quote still a quote and a dash a dash."""
    shown = respelled(said, before)
    assert len(shown) == len(said)
    for one, other in zip(said, shown, strict=True):
        if one != other:
            assert one in SIGNS
            assert other in SIGNS
            assert other in before + shown.replace(one, "")
            assert one != "-"
            dash = unicodedata.category(one) == "Pd"
            assert dash == (unicodedata.category(other) == "Pd")


@given(TEXTS, TEXTS)
def test_a_sign_is_only_ever_one_of_the_document_s_or_closes_one(said: str, before: str) -> None:
    """A text with none gives a ghost none."""
    plain = "".join(character for character in before if character not in SIGNS)
    shown = respelled(said, plain)
    assert not set(shown) - set(said) - set("”’“‘»›«‹'\"")


@pytest.mark.parametrize("pair", ["'’", "'‘", '"“', '"”', '"«', '"»', "“„", "-–", "—–", " \u00a0"])
def test_signs_that_are_the_same_to_a_typist(pair: str) -> None:
    """Either is typed for the other."""
    assert alike(*pair)
    assert alike(*reversed(pair))


@pytest.mark.parametrize(
    "pair", ["'\"", "ab", "aA", "eé", "её", ".…", "«»", "-_", " \n", "'`", "“”"]
)
def test_signs_that_are_not(pair: str) -> None:
    """No letter is another, whatever a model reads it as; nor is what opens what closes."""
    assert not alike(*pair)
    assert not alike(*reversed(pair))
