"""How much sooner the default recipe is where the classroom loop gets to at best.

    python -m tests.perf.classroom tinyshakespeare.txt

Both learn from the first 90% of the text's first 200,000 characters and are validated on the rest
with one running state. The classroom loop (`--preset seminar`) trains as it is; the default recipe
is then given a 20th, 30th, ... of the time that the loop took to its best validation loss, and no
other flag. Times are the trainer's own: starting a process and reading the text cost both the same.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

CHARS = 200_000
TRAINED = 0.9
TIMES_SOONER = (20, 30, 40, 60, 80)


def train(run: Path, texts: tuple[Path, Path], *options: str) -> dict[str, float]:
    """Train and return what the command printed."""
    corpus, valid = texts
    command = [sys.executable, "-m", "tui.cli", "train", str(corpus), "--valid", str(valid)]
    command += ["--name", run.name, "--out", str(run), "--json", *options]
    found: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    return found


def best(run: Path) -> tuple[float, float]:
    """The lowest validation loss on the way, and the training time at which it was met."""
    events = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
    evaluations = [event for event in events if event["event"] == "evaluation"]
    lowest = min(
        (one for one in evaluations if not one["final"]), key=lambda event: float(event["nats"])
    )
    return float(lowest["nats"]), float(lowest["seconds"])


def main() -> None:
    """Train the loop once and the recipe with shorter and shorter budgets, and print."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")[:CHARS]
    cut = int(TRAINED * len(text))
    with tempfile.TemporaryDirectory() as folder:
        texts = (Path(folder, "train.txt"), Path(folder, "valid.txt"))
        for path, part in zip(texts, (text[:cut], text[cut:]), strict=True):
            path.write_text(part, encoding="utf-8")
        loop = Path(folder, "loop")
        final = train(loop, texts, "--preset", "seminar")["val_loss"]
        nats, seconds = best(loop)
        print(f"loop: best {nats:.4f} ({final:.4f} by the definition) after {seconds:.1f} s")
        for times in TIMES_SOONER:
            minutes = seconds / times / 60
            run = Path(folder, f"recipe{times}")
            found = train(run, texts, "--minutes", f"{minutes:.5f}")
            verdict = "reached" if found["val_loss"] <= final else "not reached"
            print(
                f"recipe, a {times}th of that: {found['val_loss']:.4f} after "
                f"{found['seconds']:.1f} s, {found['epochs']:.1f} epochs: {verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main()
