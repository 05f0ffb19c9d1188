"""What can be set, for both halves: the network's shape, the sampler, the ghost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, get_args

from charlm_core.errors import ConfigError

Cell = Literal["rnn", "gru", "lstm"]
CELLS: tuple[Cell, ...] = get_args(Cell)

Decoding = Literal["greedy", "sample", "beam"]
"""How a text is chosen, given what the model says of each next character: always the likeliest
one, one drawn at random, or of several texts looked at side by side the likeliest."""
DECODINGS: tuple[Decoding, ...] = get_args(Decoding)

DEFAULT_CHECKPOINT = "english"
"""The checkpoint used where none is named."""

LEARNED_CHARS = 4_000_000
"""A document of more characters teaches nothing, and so many are learned from all at most."""

CONTEXT_CHARS = 4096
"""How much of the text before the cursor a jump in a large document is worth priming with, in
characters. What lies further back has faded from a state of this size."""

HELD_OUT_CHARS = 1_000_000
"""Of the texts that train no more than this is held back to validate, in characters."""


def kept_share(held_out: float, chars: int) -> float:
    """Which share of each text trains, where a share of `held_out` of `chars` in all validates."""
    return 1 - min(held_out, HELD_OUT_CHARS / chars) if chars else 1.0


GATES: dict[Cell, int] = {"rnn": 1, "gru": 3, "lstm": 4}
"""How many blocks of `hidden` rows a cell's weight matrices stack."""


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise ConfigError naming the field unless low <= value <= high."""
    if not low <= value <= high:
        raise ConfigError(f"{name}: {value} is not between {low} and {high}")


def check_decoding(value: str) -> None:
    """Raise ConfigError unless it is one of DECODINGS."""
    if value not in DECODINGS:
        raise ConfigError(f"decoding: {value!r} is not one of {', '.join(DECODINGS)}")


LARGEST_SEED = (1 << 63) - 1


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The shape of a network, vocabulary aside."""

    cell: Cell = "lstm"
    """Which recurrence: vanilla `rnn`, `gru` or `lstm`."""
    embed: int = 64
    """Size of a character's embedding, 1 to 4,096."""
    hidden: int = 512
    """Hidden units in each layer, 1 to 16,384."""
    layers: int = 1
    """Recurrent layers on top of each other, 1 to 16."""

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ConfigError(f"cell: {self.cell!r} is not one of {', '.join(CELLS)}")
        check_range("embed", self.embed, 1, 4096)
        check_range("hidden", self.hidden, 1, 16384)
        check_range("layers", self.layers, 1, 16)


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How the next character is drawn: temperature, then top-k, then top-p."""

    temperature: float = 1.0
    """Divides the logits; 0 is greedy whatever the rest says. 0 to 10."""
    top_k: int = 0
    """Keep exactly this many of the likeliest characters; 0 keeps all."""
    top_p: float = 1.0
    """Keep the fewest characters whose probabilities reach this sum, at least one. 0 to 1."""

    def __post_init__(self) -> None:
        check_range("temperature", self.temperature, 0.0, 10.0)
        check_range("top_k", self.top_k, 0, 1 << 16)
        check_range("top_p", self.top_p, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class GenerateConfig:
    """How a text is written on."""

    decoding: Decoding = "sample"
    """How its characters are chosen."""
    sampling: SamplingConfig = SamplingConfig()
    """What `sample` draws from."""
    seed: int = 0
    """Of what `sample` draws, 0 to 2^63 - 1."""
    width: int = 8
    """How many texts `beam` looks at side by side, 1 to 256."""

    def __post_init__(self) -> None:
        check_decoding(self.decoding)
        check_range("seed", self.seed, 0, LARGEST_SEED)
        check_range("width", self.width, 1, 256)


@dataclass(frozen=True, kw_only=True)
class SuggestConfig:
    """When a ghost shows, and where it stops."""

    threshold: float = 0.17
    """The least probability of a ghost's first word, 0 to 1, once a few letters of it stand. Lower
    ones speak more often and save more keys; higher ones are right more often."""
    patience: float = 0.8
    """How much more is asked before a word has four letters, 0 to 4. The odds that `threshold` asks
    count (4 / (1 + n)) ** patience times behind its first n letters, up to three: a letter more
    costs one key, and what is guessed then is much surer."""
    whole_threshold: float = 0.005
    """The least probability of a ghost longer than a word, 0 to 1."""
    caution: float = 2.0
    """A ghost is worth the keys it saves times this power of its probability, 0 to 10. With 1 it
    would save most if it were the last; but after a wrong one the next letter makes a right one
    likelier, and after a short right one the rest can follow, so that what is surer is worth more
    than its share."""
    passing: float = 0.1
    """How often a ghost that says what one wants is seen and not taken all the same, 0 to 1: the
    less, the more is concluded from a ghost that was let pass. With 1 nothing is."""
    max_chars: int = 64
    """Its longest, in characters, 1 to 4,096."""
    expansions: int = 40
    """How many beginnings are looked behind in search of the first word, 1 to 4,096."""
    decoding: Decoding = "beam"
    """How its characters are chosen. `beam` looks for the first word best first, and goes on
    greedily."""
    sampling: SamplingConfig = SamplingConfig()
    """What `sample` draws from."""
    seed: int = 0
    """Of what `sample` draws, 0 to 2^63 - 1: at the same text it draws the same ghost."""

    def __post_init__(self) -> None:
        check_decoding(self.decoding)
        check_range("seed", self.seed, 0, LARGEST_SEED)
        check_range("threshold", self.threshold, 0.0, 1.0)
        check_range("patience", self.patience, 0.0, 4.0)
        check_range("whole_threshold", self.whole_threshold, 0.0, 1.0)
        check_range("caution", self.caution, 0.0, 10.0)
        check_range("passing", self.passing, 0.0, 1.0)
        check_range("max_chars", self.max_chars, 1, 4096)
        check_range("expansions", self.expansions, 1, 4096)

    def doubted(self, times: float) -> "SuggestConfig":
        """The same with so many times the odds asked of a first word."""
        # As it was asked for to the last bit, where nothing is put upon it.
        if times == 1.0 or self.threshold == 1.0:
            return self
        odds = times * self.threshold / (1 - self.threshold)
        return replace(self, threshold=odds / (1 + odds))


DIALS: Mapping[str, SuggestConfig] = MappingProxyType(
    {
        "quiet": SuggestConfig(threshold=0.6),
        "balanced": SuggestConfig(),
        "eager": SuggestConfig(threshold=0.04),
    }
)
"""How often the ghost speaks: on English prose at some 20%, 56% or 89% of positions."""
