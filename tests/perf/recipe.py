"""What helps a training and what does not: one variation of the recipe, measured.

    python -m tests.perf.recipe CORPUS [--epochs 12] [--dropout 0.5] [--ema 0.998] ...

Trains on the first 81% of the text and measures on the 9% after them; the last tenth, which the
product's figures are quoted on, is never looked at. Prints a line at each evaluation. Options that
the product has are its own; the others are variations that were tried (charlm_core/learn/RECIPE.md
says what came of them). One thread, so that two of them run side by side on two cores.
"""

import argparse
import math
import tempfile
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the field's own name for it

from charlm_core.config import Cell, ModelConfig
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.corpus import Corpus, read_corpus
from charlm_core.learn.evaluate import estimate, evaluate
from charlm_core.learn.learner import Learner
from charlm_core.learn.models import CharModel, State
from charlm_core.learn.passages import Lanes

LOOKED_AT = 0.9
"""The share of the text that tuning may see."""

TUNED_ON = 0.1
"""The share of that which measures."""

FINAL_RATE = 0.01
"""Of the learning rate, where the schedule ends."""


class VariedModel(CharModel):
    """The product's network with what was tried on it; see `arguments` for each."""

    chosen: argparse.Namespace

    def forward(self, ids: Tensor, state: State) -> tuple[Tensor, State]:
        """Logits and state, as the product's."""
        chosen = self.chosen
        hs = self._dropped(self.embedding(ids), chosen.embed_dropout)  # (B, T, E)
        last: list[State] = []
        for index, layer in enumerate(self.recurrent):
            inputs = hs
            if index:
                hs = self._dropped(hs, self.dropout)
            before = tuple(part[index : index + 1] for part in state)
            hs, after = self._through(layer, hs, before)
            if index and chosen.skip:
                hs = hs + inputs
            last.append(after)
        hs = self._dropped(hs, self.dropout)
        if chosen.tied:
            logits = F.linear(hs, self.embedding.weight, self.output.bias)
        else:
            logits = self.output(hs)
        return logits, tuple(torch.cat(parts) for parts in zip(*last, strict=True))

    def _dropped(self, xs: Tensor, share: float) -> Tensor:
        """Dropout of xs (B, T, N), locked over time unless it is not to be."""
        if not (self.training and share):
            return xs
        if self.chosen.elementwise:
            return F.dropout(xs, share)
        kept = torch.rand(xs.shape[0], 1, xs.shape[2]) >= share
        return xs * (kept.to(xs.dtype) / (1 - share))


def arguments() -> argparse.Namespace:
    """The command line."""
    own = TrainConfig(epochs=1)
    parser = argparse.ArgumentParser(description="One variation of the recipe, measured.")
    add = parser.add_argument
    add("corpus", type=Path)
    add("--tag", default="", help="printed before every line")
    add("--epochs", type=float, default=6.0)
    add("--evaluations", type=int, default=6)
    add("--cell", choices=("rnn", "gru", "lstm"), default="lstm")
    add("--embed", type=int, default=own.model.embed)
    add("--hidden", type=int, default=own.model.hidden)
    add("--layers", type=int, default=1)
    add("--batch", type=int, default=own.batch)
    add("--length", type=int, default=own.length)
    add("--learning-rate", type=float, default=own.learning_rate)
    add("--weight-decay", type=float, default=own.weight_decay)
    add("--dropout", type=float, default=0.5, help="before the output and between layers")
    add("--reset", type=float, default=own.reset)
    add("--clip", type=float, default=own.clip)
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=1)
    add("--ema", type=float, nargs="*", default=[0.99, 0.998, 0.9995])
    add("--embed-dropout", type=float, default=0.0)
    add("--weight-drop", type=float, default=0.0, help="of the recurrent weights")
    add("--ramp", type=float, default=0.0, help="epochs over which that share rises from 0")
    add("--elementwise", action="store_true", help="dropout not locked over time")
    add("--skip", action="store_true", help="a layer adds to what it is given")
    add("--tied", action="store_true", help="output weights are the embedding; --embed = --hidden")
    add("--growth", type=float, default=1.0, help="the batch grows to so many times its size")
    add("--share", type=float, default=1.0, help="only the first share of the text")
    return parser.parse_args()


def read(path: Path, share: float) -> Corpus:
    """The part of the text that tuning may see, a tenth of it held back."""
    text = path.read_text(encoding="utf-8", errors="replace")
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder, "seen.txt")
        seen.write_text(text[: int(LOOKED_AT * share * len(text))], encoding="utf-8")
        return read_corpus([seen], rare_share=1e-6, held_out=TUNED_ON)


def main() -> None:
    """Train and print."""
    chosen = arguments()
    torch.set_num_threads(chosen.threads)
    torch.set_flush_denormal(True)
    corpus = read(chosen.corpus, chosen.share)
    cell: Cell = chosen.cell
    config = TrainConfig(
        model=ModelConfig(
            cell=cell, embed=chosen.embed, hidden=chosen.hidden, layers=chosen.layers
        ),
        epochs=chosen.epochs,
        batch=chosen.batch,
        length=chosen.length,
        learning_rate=chosen.learning_rate,
        weight_decay=chosen.weight_decay,
        clip=chosen.clip,
        reset=chosen.reset,
        seed=chosen.seed,
    )
    learner = Learner(config, len(corpus.vocab), chosen.dropout)
    VariedModel.chosen = chosen
    learner.model.__class__ = VariedModel
    train(chosen, config, learner, corpus)


def train(
    chosen: argparse.Namespace, config: TrainConfig, learner: Learner, corpus: Corpus
) -> None:
    """The trainer's loop, with averages of the weights beside them."""

    def lanes_of(batch: int) -> Lanes:
        return Lanes(
            corpus.train,
            corpus.documents,
            batch=batch,
            length=config.length,
            reset=config.reset,
            seed=config.seed,
        )

    lanes = lanes_of(config.batch)
    weights: list[Tensor] = list(learner.model.parameters())
    averages = {decay: [w.detach().clone() for w in weights] for decay in chosen.ema}
    spent, learned, done, steps, epoch, step = 0.0, 0, 0, 0, 0, 0
    nats, scored = 0.0, 0
    target = chosen.epochs * len(corpus.train)
    while learned < target:
        progress = learned / target
        begun = time.perf_counter()
        risen = learned / len(corpus.train) / chosen.ramp if chosen.ramp else 1.0
        learner.model.weight_drop = chosen.weight_drop * min(1.0, risen)
        batch = lanes.batch(epoch, step)
        loss, _ = learner.learn(batch, rate(config, progress))
        for decay, values in averages.items():
            now = min(decay, (1 + steps) / (10 + steps))
            torch._foreach_lerp_(values, [w.detach() for w in weights], 1 - now)
        spent += time.perf_counter() - begun
        chars = batch.targets.size
        learned, steps, step = learned + chars, steps + 1, step + 1
        nats, scored = nats + loss * chars, scored + chars
        if step == lanes.steps_per_epoch:
            epoch, step = epoch + 1, 0
            wider = round(config.batch * chosen.growth ** min(1.0, learned / target))
            lanes = lanes_of(wider)
        if math.floor(learned / target * chosen.evaluations + 1e-6) > done:
            done += 1
            measure = evaluate if learned >= target else estimate
            found = [f"raw {measure(learner.model, corpus.valid).nats:.4f}"]
            for decay, values in averages.items():
                kept = [w.detach().clone() for w in weights]
                with torch.no_grad():
                    torch._foreach_copy_(weights, values)
                    found.append(f"{decay} {measure(learner.model, corpus.valid).nats:.4f}")
                    torch._foreach_copy_(weights, kept)
            print(
                f"{chosen.tag} epoch {learned / len(corpus.train):.2f} {spent:.0f} s "
                f"{learned / spent:.0f} chars/s train {nats / scored:.4f} {' '.join(found)}",
                flush=True,
            )
            nats, scored = 0.0, 0


def rate(config: TrainConfig, progress: float) -> float:
    """The trainer's schedule."""
    if progress < config.warmup:
        return config.learning_rate * max(progress / config.warmup, 0.01)
    along = (progress - config.warmup) / (1 - config.warmup)
    cosine = 0.5 * (1 + math.cos(math.pi * along))
    return config.learning_rate * (FINAL_RATE + (1 - FINAL_RATE) * cosine)


if __name__ == "__main__":
    main()
