"""Which of two checkpoints is to be chosen for which kinds of files: bits a character of both.

    python -m tests.perf.suits MODEL OTHER FOLDER... [--chars 30000] [--kinds js,c,go]

Of each kind of file found below the folders, told by the end of its name, the same so many
characters are read by both, as they were trained, a few thousand of each file; their order is
shuffled, always alike. Lines of over 400 characters are nobody's writing: such files are left out.
A table to stderr, one JSON object to stdout.
"""

import argparse
import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from charlm_core import load, running_scores
from charlm_core.predict.model import Model

KINDS = (
    "c,cc,cfg,cmake,conf,cpp,cs,css,csv,diff,go,h,hpp,html,ini,java,js,json,jsx,kt,log,lua,md,"
    "mjs,php,pl,pm,ps1,py,pyi,pyx,r,rb,rs,rst,scala,sh,sql,svg,swift,tex,toml,ts,tsx,txt,xml,"
    "yaml,yml,Makefile,Dockerfile"
)
OF_EACH = 4000
"""Characters of a file, from its start."""
LONGEST_LINE = 400
MOST_BYTES = 1 << 20
ENOUGH = 3000
"""Of a kind with fewer characters nothing is told."""


def kinds(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """The files of each kind, shuffled."""
    found: dict[str, list[Path]] = defaultdict(list)
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                found[name.rpartition(".")[2]].append(Path(where, name))
    for paths in found.values():
        random.Random(1).shuffle(paths)
    return found


def sample(paths: Iterable[Path], chars: int) -> str:
    """So much of these files."""
    text = ""
    for path in paths:
        try:
            if path.is_symlink() or path.stat().st_size > MOST_BYTES:
                continue
            found = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if max(map(len, found.split("\n"))) <= LONGEST_LINE:
            text += found[:OF_EACH] + "\n"
        if len(text) >= chars:
            break
    return text[:chars]


def bpc(model: Model, text: str) -> float:
    """Bits a character, as it was trained."""
    *_, score = running_scores(model, [text])
    return score.bpc


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs=2, metavar="MODEL")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--chars", type=int, default=30_000)
    parser.add_argument("--kinds", default=KINDS)
    arguments = parser.parse_args()
    models = [load(name) for name in arguments.models]
    found, told = kinds(arguments.folders), {}
    for kind in arguments.kinds.split(","):
        text = sample(found.get(kind, ()), arguments.chars)
        if len(text) < ENOUGH:
            continue
        first, second = (bpc(model, text) for model in models)
        told[kind] = {"chars": len(text), "bpc": [first, second]}
        row = f"{kind:12} {len(text):7,} {first:8.3f} {second:8.3f} {second - first:+8.3f}"
        print(row, file=sys.stderr, flush=True)
    print(json.dumps({"models": arguments.models, "kinds": told}))


if __name__ == "__main__":
    main()
