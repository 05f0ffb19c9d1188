"""The model card: what a checkpoint is and how it came to be, for a person."""

from charlm_core.characters import is_control, one_line
from charlm_core.checkpoint import CheckpointConfig


def model_card(name: str, config: CheckpointConfig, parameters: int) -> str:
    """The README.md of a checkpoint, in Markdown. It holds nothing that a terminal would obey."""
    facts = config.training
    known = "".join(s for s in config.vocabulary[1:] if not is_control(s) and s != "`")
    lines = [
        f"# {one_line(name)}",
        "",
        f"A character-level {config.cell.upper()}: {config.layers} x {config.hidden} hidden units, "
        f"embedding {config.embed}, {parameters:,} weights, "
        f"{len(config.vocabulary)} symbols. Made by `charlm-tui train`.",
        "",
        "| | |",
        "|---|---|",
        f"| validation | {facts.validation_nats:.4f} nats/char, {facts.validation_bpc:.4f} "
        f"bits/char, perplexity {facts.validation_perplexity:.3f} |",
        f"| validated on | {one_line(facts.validation_note)}: {facts.validation_chars:,} "
        "characters scored |",
        f"| trained for | {facts.seconds / 60:.1f} minutes, {facts.epochs:.2f} epochs, "
        f"{facts.chars_seen:,} characters seen |",
        *(
            [f"| began with | {one_line(facts.start.name)}, sha256 `{facts.start.sha256}` |"]
            if facts.start
            else []
        ),
        f"| seed | {facts.seed} |",
        f"| versions | {', '.join(f'{k} {v}' for k, v in facts.versions.items())} |",
        "",
        "## Texts",
        "",
        *([*map(one_line, facts.about.split("\n")), ""] if facts.about else []),
        *(
            f"- {role}: {one_line(text.name)}, {text.chars:,} characters, {text.bytes:,} bytes, "
            f"sha256 `{text.sha256}`"
            for role, texts in (("training", facts.corpora), ("validation", facts.validation))
            for text in texts
        ),
        "",
        "## Settings",
        "",
        *(f"- {key}: {value}" for key, value in facts.settings.items()),
        "",
        "## Symbols",
        "",
        f"Besides the unknown symbol and controls: `{known}`",
        "",
    ]
    return "\n".join(lines)
