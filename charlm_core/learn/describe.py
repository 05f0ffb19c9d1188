"""A training's events in words, for the log and the terminal."""

from charlm_core.characters import one_line
from charlm_core.errors import CharlmError
from charlm_core.learn.events import (
    Began,
    Continued,
    Done,
    Epoch,
    Evaluation,
    Event,
    Failed,
    Paused,
)


def describe(event: Event) -> str:
    """One line for an event worth one; empty for a step, a sample and a checkpoint saved."""
    match event:
        case Began():
            begun = f"resumed at step {event.step:,}" if event.step else "began"
            where = event.device if event.device != "cpu" else f"{event.threads} cores"
            if event.ranks > 1:
                where += f" in each of {event.ranks} processes"
            return (
                f"{begun}: {event.parameters:,} weights, {event.chars:,} characters to learn from, "
                f"{event.valid_chars:,} to validate, dropout {event.dropout:.2f}, "
                f"{event.precision} on {where}"
            )
        case Epoch():
            return (
                f"epoch {event.epoch}: train loss {event.nats:.4f} nats/char, "
                f"perplexity {event.perplexity:.3f}, {event.seconds:.0f} s"
            )
        case Evaluation():
            when = "final evaluation" if event.final else f"evaluation at epoch {event.epoch:.2f}"
            star = " *" if event.best and not event.final else ""
            return (
                f"{when}: loss {event.nats:.4f} nats/char, {event.bpc:.4f} bits/char, "
                f"perplexity {event.perplexity:.3f}{star}"
            )
        case Paused():
            return f"paused at step {event.step:,}"
        case Continued():
            return f"continued at step {event.step:,}"
        case Failed():
            return f"failed: {event.reason}"
        case Done():
            ended = "stopped" if event.stopped else "finished"
            return f"{ended} after {event.epochs:.2f} epochs, {event.seconds:.0f} s"
        case _:
            return ""


def describe_fault(error: BaseException) -> str:
    """What ended a training, in a line."""
    if isinstance(error, CharlmError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "broken off"
    if isinstance(error, MemoryError):
        return "not enough memory"
    return one_line(f"{type(error).__name__}: {error}")
