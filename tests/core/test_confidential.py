"""Which files are never learned from."""

from pathlib import Path

import pytest

from charlm_core import looks_secret
from charlm_core.confidential import holds_key

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n"


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        ".env.local",
        "prod.env",
        ".netrc",
        "netrc",
        ".pgpass",
        ".htpasswd",
        ".npmrc",
        ".pypirc",
        ".git-credentials",
        "id_rsa",
        "id_ed25519",
        "id_ed25519_sk",
        "id_rsa.old",
        ".bash_history",
        ".python_history",
        "passwords.txt",
        "Passwords.txt",
        "my-passwords.md",
        "passwd",
        "shadow",
        "secrets.yaml",
        "secret",
        "client_secret.json",
        "credentials",
        "credentials.json",
        "token",
        "tokens.json",
        "api-token.txt",
        "server.pem",
        "SERVER.PEM",
        "server.key",
        "store.p12",
        "store.jks",
        "mine.kdb",
        "mine.kdbx",
        "letter.gpg",
        "letter.asc",
        "office.ovpn",
        ".ssh/config",
        ".ssh/deep/known_hosts",
        ".gnupg/notes.txt",
        ".aws/config",
        ".kube/config",
        ".password-store/bank.txt",
    ],
)
def test_secrets_are_known_by_their_names(name: str) -> None:
    """A file that is called so is never learned from, wherever it lies."""
    assert looks_secret(Path("somewhere") / name)
    assert looks_secret(Path.home() / name)
    assert looks_secret(Path(name))


@pytest.mark.parametrize(
    "name",
    [
        "novel.txt",
        "README.md",
        "environment.md",
        "env.txt",
        "keys.txt",
        "monkey",
        "key-findings.md",
        "history.md",
        "shadows.txt",
        "the-secretary.txt",
        "secretly.md",
        "tokenizer.py",
        "passwordless.md",
        "idea_rsa.txt",
        "message.txt",
        "ssh/config",
        "pages/aws/notes.md",
        "pem.txt",
    ],
)
def test_ordinary_names_are_no_secrets(name: str) -> None:
    """A text that only sounds like one is learned from as any other."""
    assert not looks_secret(Path("somewhere") / name)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (KEY, True),
        ("-----BEGIN RSA PRIVATE KEY-----", True),
        ("-----BEGIN PRIVATE KEY-----", True),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----", True),
        (f"Dear diary,\nthis is my key:\n\n  {KEY}", True),
        ("-----BEGIN PUBLIC KEY-----", False),
        ("-----BEGIN CERTIFICATE-----", False),
        ("my private key is under the mat", False),
        ("", False),
    ],
)
def test_private_keys_are_seen_in_a_text(text: str, held: bool) -> None:
    """A key pasted into any file is seen; what anybody may know is none."""
    assert holds_key(text) == held
