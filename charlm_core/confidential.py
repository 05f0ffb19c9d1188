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


def looks_secret(path: Path) -> bool:
    """Whether a file's name or folder says that it holds keys or passwords."""
    return bool(_NAMES.fullmatch(path.name)) or not _FOLDERS.isdisjoint(path.parts)


def holds_key(text: str) -> bool:
    """Whether there is a private key in a text."""
    return _KEY.search(text) is not None
