"""What was learned can be counted, however the memory has sorted it away in the meantime."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlm_core.predict import memory as memories
from charlm_core.predict.index import EMPTY, Index, advance
from charlm_core.predict.memory import OWN_WORTH, Memory
from tests.predict.test_index import FEW, MANY, VOCABULARY, Text, context_of, counted, symbols

PASSAGES = st.lists(st.tuples(FEW | MANY, FEW | MANY), max_size=4)
"""Some texts, each with what stood before it."""


def learn(memory: Memory, before: Text, text: Text) -> None:
    """Have a memory learn one text."""
    context = context_of(before)
    for symbol in text:
        memory.learn(context, symbol)
        context = advance(context, symbol)


@given(
    passages=PASSAGES,
    pending=st.integers(1, 7),
    fresh=st.sampled_from([1, 5, 20, 1000]),
    data=st.data(),
)
def test_learned_is_counted(
    passages: list[tuple[Text, Text]], pending: int, fresh: int, data: st.DataObject
) -> None:
    """Every merge keeps every character; all but the last few can be found at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memories, "PENDING", pending)
        patch.setattr(memories, "FRESH", fresh)
        memory = Memory(VOCABULARY)
        for before, text in passages:
            learn(memory, before, text)
        assert memory.chars == sum(len(text) for _, text in passages)
        # Elsewhere something is learned, so that nothing of the passages waits any longer.
        learn(memory, [5, 5, 5], [6])
        whole = [symbol for before, text in passages for symbol in (*before, *text)]
        asked = whole[: data.draw(st.integers(0, len(whole)))]
        known = [*passages, ([5, 5, 5], [6])] if pending == 1 else passages
        np.testing.assert_array_equal(memory.counts(context_of(asked)), counted(known, asked))


@given(FEW, st.integers(2, 9))
def test_the_latest_few_wait(text: Text, pending: int) -> None:
    """What has just been typed is remembered once there is enough of it to sort."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memories, "PENDING", pending)
        memory = Memory(VOCABULARY)
        learn(memory, [], text)
        settled = text[: len(text) // pending * pending]
        np.testing.assert_array_equal(
            memory.counts(context_of(text)), counted([([], settled)], text)
        )
        assert memory.chars == len(text)
        # Unless somebody asks for it.
        memory.settle()
        np.testing.assert_array_equal(memory.counts(context_of(text)), counted([([], text)], text))


@given(FEW | MANY, FEW | MANY, FEW | MANY, st.data())
def test_one_s_own_words_count_for_more(
    own: Text, added: Text, chosen: Text, data: st.DataObject
) -> None:
    """What one wrote and what was taken in whole count alike, a chosen text less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memories, "PENDING", 1)
        memory = Memory(VOCABULARY, [Index.build(symbols(chosen)), Index.empty()])
        learn(memory, [], own)
        memory.add(Index.build(symbols(added)))
        whole = own + added + chosen
        asked = whole[: data.draw(st.integers(0, len(whole)))]
        mine = counted([([], own), ([], added)], asked)
        theirs = counted([([], chosen)], asked)
        worth = OWN_WORTH if chosen else 1.0
        np.testing.assert_array_equal(memory.counts(context_of(asked)), worth * mine + theirs)
        assert memory.chars == len(whole)


def test_an_empty_memory_counts_nothing() -> None:
    """Before anything is learned there is nothing to count."""
    memory = Memory(VOCABULARY)
    assert memory.chars == 0
    assert not memory.counts(EMPTY).any()


def test_memory_stays_small() -> None:
    """Twenty thousand characters, learned one by one: less than forty bytes each."""
    memory = Memory(VOCABULARY)
    learn(memory, [], np.random.default_rng(0).integers(0, 60, 20_000).tolist())
    indexes = (memory._large, memory._fresh)
    held = sum(i.near.nbytes + i.far.nbytes + i.following.nbytes for i in indexes)
    assert held / memory.chars <= 40
    assert len(memory._pending) < memories.PENDING
    assert len(memory._fresh) < memories.FRESH <= len(memory._large)
