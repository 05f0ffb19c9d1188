"""What goes wrong while a training runs: one sentence says it, and what was learned is kept."""

import contextlib
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core import checkpoint
from charlm_core.errors import CharlmError, CorpusError
from charlm_core.learn import mapping
from charlm_core.learn.events import Done, Step
from charlm_core.learn.launch import resume, start
from tests.learn.failing import assert_goes_on, assert_shown, failure, kept, seen, until_saved
from tests.learn.support import SMALL, of_kind, paragraph_file, small_training


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("fate", ["shrinks", "vanishes"])
def test_a_corpus_is_not_needed_once_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fate: str, mapped: bool
) -> None:
    """It may shrink or go while it is trained on: every loss is the same. To resume, it is needed.

    The same holds for a large one, of which a copy in numbers is mapped.
    """
    if mapped:
        monkeypatch.setattr(mapping, "MAPPED_CHARS", 100)
    whole = [event.nats for event in of_kind(list(small_training(tmp_path).events()), Step)]
    run, text = tmp_path / "run2", tmp_path / "paragraph.txt"
    events = small_training(tmp_path, out="run2").events()
    first = next(events), next(events)
    if fate == "shrinks":
        os.truncate(text, 10)
    else:
        text.unlink()
    found = [*first, *events]
    assert [event.nats for event in of_kind(found, Step)] == whole
    assert isinstance(found[-1], Done)
    before = kept(run)
    with pytest.raises(CharlmError, match=r"no such file|the corpus has changed since"):
        resume(run)
    assert kept(run) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: os.truncate(text, 100), "shrank while it was read"),
        (lambda text: text.write_text("x" * 10_000), "grew while it was read"),
        (lambda text: text.unlink(), "No such file or directory"),
    ],
)
def test_a_corpus_that_changes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], Any], words: str
) -> None:
    """Between the two passes over it: one sentence that names it, and no run is made."""
    text = paragraph_file(tmp_path)
    monkeypatch.setattr(
        "charlm_core.learn.corpus.Vocab.from_counts", changing(lambda: change(text))
    )
    with pytest.raises(CorpusError, match=f"paragraph.txt: {words}"):
        start([str(text)], name="n", config=SMALL, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def changing(change: Callable[[], Any]) -> Callable[..., Any]:
    """What `Vocab.from_counts` does, after a change."""
    from charlm_core.vocab import Vocab

    number = Vocab.from_counts

    def changed(*arguments: Any) -> Vocab:
        change()
        return number(*arguments)

    return changed


def test_a_loss_that_is_no_number_ends_a_training_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both checkpoints are those from before it; resuming begins there, and ends well."""
    run, loss = tmp_path / "run", F.cross_entropy
    events = small_training(tmp_path).events()
    until_saved(events)
    before = kept(run)

    def no_number(*arguments: Any, **options: Any) -> Tensor:
        return loss(*arguments, **options) * math.nan

    with monkeypatch.context() as patch:
        patch.setattr(F, "cross_entropy", no_number)
        said = failure(events)
    assert "the training diverged at step" in said
    assert "lower the learning rate" in said
    assert_shown(run, said)
    assert kept(run) == before
    assert_goes_on(run)


def test_weights_that_are_no_numbers_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that spoils the weights is noticed before they are saved over good ones."""
    run, made = tmp_path / "run", torch.optim.AdamW.step
    events = small_training(tmp_path).events()
    until_saved(events)
    before = kept(run)

    def spoil(optimizer: torch.optim.AdamW, *arguments: Any) -> Any:
        done = made(optimizer, *arguments)
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.data.fill_(math.nan)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", spoil)
        assert "diverged" in failure(events)
    assert kept(run) == before
    assert_goes_on(run)


def test_a_learning_rate_far_too_high_ends_well_or_in_one_sentence(tmp_path: Path) -> None:
    """Unclipped at the highest rate there is: no traceback, and what is kept can be read."""
    wild = small_training(tmp_path, learning_rate=10.0, clip=0.0, warmup=0.0, epochs=6)
    with contextlib.suppress(CharlmError):
        list(wild.events())
    view = seen(tmp_path / "run")
    assert view.state in {"finished", "failed"}
    if view.has_model:
        checkpoint.read(tmp_path / "run" / "best")
    if view.state == "failed":
        assert "lower the learning rate" in view.reason


def test_a_corpus_of_one_character_is_refused(tmp_path: Path) -> None:
    """One character repeated teaches nothing: one sentence, and no run is made."""
    text = tmp_path / "monotony.txt"
    text.write_text("a" * 10_000)
    with pytest.raises(CorpusError, match=r"monotony\.txt: .*one character"):
        start([str(text)], name="n", config=SMALL, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
