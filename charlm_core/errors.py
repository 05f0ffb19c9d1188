"""Faults that are told to a person in one line.

Whatever raises one of these has already said, in its message, what is wrong and where; the command
line prints the message and exits 1, the app shows it as a notice.
"""

from charlm_core.characters import one_line


class CharlmError(Exception):
    """Base of every fault told to a person; its message is one line without a trailing period.

    File names and values from files may hold anything; `str` gives them with every character that
    could break the line or instruct the terminal made visible.
    """

    def __str__(self) -> str:
        return one_line(super().__str__())


class ConfigError(CharlmError, ValueError):
    """A configuration value is out of its range; the message names the field."""


class CorpusError(CharlmError):
    """A training or evaluation text can't be used; the message names the file."""


class CheckpointError(CharlmError):
    """A checkpoint can't be read or written; the message names the file and the fault."""


class RunError(CharlmError):
    """A training run can't be started, resumed or written; the message names the folder."""


class MemoryFileError(CharlmError):
    """What was learned can't be read or written; the message names the file and the fault."""


class DocumentError(CharlmError):
    """A document can't be opened or saved; the message names the file."""
