"""How each of the shipped checkpoints is made, and what its card says of it."""

from dataclasses import dataclass

from charlm_core.fitting import Suits


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one checkpoint is made."""

    purpose: str
    """What to write with it, in a few words."""
    about: str
    """What its texts are, for the card."""
    stages: tuple[tuple[str, ...], ...]
    """Options of `charlm-tui train`, a name and a value in turn; for each stage, which begins with
    the weights of the one before."""
    calibrated: bool = False
    """Whether its logits are scaled to suit a text that is neither trained nor validated on: the
    tests of Python's standard library."""
    judgement: str
    """What it is good and bad at; `{dialogue}` stands for what such text costs, bits a character,
    as `tests.perf.kinds` has measured it of the kind whose name begins so."""
    prompt: str
    """What its sample goes on from."""
    suits: Suits
    """Which documents it is chosen for."""
    doubt: float = 1.0
    """That of its config: with it some 53% of the ghosts are wrong with the dial at balanced, on
    pieces of 15,000 characters from 100,000 on of the validation text (English: from 1,000,000),
    typed from an empty memory, `charlm-tui replay`."""
    remark: str = ""
    """In what the shipped weights were not made as this says."""
    prepared: bool = False
    """Whether its corpus is made of what is on this machine."""


_PYTHON = ("*.py", "*.pyi", "*.pyw", "*.pyx", "*.pxd", "SConstruct", "SConscript", "wscript")
_LIKE_PYTHON = (
    *("*.js", "*.mjs", "*.cjs", "*.jsx", "*.ts", "*.tsx", "*.json", "*.c", "*.h", "*.go", "*.php"),
    *("*.pl", "*.pm", "*.sql", "*.xml", "*.cfg", "*.cmake", "CMakeLists.txt"),
)
"""What it predicts better than the English one by a quarter of a bit a character and more, as
`tests.perf.suits` measures it. Markup with prose in it is left to its letters."""

_FIRST = (
    *("--hidden", "768", "--batch", "32", "--length", "128", "--learning-rate", "4e-3"),
    *("--seed", "1"),
)
_LATER = ("--batch", "64", "--length", "128", "--learning-rate", "3e-3")
"""Once steps no longer teach as much as the first ones, twice the lanes take a sixth less time."""
_DROPPED = ("--dropout", "0.35", "--weight-drop", "0.15")
"""So much of a text that is read for the tenth time and more."""

RECIPES = {
    "english": Recipe(
        purpose="English prose",
        about="English prose, plain UTF-8 with straight quotes: 27 Standard Ebooks novels (CC0); "
        "the 18F blog and handbook (CC0); Python PEPs (public domain); The Rust Programming "
        "Language (MIT or Apache-2.0); State of the Union and inaugural addresses (public "
        "domain). The validation text is the tail of each document.",
        stages=((*_FIRST, "--epochs", "3", "--evaluations", "24"),),
        judgement="It writes as novels, speeches, reports and handbooks do. Speeches cost "
        "{speeches} bits a character, dialogue {dialogue}, other prose {other prose}; lists and "
        "headings, which begin anew in each line, {lists}. It is sure inside words and much less "
        "of what the next one is: their first letter costs {first letter}, from the fourth on "
        "{later letters}. It has read no mail, no chat and hardly a line of code, and of names, "
        "dates and turns of phrase that its texts lack it learns only from yours.",
        prompt="Dear Mrs. Bennet, I was very glad to ",
        suits=Suits(scripts=("Latin",)),
        remark="The shipped weights took their first two passes at the learning rates of a "
        "schedule for four.",
    ),
    "russian": Recipe(
        purpose="Russian prose",
        about="Russian prose of the 19th and early 20th century from RusLit (public domain), plain "
        "UTF-8 with straight quotes. The validation text is the tail of each document.",
        stages=(
            (*_FIRST, "--epochs", "2", "--evaluations", "10"),
            (*_LATER, "--seed", "2", "--epochs", "1.5", "--evaluations", "6"),
        ),
        judgement="It writes as Russian prose did a century ago, and has none of the words that "
        "came since. Prose costs {prose} bits a character, dialogue {dialogue}; the notes and "
        "dates of annotated editions {notes}. Endings are cheap and beginnings dear: from the "
        "fourth letter on a word costs {later letters} a letter, its first one {first letter}. "
        "Of the letter ё it knows little, as most of its texts write е.",
        prompt="Было уже совсем темно, когда ",
        suits=Suits(scripts=("Cyrillic",)),
        doubt=1.34,
    ),
    "python": Recipe(
        purpose="Python programs",
        about="The standard library of Python (Python Software Foundation License), sorted by "
        "path, without its tests. The validation text is the last twentieth.",
        stages=(
            (*_FIRST, "--epochs", "4", "--evaluations", "16"),
            (
                *(*_LATER, "--seed", "2", "--epochs", "7", "--evaluations", "14"),
                *("--dropout", "0.3", "--weight-drop", "0.15"),
            ),
            (*_LATER, "--seed", "4", "--epochs", "8", "--evaluations", "8", *_DROPPED),
            (*_LATER, "--seed", "5", "--epochs", "12", "--evaluations", "12", *_DROPPED),
        ),
        calibrated=True,
        judgement="It writes as the standard library is written. Indents and line ends cost "
        "{indents} bits a character, keywords {keywords}, names {names}, docstrings {docstrings}, "
        "comments {comments}, numbers {numbers}. Names of your own it learns as you type them. The "
        "held-out files are whole modules that it has not seen, and their names with them; it has "
        "read no library but the standard one.",
        prompt="def read(path, encoding=None):",
        suits=Suits(
            files=(*_PYTHON, *_LIKE_PYTHON), programs=("python", "pypy", "uv", "node", "perl")
        ),
        doubt=0.71,
        remark="The shipped weights went from pass 1.30 to 1.50 of the first stage at the learning "
        "rates of a schedule for five.",
        prepared=True,
    ),
}
