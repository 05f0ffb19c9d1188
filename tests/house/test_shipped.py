"""What is shipped in checkpoints/: small enough, readable, its cards telling everything."""

import re
from pathlib import Path

import pytest
from safetensors import safe_open

from charlm_core import load
from charlm_core.checkpoint import CARD_FILE, CONFIG_FILE, read_config
from charlm_core.weights import WEIGHTS_FILE
from docs.cards import BEGIN, END
from docs.recipes import RECIPES
from docs.sections import MISSING

ROOT = Path(__file__).parents[2]

NAMES = {"english", "russian", "python"}
"""The models that must be there."""

SHIPPED = sorted(file.parent for file in (ROOT / "checkpoints").glob(f"*/{CONFIG_FILE}"))

MOST_BYTES = 15 << 20
"""Of one model."""

MOST_BYTES_TOGETHER = 40 << 20

SECTIONS = (
    "Texts",
    "Settings",
    "Symbols",
    "Figures",
    "Beside programs without a network",
    "What it is good and bad at",
    "What it writes",
    "How it was made",
    "The curve, and the next hour",
)

each_model = pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)


def size(folder: Path) -> int:
    """The bytes of all of a folder's files."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def card(folder: Path) -> str:
    """What the model's card says."""
    return (folder / CARD_FILE).read_text("utf-8")


def test_the_models_are_there() -> None:
    """Those that must be, and of each that is there is known how it was made."""
    names = {folder.name for folder in SHIPPED}
    assert names >= NAMES
    assert names <= set(RECIPES)


def test_together_they_are_small_enough() -> None:
    """A clone, and the wheel, stay small."""
    assert size(ROOT / "checkpoints") <= MOST_BYTES_TOGETHER


@each_model
def test_a_model_is_small_and_can_be_read(folder: Path) -> None:
    """Half precision on disk, no file beside the three, and it predicts."""
    assert size(folder) <= MOST_BYTES
    assert {file.name for file in folder.iterdir()} == {CARD_FILE, CONFIG_FILE, WEIGHTS_FILE}
    with safe_open(folder / WEIGHTS_FILE, framework="numpy") as stored:
        names = list(stored.keys())
        assert {stored.get_slice(name).get_dtype() for name in names} == {"F16"}
    session = load(folder).start("a ")
    session.type("b")
    assert session.text == "a b"


@each_model
def test_a_card_tells_everything(folder: Path) -> None:
    """Texts, settings, figures with their commands; nothing is missing."""
    told = card(folder)
    assert re.findall("^##+ (.*)$", told, re.MULTILINE) == list(SECTIONS)
    assert MISSING not in told.lower()
    assert "Missing:" not in told
    assert "not at hand" not in told
    assert f"make checkpoints DATA=corpora ONLY={folder.name}" in told
    for dial in ("quiet", "balanced", "eager"):
        assert f"--chars 50000 --dial {dial}`" in told


@each_model
def test_a_card_tells_of_these_weights(folder: Path) -> None:
    """What was measured is what the training measured at its end, but for the symbols added."""
    config = load(folder).config
    (static,) = re.findall(r"it was trained \| ([\d.]+) \| `charlm-tui eval", card(folder))
    assert float(static) == pytest.approx(config.training.validation_bpc, abs=0.005)


@each_model
def test_a_model_is_for_what_its_recipe_says(folder: Path) -> None:
    """And has the doubt that its figures were measured with."""
    config, recipe = read_config(folder), RECIPES[folder.name]
    assert (config.suits, config.doubt) == (recipe.suits, recipe.doubt)


@each_model
def test_the_readme_tells_the_same(folder: Path) -> None:
    """Its table has a row for the model, with the figures of its card."""
    table = (ROOT / "README.md").read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    (row,) = (line for line in table.splitlines() if line.startswith(f"| [{folder.name}]"))
    found = re.findall(r"(?:it was trained|as it goes) \| ([\d.]+) \| `charlm-tui", card(folder))
    assert len(found) == 2
    assert f"| {', '.join(found)} |" in row
    (typed,) = re.findall(r"dial at balanced \| (.*?), of", card(folder))
    (ghost,) = re.findall(r"p50 / p99 \| (.*?) ms", card(folder))
    for cell in (typed, ghost):
        assert f"| {cell} |" in row or f"| {cell} ms |" in row
