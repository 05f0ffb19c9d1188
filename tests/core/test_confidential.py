"""Which files are never learned from."""

from pathlib import Path

import pytest

from charlm_core import looks_secret
from charlm_core.confidential import ends_key, holds_key, holds_secret

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


def test_the_end_of_a_key_is_seen() -> None:
    """What follows it is text again."""
    assert ends_key("-----END OPENSSH PRIVATE KEY-----")
    assert not ends_key("-----END CERTIFICATE-----")
    assert not ends_key(KEY)


@pytest.mark.parametrize(
    "line",
    [
        "password: hunter2x",
        "The Wi-Fi password is kaffee4711",
        "Пароль: qwerty123",
        'API_KEY="0123456789abcdef"',
        "token=a1b2c3d4e5",
        'db_password = "s3cretpw"',
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "export KEY=sk-" + "ab12" * 8,
        "Authorization: Bearer " + "abc123" * 5,
        "postgres://anna:geheim@db.example/x",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    ],
)
def test_passwords_and_tokens_are_seen_in_a_line(line: str) -> None:
    """What opens an account never gets into a corpus."""
    assert holds_secret(line)


@pytest.mark.parametrize(
    "line",
    [
        "I forgot my password again",
        "password = None",
        "token = self.tokens[1]",
        "token = next(tokens2)",
        "The secret is to keep stirring.",
        "password: str = field()",
        "The token: a word or a sign",
        "skipped 20 of them, see https://example.org/a:b",
        "mail anna@example.org at 10:30",
        "",
    ],
)
def test_ordinary_lines_are_no_secrets(line: str) -> None:
    """To write about passwords, or a program that handles them, is no secret."""
    assert not holds_secret(line)
