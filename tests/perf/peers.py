"""Keys saved and wrong ghosts on one text, by peers that all know the same training text.

    python -m tests.perf.peers RUN TRAIN TEXT [--chars N]

RUN is a model trained on TRAIN; TEXT is typed again. All of them learn as the text is typed, but
the network alone. The table gives each at several thresholds, and its savings where half of the
shown ghosts are wrong, between the two nearest of those.
"""

import argparse
import itertools
import json
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from charlm_core import DIALS, Model, Suggestion, Vocab, load, remember, replays
from charlm_core.predict.proposal import Alphabet
from charlm_core.predict.replay import Replay, typed
from charlm_core.predict.source import LogProbabilities, Point
from charlm_core.predict.suggest import propose

THRESHOLDS = (0.04, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
HALF = 0.5


class Ppm:
    """Prediction by partial matching: counts of orders 0 to 7, interpolated, all in dictionaries.

    p_k(c) = (n_k(c) - d + (d t_k) p_{k-1}(c)) / N_k, with the discount d = 0.75 (Ney et al. 1994).
    """

    ORDER = 7
    DISCOUNT = 0.75

    def __init__(self, vocab: Vocab, text: str) -> None:
        self._vocab = vocab
        self._counts: list[dict[str, Counter[int]]] = [
            defaultdict(Counter) for _ in range(self.ORDER + 1)
        ]
        for position, symbol in enumerate(vocab.encode(text).tolist()):
            self.learn(text[max(0, position - self.ORDER) : position], symbol)

    def learn(self, context: str, symbol: int) -> None:
        """Count a symbol after each end of a context."""
        for order in range(min(self.ORDER, len(context)) + 1):
            self._counts[order][context[len(context) - order :]][symbol] += 1

    def predict(self, context: str) -> LogProbabilities:
        """Of each next symbol, nats, (V,)."""
        size = len(self._vocab)
        chances = np.full(size, 1 / size)
        for order in range(min(self.ORDER, len(context)) + 1):
            found = self._counts[order].get(context[len(context) - order :])
            if not found:
                break
            total = sum(found.values())
            chances *= self.DISCOUNT * len(found) / total
            for symbol, count in found.items():
                chances[symbol] += (count - self.DISCOUNT) / total
        logs: LogProbabilities = np.log(chances).astype(np.float32)
        return logs


class PpmSource:
    """The same, as something that ghosts are made from: its points carry the last characters."""

    untouched = False
    begun = 1

    def __init__(self, vocab: Vocab, ppm: Ppm, context: str = "") -> None:
        self._vocab, self._ppm = vocab, ppm
        self._texts: dict[int, str] = {0: context}

    def start(self) -> Point:
        """The point before any character."""
        return self.at("")

    def at(self, context: str) -> Point:
        """The point after these characters."""
        self._texts = {0: context}
        return Point(np.zeros(0, dtype=np.float32), (0, 0))

    def advance(self, symbol: int, point: Point) -> Point:
        """The point after one more symbol."""
        key = len(self._texts)
        text = self._texts[point.context[0]] + self._vocab.symbols[symbol]
        self._texts[key] = text[-Ppm.ORDER :]
        return Point(point.state, (key, 0))

    def log_probabilities(self, point: Point) -> LogProbabilities:
        """Of each next symbol, nats, (V,)."""
        return self._ppm.predict(self._texts[point.context[0]])


class Words:
    """A word predictor: completes the word begun, by trigrams, bigrams and single words.

    Each backs off to the next by absolute discounting, as `Ppm` does for characters.
    """

    DISCOUNT = 0.75
    _WORD = re.compile(r"[\w'-]+|[^\w\s]+|\n")

    def __init__(self, text: str) -> None:
        self._counts: list[dict[tuple[str, ...], Counter[str]]] = [
            defaultdict(Counter) for _ in range(3)
        ]
        self._beginning: dict[str, Counter[str]] = defaultdict(Counter)
        words = self._WORD.findall(text)
        for index, word in enumerate(words):
            self.learn(tuple(words[max(0, index - 2) : index]), word)

    def learn(self, before: tuple[str, ...], word: str) -> None:
        """Count a word after each end of the two before it."""
        for order in range(len(before) + 1):
            self._counts[order][before[len(before) - order :]][word] += 1
        for length in range(1, len(word) + 1):
            self._beginning[word[:length]][word] += 1

    def best(self, before: tuple[str, ...], begun: str) -> tuple[str, float]:
        """The likeliest word that begins so, and how likely it is among all that do."""
        chances: dict[str, float] = {}
        left = 1.0
        for order in range(len(before), -1, -1):
            found = self._counts[order].get(before[len(before) - order :])
            if not found:
                continue
            total = found.total()
            # Without a letter the commonest words of all are no proposal.
            among = found if order else self._beginning.get(begun, Counter())
            for word, count in among.items():
                # Punctuation is no word to complete, though it counts as what words follow.
                if word.startswith(begun) and word[0].isalnum():
                    chances[word] = chances.get(word, 0.0) + left * (count - self.DISCOUNT) / total
            left *= self.DISCOUNT * len(found) / total
        if not chances:
            return "", 0.0
        word = max(chances, key=chances.__getitem__)
        return word, chances[word] / (sum(chances.values()) if begun else 1.0)

    def space(self, word: str) -> str:
        """The space behind a word, where another word follows it more often than not."""
        found = self._counts[1].get((word,), Counter())
        words = sum(count for follower, count in found.items() if follower[0].isalnum())
        return " " if 2 * words > found.total() else ""


def ppm_replay(vocab: Vocab, train: str, text: str, threshold: float) -> Iterator[Replay]:
    """Ghosts of PPM by the same policy."""
    ppm, alphabet = Ppm(vocab, train), Alphabet(vocab)
    config = replace(DIALS["balanced"], threshold=threshold)
    source, past = PpmSource(vocab, ppm), ""

    def suggest() -> Suggestion:
        return propose(source, alphabet, source.at(past), config, lambda: False).suggestion

    def push(character: str) -> None:
        nonlocal past
        ppm.learn(past, vocab.id_of(character))
        past = (past + character)[-Ppm.ORDER :]

    return typed(text, suggest, push)


def words_replay(train: str, text: str, threshold: float) -> Iterator[Replay]:
    """Ghosts of the word predictor: the rest of the word, and a space."""
    words = Words(train)
    before: tuple[str, ...] = ()
    begun = ""

    def suggest() -> Suggestion:
        word, chance = words.best(before, begun)
        if chance < threshold or not word[len(begun) :].strip():
            return Suggestion(stopped="threshold")
        text = word[len(begun) :] + words.space(word)
        return Suggestion(text=text, stopped="threshold")

    def push(character: str) -> None:
        nonlocal before, begun
        if character.isalnum() or character in "'-_":
            begun += character
            return
        for word in (begun, character):
            if word.strip() or word == "\n":
                words.learn(before, word)
                before = (*before, word)[-2:]
        begun = ""

    return typed(text, suggest, push)


def last(replay: Iterator[Replay]) -> Replay:
    """The figures at the end."""
    return deque(replay, maxlen=1).pop()


def at_half(points: list[tuple[float, float]]) -> float | None:
    """The savings where half of the ghosts are wrong, given (wrong share, savings) pairs."""
    points.sort()
    for (wrong, savings), (more_wrong, more) in itertools.pairwise(points):
        if wrong <= HALF <= more_wrong:
            share = (HALF - wrong) / max(more_wrong - wrong, 1e-9)
            return savings + share * (more - savings)
    return None


def main() -> None:
    """Print one JSON object a peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run")
    parser.add_argument("train")
    parser.add_argument("text")
    parser.add_argument("--chars", type=int, default=20_000)
    parser.add_argument("--only", help="One of the peers.")
    arguments = parser.parse_args()
    model: Model = load(arguments.run)
    train = Path(arguments.train).read_text("utf-8")
    text = Path(arguments.text).read_text("utf-8")[: arguments.chars]
    remembered = remember(model, [arguments.train])
    balanced = DIALS["balanced"]
    peers: dict[str, Callable[[float], Iterator[Replay]]] = {
        "everything": lambda threshold: replays(
            model, text, replace(balanced, threshold=threshold), model.mixture([remembered])
        ),
        "network alone": lambda threshold: replays(
            model, text, replace(balanced, threshold=threshold)
        ),
        "PPM of order 7": lambda threshold: ppm_replay(model.vocab, train, text, threshold),
        "word trigrams": lambda threshold: words_replay(train, text, threshold),
    }
    for name, peer in peers.items():
        if arguments.only not in {None, name}:
            continue
        points = []
        for threshold in THRESHOLDS:
            found = last(peer(threshold))
            points.append((found.wrong_share, found.keystroke_savings))
        table = [[round(wrong, 4), round(savings, 4)] for wrong, savings in points]
        print(json.dumps({"peer": name, "at_half": at_half(points), "wrong_savings": table}))


if __name__ == "__main__":
    main()
