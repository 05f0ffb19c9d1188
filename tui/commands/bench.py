"""`charlm-tui bench`: how fast a model predicts, or a network is trained, on this machine."""

import dataclasses

import click

from charlm_core import DEFAULT_CHECKPOINT, Cell, ModelConfig
from tui.commands.output import emit, json_option

TRAINED_HIDDEN = 512
"""The network whose training is timed unless another is asked for: the default one."""


@click.command(name="bench")
@click.argument("checkpoint", required=False)
@click.option(
    "--cell",
    type=click.Choice(["rnn", "gru", "lstm"]),
    help="With --hidden or --train; lstm unless named.",
)
@click.option("--hidden", type=int, help="Time random weights of this size instead.")
@click.option("--layers", type=int, help="With --hidden or --train; 1 unless named.")
@click.option("--train", is_flag=True, help="Time training, against the machine's matrix products.")
@json_option
def command(
    checkpoint: str | None,
    cell: Cell | None,
    hidden: int | None,
    layers: int | None,
    train: bool,
    as_json: bool,
) -> None:
    """Time the model CHECKPOINT, or with --hidden a network of that shape with random weights.

    With --train time the training of such a network instead.
    """
    untrained = train or hidden is not None
    if untrained and checkpoint is not None:
        raise click.UsageError("a model has its own shape: leave out CHECKPOINT, or the options")
    if not untrained and (cell is not None or layers is not None):
        raise click.UsageError("--cell and --layers are of a network of --hidden units")
    shape = ModelConfig(
        cell=cell or "lstm",
        hidden=TRAINED_HIDDEN if hidden is None else hidden,
        layers=1 if layers is None else layers,
    )
    if train:
        _bench_training(shape, as_json=as_json)
    else:
        asked = shape if untrained else checkpoint or DEFAULT_CHECKPOINT
        _bench_prediction(asked, as_json=as_json)


def _bench_prediction(asked: str | ModelConfig, *, as_json: bool) -> None:
    from charlm_core import bench, bench_untrained, torch_step_us

    measured = bench(asked) if isinstance(asked, str) else bench_untrained(asked)
    torch_us = torch_step_us(measured.shape)
    result = {
        "step_us": measured.step_us,
        "floor_us": measured.floor_us,
        "torch_step_us": torch_us,
        "ghost_ms": {
            "p50": measured.ghost_p50_ms,
            "p99": measured.ghost_p99_ms,
        },
        "load_ms": measured.load_ms,
        "learning": dataclasses.asdict(measured.learning),
    }
    shape, learning = measured.shape, measured.learning
    lines = [
        f"{shape.cell} {shape.layers} x {shape.hidden}",
        f"step   {measured.step_us:8.1f} us   (its matrix products alone {measured.floor_us:.1f})",
        f"torch  {torch_us:8.1f} us   ({torch_us / measured.step_us:.1f} times as long)"
        if torch_us
        else "torch  is not installed",
        f"ghost  {measured.ghost_p50_ms:8.2f} ms   of 32 characters, "
        f"99th percentile {measured.ghost_p99_ms:.2f}",
        f"load   {measured.load_ms:8.1f} ms",
        f"learning, with {learning.memory_chars:,} characters remembered:",
        f"typed  {learning.typed_p50_us:8.1f} us   a character, scored and learned, "
        f"99th percentile {learning.typed_p99_us:.1f}",
        f"memory {learning.query_us:8.1f} us   a look into it",
        f"ghost  {learning.ghost_p50_ms:8.2f} ms   of 32 characters, "
        f"99th percentile {learning.ghost_p99_ms:.2f}",
        f"rolled {learning.rolled_p50_ms:8.2f} ms   after a character of it was typed, "
        f"99th percentile {learning.rolled_p99_ms:.2f}",
    ]
    emit(result, "\n".join(lines), as_json=as_json)


def _bench_training(shape: ModelConfig, *, as_json: bool) -> None:
    from charlm_core import training_throughput

    found = list(training_throughput(shape))
    result = {
        "cell": shape.cell,
        "layers": shape.layers,
        "hidden": shape.hidden,
        "training": [
            {
                **dataclasses.asdict(one),
                "recurrence_ratio": one.recurrence_ratio,
                "step_ratio": one.step_ratio,
            }
            for one in found
        ],
    }
    lines = [
        f"{shape.cell} {shape.layers} x {shape.hidden}, {found[0].threads} threads; "
        "G/s: thousand million operations a second",
        "precision   lanes x chars   products      layer alone        whole step    chars/s",
        *(
            f"{one.precision:10}  {one.batch:5} x {one.length:<5}  {one.matmul_gflops:5.0f} G/s"
            f"  {one.recurrence_gflops:5.0f} G/s {one.recurrence_ratio:4.0%}"
            f"  {one.step_gflops:5.0f} G/s {one.step_ratio:4.0%}  {one.chars_per_second:9,.0f}"
            for one in found
        ),
    ]
    emit(result, "\n".join(lines), as_json=as_json)
