"""Starting a training, or taking one up again: from names on a command line to a generator."""

import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from charlm_core.characters import is_control
from charlm_core.checkpoint import StartFacts, read_config
from charlm_core.config import ModelConfig
from charlm_core.errors import CorpusError, RunError
from charlm_core.learn.config import TrainConfig
from charlm_core.learn.corpus import Corpus, read_corpus
from charlm_core.learn.device import select_device
from charlm_core.learn.distributed import ALONE, Ranks
from charlm_core.learn.events import Event
from charlm_core.learn.passages import open_passage
from charlm_core.learn.runs import Run, RunConfig, Start, is_held, request
from charlm_core.learn.training import train
from charlm_core.learn.wishes import never
from charlm_core.library import called, locate, runs_directory
from charlm_core.weights import weights_digest


@dataclass(frozen=True, kw_only=True)
class Training:
    """A training that is ready to begin or to go on."""

    run: Run
    """Its folder."""
    corpus: Corpus
    """Its text."""
    resumed: bool
    """Whether it goes on from where the run stands."""
    ranks: Ranks = ALONE
    """The processes that train it together."""

    def events(self, stop: Callable[[], bool] = never) -> Generator[Event, None, None]:
        """Train; see `charlm_core.learn.training.train`."""
        return train(self.run, self.corpus, resume=self.resumed, stop=stop, ranks=self.ranks)


def start(
    corpora: Iterable[str],
    *,
    name: str,
    config: TrainConfig,
    valid: Iterable[str] = (),
    out: str | os.PathLike[str] = "",
    about: str = "",
    begin_with: str | os.PathLike[str] = "",
    ranks: Ranks = ALONE,
) -> Training:
    """Read the texts and make a run directory: `out`, or `name` among the user's runs.

    `about` says on the model card what the texts are. `begin_with` is a model, by name or folder,
    whose weights it begins with instead of random ones: the network then has that one's shape,
    whatever `config` says. Of several processes each reads the texts, which must be the same for
    all, and the first makes the directory.

    Raises CorpusError, ConfigError, CheckpointError or RunError; no folder is made unless all is
    well.
    """
    if not name.strip() or Path(name).name != name or name.startswith(".") or _odd(name):
        raise RunError(f"{name!r}: a name is what can be a folder's name, without controls")
    path = Path(out) if out else runs_directory() / name
    corpora, valid = list(corpora), list(valid)
    begun_with = None
    if os.fspath(begin_with):
        model, begun_with = _start(begin_with)
        config = replace(config, model=model)
    for place in (*corpora, *valid, str(path), begun_with.path if begun_with else ""):
        if _odd(place):
            raise RunError(f"{place}: a run can't note down such a path; give it a plainer name")
    if ranks.world > 1 and "-" in corpora + valid:
        raise CorpusError("-: several processes can't share standard input; name a file")
    corpus = _read(corpora, valid, config)
    # These refuse what can't be trained, before anything is written.
    _refuse_monotony(corpus)
    open_passage(config, corpus.train, corpus.documents, rank=ranks.rank, ranks=ranks.world)
    select_device(config.device, ranks.local)
    settings = RunConfig(
        name=name,
        corpora=tuple(map(_absolute, corpora)),
        valid=tuple(map(_absolute, valid)),
        about=about,
        train=config,
        facts=corpus.facts,
        validation=corpus.validation,
        start=begun_with,
    )
    run = ranks.from_first(lambda: Run.create(path, settings))
    if (corpus.facts, corpus.validation) != (run.config.facts, run.config.validation):
        raise RunError(f"{path}: the corpus is another than the first process's")
    return Training(run=run, corpus=corpus, resumed=False, ranks=ranks)


def resume(path: str | os.PathLike[str], ranks: Ranks = ALONE) -> Training:
    """Open a run, by its folder or its name among the user's runs, to go on with it.

    Of several processes the first reads the folder, and as many as like may take part, however
    many began it. Raises RunError when it is no run or its texts are no longer what they were.
    """
    run = ranks.from_first(lambda: _open(path))
    folder = run.path
    if "-" in run.config.corpora + run.config.valid:
        raise RunError(f"{folder}: its text came from standard input and can't be read again")
    corpus = _read(run.config.corpora, run.config.valid, run.config.train)
    if (corpus.facts, corpus.validation) != (run.config.facts, run.config.validation):
        raise RunError(f"{folder}: the corpus has changed since the run began")
    return Training(run=run, corpus=corpus, resumed=True, ranks=ranks)


def _start(name: str | os.PathLike[str]) -> tuple[ModelConfig, Start]:
    """The shape of the model that a training is to begin with, and which one that is."""
    path = locate(name).absolute()
    config = read_config(path)
    facts = StartFacts(name=called(path), sha256=weights_digest(path))
    return config.model, Start(path=str(path), facts=facts, doubt=config.doubt)


def _open(path: str | os.PathLike[str]) -> Run:
    folder = Path(path)
    if folder.name == os.fspath(path) and (own := runs_directory() / folder).is_dir():
        folder = own
    run = Run.open(folder)
    if not is_held(folder):
        # What a process was asked for that is gone.
        request(folder, "")
    return run


def _refuse_monotony(corpus: Corpus) -> None:
    """Raise CorpusError where all there is to predict is one character, again and again."""
    if len(corpus.vocab) <= 2:  # with the unknown symbol
        texts = ", ".join(text.name for text in corpus.facts)
        raise CorpusError(f"{texts}: holds one character only; there is nothing to learn")


def _read(corpora: Iterable[str], valid: Iterable[str], config: TrainConfig) -> Corpus:
    return read_corpus(corpora, valid, rare_share=config.rare_share, held_out=config.held_out)


def _odd(text: str) -> bool:
    """Whether a name holds controls, or bytes that are no characters."""
    return any(map(is_control, text))


def _absolute(name: str) -> str:
    return name if name == "-" else str(Path(name).absolute())
