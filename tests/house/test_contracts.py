"""What may know of what: imports that would slow the first paint, or tie the halves together."""

import ast
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import charlm_core

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "safetensors", "textual", "torch")


def loaded_by(code: str) -> set[str]:
    """Which of the heavy libraries a fresh Python has loaded after running `code`."""
    report = f"import json, sys\nprint(json.dumps([n for n in {HEAVY} if n in sys.modules]))"
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout))


def modules_below(package: str) -> list[str]:
    """Every module of a package, itself included."""
    folder = ROOT / package.replace(".", os.sep)
    return [package, *(m.name for m in pkgutil.walk_packages([str(folder)], f"{package}."))]


def type_checkers_view() -> dict[str, list[str]]:
    """The public names as type checkers see them, by module."""
    tree = ast.parse(Path(charlm_core.__file__).read_text(encoding="utf-8"))
    homes: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and "charlm_core" in node.module:
            for alias in node.names:
                assert alias.asname == alias.name, f"{alias.name} is not exported"
                homes.setdefault(node.module, []).append(alias.name)
    return {home: sorted(names) for home, names in homes.items()}


def test_the_import_contracts_hold() -> None:
    """No part imports what the contracts in pyproject.toml keep from it."""
    tool = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [tool, "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("module", ["charlm_core", "charlm_core.errors", "tui", "tui.cli"])
def test_importing_costs_nothing(module: str) -> None:
    """Neither the package nor the command line loads a heavy library before it is needed."""
    assert loaded_by(f"import {module}") == set()


def test_help_waits_for_neither_half() -> None:
    """`charlm-tui --help` answers without loading torch or the user interface."""
    call = "import contextlib, io\nfrom tui.cli import main\n"
    call += "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
    assert loaded_by(f"{call}    main(['--help'])").isdisjoint({"torch", "textual"})


def test_everything_but_learning_does_without_torch() -> None:
    """Whatever the app or the command line imports, torch is not in their process."""
    core = [m for m in modules_below("charlm_core") if not m.startswith("charlm_core.learn")]
    modules = core + [m for m in modules_below("tui") if not m.endswith("__main__")]
    assert len(modules) > 20
    lines = "\n".join(f"import {module}" for module in modules)
    assert "torch" not in loaded_by(lines)


def test_predicting_does_without_the_user_interface() -> None:
    """The core serves a program of any kind."""
    core = [m for m in modules_below("charlm_core") if not m.startswith("charlm_core.learn")]
    lines = "\n".join(f"import {module}" for module in core)
    assert "textual" not in loaded_by(lines)


@pytest.mark.parametrize("name", dir(charlm_core))
def test_a_public_name_is_where_it_is_said_to_be(name: str) -> None:
    """Each name of the API can be imported, and nothing promises a name that is not there."""
    assert getattr(charlm_core, name) is not None


def test_type_checkers_see_the_same_names() -> None:
    """The list for type checkers and the list for Python are one list."""
    homes = {home: sorted(names) for home, names in charlm_core._HOMES.items()}
    assert type_checkers_view() == homes


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A typing error in an import is told as Python tells it."""
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        charlm_core.lode  # noqa: B018
