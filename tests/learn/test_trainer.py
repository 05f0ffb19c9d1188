"""The trainer: a run directory that is right at every moment, and a model that learns."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from charlm_core import checkpoint, storage
from charlm_core.config import CELLS, Cell, ModelConfig
from charlm_core.errors import ConfigError, CorpusError, RunError
from charlm_core.learn import runs
from charlm_core.learn.config import (
    SIZES,
    TrainConfig,
    sized,
    suited,
    suited_dropout,
    suited_weight_drop,
)
from charlm_core.learn.device import select_device, select_precision
from charlm_core.learn.events import Done, Epoch, Evaluation, Paused, Saved, Step
from charlm_core.learn.launch import resume, start
from charlm_core.learn.learner import HALF_SCALE, Learner
from charlm_core.learn.position import Position
from charlm_core.learn.runs import Run, RunConfig, request
from charlm_core.learn.schedule import Schedule
from charlm_core.learn.trainer import Trainer
from charlm_core.metrics import Score
from charlm_core.predict.model import load
from charlm_core.predict.scoring import score
from tests.learn.support import PARAGRAPH, SMALL, of_kind, paragraph_file, small_training


def test_a_training_tells_what_happens_in_order(tmp_path: Path) -> None:
    """Steps, three epochs, three evaluations and the closing one, the checkpoints, the end."""
    events = list(small_training(tmp_path).events())
    assert [event.epoch for event in of_kind(events, Epoch)] == [1, 2, 3]
    assert [event.final for event in of_kind(events, Evaluation)] == [False, False, False, True]
    assert isinstance(events[-1], Done)
    steps = of_kind(events, Step)
    assert [event.step for event in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].progress == 1.0
    assert not events[-1].stopped
    assert events[-1].epochs == 3.0
    assert events[-1].chars == sum(event.chars for event in steps)
    last = of_kind(events, Epoch)[-1]
    inside = [event for event in steps if event.epoch == 2]
    assert last.nats == pytest.approx(
        sum(event.nats * event.chars for event in inside) / sum(event.chars for event in inside)
    )
    assert events[-1].train_nats == last.nats


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_learns(tmp_path: Path, cell: Cell) -> None:
    """The loss falls well below that of guessing, in lanes."""
    model = ModelConfig(cell=cell, embed=8, hidden=32)
    training = small_training(tmp_path, model=model, epochs=8, learning_rate=1e-2, dropout=0.0)
    epochs = of_kind(list(training.events()), Epoch)
    assert epochs[-1].nats < 0.6 * math.log(len(training.corpus.vocab))
    assert epochs[-1].nats < epochs[0].nats


def test_the_best_checkpoint_is_the_one_that_validated_best(tmp_path: Path) -> None:
    """The kept weights score exactly what the closing evaluation says, by the predictor too."""
    events = list(small_training(tmp_path, learning_rate=0.1).events())
    done, final = of_kind(events, Done)[0], of_kind(events, Evaluation)[-1]
    training = resume(tmp_path / "run")
    text = training.corpus.vocab.decode(training.corpus.valid)
    found = score(load(done.checkpoint), [text])
    assert found.chars == final.chars
    assert found.nats == pytest.approx(final.nats, rel=1e-4)
    stored = checkpoint.read(done.checkpoint).config.training
    assert stored.validation_nats == final.nats
    on_the_way = [event.nats for event in of_kind(events, Evaluation)[:-1]]
    assert [event.best for event in of_kind(events, Evaluation)[:-1]] == [
        nats == min(on_the_way[: index + 1]) for index, nats in enumerate(on_the_way)
    ]


def test_the_metrics_file_holds_every_event(tmp_path: Path) -> None:
    """metrics.jsonl has one JSON object for each event, in order; steps come together."""
    events = list(small_training(tmp_path).events())
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    kinds = [type(event).__name__.lower() for event in events if not isinstance(event, Step)]
    assert [record["event"] for record in records if record["event"] != "step"] == kinds
    recorded = [record for record in records if record["event"] == "step"]
    steps = of_kind(events, Step)
    assert len(recorded) < len(steps)
    assert sum(record["chars"] for record in recorded) == sum(step.chars for step in steps)
    nats = sum(record["nats"] * record["chars"] for record in recorded)
    assert nats == pytest.approx(sum(step.nats * step.chars for step in steps))


def test_a_seed_repeats_a_training(tmp_path: Path) -> None:
    """The same seed gives the same losses, another one others."""
    first, second, other = (
        [event.nats for event in of_kind(list(training.events()), Step)]
        for training in (
            small_training(tmp_path, out="1"),
            small_training(tmp_path, out="2"),
            small_training(tmp_path, out="3", seed=2),
        )
    )
    assert first == second != other


@pytest.mark.parametrize("cell", CELLS)
def test_a_resumed_training_gives_the_losses_of_an_uninterrupted_one(
    tmp_path: Path, cell: Cell
) -> None:
    """Broken off in the middle and taken up again, every later loss is the same to 1e-5."""
    model = ModelConfig(cell=cell, embed=8, hidden=16, layers=2)
    whole = [
        event.nats
        for event in of_kind(list(small_training(tmp_path, out="1", model=model).events()), Step)
    ]
    broken = small_training(tmp_path, out="2", model=model)
    events = broken.events()
    for event in events:
        if isinstance(event, Saved) and not event.best:
            saved_at = event.step
            break
    for _ in range(3):  # steps after the save are lost, as by a power cut
        next(events)
    events.close()
    resumed = of_kind(list(resume(tmp_path / "2").events()), Step)
    assert [event.step for event in resumed] == list(range(saved_at + 1, len(whole) + 1))
    np.testing.assert_allclose([e.nats for e in resumed], whole[saved_at:], atol=1e-5)


def test_a_stopped_training_keeps_its_checkpoint_and_can_go_on(tmp_path: Path) -> None:
    """Asked to stop, it measures, saves and says so; resuming finishes the budget."""
    asked = iter([False] * 5 + [True] * 100)
    events = list(small_training(tmp_path).events(lambda: next(asked)))
    done = of_kind(events, Done)[0]
    assert done.stopped
    assert done.step == 5
    assert load(done.checkpoint).name == "run"
    again = list(resume(tmp_path / "run").events())
    assert of_kind(again, Step)[0].step == 6
    assert of_kind(again, Done)[0].epochs == 3.0


def test_a_run_broken_off_in_its_closing_evaluation_is_finished_by_resuming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last thing a training does can be done again, and gives the same figure."""
    whole = of_kind(list(small_training(tmp_path, out="1").events()), Evaluation)[-1]

    def pull_the_plug(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("charlm_core.learn.evaluate.Validation.measure", pull_the_plug)
        with pytest.raises(KeyboardInterrupt):
            list(small_training(tmp_path, out="2").events())
    events = list(resume(tmp_path / "2").events())
    assert not of_kind(events, Step)
    assert of_kind(events, Evaluation)[-1].nats == whole.nats


def test_a_finished_run_is_not_resumed(tmp_path: Path) -> None:
    """One line says that the budget is used."""
    list(small_training(tmp_path).events())
    with pytest.raises(RunError, match="used its budget"):
        list(resume(tmp_path / "run").events())


def test_two_trainers_cannot_hold_one_run(tmp_path: Path) -> None:
    """The second is told; the first goes on."""
    training = small_training(tmp_path)
    events = training.events()
    next(events)
    with pytest.raises(RunError, match="another process"):
        next(resume(tmp_path / "run").events())
    assert isinstance(list(events)[-1], Done)


def test_a_changed_corpus_is_not_resumed(tmp_path: Path) -> None:
    """A run goes on only with the text it began with."""
    events = small_training(tmp_path).events()
    next(events)
    events.close()
    (tmp_path / "paragraph.txt").write_text("something else entirely\n" * 40)
    with pytest.raises(RunError, match="the corpus has changed"):
        resume(tmp_path / "run")


def test_of_two_that_make_a_run_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes while the config is being written, or later; the first one's stays."""
    first, second = (RunConfig(name=n, corpora=(), train=SMALL, facts=()) for n in "ab")
    real = storage.write_synced

    def overtaken(path: Path, data: bytes, mode: int) -> None:
        with pytest.raises(RunError, match="another process is making a run there"):
            Run.create(tmp_path / "run", second)
        real(path, data, mode)

    monkeypatch.setattr(runs, "LOCK_SECONDS", 0.01)
    monkeypatch.setattr(runs, "write_synced", overtaken)
    Run.create(tmp_path / "run", first)
    with pytest.raises(RunError, match="not empty"):
        Run.create(tmp_path / "run", second)
    assert Run.open(tmp_path / "run").config == first


def test_what_cannot_be_trained_leaves_no_folder(tmp_path: Path) -> None:
    """A corpus too short, a bad name, an occupied folder: one line, nothing written."""
    text = paragraph_file(tmp_path)
    (tmp_path / "short.txt").write_text("short")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").touch()
    with pytest.raises(CorpusError, match="too short"):
        start([str(tmp_path / "short.txt")], name="n", config=SMALL, out=tmp_path / "out")
    with pytest.raises(RunError, match="a name is what can be"):
        start([str(text)], name="../n", config=SMALL, out=tmp_path / "out")
    with pytest.raises(RunError, match="not empty"):
        start([str(text)], name="n", config=SMALL, out=taken)
    with pytest.raises(RunError, match="Not a directory"):
        start([str(text)], name="n", config=SMALL, out=text / "below")
    assert not (tmp_path / "out").exists()
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]


def test_a_run_killed_before_its_first_save_is_resumed_from_the_start(tmp_path: Path) -> None:
    """Nothing was kept, so nothing is lost but time; the losses are those of a fresh run."""
    whole = of_kind(list(small_training(tmp_path, out="1").events()), Step)
    events = small_training(tmp_path, out="2").events()
    next(events)
    events.close()
    again = of_kind(list(resume(tmp_path / "2").events()), Step)
    assert [event.nats for event in again] == [event.nats for event in whole]


def test_the_latest_weights_are_saved_between_evaluations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However rare evaluations are, a crash costs little."""
    monkeypatch.setattr("charlm_core.learn.trainer.SAVE_SECONDS", 0.0)
    events = list(small_training(tmp_path, evaluations=1).events())
    first = of_kind(events, Saved)[0]
    assert (first.step, first.best) == (1, False)


def test_stopping_before_the_first_step_is_told(tmp_path: Path) -> None:
    """A network that has learned nothing is no result."""
    with pytest.raises(RunError, match="before anything was learned"):
        list(small_training(tmp_path).events(lambda: True))


@pytest.mark.parametrize("name", ["exp_avg.output.weight", "step.output.bias", "state.0"])
def test_moments_of_the_wrong_shape_are_refused(tmp_path: Path, name: str) -> None:
    """A damaged optimizer state is told before the optimizer could write beyond its memory."""
    events = small_training(tmp_path).events()
    while not isinstance(next(events), Saved):
        pass
    events.close()
    file = tmp_path / "run" / "last" / "trainer.safetensors"
    tensors = load_tensors(file.read_bytes())
    file.write_bytes(save_tensors({**tensors, name: torch.zeros(1, 2, 3)}))
    with pytest.raises(RunError, match="can't resume"):
        list(resume(tmp_path / "run").events())


def test_a_changed_validation_text_is_not_resumed(tmp_path: Path) -> None:
    """Losses on two texts can't be compared."""
    text, valid = paragraph_file(tmp_path), tmp_path / "valid.txt"
    valid.write_text(PARAGRAPH)
    training = start([str(text)], name="n", config=SMALL, valid=[str(valid)], out=tmp_path / "run")
    events = training.events()
    next(events)
    events.close()
    valid.write_text(PARAGRAPH * 2)
    with pytest.raises(RunError, match="the corpus has changed"):
        resume(tmp_path / "run")


def test_windows_validate_on_a_named_text_by_the_definition(tmp_path: Path) -> None:
    """Only the training text itself is measured in windows; the card says which it was."""
    text, valid = paragraph_file(tmp_path, copies=1), tmp_path / "valid.txt"
    valid.write_text("It was")
    config = dataclasses.replace(SMALL, passage="windows", held_out=0.0, epochs=1)
    for name, named in (("1", [str(valid)]), ("2", [])):
        training = start([str(text)], name="n", config=config, valid=named, out=tmp_path / name)
        done = of_kind(list(training.events()), Done)[0]
        facts = checkpoint.read(done.checkpoint).config.training
        assert (facts.validation_chars == 6) == bool(named)
        assert ("one running state" in facts.validation_note) == bool(named)


def test_a_validation_loss_beyond_measure_is_a_diverged_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A figure that can't be written down is told as what it is."""
    monkeypatch.setattr("charlm_core.learn.evaluate.estimate", lambda *_: Score(1e6, 1))
    with pytest.raises(RunError, match="diverged"):
        list(small_training(tmp_path).events())


@pytest.mark.parametrize("damage", ["trainer.json", "trainer.safetensors", "model.safetensors"])
def test_a_damaged_run_is_told(tmp_path: Path, damage: str) -> None:
    """A half-written file in `last` gives one line, not a traceback."""
    events = small_training(tmp_path).events()
    while not isinstance(next(events), Saved):
        pass
    events.close()
    file = tmp_path / "run" / "last" / damage
    file.write_bytes(file.read_bytes()[:-7])
    training = resume(tmp_path / "run")
    with pytest.raises(Exception, match="last") as caught:
        list(training.events())
    assert type(caught.value).__module__ == "charlm_core.errors"
    with pytest.raises(RunError, match="not a training run"):
        Run.open(tmp_path)


def test_a_diverging_training_says_so(tmp_path: Path) -> None:
    """Not-a-number is not trained on."""
    training = small_training(tmp_path)
    trainer = Trainer(training.run, training.corpus)
    with torch.no_grad():
        trainer.model.output.weight.fill_(math.nan)
    with pytest.raises(RunError, match="diverged at step 1"):
        list(trainer.events())


def test_the_learning_rate_warms_up_and_falls_along_a_cosine(tmp_path: Path) -> None:
    """From near zero to the highest, and to a hundredth of it at the end."""
    training = small_training(tmp_path, epochs=10, warmup=0.1, learning_rate=0.01)
    rates = [event.learning_rate for event in of_kind(list(training.events()), Step)]
    top = rates.index(max(rates))
    assert rates[0] < 0.002
    assert max(rates) == pytest.approx(0.01, rel=0.02)
    assert 0.05 < top / len(rates) < 0.15
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] < 0.0003


def test_gradients_are_clipped_and_their_norm_told(tmp_path: Path) -> None:
    """All together they get no longer than the clip; what is told is how long they were."""
    steps = of_kind(list(small_training(tmp_path, clip=1e-6).events()), Step)
    assert all(event.gradient_norm > 1e-3 for event in steps)
    training = small_training(tmp_path, out="other")
    batch = Trainer(training.run, training.corpus).passage.batch(0, 0)
    lengths = {}
    for clip in (0.01, 100.0):
        config = dataclasses.replace(SMALL, clip=clip)
        learner = Learner(config, len(training.corpus.vocab), 0.0)
        _, told = learner.gradients(learner.place(batch)).tolist()
        found = [one.grad.flatten() for one in learner.model.parameters() if one.grad is not None]
        lengths[clip] = torch.cat(found).norm().item(), told
    assert lengths[100.0][0] == pytest.approx(lengths[100.0][1], rel=1e-5)
    assert lengths[0.01] == pytest.approx((0.01, lengths[100.0][1]), rel=1e-3)


def test_a_budget_in_minutes_ends(tmp_path: Path) -> None:
    """The schedule follows the clock where minutes are the budget."""
    done = of_kind(list(small_training(tmp_path, epochs=0.0, minutes=0.01).events()), Done)[0]
    assert done.seconds >= 0.6
    assert not done.stopped


def test_a_device_that_is_not_there_is_told() -> None:
    """Asking for CUDA without it is one line."""
    if torch.cuda.is_available():
        assert select_device("cuda").type == "cuda"
    else:
        with pytest.raises(ConfigError, match="cuda is not available"):
            select_device("cuda")
    assert select_device("cpu").type == "cpu"
    assert select_precision("float32", torch.device("cpu")) is torch.float32


def test_the_model_card_tells_what_was_trained_on(tmp_path: Path) -> None:
    """The card names texts, hashes, the figure and the settings."""
    done = of_kind(list(small_training(tmp_path).events()), Done)[0]
    card = (done.checkpoint / "README.md").read_text()
    facts = checkpoint.read(done.checkpoint).config.training
    assert "paragraph.txt" in card
    assert facts.corpora[0].sha256 in card
    assert f"{facts.validation_nats:.4f} nats/char" in card
    assert "learning_rate: 0.005" in card


def test_dropout_suits_itself_to_the_corpus() -> None:
    """Half of the units for what is read many times over, none for what is read once."""
    found = [suited_dropout(chars) for chars in (1000, 1_000_000, 6_000_000, 20_000_000, 10**10)]
    assert found[:2] == [0.5, 0.5]
    assert 0.2 < found[2] < 0.3
    assert found[3:] == [0.0, 0.0]


def test_weight_drop_rises_with_the_passes() -> None:
    """What is new is learned by all weights; a text read many times over by part of them."""
    found = [suited_weight_drop(epochs) for epochs in (0, 1, 10, 40, 1000)]
    assert found == pytest.approx([0, 0.01, 0.1, 0.4, 0.4])
    schedule = Schedule(config=TrainConfig(minutes=1), steps_per_epoch=100)
    assert schedule.weight_drop(Position(epoch=10, epoch_step=50)) == pytest.approx(0.105)
    schedule = Schedule(config=TrainConfig(minutes=1, weight_drop=0.3), steps_per_epoch=100)
    assert schedule.weight_drop(Position()) == 0.3


def test_a_training_of_seconds_evaluates_once() -> None:
    """An evaluation stores two checkpoints: a longer budget has as many as are asked for."""
    for minutes, expected in ((0.05, 1), (0.5, 3), (10, 10)):
        schedule = Schedule(config=TrainConfig(minutes=minutes), steps_per_epoch=100)
        assert schedule.evaluations(Position(seconds=60 * minutes)) == expected


def test_an_hour_is_given_to_a_larger_network() -> None:
    """Ten minutes to a medium one; a size brings what suits it, and leaves the cell as it was."""
    standard = TrainConfig(minutes=1)
    found = [suited(standard, minutes) for minutes in (0, 0.1, 0.4, 10, 60)]
    assert [config.model.hidden for config in found] == [512, 256, 256, 512, 768]
    assert [config.dropout for config in found[:3]] == ["auto", 0.1, "auto"]
    gru = TrainConfig(minutes=1, model=ModelConfig(cell="gru"))
    found = [sized(gru, size) for size in SIZES]
    assert [config.model.hidden for config in found] == [128, 256, 512, 768]
    assert {config.model.cell for config in found} == {"gru"}
    assert [config.batch for config in found] == [16, 16, 16, 32]


def test_settings_out_of_range_name_their_field() -> None:
    """Each refusal says which setting and what is allowed."""
    wrong: dict[str, Any] = {
        "passage": "spiral",
        "batch": 0,
        "dropout": 1.0,
        "weight_drop": 1.0,
        "learning_rate": -1,
        "seed": -1,
        "minutes": 3.0,
        "epochs": 0.0,
    }
    for field, value in wrong.items():
        with pytest.raises(ConfigError, match=field):
            dataclasses.replace(SMALL, **{field: value})
    assert len(PARAGRAPH) == 440


@pytest.mark.parametrize("contents", ["a" * 5000, "é" * 5000])
def test_a_text_of_one_character_is_refused(tmp_path: Path, contents: str) -> None:
    """There is nothing to learn from it, and no folder is made for that."""
    text = tmp_path / "monotony.txt"
    text.write_text(contents, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"monotony\.txt: holds one character only"):
        start([str(text)], name="n", config=SMALL, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_pause_before_the_first_step_keeps_nothing_to_resume_from(tmp_path: Path) -> None:
    """There is no state yet that could be kept; going on, and resuming, begin at the beginning."""
    training = small_training(tmp_path)
    events = training.events()
    next(events)
    request(tmp_path / "run", "pause")
    assert isinstance(next(events), Paused)
    events.close()
    assert not training.run.last.exists()
    assert of_kind(list(resume(tmp_path / "run").events()), Step)[0].step == 1


def test_gradients_scaled_for_half_precision_are_the_same(tmp_path: Path) -> None:
    """What a GPU's float16 layers need changes no update: a power of two goes in and out."""
    training = small_training(tmp_path, dropout=0.0)
    batch = Trainer(training.run, training.corpus).passage.batch(0, 0)
    config = dataclasses.replace(SMALL, clip=0.01)
    plain = Learner(config, len(training.corpus.vocab), 0.0)
    scaled = Learner(config, len(training.corpus.vocab), 0.0)
    scaled._scale = HALF_SCALE
    for _ in range(3):
        one, other = plain.learn(batch, 1e-2), scaled.learn(batch, 1e-2)
        assert one == pytest.approx(other, rel=1e-5)
    for mine, yours in zip(plain.model.parameters(), scaled.model.parameters(), strict=True):
        torch.testing.assert_close(mine, yours)
