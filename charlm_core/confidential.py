"""Which files are never learned from: those that hold keys and passwords."""

import re
from pathlib import Path

_NAMES = re.compile(
    r"""
    \.env(\..*)? | .*\.env | \.?netrc | \.pgpass | \.htpasswd | \.npmrc | \.pypirc
    | \.git-credentials | id_(rsa|dsa|ecdsa|ed25519)(_sk)?(\..*)? | .*_history
    | (.*[-_.])?(secrets?|credentials?|passwords?|passwd|shadow|tokens?)([-_.].*)?
    | .*\.(pem|key|p12|pfx|jks|keystore|kdbx?|psafe3|gpg|pgp|asc|age|ovpn)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_FOLDERS = {".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", "keyrings"}

_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
_KEY_END = re.compile(r"-----END [A-Z ]*PRIVATE KEY")

_TOKEN = re.compile(
    r"""
    \b(?: (?:AKIA|ASIA)[0-9A-Z]{16} | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_\w{30,}
    | glpat-[\w-]{20,} | xox[abprs]-[A-Za-z0-9-]{10,} | sk-[A-Za-z0-9_-]{20,} | AIza[\w-]{35}
    | eyJ[\w-]{10,}\.eyJ[\w-]{10,} )
    | \bBearer\ [A-Za-z0-9._~+/=-]{20,}
    | ://[^\s/:@]+:[^\s/:@]{3,}@
    """,
    re.VERBOSE,
)
_PASSWORD = re.compile(
    r"""
    (?<![A-Za-z])(?:password|passwort|passphrase|passwd|pwd|пароль|api[-_ ]?key|secret|token)
    ["']? \s* (?:[:=]|\ is\ ) \s*
    # What is chosen or made to be one: six characters or more, with a digit and a letter.
    (?=["']?[^\s"'().,;\[\]{}]*\d) (?=["']?[^\s"'().,;\[\]{}]*[^\W\d_])
    ["']?[^\s"'().,;\[\]{}]{6,}
    """,
    re.VERBOSE | re.IGNORECASE,
)


def looks_secret(path: Path) -> bool:
    """Whether a file's name or folder says that it holds keys or passwords."""
    return bool(_NAMES.fullmatch(path.name)) or not _FOLDERS.isdisjoint(path.parts)


def holds_key(text: str) -> bool:
    """Whether there is a private key in a text."""
    return _KEY.search(text) is not None


def ends_key(text: str) -> bool:
    """Whether a private key ends in a text."""
    return _KEY_END.search(text) is not None


def holds_secret(line: str) -> bool:
    """Whether a line holds what looks like a password or an access token."""
    return _TOKEN.search(line) is not None or _PASSWORD.search(line) is not None
