"""The files around the code: what the README promises, what the lock files pin, what stays out."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]

# Folders that belong to one machine, and addresses that packages are fetched from.
MACHINE_PATH = re.compile(r"(?<![\w.~/])/(?:home|Users|root|work|opt|mnt|srv)/\w")
INDEX = re.compile(
    r"https?://\S*(?:py(?:pi|thonhosted)|/simple\b|/whl\b)|(?<!emit-)(?:index-url|find-links)[ =]"
)

OWN = {"charlm_core", "docs", "tests", "tui"}
"""Packages of this repository."""


def tracked_files() -> list[Path]:
    """Every file of the repository that git knows or would add."""
    try:
        result = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git repository")
    paths = [ROOT / name for name in result.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def pins(name: str) -> dict[str, Version]:
    """The versions a lock file gives, by package."""
    found: dict[str, Version] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if not line or line == "-r requirements.lock":
            continue
        package, _, version = line.partition("==")
        assert version, f"{name}: {line} is not pinned"
        assert package not in found, f"{name}: {package} twice"
        found[package] = Version(version)
    return found


def project() -> dict[str, Any]:
    """The contents of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, with some of its extras."""
    table = project()["project"]
    lines = [*table["dependencies"]]
    for extra in extras:
        lines += table["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def targets() -> set[str]:
    """What the Makefile can make."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", text, flags=re.MULTILINE))


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_gives_the_two_commands(command: str) -> None:
    """A person who has cloned the project finds both."""
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_of_the_readme_exists() -> None:
    """What the README tells a person to make can be made."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^\s*\$? ?)make ([a-z-]+)", text, flags=re.MULTILINE)
    assert named
    assert set(named) <= targets()


def test_what_is_checked_for_us_is_what_the_readme_says() -> None:
    """The automatic check runs commands that a person has too, and nothing of its own."""
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make browser", "make test"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_lock_is_within_the_ranges() -> None:
    """Every range of pyproject.toml has an exact version that lies in it."""
    lock = pins("requirements.lock")
    for needed in requirements("train"):
        assert needed.specifier.contains(lock[needed.name]), needed
    lock |= pins("requirements-dev.lock")
    for needed in requirements("train", "dev"):
        assert needed.specifier.contains(lock[needed.name]), needed
    for line in project()["build-system"]["requires"]:
        build = Requirement(line)
        assert build.specifier.contains(lock[build.name]), build


@pytest.mark.parametrize(
    ("package", "extras"),
    [
        ("charlm_core", ["train"]),
        ("charlm_core/predict", []),
        ("tui", []),
        ("tests", ["train", "dev"]),
        ("docs", ["train", "dev"]),
    ],
)
def test_what_is_imported_is_asked_for(package: str, extras: list[str]) -> None:
    """No part relies on a library that only another library's needs happen to bring."""
    providers = metadata.packages_distributions()
    asked = {needed.name.lower() for needed in requirements(*extras)}
    for path in sorted((ROOT / package).rglob("*.py")):
        for name in imported(path) - sys.stdlib_module_names - OWN:
            found = {provider.lower() for provider in providers.get(name, [name])}
            assert found & asked, f"{path.relative_to(ROOT)} imports {name}"


def test_the_lock_is_complete() -> None:
    """Installing the lock leaves nothing for pip to choose: what a package needs is in it too."""
    lock = pins("requirements.lock") | pins("requirements-dev.lock")
    # What PyTorch needs beyond these differs from build to build, and pip comes with Python.
    for package in sorted(lock.keys() - {"torch"}):
        for needed in map(Requirement, metadata.requires(package) or []):
            if needed.name != "pip" and (
                not needed.marker or needed.marker.evaluate({"extra": ""})
            ):
                name = re.sub(r"[-_.]+", "-", needed.name).lower()
                assert needed.specifier.contains(lock[name]), f"{package} needs {needed}"


def test_the_lock_serves_every_machine() -> None:
    """No build of PyTorch, no CUDA library, no option for pip; each package in one file."""
    lock, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert not lock.keys() & dev.keys()
    for package, version in (lock | dev).items():
        assert version.local is None, package
        assert not package.startswith(("cuda", "nvidia", "triton")), package
    assert lock["torch"] == Version("2.13.0")
    assert lock["textual"] == Version("8.2.8")


def test_no_file_names_a_machine_or_an_index() -> None:
    """A clone works anywhere: no path of one machine, no address to fetch packages from."""
    faults = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line) or INDEX.search(line):
                faults.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not faults
