"""The wheel: installed into a clean environment it opens a shipped checkpoint by name."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a command prints; its fault where it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def with_dependencies(lines: list[str]) -> set[str]:
    """The names of the packages required, and of all that they require in turn."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(line), "") for line in lines]
    while waiting:
        needed, asked_as = waiting.pop()
        if needed.marker and not needed.marker.evaluate({"extra": asked_as}):
            continue
        for extra in {"", *needed.extras}:
            if (needed.name, extra) not in found:
                found.add((needed.name, extra))
                below = metadata.requires(needed.name) or []
                waiting += [(Requirement(line), extra) for line in below]
    return {name for name, _ in found}


def copy_package(name: str, site: Path) -> None:
    """Install a package as it is installed here, without asking the network for it."""
    package = metadata.distribution(name)
    for file in package.files or []:
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(str(package.locate_file(file))), site / file)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that holds the wheel and what the wheel says it needs."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"charlm_tui-{VERSION}.dist-info/METADATA").decode()
    needed = [line.partition(": ")[2] for line in text.splitlines() if "Requires-Dist: " in line]
    for name in with_dependencies(needed):
        copy_package(name, site)
    # With no index, pip installs the wheel only if all that it needs is there.
    pip = (sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check")
    run(*pip, "install", "--no-index", wheel)
    return python.parent


def test_the_wheel_holds_the_product_and_nothing_else(wheel: Path) -> None:
    """Code, the shipped checkpoints, the licence; no tests, no tools."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {
        "charlm_core",
        "tui",
        f"charlm_tui-{VERSION}.dist-info",
    }
    shipped = {name.split("/")[2] for name in names if name.startswith("charlm_core/checkpoints/")}
    assert "english" in shipped
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_a_shipped_checkpoint_opens_by_name(clean: Path, tmp_path: Path) -> None:
    """Far from any clone, without torch, every shipped name opens and predicts."""
    program = """
import json, sys
import charlm_core
entries, faults = charlm_core.models()
texts = {}
for entry in entries:
    session = charlm_core.load(entry.name).start("The quick ")
    session.type("bro")
    session.suggest()
    texts[entry.name] = session.text
print(json.dumps({"texts": texts, "faults": faults, "home": charlm_core.__file__,
                  "torch": "torch" in sys.modules}))
"""
    told: dict[str, Any] = json.loads(run(clean / "python", "-I", "-c", program, cwd=tmp_path))
    assert "english" in told["texts"]
    assert set(told["texts"].values()) == {"The quick bro"}
    assert told["faults"] == []
    assert not told["torch"]
    assert Path(told["home"]).is_relative_to(clean.parent)


def test_the_command_is_installed(clean: Path, tmp_path: Path) -> None:
    """`charlm-tui` is on the path, knows its version, and lists what it ships."""
    assert VERSION in run(clean / "charlm-tui", "--version", cwd=tmp_path)
    listed = json.loads(run(clean / "charlm-tui", "models", "--json", cwd=tmp_path))["models"]
    assert "english" in {model["name"] for model in listed}
    assert all(Path(model["path"]).is_relative_to(clean.parent) for model in listed)


def test_a_page_can_be_written(clean: Path, tmp_path: Path) -> None:
    """What `explain` makes its page of is installed too."""
    (tmp_path / "text.txt").write_text("The quick brown fox.\n")
    run(clean / "charlm-tui", "explain", "text.txt", "--html", "page.html", cwd=tmp_path)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert all(part in page for part in ("quick", "<script>", "prefers-color-scheme", "</html>"))


def test_training_without_torch_is_told_in_a_line(clean: Path, tmp_path: Path) -> None:
    """Installed without its training extra, `train` says so instead of showing a traceback."""
    (tmp_path / "corpus.txt").write_text("The quick brown fox. " * 500)
    result = subprocess.run(
        [clean / "charlm-tui", "train", "corpus.txt", "--name", "mine", "--epochs", "1"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "torch" in result.stderr.lower()
