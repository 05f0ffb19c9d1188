"""What a training leaves on disk: its best weights, and its latest with all that resuming needs."""

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from charlm_core import checkpoint
from charlm_core.checkpoint import CheckpointConfig
from charlm_core.errors import RunError
from charlm_core.learn.card import model_card
from charlm_core.learn.corpus import Corpus
from charlm_core.learn.distributed import Ranks
from charlm_core.learn.events import Saved
from charlm_core.learn.facts import checkpoint_config
from charlm_core.learn.learner import Learner
from charlm_core.learn.models import CharModel
from charlm_core.learn.position import Position, position_files, read_position
from charlm_core.learn.runs import Run, Start
from charlm_core.metrics import Score
from charlm_core.weights import Tensors, weights_digest
from charlm_core.widening import revocalized


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Writes and reads the checkpoints of a run; of several processes the first alone does.

    Raises RunError or CheckpointError where they can't be written or read.
    """

    run: Run
    """Whose checkpoints."""
    corpus: Corpus
    """What is learned from."""
    ranks: Ranks
    """The processes that train; all of them must make the same calls."""
    resolved: dict[str, str | float]
    """The settings as `auto` turned out."""

    def save_best(
        self, model: CharModel, at: Position, *, epochs: float, score: Score, method: str
    ) -> None:
        """Keep `model` as the best so far, with what validation gave by `method`."""
        if not self.ranks.first:
            return
        config = self._describe(at, epochs, score, method)
        card = model_card(self.run.config.name, config, model.parameter_count())
        checkpoint.write(self.run.best, config, model.to_tensors(), card=card, private=True)

    def save_last(self, learner: Learner, at: Position, *, epochs: float) -> Saved:
        """Keep where the training stands."""
        tensors = learner.to_tensors()
        if self.ranks.first:
            card = (
                f"# {self.run.config.name}\n\nThe latest weights of a training, to resume from.\n"
            )
            checkpoint.write(
                self.run.last,
                self._describe(at, epochs, Score(0.0, 0), "not measured"),
                learner.model.to_tensors(),
                card=card,
                stored_as="float32",
                extra=position_files(at, tensors),
                private=True,
            )
        return Saved(step=at.step, path=self.run.last, best=False)

    def restore(self, learner: Learner) -> Position:
        """Take up where the run stands: at its beginning where nothing was kept yet."""
        found = self.ranks.from_first(self._read_last)
        if found is None:
            return Position()
        weights, position, tensors = found
        learner.model.load_tensors(weights)
        try:
            learner.restore(tensors)
        except ValueError as error:
            raise RunError(f"{self.run.last}: can't resume from it ({error})") from error
        return position

    def begin(self, learner: Learner) -> None:
        """Give the network the weights that the run begins with, where it names some."""
        start = self.run.config.start
        if start is None:
            return
        weights = self.ranks.from_first(lambda: self._read_start(start))
        learner.begin_with(weights)

    def best_tensors(self) -> Tensors:
        """The best weights as stored."""
        return dict(checkpoint.read(self.run.best).tensors)

    def _read_last(self) -> tuple[Tensors, Position, dict[str, Tensor]] | None:
        if not self.run.last.exists():
            return None
        stored = checkpoint.read(self.run.last)
        if stored.config.vocabulary != self.corpus.vocab.symbols:
            raise RunError(f"{self.run.path}: the corpus has changed since the run began")
        if stored.config.model != self.run.config.train.model:
            raise RunError(f"{self.run.last}: not of this run, its network has another shape")
        position, tensors = read_position(self.run)
        return dict(stored.tensors), position, tensors

    def _read_start(self, start: Start) -> Tensors:
        stored = checkpoint.read(Path(start.path))
        if weights_digest(stored.path) != start.facts.sha256:
            raise RunError(f"{start.path}: the model has changed since the run began")
        return revocalized(stored, self.corpus.vocab)

    def _describe(self, at: Position, epochs: float, score: Score, method: str) -> CheckpointConfig:
        return checkpoint_config(
            self.run.config,
            self.corpus,
            at,
            epochs=epochs,
            score=score,
            method=method,
            resolved=self.resolved,
        )
