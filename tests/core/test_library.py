"""Finding checkpoints by name: one's own first, then the shipped ones, then paths."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import charlm_core
from charlm_core import checkpoint
from charlm_core.characters import is_control
from charlm_core.checkpoint import CONFIG_FILE
from charlm_core.errors import CheckpointError
from charlm_core.importing import import_model
from charlm_core.library import (
    DamagedModel,
    ModelEntry,
    catalogue,
    locate,
    models,
    models_directory,
    runs_directory,
)
from charlm_core.weights import WEIGHTS_FILE


def train(saved: Path, name: str) -> Path:
    """Leave a training run of the user's own, as a training does."""
    path = runs_directory() / name / "best"
    shutil.copytree(saved, path)
    return path


def fault_of(name: str) -> str:
    """The one line told for a name that leads to no checkpoint."""
    with pytest.raises(CheckpointError) as caught:
        locate(name)
    assert not any(map(is_control, str(caught.value)))
    return str(caught.value)


def test_runs_live_in_the_users_data_folder(home: Path) -> None:
    """Not beside the product, where an update would remove them."""
    assert runs_directory() == home / "data" / "charlm-tui" / "runs"


def test_a_shipped_checkpoint_has_a_name(shipped: Path) -> None:
    """`english` needs no path."""
    assert locate("english") == shipped / "english"
    entries, faults = models()
    assert [(entry.name, entry.path) for entry in entries] == [
        ("english", shipped / "english"),
        ("python", shipped / "python"),
    ]
    assert faults == []


def test_ones_own_run_shadows_a_shipped_checkpoint(shipped: Path, saved: Path) -> None:
    """A model trained under the name `english` is the one meant from then on, and listed once."""
    own = train(saved, "english")
    assert locate("english") == own
    entries, _ = models()
    assert [entry.path for entry in entries if entry.name == "english"] == [own]


def test_ones_own_runs_come_first_in_order(shipped: Path, saved: Path) -> None:
    """A list that looks the same each time."""
    for name in ("zebra", "alpha"):
        train(saved, name)
    assert [entry.name for entry in models()[0]] == ["alpha", "zebra", "english", "python"]


def test_a_run_without_a_checkpoint_yet_hides_nothing(shipped: Path) -> None:
    """A training that has only begun is not listed, and the shipped one still opens."""
    (runs_directory() / "english").mkdir(parents=True)
    assert locate("english") == shipped / "english"
    assert [entry.name for entry in models()[0]] == ["english", "python"]
    assert models()[1] == []


def test_every_listed_name_opens_what_was_listed(shipped: Path, saved: Path) -> None:
    """`models` and `locate` never disagree."""
    train(saved, "python")
    train(saved, "mine")
    assert all(locate(entry.name) == entry.path for entry in models()[0])


def test_a_damaged_checkpoint_is_told_and_not_listed(shipped: Path, saved: Path) -> None:
    """One line for each; the others are listed all the same."""
    own = train(saved, "broken\x1b[2J")
    (own / CONFIG_FILE).write_text("{")
    (shipped / "python" / CONFIG_FILE).write_bytes(b"\xff")
    entries, faults = models()
    assert [entry.name for entry in entries] == ["english"]
    assert len(faults) == 2
    assert "broken␛[2J" in faults[0]
    assert faults[1].startswith(f"{shipped / 'python' / CONFIG_FILE}: ")
    assert not any(map(is_control, "".join(faults)))


def test_a_damaged_run_does_not_turn_into_a_shipped_one(shipped: Path, saved: Path) -> None:
    """Its name is told as damaged rather than quietly meaning another model."""
    own = train(saved, "english")
    (own / CONFIG_FILE).write_text("{")
    entries, faults = models()
    assert [entry.name for entry in entries] == ["python"]
    assert len(faults) == 1
    assert locate("english") == own


def test_an_unreadable_run_is_told(
    shipped: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may not be entered is a line in the list, not the end of it."""
    own = train(saved, "secret")
    real = Path.open

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.is_relative_to(own):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    entries, faults = models()
    assert [entry.name for entry in entries] == ["english", "python"]
    assert faults == [f"{own / CONFIG_FILE}: {os.strerror(errno.EACCES)}"]


def test_what_is_no_checkpoint_is_not_listed(shipped: Path) -> None:
    """Files, hidden folders and folders without a config beside the checkpoints."""
    (shipped / "README.md").write_text("about")
    (shipped / "notes").mkdir()
    shutil.copytree(shipped / "english", shipped / ".english.0a.tmp")
    assert [entry.name for entry in models()[0]] == ["english", "python"]
    assert models()[1] == []


def test_a_path_leads_to_its_folder(shipped: Path, saved: Path) -> None:
    """Absolute or relative, as text or as a path, the folder of a run or of a checkpoint."""
    own = train(saved, "mine")
    (own.parent / CONFIG_FILE).write_text("{}")  # a run has a config of its own
    assert locate(str(saved)) == saved
    assert locate(saved) == saved
    assert locate(own.parent) == own


def test_a_relative_path_starts_at_the_current_folder(
    shipped: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain name falls back on a folder here; with a separator it is always one."""
    monkeypatch.chdir(saved.parent)
    assert locate("saved") == Path("saved")
    assert locate("./saved") == Path("saved")
    shutil.copytree(saved, Path("english"))
    assert locate("english") == shipped / "english"
    assert locate("./english") == Path("english")
    assert locate("english/") == Path("english")


@pytest.mark.parametrize("name", [".", "..", "../..", "./", "/"])
def test_dots_are_paths_and_never_names(shipped: Path, saved: Path, name: str) -> None:
    """`..` does not lead from the folder of runs, or of shipped checkpoints, to somewhere else."""
    shutil.copytree(saved, runs_directory() / "best")
    shutil.copytree(saved, shipped.parent / "best")
    assert fault_of(name) == f"{name}: not a checkpoint: it holds no {CONFIG_FILE}"


def test_a_name_never_leaves_its_folder(shipped: Path, saved: Path) -> None:
    """What has a separator is a path from here, not from the folder of runs."""
    train(saved, "mine")
    assert "no such checkpoint" in fault_of("mine/../mine")
    assert "no such checkpoint" in fault_of("../runs/mine")


def test_an_unknown_name_tells_which_there_are(shipped: Path) -> None:
    """A typing error is put right at a glance."""
    assert fault_of("inglish") == "inglish: no such checkpoint (there are: english, python)"


def test_an_unknown_name_where_there_are_many(shipped: Path, saved: Path) -> None:
    """The first are named, and how many more there are: the line stays a line."""
    for number in range(30):
        shutil.copytree(saved, models_directory() / f"m{number:02}")
    told = ", ".join(f"m{number:02}" for number in range(8))
    assert fault_of("englsh") == f"englsh: no such checkpoint (there are: {told} and 24 more)"


def test_an_unknown_name_where_there_are_none(tmp_path: Path, shipped: Path) -> None:
    """Without any checkpoint it says so."""
    shutil.rmtree(shipped)
    assert fault_of("english") == "english: no such checkpoint (there are: none)"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "no checkpoint named"),
        ("a\0b", "a␀b: no such checkpoint"),
        ("x\x1b[2J\n", "x␛[2J : no such checkpoint"),
        ("long" * 1000, os.strerror(errno.ENAMETOOLONG)),
        ("\ud800", "no such checkpoint"),
    ],
    ids=["empty", "zero byte", "escape", "too long", "surrogate"],
)
def test_an_impossible_name_is_told_in_a_line(shipped: Path, name: str, fault: str) -> None:
    """Whatever is typed as a name, the answer is one plain line."""
    assert fault in fault_of(name)


def test_a_folder_or_file_that_is_no_checkpoint_is_told(shipped: Path, tmp_path: Path) -> None:
    """It is there, but it is not one."""
    file = tmp_path / "notes.txt"
    file.write_text("notes")
    assert fault_of(str(file)) == f"{file}: not a checkpoint: it holds no {CONFIG_FILE}"
    assert fault_of(str(tmp_path)) == f"{tmp_path}: not a checkpoint: it holds no {CONFIG_FILE}"


def test_a_checkpoint_without_weights_fails_when_it_is_opened(shipped: Path) -> None:
    """It has a name and a config; opening it names the missing file."""
    (shipped / "python" / WEIGHTS_FILE).unlink()
    with pytest.raises(CheckpointError, match=WEIGHTS_FILE):
        charlm_core.load("python")


def test_the_catalogue_lists_all_that_there_is(shipped: Path, saved: Path) -> None:
    """Damaged ones with their fault, and those that are shadowed by another of their name."""
    train(saved, "english")
    import_model(saved, "mine")
    (shipped / "python" / WEIGHTS_FILE).write_bytes(b"")
    (models_directory() / "mine" / WEIGHTS_FILE).unlink()
    found = [(one.name, one.origin, one.shadowed, type(one)) for one in catalogue()]
    assert found == [
        ("english", "run", False, ModelEntry),
        ("mine", "imported", False, DamagedModel),
        ("english", "shipped", True, ModelEntry),
        ("python", "shipped", False, DamagedModel),
    ]
    mine, python = [one for one in catalogue() if isinstance(one, DamagedModel)]
    assert mine.fault == f"{mine.path / WEIGHTS_FILE}: {os.strerror(errno.ENOENT)}"
    assert python.fault == f"{python.path / WEIGHTS_FILE}: truncated"
    assert [entry.name for entry in models()[0]] == ["english"]
    assert models()[1] == [mine.fault, python.fault]


def test_an_entry_tells_its_size(saved: Path) -> None:
    """Weights as the network has them, and bytes as the disk does."""
    path = import_model(saved)
    entry = next(one for one in models()[0] if one.name == "saved")
    assert entry.parameters == sum(one.size for one in checkpoint.read(path).tensors.values())
    assert entry.bytes == sum(file.stat().st_size for file in path.iterdir())
