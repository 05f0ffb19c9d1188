"""`charlm-tui sample`: let a model write."""

import click

from charlm_core import SamplingConfig
from tui.commands.output import emit, json_option


@click.command(name="sample")
@click.argument("checkpoint")
@click.option("--prompt", default="", help="What it goes on from; all of it warms the state.")
@click.option("--length", default=400, show_default=True, help="Characters to write.")
@click.option("--greedy", is_flag=True, help="Always the likeliest character.")
@click.option("--temperature", default=0.8, show_default=True, help="Divides the logits.")
@click.option("--top-k", default=0, show_default=True, help="Keep the k likeliest; 0 keeps all.")
@click.option("--top-p", default=1.0, show_default=True, help="Keep the likeliest up to this sum.")
@click.option("--seed", type=int, help="Draw the same text again; otherwise a new one each time.")
@json_option
def command(
    checkpoint: str,
    prompt: str,
    length: int,
    greedy: bool,
    temperature: float,
    top_k: int,
    top_p: float,
    seed: int | None,
    as_json: bool,
) -> None:
    """Write on from a prompt with the model CHECKPOINT, a name or a folder."""
    if length < 0 or (seed is not None and seed < 0):
        raise click.UsageError("--length and --seed are 0 or more")
    config = SamplingConfig(temperature=0.0 if greedy else temperature, top_k=top_k, top_p=top_p)
    import numpy as np

    from charlm_core import generate, load

    session = load(checkpoint).start(prompt)
    characters = generate(session, config, np.random.default_rng(seed), length)
    if as_json:
        text = "".join(characters)
        emit({"text": text}, text, as_json=True)
        return
    for character in characters:
        click.echo(character, nl=False)
    click.echo()
