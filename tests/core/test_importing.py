"""Importing checkpoints: what a person brings from elsewhere, and lets go again."""

import errno
import multiprocessing
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

import charlm_core
from charlm_core import checkpoint, importing, storage
from charlm_core.characters import is_control
from charlm_core.checkpoint import CARD_FILE, CONFIG_FILE
from charlm_core.errors import CheckpointError
from charlm_core.importing import NameTakenError, import_model, model_name_fault, remove_imported
from charlm_core.library import (
    CARD_BYTES,
    card,
    catalogue,
    locate,
    models,
    models_directory,
    runs_directory,
)
from charlm_core.weights import WEIGHTS_FILE
from tests.support import make_checkpoint


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
    shutil.copytree(saved, runs_directory() / "run" / "best")
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

    monkeypatch.setattr(importing, "read", change)
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
    real = importing._read_files

    def be_overtaken(folder: Path) -> tuple[dict[str, bytes], float]:
        found = real(folder)
        if folder == saved:
            import_model(saved.parent / "other", "same")
        return found

    monkeypatch.setattr(importing, "_read_files", be_overtaken)
    with pytest.raises(NameTakenError):
        import_model(saved, "same")
    assert contents(models_directory() / "same") == contents(saved.parent / "other")


def test_a_busy_lock_is_told(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds it too long is waited for no longer."""
    import filelock

    models_directory().mkdir(parents=True)
    monkeypatch.setattr(importing, "LOCK_SECONDS", 0.01)
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
    with pytest.raises(CheckpointError, match="mine: no such checkpoint"):
        locate("mine")


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
