"""Faults in saving: an error, or a kill -9, at each system call that a save makes.

    python -m tests.perf.saving [--faults 200] [--seed 1] [--wrapped]

A child process opens a document and saves it. Its system calls in between are counted once; then
the save is run again and again, each time with another fault at one of the calls: every call gets
one, and what is left of the faults is drawn by chance. The system itself answers with the errors,
where there is strace; else, or if so wished, the functions of `os` that the save calls do.

After each: the file holds the original or the new text and nothing between; where the save told of
an error it did so as a DocumentError in one line, the file is the original, nothing lies beside it,
and the text, still there, is saved at the next try. Prints one JSON object; exit status 1 if there
was a fault that this is not true of.
"""

import argparse
import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

OLD = "An original that nobody may lose. Жаль.\n" * 4000
NEW = "What came of it, and may not be lost either.\n" * 5000

CALLS = {
    "openat": ("ENOSPC", "EDQUOT", "EACCES", "EROFS", "EMFILE", "ENOENT"),
    "write": ("ENOSPC", "EDQUOT", "EIO"),
    "fsync": ("EIO", "ENOSPC", "EDQUOT"),
    "close": ("EIO", "ENOSPC"),
    "rename": ("ENOSPC", "EACCES", "EROFS", "EIO", "EDQUOT"),
    "fchown": ("EPERM", "EIO", "EDQUOT"),
    "fchmod": ("EPERM", "EIO"),
    "newfstatat": ("EACCES", "EIO", "ENOENT"),
    "readlink": ("EACCES", "EIO"),
    "access": ("EACCES", "EIO"),
    "unlink": ("EIO",),
    "listxattr": ("EIO", "ENOTSUP"),
    "getxattr": ("EIO",),
    "fsetxattr": ("ENOSPC", "EDQUOT"),
    "fremovexattr": ("EIO", "ENOTSUP"),
}
"""System calls of a save, and the errors they may answer with."""
FUNCTIONS = {
    "open": CALLS["openat"],
    "replace": CALLS["rename"],
    "stat": CALLS["newfstatat"],
    "fstat": CALLS["newfstatat"],
    **{name: CALLS[name] for name in ("write", "fsync", "close", "fchown", "fchmod", "access")},
    **{name: CALLS[name] for name in ("listxattr", "getxattr")},
    "setxattr": CALLS["fsetxattr"],
    "removexattr": CALLS["fremovexattr"],
}
"""The same by Python's functions."""
KILL = "SIGKILL"
BEGIN, END = "the-save-begins", "the-save-ends"
_LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)")


class Call(NamedTuple):
    """One system call of a save."""

    name: str
    ordinal: int
    """It is the process's so-manieth of this name, from 1."""


class Fault(NamedTuple):
    """What is done to one of them."""

    call: Call
    what: str
    """An error's name, or KILL."""


@dataclass(frozen=True)
class Scene:
    """A save."""

    name: str
    make: Callable[[Path], None]
    """Makes the file, in an empty folder."""
    opened: str = "note.txt"
    """What is opened and saved; the file itself is `note.txt`."""


def _plain(folder: Path) -> None:
    (folder / "note.txt").write_bytes(OLD.encode())
    (folder / "note.txt").chmod(0o640)


def _link(folder: Path) -> None:
    _plain(folder)
    (folder / "link").symlink_to("note.txt")


def _dos(folder: Path) -> None:
    text = OLD.replace("Жаль", "Voilà").replace("\n", "\r\n")
    (folder / "note.txt").write_bytes(text.encode("latin-1"))


def _attributed(folder: Path) -> None:
    _plain(folder)
    try:
        os.setxattr(folder / "note.txt", "user.origin", b"letter")
    except OSError:
        print("no extended attributes here", file=sys.stderr)


SCENES = {
    scene.name: scene
    for scene in (
        Scene("a file", _plain),
        Scene("a new file", lambda folder: None),
        Scene("a link", _link, "link"),
        Scene("latin-1 and \\r\\n", _dos),
        Scene("with attributes", _attributed),
    )
}


def child(path: Path, fault: str) -> None:
    """Open, save, tell in JSON what came of it; where told to, with a fault in Python's functions.

    The faults of strace come without being told of.
    """
    from charlm_core import DocumentError
    from tui.services.documents import open_document, renamed, save

    document = open_document(path)
    if path.exists():
        # A new file is saved as the first thing that a process saves, others are not.
        save(renamed(document, path.with_name("earlier.txt")), "earlier")
        path.with_name("earlier.txt").unlink()
    calls = _wrap(fault) if fault else None
    faults, saved, told = [], False, ""
    os.access(BEGIN, os.F_OK)
    try:
        document = save(document, NEW)
        saved = True
    except DocumentError as error:
        told = str(error)
    except BaseException as error:
        faults.append(f"raised {error!r}")
    os.access(END, os.F_OK)
    # Nothing but ours may be in the way of what follows.
    held = path.read_bytes() if path.exists() else b""
    left = [entry.name for entry in path.parent.iterdir() if entry.name.endswith(".tmp")]
    if left:
        faults.append(f"left {left}")
    # A file that is said to be gone, and then is there, has changed.
    known = "nothing was saved" in told or "changed on disk" in told
    if "\n" in told or (told and not known):
        faults.append(f"told {told!r}")
    again = save(document, NEW) if not saved else document
    if open_document(path).text != NEW or again.text != NEW:
        faults.append("the text was not saved at the next try")
    found = {"saved": saved, "told": told, "faults": faults, "held": len(held), "calls": calls}
    print(json.dumps(found))


def _wrap(fault: str) -> list[tuple[str, int]]:
    """Have a function of `os` fail at its so-manieth call; the list of calls, as they come."""
    wanted, _, what = fault.partition("=")
    calls: list[tuple[str, int]] = []
    counts: Counter[str] = Counter()

    def wrapped(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*arguments: object, **options: object) -> object:
            if name == "access" and arguments[0] in (BEGIN, END):
                calls.append((str(arguments[0]), 0))
                return False
            counts[name] += 1
            calls.append((name, counts[name]))
            if f"{name}:{counts[name]}" == wanted:
                if what == KILL:
                    os.kill(os.getpid(), signal.SIGKILL)
                number = getattr(errno, what)
                raise OSError(number, os.strerror(number))
            return real(*arguments, **options)

        return call

    for name in FUNCTIONS:
        if hasattr(os, name):
            setattr(os, name, wrapped(name))
    return calls


class Stage:
    """Runs saves in a folder of its own."""

    def __init__(self, folder: Path, *, wrapped: bool) -> None:
        self._folder = folder
        self._wrapped = wrapped
        self._log = folder / "log"

    def calls(self, scene: Scene) -> list[Call]:
        """The calls of a save without a fault."""
        if self._wrapped:
            found = json.loads(self._run(scene, "none:0=").stdout)["calls"]
            names = [name for name, _ in found]
            found = found[names.index(BEGIN) + 1 : names.index(END)]
            return [Call(name, ordinal) for name, ordinal in found]
        self._run(scene)
        counts: Counter[str] = Counter()
        calls, within = [], False
        for name, rest in self._logged():
            counts[name] += 1
            if BEGIN in rest or END in rest:
                within = BEGIN in rest
            elif within:
                calls.append(Call(name, counts[name]))
        return calls

    def play(self, scene: Scene, fault: Fault) -> tuple[str, list[str]]:
        """What came of a save with a fault in it, and what is wrong with that."""
        name, ordinal = fault.call
        if self._wrapped:
            process = self._run(scene, f"{name}:{ordinal}={fault.what}")
        else:
            how = "signal=SIGKILL" if fault.what == KILL else f"error={fault.what}"
            process = self._run(scene, inject=f"{name}:{how}:when={ordinal}")
            if not self._hit(fault):
                return "missed", []
        before, after = self._texts(scene)
        now = (self._place / "note.txt").read_bytes() if self._there else None
        if process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL):
            faults = [] if now in (before, after) else ["neither the original nor the new text"]
            if fault.what != KILL:
                faults.append("killed")
            return "killed, " + ("new" if now == after else "original"), faults
        if process.returncode:
            return "ended", [process.stderr.strip().splitlines()[-1]]
        found = json.loads(process.stdout)
        faults = found["faults"]
        if found["held"] != len((after if found["saved"] else before) or b""):
            faults.append("neither the original nor the new text")
        return ("saved" if found["saved"] else "told"), faults

    def _texts(self, scene: Scene) -> tuple[bytes | None, bytes]:
        """What the file holds before the save and after it."""
        if scene.name == "a new file":
            return None, NEW.encode()
        if scene.name.startswith("latin-1"):
            _dos(fresh := self._fresh("texts"))
            return (fresh / "note.txt").read_bytes(), NEW.replace("\n", "\r\n").encode("latin-1")
        return OLD.encode(), NEW.encode()

    @property
    def _place(self) -> Path:
        return self._folder / "place"

    @property
    def _there(self) -> bool:
        return (self._place / "note.txt").exists()

    def _fresh(self, name: str) -> Path:
        shutil.rmtree(self._folder / name, ignore_errors=True)
        (self._folder / name).mkdir()
        return self._folder / name

    def _run(
        self, scene: Scene, fault: str = "", inject: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Save once."""
        scene.make(self._fresh("place"))
        path = self._place / scene.opened
        command = [sys.executable, "-m", "tests.perf.saving", "--child", str(path)]
        if self._wrapped:
            command += ["--fault", fault]
        else:
            trace = ["strace", "-f", "-o", str(self._log), "-e", f"trace={','.join(CALLS)}"]
            if inject:
                trace += ["-e", f"inject={inject}"]
            command = [*trace, *command]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def _logged(self) -> Iterator[tuple[str, str]]:
        """The calls that strace saw, and what it says of each."""
        for line in self._log.read_text(errors="replace").splitlines():
            if match := _LINE.match(line):
                yield match[1], match[2]

    def _hit(self, fault: Fault) -> bool:
        """Whether the fault was in the save, as intended."""
        within = False
        last = ""
        for name, rest in self._logged():
            if BEGIN in rest or END in rest:
                within = BEGIN in rest
            if within:
                last = name
                if "(INJECTED)" in rest:
                    return name == fault.call.name
        return fault.what == KILL and within and last == fault.call.name


def chosen(
    calls: dict[str, list[Call]], count: int, generator: random.Random, *, wrapped: bool
) -> list[tuple[Scene, Fault]]:
    """One fault for each call, and others by chance, up to a number."""
    errors = FUNCTIONS if wrapped else CALLS
    every = [
        [(SCENES[scene], Fault(call, what)) for what in (*errors[call.name], KILL)]
        for scene, found in calls.items()
        for call in found
    ]
    for faults in every:
        generator.shuffle(faults)
    rest = [fault for faults in every for fault in faults[1:]]
    generator.shuffle(rest)
    return ([faults[0] for faults in every] + rest)[: max(count, len(every))]


def main() -> None:
    """Inject and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrapped", action="store_true", help="without strace")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--fault", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child, arguments.fault)
        return
    wrapped = arguments.wrapped or shutil.which("strace") is None
    counts: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), wrapped=wrapped)
        calls = {name: stage.calls(scene) for name, scene in SCENES.items()}
        faults = chosen(calls, arguments.faults, random.Random(arguments.seed), wrapped=wrapped)
        for scene, fault in faults:
            outcome, found = stage.play(scene, fault)
            counts[outcome] += 1
            if found:
                wrong += 1
                where = f"{fault.call.name} {fault.call.ordinal} {fault.what}"
                print(f"{scene.name}: {where}: {'; '.join(found)}", file=sys.stderr, flush=True)
    report = {
        "by": "functions of os" if wrapped else "strace",
        "calls": {name: len(found) for name, found in calls.items()},
        "faults": len(faults),
        "outcomes": dict(sorted(counts.items())),
        "wrong": wrong,
    }
    print(json.dumps(report, indent=2, ensure_ascii=False))
    sys.exit(bool(wrong or counts["missed"] > len(faults) / 20 or not all(calls.values())))


if __name__ == "__main__":
    main()
