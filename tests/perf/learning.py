"""What each part of learning brings, in nats a character of one text.

    python -m tests.perf.learning MODEL TEXT [--memory TRAIN] [--chars N]

Every character is scored before it is learned. One JSON object a variation.
"""

import argparse
import json
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from charlm_core import Index, Model, adaptive_scores, load, remember, score
from charlm_core.predict.adapt import DECAY, RATE, OutputAdapter
from charlm_core.predict.index import Context
from charlm_core.predict.memory import Memory
from charlm_core.predict.mixture import Mixture


class Deaf(Memory):
    """A memory of chosen texts that learns nothing."""

    def learn(self, context: Context, symbol: int) -> None:
        """Let it pass."""


def mixture(
    model: Model,
    texts: Iterable[Index] = (),
    *,
    deaf: bool = False,
    rate: float = RATE,
    decay: float = DECAY,
) -> Mixture:
    """A mixture of the model with some of its parts off, or other than usual."""
    memory = (Deaf if deaf else Memory)(len(model.vocab), texts)
    return Mixture(model.engine, model.vocab, memory, OutputAdapter(model.engine, rate, decay))


def main() -> None:
    """Score the text once for each variation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("text")
    parser.add_argument("--memory")
    parser.add_argument("--chars", type=int)
    arguments = parser.parse_args()
    model = load(arguments.model)
    text = Path(arguments.text).read_text("utf-8")[: arguments.chars]
    texts = [remember(model, [arguments.memory])] if arguments.memory else []
    print(json.dumps({"variation": "the network alone", "nats": score(model, [text]).nats}))
    variations = {
        "the output layer learns": mixture(model, deaf=True),
        "and the text itself is remembered": mixture(model),
        **({"everything": mixture(model, texts)} if texts else {}),
        "everything, but the output layer learns nothing": mixture(model, texts, rate=0.0),
        "everything, and it learns half as fast": mixture(model, texts, rate=RATE / 2),
        "everything, and it learns twice as fast": mixture(model, texts, rate=RATE * 2),
        "everything, and nothing fades": mixture(model, texts, decay=0.0),
        "everything, and it fades ten times as fast": mixture(model, texts, decay=DECAY * 10),
    }
    for name, variation in variations.items():
        begun = time.perf_counter()
        found = deque(adaptive_scores(variation, model.vocab, [text]), maxlen=1).pop()
        microseconds = (time.perf_counter() - begun) / found.chars * 1e6
        print(json.dumps({"variation": name, "nats": found.nats, "us_a_char": microseconds}))


if __name__ == "__main__":
    main()
