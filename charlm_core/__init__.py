"""A small character-level language model: a half that learns, a half that predicts.

    from charlm_core import load

    model = load("english")
    session = model.start("Dear all,\\n")
    session.type("Thank you for ")
    print(session.suggest().text)

The public names below load on first use, so that importing this package costs nothing and the half
that predicts never pays for the half that learns.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlm_core.characters import is_control as is_control
    from charlm_core.characters import one_line as one_line
    from charlm_core.checkpoint import Checkpoint as Checkpoint
    from charlm_core.checkpoint import CheckpointConfig as CheckpointConfig
    from charlm_core.confidential import looks_secret as looks_secret
    from charlm_core.config import CONTEXT_CHARS as CONTEXT_CHARS
    from charlm_core.config import DECODINGS as DECODINGS
    from charlm_core.config import DEFAULT_CHECKPOINT as DEFAULT_CHECKPOINT
    from charlm_core.config import DIALS as DIALS
    from charlm_core.config import LEARNED_CHARS as LEARNED_CHARS
    from charlm_core.config import Cell as Cell
    from charlm_core.config import Decoding as Decoding
    from charlm_core.config import GenerateConfig as GenerateConfig
    from charlm_core.config import ModelConfig as ModelConfig
    from charlm_core.config import SamplingConfig as SamplingConfig
    from charlm_core.config import SuggestConfig as SuggestConfig
    from charlm_core.errors import CharlmError as CharlmError
    from charlm_core.errors import CheckpointError as CheckpointError
    from charlm_core.errors import ConfigError as ConfigError
    from charlm_core.errors import CorpusError as CorpusError
    from charlm_core.errors import DocumentError as DocumentError
    from charlm_core.errors import MemoryFileError as MemoryFileError
    from charlm_core.errors import RunError as RunError
    from charlm_core.fitting import By as By
    from charlm_core.fitting import Fit as Fit
    from charlm_core.fitting import Suits as Suits
    from charlm_core.fitting import fit as fit
    from charlm_core.gather.document import Source as Source
    from charlm_core.gather.places import sources as sources
    from charlm_core.gather.places import usual_sources as usual_sources
    from charlm_core.gather.prepare import Counted as Counted
    from charlm_core.gather.prepare import Prepared as Prepared
    from charlm_core.gather.prepare import count_sources as count_sources
    from charlm_core.gather.prepare import prepare_corpus as prepare_corpus
    from charlm_core.gather.prepare import valid_path as valid_path
    from charlm_core.importing import LONGEST_NAME as LONGEST_NAME
    from charlm_core.importing import NameTakenError as NameTakenError
    from charlm_core.importing import import_model as import_model
    from charlm_core.importing import model_name_fault as model_name_fault
    from charlm_core.importing import remove_imported as remove_imported
    from charlm_core.learn.baseline import torch_step_us as torch_step_us
    from charlm_core.learn.config import CONTINUED_RATE as CONTINUED_RATE
    from charlm_core.learn.config import PRESETS as PRESETS
    from charlm_core.learn.config import SEMINAR_TEXT as SEMINAR_TEXT
    from charlm_core.learn.config import SIZES as SIZES
    from charlm_core.learn.config import TrainConfig as TrainConfig
    from charlm_core.learn.config import sized as sized
    from charlm_core.learn.config import suited as suited
    from charlm_core.learn.describe import describe as describe
    from charlm_core.learn.device import use_threads as use_threads
    from charlm_core.learn.distributed import ToldElsewhereError as ToldElsewhereError
    from charlm_core.learn.distributed import joined as joined
    from charlm_core.learn.events import Began as Began
    from charlm_core.learn.events import Continued as Continued
    from charlm_core.learn.events import Done as Done
    from charlm_core.learn.events import Epoch as Epoch
    from charlm_core.learn.events import Evaluation as Evaluation
    from charlm_core.learn.events import Event as Event
    from charlm_core.learn.events import Failed as Failed
    from charlm_core.learn.events import Paused as Paused
    from charlm_core.learn.events import Sample as Sample
    from charlm_core.learn.events import Saved as Saved
    from charlm_core.learn.events import Step as Step
    from charlm_core.learn.follow import Point as Point
    from charlm_core.learn.follow import RunReader as RunReader
    from charlm_core.learn.follow import RunState as RunState
    from charlm_core.learn.follow import RunView as RunView
    from charlm_core.learn.follow import run_folders as run_folders
    from charlm_core.learn.launch import Training as Training
    from charlm_core.learn.launch import resume as resume
    from charlm_core.learn.launch import start as start
    from charlm_core.learn.priority import spare_threads as spare_threads
    from charlm_core.learn.priority import step_aside as step_aside
    from charlm_core.learn.runs import RunConfig as RunConfig
    from charlm_core.learn.runs import Wish as Wish
    from charlm_core.learn.runs import delete_run as delete_run
    from charlm_core.learn.runs import request as request
    from charlm_core.learn.speed import Speed as Speed
    from charlm_core.learn.speed import Speeds as Speeds
    from charlm_core.learn.speed import training_speeds as training_speeds
    from charlm_core.learn.throughput import Throughput as Throughput
    from charlm_core.learn.throughput import training_throughput as training_throughput
    from charlm_core.library import DamagedModel as DamagedModel
    from charlm_core.library import ModelEntry as ModelEntry
    from charlm_core.library import called as called
    from charlm_core.library import card as card
    from charlm_core.library import catalogue as catalogue
    from charlm_core.library import locate as locate
    from charlm_core.library import models as models
    from charlm_core.library import runs_directory as runs_directory
    from charlm_core.metrics import Score as Score
    from charlm_core.predict.bench import Bench as Bench
    from charlm_core.predict.bench import bench as bench
    from charlm_core.predict.bench import bench_untrained as bench_untrained
    from charlm_core.predict.compare import Compared as Compared
    from charlm_core.predict.compare import Standing as Standing
    from charlm_core.predict.compare import compare as compare
    from charlm_core.predict.engine import Engine as Engine
    from charlm_core.predict.forgetting import forget_saved as forget_saved
    from charlm_core.predict.forgetting import saved_documents as saved_documents
    from charlm_core.predict.forgetting import saved_memories as saved_memories
    from charlm_core.predict.generating import Generation as Generation
    from charlm_core.predict.index import Index as Index
    from charlm_core.predict.inside import Inside as Inside
    from charlm_core.predict.inside import LayerInside as LayerInside
    from charlm_core.predict.learned import Gain as Gain
    from charlm_core.predict.learned import Learned as Learned
    from charlm_core.predict.learned import LearnedDocument as LearnedDocument
    from charlm_core.predict.looking import Close as Close
    from charlm_core.predict.looking import Look as Look
    from charlm_core.predict.looking import looks as looks
    from charlm_core.predict.loops import Loop as Loop
    from charlm_core.predict.mixture import Mixture as Mixture
    from charlm_core.predict.model import Model as Model
    from charlm_core.predict.model import load as load
    from charlm_core.predict.odds import Odds as Odds
    from charlm_core.predict.proposal import Suggestion as Suggestion
    from charlm_core.predict.remembered import forget_remembered as forget_remembered
    from charlm_core.predict.remembered import remember as remember
    from charlm_core.predict.remembered import remember_cached as remember_cached
    from charlm_core.predict.remembered import remember_training as remember_training
    from charlm_core.predict.remembered import remember_training_cached as remember_training_cached
    from charlm_core.predict.replay import Replay as Replay
    from charlm_core.predict.replay import replays as replays
    from charlm_core.predict.scoring import adaptive_scores as adaptive_scores
    from charlm_core.predict.scoring import running_scores as running_scores
    from charlm_core.predict.scoring import score as score
    from charlm_core.predict.session import Session as Session
    from charlm_core.predict.source import Opinion as Opinion
    from charlm_core.predict.surprises import Expected as Expected
    from charlm_core.predict.surprises import Surprises as Surprises
    from charlm_core.predict.writer import EXACT_CHARS as EXACT_CHARS
    from charlm_core.predict.writer import Writer as Writer
    from charlm_core.predict.writer import load_writer as load_writer
    from charlm_core.spelling import alike as alike
    from charlm_core.storage import make_private as make_private
    from charlm_core.storage import sync_directory as sync_directory
    from charlm_core.texts import TextReader as TextReader
    from charlm_core.texts import TextSource as TextSource
    from charlm_core.texts import TextSources as TextSources
    from charlm_core.texts import folder_texts as folder_texts
    from charlm_core.texts import text_fault as text_fault
    from charlm_core.vocab import Vocab as Vocab

_HOMES = {
    "charlm_core.characters": ["is_control", "one_line"],
    "charlm_core.checkpoint": ["Checkpoint", "CheckpointConfig"],
    "charlm_core.confidential": ["looks_secret"],
    "charlm_core.config": [
        "CONTEXT_CHARS",
        "Cell",
        "DECODINGS",
        "DEFAULT_CHECKPOINT",
        "DIALS",
        "Decoding",
        "GenerateConfig",
        "LEARNED_CHARS",
        "ModelConfig",
        "SamplingConfig",
        "SuggestConfig",
    ],
    "charlm_core.errors": [
        "CharlmError",
        "CheckpointError",
        "ConfigError",
        "CorpusError",
        "DocumentError",
        "MemoryFileError",
        "RunError",
    ],
    "charlm_core.fitting": ["By", "Fit", "Suits", "fit"],
    "charlm_core.gather.document": ["Source"],
    "charlm_core.gather.places": ["sources", "usual_sources"],
    "charlm_core.gather.prepare": [
        "Counted",
        "Prepared",
        "count_sources",
        "prepare_corpus",
        "valid_path",
    ],
    "charlm_core.importing": [
        "LONGEST_NAME",
        "NameTakenError",
        "import_model",
        "model_name_fault",
        "remove_imported",
    ],
    "charlm_core.learn.baseline": ["torch_step_us"],
    "charlm_core.learn.config": [
        "CONTINUED_RATE",
        "PRESETS",
        "SEMINAR_TEXT",
        "SIZES",
        "TrainConfig",
        "sized",
        "suited",
    ],
    "charlm_core.learn.describe": ["describe"],
    "charlm_core.learn.device": ["use_threads"],
    "charlm_core.learn.distributed": ["ToldElsewhereError", "joined"],
    "charlm_core.learn.events": [
        "Began",
        "Continued",
        "Done",
        "Epoch",
        "Evaluation",
        "Event",
        "Failed",
        "Paused",
        "Sample",
        "Saved",
        "Step",
    ],
    "charlm_core.learn.follow": ["Point", "RunReader", "RunState", "RunView", "run_folders"],
    "charlm_core.learn.launch": ["Training", "resume", "start"],
    "charlm_core.learn.priority": ["spare_threads", "step_aside"],
    "charlm_core.learn.runs": ["RunConfig", "Wish", "delete_run", "request"],
    "charlm_core.learn.speed": ["Speed", "Speeds", "training_speeds"],
    "charlm_core.learn.throughput": ["Throughput", "training_throughput"],
    "charlm_core.library": [
        "DamagedModel",
        "ModelEntry",
        "called",
        "card",
        "catalogue",
        "locate",
        "models",
        "runs_directory",
    ],
    "charlm_core.metrics": ["Score"],
    "charlm_core.predict.bench": ["Bench", "bench", "bench_untrained"],
    "charlm_core.predict.compare": ["Compared", "Standing", "compare"],
    "charlm_core.predict.engine": ["Engine"],
    "charlm_core.predict.forgetting": ["forget_saved", "saved_documents", "saved_memories"],
    "charlm_core.predict.generating": ["Generation"],
    "charlm_core.predict.index": ["Index"],
    "charlm_core.predict.inside": ["Inside", "LayerInside"],
    "charlm_core.predict.learned": ["Gain", "Learned", "LearnedDocument"],
    "charlm_core.predict.loops": ["Loop"],
    "charlm_core.predict.looking": ["Close", "Look", "looks"],
    "charlm_core.predict.mixture": ["Mixture"],
    "charlm_core.predict.model": ["Model", "load"],
    "charlm_core.predict.odds": ["Odds"],
    "charlm_core.predict.proposal": ["Suggestion"],
    "charlm_core.predict.remembered": [
        "forget_remembered",
        "remember",
        "remember_cached",
        "remember_training",
        "remember_training_cached",
    ],
    "charlm_core.predict.replay": ["Replay", "replays"],
    "charlm_core.predict.scoring": ["adaptive_scores", "running_scores", "score"],
    "charlm_core.predict.session": ["Session"],
    "charlm_core.predict.source": ["Opinion"],
    "charlm_core.predict.surprises": ["Expected", "Surprises"],
    "charlm_core.predict.writer": ["EXACT_CHARS", "Writer", "load_writer"],
    "charlm_core.spelling": ["alike"],
    "charlm_core.storage": ["make_private", "sync_directory"],
    "charlm_core.texts": ["TextReader", "TextSource", "TextSources", "folder_texts", "text_fault"],
    "charlm_core.vocab": ["Vocab"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOME_OF)
