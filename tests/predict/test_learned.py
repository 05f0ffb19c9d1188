"""What a model learns from a person's texts: what stayed, in its order, once; and it forgets."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm_core import Learned, Model, forget_saved, score
from charlm_core.predict import record as recording
from charlm_core.predict.index import Index
from charlm_core.predict.learned import BREATH
from charlm_core.predict.record import fingerprint, learned_path
from charlm_core.predict.source import NetworkSource, Source
from tests.support import LETTERS, make_checkpoint, make_model

MODEL = make_model(make_checkpoint(hidden=6, scale=2.0))
OTHER = make_model(make_checkpoint(hidden=6, scale=2.0, seed=1))
NOWHERE = Path("not") / "saved"

SENTENCES = (
    "the king is gone to bed, and all the lords are with him.",
    "a quick brown fox jumps over the lazy dog, they say.",
    "once upon a time there was a river without a bridge.",
    "nobody knows what the weather will be like tomorrow.",
    "please find the report in the folder on your desk.",
    "it is never too late to learn how to whistle a tune.",
)
LINES = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5, unique=True)
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nabcdef\n-----END OPENSSH PRIVATE KEY-----"

few = settings(max_examples=15)


def fresh(texts: list[Index] | None = None) -> Learned:
    """Nothing learned yet, and no disk."""
    return Learned(MODEL.engine, MODEL.vocab, NOWHERE, texts or [])


def assert_same(one: Learned, other: Learned, atol: float = 0.0) -> None:
    """Nothing that was learned tells these two apart."""
    tensors = other._mixture.tensors()
    for name, tensor in one._mixture.tensors().items():
        np.testing.assert_allclose(tensor, tensors[name], rtol=0, atol=atol)
    for text in ("", "the ", SENTENCES[0][:20], SENTENCES[1][:30], "\n", "qq"):
        # Each network's logits, and all that was remembered.
        logits = [MODEL.start(text, source).logits for source in (one, other)]
        np.testing.assert_allclose(logits[0], logits[1], rtol=0, atol=atol)
    assert one.chars == other.chars


def nats(source: Source, before: str, text: str) -> float:
    """The surprise at a text that comes after another, nothing learned from it."""
    session, found = MODEL.start(before, source), 0.0
    for character in text:
        symbol = MODEL.vocab.id_of(character)
        found -= float(source.log_probabilities(session.point)[symbol])
        session.type(character)
    return found


def after(count: int) -> Callable[[], bool]:
    """A `cancelled` that answers False `count` times, and True from then on."""
    answers = [False] * count
    return lambda: not answers or answers.pop()


def test_at_first_nothing_is_learned() -> None:
    """On the first day everything is the network's, and there is nothing to tell."""
    learned = fresh()
    assert learned.untouched
    assert learned.documents == ()
    assert (learned.chars, learned.bytes) == (0, 0)
    assert learned.gain.static.chars == 0
    assert learned.notices == ()
    logits = MODEL.start("the king", learned).logits
    assert logits.tobytes() == MODEL.start("the king").logits.tobytes()
    assert not NOWHERE.parent.exists()


def test_what_stays_is_learned() -> None:
    """A line written once is known when it comes again; how much it helps is told."""
    learned, text = fresh(), "\n".join(SENTENCES)
    assert learned.keep("a.txt", text)
    assert not learned.untouched
    assert [(document.name, document.chars) for document in learned.documents] == [
        ("a.txt", len(text))
    ]
    assert learned.chars == len(text)
    before, came = text[:200], text[200:250]
    assert nats(learned, before, came) < nats(fresh(), before, came) * 0.6
    # The whole text was scored, each character before it was learned.
    gain = learned.gain
    assert gain.static.chars == gain.adaptive.chars == len(text)
    assert gain.adaptive.nats < gain.static.nats
    assert gain.static.total_nats == pytest.approx(score(MODEL, [text]).total_nats, rel=0.02)


@few
@given(LINES, st.data())
def test_type_delete_and_type_again_teaches_nothing_more(
    lines: list[str], data: st.DataObject
) -> None:
    """However often one changes one's mind, what was there before was learned once.

    Whole lines go, come back and change places; parts of lines go and come back; and in between
    the text is kept.
    """
    straight, detour, text = fresh(), fresh(), "\n".join(lines)
    for learned in (straight, detour):
        learned.keep("a.txt", text)
    for _ in range(data.draw(st.integers(1, 4))):
        changed = list(data.draw(st.permutations(lines)))
        del changed[data.draw(st.integers(0, len(changed))) :]
        for number, line in enumerate(changed):
            low = data.draw(st.integers(4, len(line)))
            changed[number] = line[:low] + line[data.draw(st.integers(low, len(line))) :]
        detour.keep("a.txt", "\n".join(changed))
        if data.draw(st.booleans()):
            detour.keep("a.txt", text)
    detour.keep("a.txt", text)
    assert_same(detour, straight)
    assert detour.gain == straight.gain
    # What is new afterwards is learned as if none of it had happened.
    for learned in (straight, detour):
        learned.keep("a.txt", f"{text}\nand this is new in the end.")
    assert_same(detour, straight)


@few
@given(LINES, st.randoms(use_true_random=False))
def test_what_is_typed_between_two_keeps_does_not_matter(
    lines: list[str], chance: random.Random
) -> None:
    """Lines written in any order, with any slips on the way, are learned in the text's order."""
    straight, wild = fresh(), fresh()
    straight.keep("a.txt", "\n".join(lines))
    order = list(range(len(lines)))
    chance.shuffle(order)
    there: dict[int, str] = {}
    for number in order:
        for end in (5, 3, 20, len(lines[number])):
            there[number] = lines[number][:end]
    wild.keep("a.txt", "\n".join(there[number] for number in sorted(there)))
    assert_same(wild, straight)
    # It is the text's order that counts, not any order.
    if len(lines) > 1:
        backwards = fresh()
        backwards.keep("a.txt", "\n".join(reversed(lines)))
        tensors = straight._mixture.tensors()
        assert any(
            (tensor != tensors[name]).any() for name, tensor in backwards._mixture.tensors().items()
        )


@few
@given(LINES)
def test_keeping_twice_learns_nothing_twice(lines: list[str]) -> None:
    """Saving again and again teaches no more than saving once."""
    once, often, text = fresh(), fresh(), "\n".join(lines)
    once.keep("a.txt", text)
    for _ in range(4):
        assert often.keep("a.txt", text)
    assert_same(often, once)


def test_only_what_changed_in_a_line_is_learned() -> None:
    """A word put into a line teaches that word, after what stands before it."""
    learned, line = fresh(), SENTENCES[0]
    learned.keep("a.txt", line)
    before, static = learned.chars, learned.gain.static.total_nats
    learned.keep("a.txt", line.replace("gone ", "gone early "))
    assert learned.chars == before + len("early ")
    # It was read as it stands: with what is before it.
    network = NetworkSource(MODEL.engine)
    came = learned.gain.static.total_nats - static
    assert came == pytest.approx(nats(network, "the king is gone ", "early "), rel=1e-5)
    passage = learned._record.passages[-1]
    assert (passage.before, passage.text) == ("the king is gone ", "early ")


@few
@given(LINES, st.integers(0, 1))
def test_a_learning_cut_short_goes_on(lines: list[str], count: int) -> None:
    """A key pressed meanwhile is let in; the next call, of any text, learns the rest once."""
    whole, cut, text = fresh(), fresh(), "\n".join(lines) + "\n" + "\n".join(reversed(lines)) * 2
    assert whole.keep("a.txt", text)
    assert not cut.keep("a.txt", text, after(count))
    assert count * BREATH == cut.gain.static.chars < len(text)
    assert not cut.keep("a.txt", text, after(1))
    assert cut.keep("b.txt", "")
    assert_same(cut, whole)
    assert cut.gain == whole.gain


@few
@given(LINES, LINES)
def test_a_forgotten_document_was_never_learned(lines: list[str], others: list[str]) -> None:
    """With the next text that is kept all is as if that document had never been there."""
    one, other = fresh(), fresh()
    one.keep("secret.txt", "\n".join(lines))
    one.keep("b.txt", "\n".join(others))
    one.keep("secret.txt", "\n".join(lines) + "\nand more of it")
    one.forget("secret.txt")
    assert [document.name for document in one.documents] == ["b.txt"]
    one.keep("c.txt", "a new one")
    other.keep("b.txt", "\n".join(others))
    other.keep("c.txt", "a new one")
    assert_same(one, other, atol=1e-6)
    assert one.gain == other.gain
    # What was forgotten can be learned again.
    one.keep("secret.txt", "\n".join(lines))
    other.keep("secret.txt", "\n".join(lines))
    assert_same(one, other, atol=1e-6)


@few
@given(LINES)
def test_forgetting_everything_brings_back_the_network(lines: list[str]) -> None:
    """The figures are those of the model as it came, to the last bit, and no text is listed."""
    learned = fresh()
    learned.keep("a.txt", "\n".join(lines))
    learned.keep("b.txt", "something else")
    learned.forget_all()
    assert learned.untouched
    assert (learned.documents, learned.chars) == ((), 0)
    for text in ("", "the king", lines[0][:10]):
        np.testing.assert_allclose(
            MODEL.start(text, learned).logits, MODEL.start(text).logits, rtol=0, atol=1e-6
        )
    learned.keep("c.txt", "")
    assert learned.untouched


def test_a_ghost_of_what_is_forgotten_does_not_come_back() -> None:
    """Not where one stands, and not where one was shown before and goes back to."""
    learned, text = fresh(), (SENTENCES[0] + "\n") * 4
    for number in range(3):
        learned.keep(f"{number}.txt", text)
    session = MODEL.start(text[:30], learned)
    ghosts = [session.suggest()]
    session.type(text[30])
    ghosts.append(session.suggest())
    assert all(ghost.text for ghost in ghosts)
    learned.forget_all()
    assert session.suggest() == MODEL.start(text[:31]).suggest()
    session.rewind(1)
    assert session.suggest() == MODEL.start(text[:30]).suggest()


def test_forgetting_in_the_middle_of_learning() -> None:
    """What was waiting to be learned of a forgotten text is not learned after all."""
    learned, other = fresh(), fresh()
    learned.keep("b.txt", SENTENCES[0] * 9, after(1))
    learned.keep("a.txt", SENTENCES[1] * 9, after(1))
    learned.forget("b.txt")
    learned.keep("a.txt", SENTENCES[1] * 9)
    other.keep("a.txt", SENTENCES[1] * 9)
    assert_same(learned, other, atol=1e-6)
    learned.forget("nothing of that name")
    learned.keep("", "")
    assert_same(learned, other, atol=1e-6)


def test_a_private_key_teaches_nothing() -> None:
    """Pasted into any text it keeps all of that from being learned, until it is gone."""
    learned = fresh()
    assert learned.keep("a.txt", f"my key:\n{KEY}\nkeep it safe")
    assert learned.untouched
    assert learned.documents == ()
    learned.keep("a.txt", "my key:\nkeep it safe")
    assert "PRIVATE" not in "".join(passage.text for passage in learned._record.passages)
    assert learned.chars > 0
    before = learned.chars
    learned.keep("a.txt", f"my key:\nkeep it safe\nnew line\n{KEY}")
    assert learned.chars == before


def test_any_text_can_be_kept() -> None:
    """Lone surrogates, controls and characters that the model lacks break nothing."""
    learned = fresh()
    for text in ("\ud800\udfff", "\0\x1b[31m", "漢字 🙂\n" * 3, "", "\n\n", " "):
        assert learned.keep("a.txt", text)
    assert np.isfinite(MODEL.start("a", learned).logits).all()


def test_of_a_large_text_the_end_is_studied(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is remembered only, at once; all of it can be found again."""
    monkeypatch.setattr(recording, "STUDIED", 60)
    learned, text = fresh(), "\n".join(SENTENCES)
    assert learned.keep("a.txt", text)
    assert learned.gain.static.chars == 60
    assert learned.chars == len(text)
    before, text = SENTENCES[0][:30], SENTENCES[0][30:]
    assert nats(learned, before, text) < nats(fresh(), before, text) * 0.6


def test_texts_chosen_beforehand_are_remembered() -> None:
    """They are there from the first key on, and stay when all that was learned is forgotten."""
    learned = fresh([Index.build(MODEL.vocab.encode("\n".join(SENTENCES) * 2))])
    assert not learned.untouched
    assert learned.chars == 0
    before, text = SENTENCES[0][:30], SENTENCES[0][30:]
    found = nats(learned, before, text)
    assert found < nats(fresh(), before, text) / 2
    learned.keep("a.txt", "abc")
    learned.forget_all()
    assert nats(learned, before, text) == found


def test_a_document_can_be_renamed() -> None:
    """Saved under another name it is not learned again, and is forgotten under that."""
    learned, text = fresh(), "\n".join(SENTENCES[:2])
    learned.keep("untitled", text)
    learned.rename("untitled", "a.txt")
    assert [(document.name, document.chars) for document in learned.documents] == [
        ("a.txt", len(text))
    ]
    gain = learned.gain
    learned.keep("a.txt", text)
    assert learned.gain == gain
    learned.keep("b.txt", SENTENCES[2])
    learned.rename("b.txt", "a.txt")
    learned.rename("a.txt", "a.txt")
    learned.rename("no such", "a.txt")
    learned.keep("a.txt", f"{text}\n{SENTENCES[2]}")
    assert learned.gain.static.chars == len(text) + len(SENTENCES[2])
    learned.forget("a.txt")
    assert learned.documents == ()


def test_each_checkpoint_learns_for_itself() -> None:
    """Another network, or another vocabulary, has a folder of its own; any name is a folder's."""
    here = learned_path("mine", MODEL.engine, MODEL.vocab)
    assert here == learned_path("mine", MODEL.engine, MODEL.vocab)
    assert here != learned_path("mine", OTHER.engine, OTHER.vocab)
    assert here != learned_path("yours", MODEL.engine, MODEL.vocab)
    assert len(fingerprint(MODEL.engine, MODEL.vocab)) == 12
    more = make_model(make_checkpoint(hidden=6, scale=2.0, letters=LETTERS[:-1]))
    assert fingerprint(more.engine, more.vocab) != fingerprint(MODEL.engine, MODEL.vocab)
    for name in ("../../etc", "a/b", "", "x" * 300, "\x1b"):
        path = learned_path(name, MODEL.engine, MODEL.vocab)
        assert path.parent == here.parent
        assert len(path.name) < 100
    assert MODEL.learned().path == learned_path("memory", MODEL.engine, MODEL.vocab)


def taught(name: str, model: Model, **texts: str) -> Learned:
    """What a checkpoint of this name has learned from these texts, saved."""
    learned = Learned(model.engine, model.vocab, learned_path(name, model.engine, model.vocab))
    for document, text in texts.items():
        learned.keep(document, text)
    learned.save()
    return learned


def untaught(name: str, model: Model) -> Learned:
    """The same, when it is opened."""
    return Learned(model.engine, model.vocab, learned_path(name, model.engine, model.vocab))


@pytest.mark.parametrize(
    "names", [("my notes", "my.notes"), ("x" * 64 + "one", "x" * 64 + "other"), ("", "model")]
)
def test_names_that_look_alike_share_nothing(names: tuple[str, str]) -> None:
    """A folder's name can't hold all that a model's can; what one was taught is nobody else's."""
    one, other = (learned_path(name, MODEL.engine, MODEL.vocab) for name in names)
    assert one != other
    taught(names[0], MODEL, a=SENTENCES[0])
    assert untaught(names[1], OTHER).documents == ()
    # Once it was trained again it is still itself.
    assert [document.name for document in untaught(names[0], OTHER).documents] == ["a"]


def test_other_weights_of_the_same_name_learn_it_anew() -> None:
    """A checkpoint that was trained again, or came with an update, knows what it was taught."""
    taught("mine", MODEL, a=SENTENCES[0], b=SENTENCES[1])
    again = untaught("mine", OTHER)
    assert [document.name for document in again.documents] == ["a", "b"]
    assert again.gain.static.chars == 0
    assert again.keep("c", SENTENCES[2])
    fresh_one = Learned(OTHER.engine, OTHER.vocab, NOWHERE)
    for document, text in zip("abc", SENTENCES, strict=False):
        fresh_one.keep(document, text)
    for name, tensor in again._mixture.tensors().items():
        np.testing.assert_array_equal(tensor, fresh_one._mixture.tensors()[name])
    assert again.gain == fresh_one.gain
    # A line that it was taught before is not taught twice.
    assert again.keep("a", SENTENCES[0])
    assert again.chars == fresh_one.chars
    again.save()
    # The old one has kept what it had, and learns on alone.
    assert [document.name for document in untaught("mine", MODEL).documents] == ["a", "b"]
    assert [document.name for document in untaught("mine", OTHER).documents] == ["a", "b", "c"]


def test_no_other_name_is_learned_from() -> None:
    """Nor what was forgotten, nor what was set aside as damaged."""
    taught("mine", MODEL, a=SENTENCES[0])
    for name in ("yours", "min", "mine-2"):
        assert untaught(name, OTHER).documents == ()
    taught("mine-2", MODEL, b=SENTENCES[1])
    assert [document.name for document in untaught("mine", OTHER).documents] == ["a"]
    assert forget_saved(None) == ()
    assert untaught("mine", OTHER).documents == ()


def test_of_several_the_latest_is_learned_from() -> None:
    """And of one that is damaged nothing; it is left as it is, for its own checkpoint to tell."""
    third = make_model(make_checkpoint(hidden=6, scale=2.0, seed=2))
    older, newer = taught("mine", MODEL, a=SENTENCES[0]), taught("mine", OTHER)
    newer.keep("b", SENTENCES[1])
    newer.save()
    os.utime(older.path / "learned.json", (1e9, 1e9))
    names = [document.name for document in untaught("mine", third).documents]
    assert names == ["a", "b"]
    (newer.path / "learned.json").write_text("{")
    found = untaught("mine", third)
    assert [document.name for document in found.documents] == ["a"]
    assert found.notices == ()
    assert (newer.path / "learned.json").read_text() == "{"
