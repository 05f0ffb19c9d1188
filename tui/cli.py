"""The command line: `charlm-tui [FILE]...` opens the app, `charlm-tui COMMAND` does one job.

Exit status 0 done, 1 a fault told in one line on stderr, 2 wrong usage, 130 interrupted. Each
command lives in its own module of `tui.commands` and is imported only when it is called, so that
the editor's first paint waits for none of them.
"""

import importlib
import io
import os
import sys
from collections.abc import Sequence

import click

from charlm_core import CharlmError, one_line

COMMANDS = (
    "bench",
    "corpora",
    "edit",
    "eval",
    "explain",
    "memory",
    "models",
    "replay",
    "sample",
    "settings",
    "train",
)
APP_COMMAND = "edit"


class CommandLine(click.Group):
    """A group whose command may be left out: what is no command's name is a file to edit."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the app's command in front where none is named."""
        if not args or args[0] not in {*COMMANDS, "--help", "--version"}:
            args = [APP_COMMAND, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, sorted."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tui.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage("charlm-tui", "[FILE]... [--read-only] [--checkpoint C]")
        formatter.write_usage("charlm-tui", "COMMAND [ARGS]...")


@click.command(cls=CommandLine, context_settings={"help_option_names": ["--help"]})
@click.version_option(package_name="charlm-tui", prog_name="charlm-tui")
def command_line() -> None:
    """A terminal editor that finishes your sentences with a small recurrent network.

    Without a command it opens FILE in the editor; a file named like a command is opened with
    `charlm-tui edit FILE`.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; no traceback ever reaches a user."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character shows a question mark, not a fault.
            stream.reconfigure(errors="replace")
    try:
        result = command_line.main(
            args=None if arguments is None else list(arguments),
            prog_name="charlm-tui",
            standalone_mode=False,
        )
    except click.ClickException as error:  # wrong usage
        said = io.StringIO()
        error.show(said)
        # It tells arguments as they are, and a shell may have made them of file names.
        for line in said.getvalue().splitlines():
            click.echo(one_line(line), err=True)
        return 2
    except CharlmError as error:
        return _tell(str(error))
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # Whoever read our output has left. Python would complain once more while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _tell(f"{place}{error.strerror or error}")
    except MemoryError:
        return _tell("not enough memory")
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "torch":
            return _tell("training needs PyTorch, which is not installed: see the README")
        if os.environ.get("CHARLM_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        return _tell(f"internal fault, please report it ({what}); CHARLM_DEBUG=1 shows where")
    return result if isinstance(result, int) else 0


def _tell(fault: str) -> int:
    click.echo(f"charlm-tui: {one_line(fault)}", err=True)
    return 1


if __name__ == "__main__":
    main()
