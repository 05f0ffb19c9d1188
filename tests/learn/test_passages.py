"""The two ways through a corpus."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm_core.errors import ConfigError, CorpusError
from charlm_core.learn import passages
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.passages import Lanes, Windows, open_passage, share


def counting(count: int) -> "np.ndarray[tuple[int], np.dtype[np.uint16]]":
    """0, 1, 2, ...: each character is its own position."""
    return np.arange(count, dtype=np.uint16)


@settings(deadline=None)
@given(
    chars=st.integers(40, 3000),
    batch=st.integers(1, 20),
    length=st.integers(1, 30),
    epoch=st.integers(0, 5),
)
def test_lanes_are_contiguous_and_predict_the_next_character(
    chars: int, batch: int, length: int, epoch: int
) -> None:
    """Every target is the character after its input, and a lane goes on where it stopped."""
    lanes = Lanes(counting(chars), (0,), batch=batch, length=length, reset=0.0, seed=1)
    previous = None
    for step in range(lanes.steps_per_epoch):
        found = lanes.batch(epoch, step)
        np.testing.assert_array_equal((found.inputs + 1) % chars, found.targets % chars)
        if previous is not None:
            np.testing.assert_array_equal(found.inputs[:, 0], previous)
        previous = found.targets[:, -1]


def test_a_pass_through_lanes_visits_almost_every_character_once() -> None:
    """One target a character, but for a remainder at the end of each lane."""
    lanes = Lanes(counting(10_000), (0,), batch=8, length=16, reset=0.0, seed=1)
    seen = np.concatenate(
        [lanes.batch(0, step).inputs.ravel() for step in range(lanes.steps_per_epoch)]
    )
    assert len(set(seen.tolist())) == len(seen)
    assert len(seen) >= 10_000 - 8 * 17


def test_lanes_start_from_zero_and_then_carry_their_state() -> None:
    """Only the first step of an epoch starts every lane anew."""
    lanes = Lanes(counting(1000), (0,), batch=4, length=10, reset=0.0, seed=1)
    assert not lanes.batch(0, 0).kept.any()
    kept = [lanes.batch(0, step).kept for step in range(1, lanes.steps_per_epoch)]
    # One lane passes the end of the corpus and so starts a text anew.
    assert sum(int((~step).sum()) for step in kept) <= 1


def test_lanes_are_reset_where_a_document_begins() -> None:
    """The first step that begins in a new document starts from zero."""
    lanes = Lanes(counting(1000), (0, 500), batch=1, length=10, reset=0.0, seed=1)
    starts = {
        int(lanes.batch(0, step).inputs[0, 0])
        for step in range(1, lanes.steps_per_epoch)
        if not lanes.batch(0, step).kept[0]
    }
    assert all(start % 500 < 10 for start in starts)
    assert {start // 500 for start in starts} == {0, 1}


def test_lanes_are_reset_by_chance_as_often_as_asked() -> None:
    """A chance of 20% resets about every fifth lane at every step."""
    lanes = Lanes(counting(60_000), (0,), batch=16, length=8, reset=0.2, seed=1)
    kept = np.stack([lanes.batch(0, step).kept for step in range(1, lanes.steps_per_epoch)])
    assert 0.15 < 1 - kept.mean() < 0.25


def test_each_epoch_cuts_its_lanes_elsewhere_and_a_seed_repeats() -> None:
    """Two epochs differ; the same seed, epoch and step are the same batch."""
    one = Lanes(counting(1000), (0,), batch=4, length=10, reset=0.1, seed=1)
    two = Lanes(counting(1000), (0,), batch=4, length=10, reset=0.1, seed=1)
    np.testing.assert_array_equal(one.batch(2, 3).inputs, two.batch(2, 3).inputs)
    np.testing.assert_array_equal(one.batch(2, 3).kept, two.batch(2, 3).kept)
    assert (one.batch(0, 0).inputs != one.batch(1, 0).inputs).any()


def test_a_short_corpus_gets_fewer_lanes() -> None:
    """A text of a few sequences still gives an epoch several steps."""
    lanes = Lanes(counting(500), (0,), batch=64, length=16, reset=0.0, seed=1)
    assert len(lanes.batch(0, 0).inputs) < 64
    assert lanes.steps_per_epoch >= 2


@settings(deadline=None)
@given(chars=st.integers(10, 400), batch=st.integers(1, 20), length=st.integers(1, 9))
def test_an_epoch_of_windows_is_every_window_once(chars: int, batch: int, length: int) -> None:
    """Overlapping windows, y shifted by one from x, each once, all from zero."""
    windows = Windows(counting(chars), batch=batch, length=length, seed=1)
    starts = []
    for step in range(windows.steps_per_epoch):
        found = windows.batch(0, step)
        assert not found.kept.any()
        np.testing.assert_array_equal(found.inputs + 1, found.targets)
        np.testing.assert_array_equal(np.diff(found.inputs, axis=1), 1)
        starts.extend(found.inputs[:, 0].tolist())
    assert sorted(starts) == list(range(chars - length))


def test_windows_are_shuffled_anew_each_epoch() -> None:
    """Two epochs go through the windows in different orders."""
    windows = Windows(counting(200), batch=16, length=8, seed=1)
    first, second = windows.batch(0, 0).inputs[:, 0], windows.batch(1, 0).inputs[:, 0]
    assert (first != second).any()
    assert (first != np.sort(first)).any()


def test_a_large_corpus_is_shuffled_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond one block of windows every window still comes exactly once."""
    monkeypatch.setattr(passages, "SHUFFLE_BLOCK", 32)
    windows = Windows(counting(210), batch=16, length=8, seed=1)
    starts = [
        start
        for step in range(windows.steps_per_epoch)
        for start in windows.batch(3, step).inputs[:, 0].tolist()
    ]
    assert sorted(starts) == list(range(202))
    assert starts != sorted(starts)


def test_a_corpus_shorter_than_a_sequence_is_refused() -> None:
    """One line says how long the text is and how long it must be."""
    with pytest.raises(CorpusError, match="16 characters to train on, a sequence needs 17"):
        Lanes(counting(16), (0,), batch=4, length=16, reset=0.0, seed=1)
    with pytest.raises(CorpusError, match="16 characters to train on, a window needs 17"):
        Windows(counting(16), batch=4, length=16, seed=1)


@given(count=st.integers(0, 200), ranks=st.integers(1, 20))
def test_shares_are_even_and_leave_nothing_out(count: int, ranks: int) -> None:
    """Put together in order they are the whole, and none is more than one larger than another."""
    shares = [list(range(count))[share(count, rank, ranks)] for rank in range(ranks)]
    assert [place for part in shares for place in part] == list(range(count))
    sizes = [len(part) for part in shares]
    assert max(sizes) - min(sizes) <= 1


@given(batch=st.integers(3, 9), ranks=st.integers(2, 3))
def test_lanes_are_shared_among_processes(batch: int, ranks: int) -> None:
    """What all of them read together is what one alone reads, resets and all."""
    config = TrainConfig(batch=batch, length=8, reset=0.2, epochs=1.0)
    ids = counting(3000)
    whole = open_passage(config, ids, (0, 900))
    parts = [open_passage(config, ids, (0, 900), rank=rank, ranks=ranks) for rank in range(ranks)]
    for step in (0, 1, whole.steps_per_epoch - 1):
        expected = whole.batch(1, step)
        found = [part.batch(1, step) for part in parts]
        for name in ("inputs", "targets", "kept"):
            joined = np.concatenate([getattr(batch, name) for batch in found])
            np.testing.assert_array_equal(joined, getattr(expected, name))
        assert {batch.chars for batch in found} == {expected.chars} == {expected.targets.size}
        assert [batch.weight for batch in found] == [
            batch.targets.size / expected.chars for batch in found
        ]
        assert expected.weight == 1.0


def test_windows_are_shared_among_processes() -> None:
    """The same; where a last step has none left for a process, what it reads weighs nothing."""
    config = TrainConfig(passage="windows", batch=5, length=9, epochs=1.0)
    ids = counting(100)  # 91 windows
    whole = open_passage(config, ids, (0,))
    parts = [open_passage(config, ids, (0,), rank=rank, ranks=3) for rank in range(3)]
    for step in range(whole.steps_per_epoch):
        expected, found = whole.batch(0, step), [part.batch(0, step) for part in parts]
        weighing = [batch for batch in found if batch.weight]
        joined = np.concatenate([batch.inputs for batch in weighing])
        np.testing.assert_array_equal(joined, expected.inputs)
        assert sum(batch.weight for batch in found) == pytest.approx(1.0)
        assert all(batch.chars == expected.targets.size for batch in found)
    assert [len(batch.inputs) for batch in found] == [1, 1, 1]
    assert sorted(batch.weight for batch in found) == [0.0, 0.0, 1.0]


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    """Fewer texts a step, or a corpus of fewer lanes, than processes."""
    config = TrainConfig(batch=2, length=8, epochs=1.0)
    with pytest.raises(ConfigError, match="batch: 2 can't be shared by 3 processes"):
        open_passage(config, counting(1000), (0,), rank=0, ranks=3)
    with pytest.raises(CorpusError, match="1 lanes, too few for 2 processes"):
        open_passage(config, counting(100), (0,), rank=0, ranks=2)
