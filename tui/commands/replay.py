"""`charlm-tui replay`: how many keys ghosts would have saved someone who typed a text."""

import click

from charlm_core import DIALS
from tui.commands.memories import memory_options, remembered
from tui.commands.output import emit, json_option
from tui.commands.reading import read_text

PHRASES = 10
"""So many of the phrases that saved most are told."""


@click.command(name="replay")
@click.argument("checkpoint")
@click.argument("file")
@click.option(
    "--dial",
    type=click.Choice(list(DIALS)),
    default="balanced",
    show_default=True,
    help="How often the ghost speaks.",
)
@click.option("--threshold", type=float, help="In place of the dial's: how sure of its first word.")
@click.option("--chars", type=int, default=0, help="Only the first so many characters; 0 for all.")
@click.option(
    "--from",
    "start",
    type=int,
    default=0,
    help="Type from this character on; what is before counts as read.",
)
@click.option("--static", is_flag=True, help="The network as it was trained: it learns nothing.")
@memory_options
@json_option
def command(
    checkpoint: str,
    file: str,
    dial: str,
    threshold: float | None,
    chars: int,
    start: int,
    static: bool,
    memory: tuple[str, ...],
    trained: bool,
    as_json: bool,
) -> None:
    """Type FILE with the ghosts of the model CHECKPOINT to help.

    A key types a character, or takes the ghost or its first word, whichever is right and saves
    most. The model learns each character after it has been typed, as it does in the editor.
    """
    import dataclasses

    from charlm_core import CorpusError, Replay, load, replays
    from tui.commands.progress import KeysProgress

    if chars < 0 or start < 0:
        raise click.UsageError("--chars and --from are 0 or more")
    if static and (memory or trained):
        raise click.UsageError("--static remembers nothing: leave out --memory and --trained")
    config = DIALS[dial]
    if threshold is not None:
        config = dataclasses.replace(config, threshold=threshold)
    text = read_text(file)[: chars or None]
    if start >= len(text):
        raise CorpusError(f"{file}: no more than {len(text):,} characters")
    model = load(checkpoint)
    mixture = None if static else model.mixture(remembered(model, memory, trained))
    found = Replay()
    with KeysProgress(len(text) - start) as progress:
        for found in replays(model, text, config, mixture, start):
            progress.tell(found)
    best = found.phrases.most_common(PHRASES)
    result = {
        "chars": found.chars,
        "keys": found.keys,
        "keystroke_savings": found.keystroke_savings,
        "accepts": found.accepts,
        "ghosts_shown": found.ghosts_shown,
        "ghosts_wrong": found.ghosts_wrong,
        "wrong_share": found.wrong_share,
        "latency_ms": {f"p{p}": found.latency_ms(p) for p in (50, 90, 99)},
        "phrases": [{"text": text, "saved": saved} for text, saved in best],
    }
    lines = [
        f"You would have saved {found.keystroke_savings:.1%} of your keys: "
        f"{found.keys:,} for {found.chars:,} characters, {found.accepts:,} of them accepts.",
        f"A ghost was shown at {found.ghosts_shown:,} places; "
        f"at {found.wrong_share:.0%} of them its first word was not what came.",
        f"It took {found.latency_ms(50):.2f} ms, 99th percentile {found.latency_ms(99):.2f}.",
        "Most saved by:",
        *(f"  {saved:6,}  {text!r}" for text, saved in best),
    ]
    emit(result, "\n".join(lines if best else lines[:-1]), as_json=as_json)
