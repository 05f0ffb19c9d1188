"""The seminar's training: which text is read, by what name, and the question before it."""

from pathlib import Path

import pytest

from charlm_core import SEMINAR_TEXT, RunError
from tests.runs import BEGAN, make_run, step
from tests.tui.test_training import training
from tui.services.plan import LEAST_CHARS, Plan
from tui.services.seminar import MOST_BYTES, TEXT_FILE, paragraph, seminar_plan
from tui.services.trainings import Trainings


@pytest.fixture
def data(home: Path) -> Path:
    """Where the user's data is."""
    return home / "data" / "charlm-tui"


@pytest.mark.parametrize(
    ("chars", "read"),
    [
        (0, False),
        (LEAST_CHARS - 1, False),
        (LEAST_CHARS, True),
        (MOST_BYTES, True),
        (MOST_BYTES + 1, False),
    ],
)
def test_a_document_of_a_paragraph_is_read(tmp_path: Path, chars: int, read: bool) -> None:
    """One that is too short to learn from, or too long for a minute, is not."""
    document = tmp_path / "mine.txt"
    document.write_text("x" * chars)
    assert paragraph(document) == (document if read else None)


def test_what_is_no_file_is_no_paragraph(tmp_path: Path) -> None:
    """A text without a name, one that was never saved, a folder, and a name that can't be."""
    assert paragraph(None) is None
    assert paragraph(tmp_path / "not there") is None
    assert paragraph(tmp_path) is None
    assert paragraph(Path("nul\0")) is None


def test_everybody_else_reads_the_same_paragraph(data: Path) -> None:
    """It is written into the user's data, where the training finds it; names do not collide."""
    plan = seminar_plan(None, "rnn", ())
    assert plan == Plan(
        name="rnn-seminar", corpora=(data / TEXT_FILE,), cell="rnn", preset="seminar"
    )
    assert plan.corpora[0].read_text() == SEMINAR_TEXT
    assert seminar_plan(None, "rnn", ["rnn-seminar", "lstm-seminar"]).name == "rnn-seminar-2"


def test_ones_own_paragraph_is_read_where_it_lies(tmp_path: Path, data: Path) -> None:
    """Nothing else is written then."""
    document = tmp_path / "mine.txt"
    document.write_text(SEMINAR_TEXT)
    assert seminar_plan(document, "lstm", ()).corpora == (document,)
    assert not (data / TEXT_FILE).exists()


def test_a_paragraph_that_can_not_be_written(data: Path) -> None:
    """The fault names the file."""
    (data / TEXT_FILE).mkdir(parents=True)
    with pytest.raises(RunError, match=TEXT_FILE):
        seminar_plan(None, "rnn", ())


@pytest.mark.parametrize(("key", "cell"), [("r", "rnn"), ("g", "gru"), ("l", "lstm")])
async def test_c_begins_it(
    data: Path, monkeypatch: pytest.MonkeyPatch, key: str, cell: str
) -> None:
    """C asks for the recurrence; its letter begins the run, and the list stands at it."""
    begun: list[Plan] = []

    def begin(_self: Trainings, plan: Plan) -> Path:
        begun.append(plan)
        return make_run(data / "runs" / plan.name, [BEGAN, step(1)]).path

    monkeypatch.setattr(Trainings, "begin", begin)
    async with training() as it:
        await it.press("c")
        await it.see("A Tale of Two Cities eight times")
        await it.press(key)
        await it.wait(lambda: it.chosen == f"{cell}-seminar")
        assert [(plan.cell, plan.preset) for plan in begun] == [(cell, "seminar")]
        await it.press("c", key)
        await it.wait(lambda: it.chosen == f"{cell}-seminar-2")


async def test_c_names_the_document_that_it_would_read(tmp_path: Path) -> None:
    """Esc begins nothing."""
    document = tmp_path / "mine.txt"
    document.write_text(SEMINAR_TEXT)
    async with training(path=document) as it:
        await it.press("c")
        await it.see("Read mine.txt eight times")
        await it.press("escape")
        await it.see("There are no training runs yet.")


async def test_c_says_why_it_can_not_begin(data: Path) -> None:
    """In one notice, and the screen goes on."""
    (data / TEXT_FILE).mkdir(parents=True)
    async with training() as it:
        await it.press("c")
        await it.see("eight times")
        await it.press("r")
        await it.see("Is a directory")
        assert it.screen is it.training
