"""Finding checkpoints by name: one's own first, then the shipped ones, then paths. Importing."""

import errno
import multiprocessing
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import charlm_core
from charlm_core import checkpoint, library, storage
from charlm_core.characters import is_control
from charlm_core.checkpoint import CARD_FILE, CONFIG_FILE
from charlm_core.errors import CheckpointError
from charlm_core.library import (
    CARD_BYTES,
    DamagedModel,
    ModelEntry,
    NameTakenError,
    card,
    catalogue,
    import_model,
    locate,
    model_name_fault,
    models,
    models_directory,
    remove_imported,
    runs_directory,
)
from charlm_core.weights import WEIGHTS_FILE
from tests.support import make_checkpoint


@pytest.fixture
def shipped(tmp_path: Path, saved: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product that ships `english` and `python`."""
    folder = tmp_path / "shipped"
    for name in ("english", "python"):
        shutil.copytree(saved, folder / name)
    monkeypatch.setattr(library, "shipped_directory", lambda: folder)
    return folder


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


# What a person brings from elsewhere.


def contents(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by name; nothing where there is none."""
    return {path.name: path.read_bytes() for path in folder.glob("*")}


def left() -> list[str]:
    """What lies where imported models do, the lock aside."""
    return sorted(path.name for path in models_directory().glob("*") if path.name != ".lock")


def import_fault(source: Path, name: str = "") -> str:
    """The one line told when this can't be imported; nothing is left of it then."""
    before = left()
    with pytest.raises(CheckpointError) as caught:
        import_model(source, name)
    assert not any(map(is_control, str(caught.value)))
    assert left() == before
    return str(caught.value)


def test_an_imported_model_is_a_copy_with_a_name(shipped: Path, saved: Path) -> None:
    """Its three files lie in the user's data folder; the folder it came from may go."""
    (saved / "notes.txt").write_text("not a model's")
    before = {name: (saved / name).read_bytes() for name in (CONFIG_FILE, WEIGHTS_FILE, CARD_FILE)}
    path = import_model(saved)
    shutil.rmtree(saved)
    assert path == models_directory() / "saved" == locate("saved")
    assert contents(path) == before
    assert charlm_core.load("saved").name == "saved"
    entry = next(one for one in models()[0] if one.name == "saved")
    assert (entry.origin, entry.path) == ("imported", path)


def test_an_imported_model_is_for_nobody_else(saved: Path) -> None:
    """It may have learned from private texts: only its owner may read it."""
    path = import_model(saved, "mine")
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, *path.iterdir())]
    assert modes == [0o700, 0o600, 0o600, 0o600]


def test_an_imported_model_keeps_its_date(saved: Path) -> None:
    """The list tells when it was trained, not when it was copied."""
    os.utime(saved / WEIGHTS_FILE, (1_000_000_000, 1_000_000_000))
    import_model(saved)
    assert [one.written for one in models()[0] if one.name == "saved"] == [1_000_000_000]


def test_a_run_of_someone_elses_is_imported_by_its_name(saved: Path, tmp_path: Path) -> None:
    """Given RUN or RUN/best, the model is called RUN."""
    run = tmp_path / "elsewhere" / "tale"
    shutil.copytree(saved, run / "best")
    (run / CONFIG_FILE).write_text("{}")
    assert import_model(run).name == "tale"
    assert import_model(run / "best", "other").name == "other"
    remove_imported(models_directory() / "tale")
    assert import_model(run / "best").name == "tale"


def test_a_plain_name_is_a_folder_here(
    shipped: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--import english` means the folder ./english and not the model that goes by that name."""
    monkeypatch.chdir(saved.parent)
    saved.rename("english")
    own = contents(Path("english"))
    shutil.rmtree(shipped / "english")
    assert contents(import_model("english", "copy")) == own


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / CONFIG_FILE).write_text("{"), CONFIG_FILE),
        (lambda folder: (folder / CONFIG_FILE).unlink(), f"holds no {CONFIG_FILE}"),
        (lambda folder: (folder / WEIGHTS_FILE).unlink(), WEIGHTS_FILE),
        (lambda folder: (folder / WEIGHTS_FILE).write_bytes(b"x" * 1000), "truncated"),
        (lambda folder: shutil.rmtree(folder), "no such checkpoint"),
    ],
    ids=["config", "no config", "no weights", "weights", "nothing"],
)
def test_what_is_no_checkpoint_is_not_imported(
    shipped: Path, saved: Path, damage: Callable[[Path], object], words: str
) -> None:
    """One line names the file; nothing is left in the user's folder."""
    damage(saved)
    assert words in import_fault(saved)


def test_weights_of_another_shape_are_not_imported(saved: Path) -> None:
    """The whole of it is checked, not the config alone."""
    other = make_checkpoint(hidden=4, embed=2, letters="abc")
    checkpoint.write(saved.parent / "other", other.config, other.tensors, card="")
    shutil.copy(saved.parent / "other" / WEIGHTS_FILE, saved / WEIGHTS_FILE)
    assert "shape" in import_fault(saved)


def test_weights_that_are_a_pipe_are_not_waited_for(saved: Path) -> None:
    """Nothing hangs on what will never come."""
    (saved / WEIGHTS_FILE).unlink()
    os.mkfifo(saved / WEIGHTS_FILE)
    assert "not a regular file" in import_fault(saved)


def test_a_name_is_never_taken_twice(shipped: Path, saved: Path) -> None:
    """Neither a run's, nor an imported one's, nor a shipped one's: it asks for another."""
    train(saved, "run")
    import_model(saved, "imported")
    (runs_directory() / "only begun").mkdir()
    for name in ("run", "imported", "python", "only begun"):
        before = contents(models_directory() / name)
        with pytest.raises(NameTakenError, match=f"there is a model called {name} already"):
            import_model(saved, name)
        assert contents(models_directory() / name) == before


def test_a_link_that_leads_nowhere_takes_a_name(saved: Path, tmp_path: Path) -> None:
    """Nothing is ever written through it."""
    models_directory().mkdir(parents=True)
    (models_directory() / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(NameTakenError):
        import_model(saved, "link")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "name",
    [" ", "a/b", "../up", ".hidden", "..", "a\\b", "esc\x1b[2J", "best", "x" * 101, "\ud800"],
)
def test_some_names_are_refused(saved: Path, name: str) -> None:
    """A name becomes a folder's: it leads nowhere else, and can be shown."""
    assert model_name_fault(name)
    assert model_name_fault(name) in import_fault(saved, name)


@pytest.mark.parametrize("name", ["mine", "Мой дневник", "a.b-c_d", "日本", "x" * 100])
def test_other_names_are_fine(saved: Path, name: str) -> None:
    """In any script, spaces and all."""
    assert model_name_fault(name) == ""
    assert locate(import_model(saved, name).name).name == name


def test_a_card_that_is_a_link_is_not_copied(saved: Path, tmp_path: Path) -> None:
    """A folder from elsewhere does not get at what is nobody's business, to be shared later."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (saved / CARD_FILE).unlink()
    (saved / CARD_FILE).symlink_to(secret)
    path = import_model(saved)
    assert not (path / CARD_FILE).exists()
    assert card(path) == ""


def test_a_huge_card_is_cut(saved: Path) -> None:
    """What it begins with is kept; bytes that are no text do no harm."""
    (saved / CARD_FILE).write_bytes(b"\xff\x1b[2J" + b"x" * 5_000_000)
    kept = card(import_model(saved))
    assert kept.startswith("\ufffd\x1b[2Jxxx")
    assert kept.endswith("x…")
    assert len(kept) < CARD_BYTES + 10
    assert card(saved).endswith("…")


def test_links_to_the_files_are_followed(saved: Path, tmp_path: Path) -> None:
    """As some downloaders lay them out; the copy holds files."""
    layout = tmp_path / "layout"
    layout.mkdir()
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        (layout / name).symlink_to(saved / name)
    path = import_model(layout)
    assert not any(one.is_symlink() for one in path.iterdir())
    assert charlm_core.load(path).name == "layout"


def test_a_full_disk_leaves_nothing(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names the place; what was written by then is gone."""
    real = storage.write_synced

    def fill(path: Path, data: storage.Data, mode: int = 0o666) -> None:
        if path.name == WEIGHTS_FILE:
            real(path, bytes(data)[:100], mode)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, data, mode)

    monkeypatch.setattr(storage, "write_synced", fill)
    told = import_fault(saved)
    assert told == f"{models_directory() / 'saved'}: {os.strerror(errno.ENOSPC)}"
    assert list(models_directory().glob(".*.tmp")) == []


def test_what_a_killed_import_left_is_cleared_away(saved: Path) -> None:
    """The next import does it; it was never listed meanwhile."""
    half = models_directory() / ".other.0123abcd.tmp"
    half.mkdir(parents=True)
    shutil.copy(saved / CONFIG_FILE, half / CONFIG_FILE)
    assert all(one.path != half for one in catalogue())
    import_model(saved)
    assert not half.exists()


def test_what_a_killed_removal_left_takes_no_name(saved: Path, shipped: Path) -> None:
    """An empty folder, which nobody sees; the next import of that name fills it."""
    (models_directory() / "mine").mkdir(parents=True)
    path = import_model(saved, "mine")
    assert [one.path for one in catalogue() if one.name == "mine"] == [path]
    (models_directory() / "english").mkdir()
    with pytest.raises(NameTakenError):
        import_model(saved, "english")
    assert list(models_directory().glob(".*.tmp")) == []


def test_a_folder_that_changes_meanwhile_is_read_again(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Config and weights are of one and the same model; where it never rests that is told."""
    other = make_checkpoint(hidden=3, embed=2, letters="abc", seed=1)
    real, changes = checkpoint.read, 0

    def change(path: Path) -> checkpoint.Checkpoint:
        nonlocal changes
        found = real(path)
        if changes:
            changes -= 1
            checkpoint.write(path, other.config, other.tensors, card="other\n")
        return found

    monkeypatch.setattr(library, "read", change)
    changes = 1
    path = import_model(saved, "once")
    assert contents(path) == contents(saved)
    changes = 10
    assert "changes while it is read" in import_fault(saved, "ever")


def _import_quietly(source: str, name: str) -> str:
    try:
        return str(import_model(source, name))
    except NameTakenError:
        return "taken"


def test_two_at_once(saved: Path) -> None:
    """Of two that import under one name one succeeds; the other is told to choose another."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        told = pool.starmap(_import_quietly, [(str(saved), "same")] * 6)
    assert sorted(told) == [str(models_directory() / "same"), *["taken"] * 5]
    assert left() == ["same"]


def test_a_name_that_is_taken_meanwhile(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one was imported under it while this one was read: that one stays as it is."""
    other = make_checkpoint(hidden=3, embed=2, letters="abc", seed=1)
    checkpoint.write(saved.parent / "other", other.config, other.tensors, card="other\n")
    real = library._read_files

    def be_overtaken(folder: Path) -> tuple[dict[str, bytes], float]:
        found = real(folder)
        if folder == saved:
            import_model(saved.parent / "other", "same")
        return found

    monkeypatch.setattr(library, "_read_files", be_overtaken)
    with pytest.raises(NameTakenError):
        import_model(saved, "same")
    assert contents(models_directory() / "same") == contents(saved.parent / "other")


def test_a_busy_lock_is_told(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds it too long is waited for no longer."""
    import filelock

    models_directory().mkdir(parents=True)
    monkeypatch.setattr(library, "LOCK_SECONDS", 0.01)
    with filelock.FileLock(models_directory() / ".lock"):
        assert "another import is under way" in import_fault(saved)


def test_a_folder_that_may_not_be_written_is_told(saved: Path, home: Path) -> None:
    """Here a file is where the folder should be."""
    models_directory().parent.mkdir(parents=True)
    models_directory().write_text("")
    with pytest.raises(CheckpointError, match="models"):
        import_model(saved)


def test_an_imported_model_can_be_removed(shipped: Path, saved: Path) -> None:
    """Its name leads nowhere then."""
    remove_imported(import_model(saved, "mine"))
    assert left() == []
    assert fault_of("mine").startswith("mine: no such checkpoint")


def test_only_what_is_a_models_own_is_removed(saved: Path, tmp_path: Path) -> None:
    """A file that somebody put there stays; of a link the link alone goes."""
    path = import_model(saved, "mine")
    (path / "diary.txt").write_text("mine")
    remove_imported(path)
    assert contents(path) == {"diary.txt": b"mine"}
    link = models_directory() / "link"
    link.symlink_to(saved)
    remove_imported(link)
    assert not link.exists()
    assert (saved / WEIGHTS_FILE).exists()


def test_nothing_else_is_removed(shipped: Path, saved: Path) -> None:
    """Neither a shipped one nor a folder elsewhere."""
    for path in (shipped / "english", saved, models_directory() / "mine" / "deeper"):
        with pytest.raises(CheckpointError, match="was not imported"):
            remove_imported(path)
    assert (shipped / "english" / WEIGHTS_FILE).exists()
    assert (saved / WEIGHTS_FILE).exists()


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
    assert entry.bytes == sum(map(len, contents(path).values()))
