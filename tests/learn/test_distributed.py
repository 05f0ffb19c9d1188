"""Several processes that train together: the same model as from one, and one voice."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from charlm_core import checkpoint
from charlm_core.errors import ConfigError, RunError
from charlm_core.learn.distributed import ALONE, joined
from charlm_core.learn.events import Done
from charlm_core.learn.launch import resume, start
from charlm_core.learn.runs import is_held
from tests.learn.support import of_kind, paragraph_file
from tests.learn.together import LANES, WINDOWS, after, losses

ROOT = Path(__file__).parents[2]
Told = list[tuple[str, int, float]]


def environment(**more: str) -> dict[str, str]:
    """This one's, for processes that compute on one core each."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **more}


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which two processes under torchrun have trained what `train_all` trains."""
    folder = tmp_path_factory.mktemp("together")
    text = str(paragraph_file(folder))
    begun = start([text], name="begun", config=LANES, out=folder / "begun")
    list(begun.events(after(20)))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "tests.learn.together", "train", str(folder)]
    result = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return folder


def told(folder: Path, scene: str) -> Told:
    """What the first process told of a training; the second one's events were the same."""
    first, second = (
        [(kind, step, nats) for kind, step, nats in json.loads(file.read_text())]
        for file in (folder / f"{scene}.0.json", folder / f"{scene}.1.json")
    )
    # But for each one's own gradients, which are alike to the bit as well.
    assert first == second
    return first


def step_losses(events: Told) -> list[float]:
    """Of the steps, nats per character."""
    return [nats for kind, _, nats in events if kind == "Step"]


def assert_same_weights(one: Path, other: Path) -> None:
    """Both checkpoints hold the same weights to 1e-4."""
    first, second = checkpoint.read(one).tensors, checkpoint.read(other).tensors
    for name, tensor in first.items():
        np.testing.assert_allclose(tensor, second[name], atol=1e-4, err_msg=name)


@pytest.mark.parametrize("scene", ["lanes", "windows"])
def test_two_processes_train_the_same_model_as_one(
    together: Path, tmp_path: Path, scene: str
) -> None:
    """Each step's loss and the weights in the end agree to 1e-4, shared evenly or not."""
    config = LANES if scene == "lanes" else WINDOWS
    text = paragraph_file(tmp_path)
    training = start([str(text)], name="one", config=config, out=tmp_path / "run")
    events = list(training.events())
    both = told(together, scene)
    assert len(losses(events)) >= 50
    np.testing.assert_allclose(step_losses(both), losses(events), atol=1e-4)
    assert_same_weights(tmp_path / "run" / "last", together / scene / "last")
    assert both[-1][:2] == ("Done", len(losses(events)))
    lines = (together / scene / "metrics.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert records[0]["ranks"] == 2
    assert [record["event"] for record in records].count("done") == 1
    final = [record for record in records if record["event"] == "evaluation"][-1]
    whole = [event for event in events if type(event).__name__ == "Evaluation"][-1]
    assert final["chars"] == getattr(whole, "chars", 0)
    assert final["nats"] == pytest.approx(getattr(whole, "nats", 0), abs=1e-4)


def test_a_run_is_resumed_by_one_process_or_by_two(together: Path, tmp_path: Path) -> None:
    """Begun by two and finished by one, or the other way round, it is the run of one."""
    text = paragraph_file(tmp_path)
    whole = losses(
        list(start([str(text)], name="one", config=LANES, out=tmp_path / "run").events())
    )
    by_one = losses(list(resume(together / "half").events()))
    by_two = step_losses(told(together, "begun"))
    assert len(by_one) == len(by_two) == len(whole) - 20
    np.testing.assert_allclose(by_one, whole[20:], atol=1e-4)
    np.testing.assert_allclose(by_two, whole[20:], atol=1e-4)
    assert_same_weights(tmp_path / "run" / "last", together / "half" / "last")
    assert_same_weights(tmp_path / "run" / "last", together / "begun" / "last")


def test_any_process_may_stop_all(together: Path) -> None:
    """The second wanted to stop after twenty steps: both did, and the run was kept."""
    events = told(together, "half")
    assert len(step_losses(events)) == 20
    assert events[-1][0] == "Done"


def test_two_processes_pause_and_stop_when_the_run_is_asked_to(together: Path) -> None:
    """A request in the run's folder reaches both before the same step."""
    events = told(together, "asked")
    kinds = [kind for kind, _, _ in events]
    paused = kinds.index("Paused")
    assert kinds[paused + 1] == "Continued"
    assert 3 <= events[paused][1] <= 4
    assert len(step_losses(events)) <= events[paused][1] + 1
    assert kinds[-1] == "Done"
    assert not is_held(together / "asked")


def test_with_dropout_each_process_draws_its_own_random_numbers(together: Path) -> None:
    """Both kept theirs for resuming, and they differ; resuming goes on."""

    from safetensors.numpy import load

    kept = load((together / "asked" / "last" / "trainer.safetensors").read_bytes())
    assert (kept["random.cpu"] != kept["random.cpu.1"]).any()
    assert kept["state.0"].shape[1] == 5
    assert of_kind(list(resume(together / "asked").events(after(1))), Done)


def two_processes(folder: Path, scene: str) -> list[subprocess.CompletedProcess[str]]:
    """Both processes' ends in a scene, without torchrun and what it has to say itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "tests.learn.together", scene, str(folder)]
    place = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    processes = [
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment(RANK=rank, LOCAL_RANK=rank, **place),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in ("0", "1")
    ]
    try:
        ends = [process.communicate(timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [
        subprocess.CompletedProcess(command, process.returncode, out, err)
        for process, (out, err) in zip(processes, ends, strict=True)
    ]


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("nan", "diverged at step 5"),
        ("memory", "not enough memory"),
        ("vanish", "another process of the training is gone"),
    ],
)
def test_a_fault_of_one_process_ends_all_with_one_line(
    tmp_path: Path, scene: str, words: str
) -> None:
    """No hang, nobody left behind, one line in all; the run's log has it, too."""
    paragraph_file(tmp_path)
    ends = two_processes(tmp_path, scene)
    assert all(end.returncode != 0 and not end.stdout for end in ends)
    lines = [line for end in ends for line in end.stderr.splitlines()]
    told = [line for line in lines if line.startswith("charlm-tui: ")]
    assert len(told) == 1
    assert words in told[0]
    assert "Traceback" not in "\n".join(lines)
    assert words in (tmp_path / "run" / "log").read_text().splitlines()[-1]
    assert not is_held(tmp_path / "run")


def test_a_process_alone_is_joined_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without torchrun, or with one process under it, nothing is set up."""
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined() as ranks:
        assert ranks is ALONE
    monkeypatch.setenv("WORLD_SIZE", "1")
    with joined() as ranks:
        assert ranks is ALONE


def test_a_place_that_is_half_told_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names the variable that is missing."""
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(ConfigError, match=r"RANK: .*torchrun"), joined():
        pass
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setenv("MASTER_ADDR", "")
    with pytest.raises(RunError, match="can't be reached"), joined():
        pass
