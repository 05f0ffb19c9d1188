"""Mails: of each what its sender wrote, and nothing of whom it quotes."""

import io

import pytest

from charlm_core.gather.mail import MOST_BYTES, is_mbox, own_words, split_mbox, written


def mail(body: str, kind: str = "text/plain; charset=utf-8", encoding: str = "8bit") -> bytes:
    """A message of one part."""
    head = "From: anna@example.org\nTo: b@example.org\nSubject: Tea\nMIME-Version: 1.0\n"
    head += f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    return head.encode() + body.encode()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Dear Ben,\n\ncome at five.\n\nAnna\n", "Dear Ben,\n\ncome at five.\n\nAnna"),
        ("Yes.\n-- \nAnna Example\nTel. 123", "Yes."),
        ("Yes.\n--\nAnna", "Yes."),
        ("> At five?\n\nYes.", "Yes."),
        ("On Monday Ben wrote:\n> At five?\n> Or six?\nSix.", "Six."),
        ("On Mon, 2 Jan 2023 at 10:00,\nBen <b@example.org> wrote:\n\n> Tea?\n\nYes.", "Yes."),
        ("Вася писал(а):\n> Чай?\nДа.", "Да."),
        ("Fine.\n\n-----Original Message-----\nFrom: Ben\nTea?", "Fine."),
        ("A dash -- in a line, and 2 > 1.", "A dash -- in a line, and 2 > 1."),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("", ""),
    ],
)
def test_what_somebody_else_wrote_is_left_out(text: str, kept: str) -> None:
    """Quotations, who is quoted, signatures and what is forwarded go; the rest stays."""
    assert own_words(text) == kept


def test_flowed_text_is_put_together() -> None:
    """Lines that a mail program has broken with a space at the end are one paragraph again."""
    text = "This is one \nparagraph of \nthree lines.\n\nThe next.\n-- \nAnna"
    assert own_words(text, flowed=True) == "This is one paragraph of three lines.\n\nThe next."
    message = mail(text, "text/plain; charset=utf-8; format=flowed")
    assert written(message).startswith("This is one paragraph of three lines.")


def test_a_body_is_decoded() -> None:
    """By its character set and transfer encoding, whatever they are."""
    assert written(mail("Ждём вас в пять.")) == "Ждём вас в пять."
    assert written(mail("caf=E9", "text/plain; charset=latin-1", "quoted-printable")) == "café"
    assert written(mail("x8TF", "text/plain; charset=koi8-r", "base64")) == "где"
    assert written(mail("plain", "text/plain; charset=no-such")) == "plain"


def test_of_several_parts_the_plain_text_is_read() -> None:
    """Not its twin in HTML, nor what is attached."""
    body = (
        "--x\nContent-Type: text/html\n\n<b>rich</b>\n"
        "--x\nContent-Type: text/plain\n\nplain\n"
        "--x\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nfile\n"
        "--x--\n"
    )
    assert written(mail(body, "multipart/mixed; boundary=x")) == "plain"


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\n\n",
        b"\xff\xfe\0binary",
        b"Content-Type: text/html\n\n<p>only</p>",
        b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x--",
        b"Content-Type: text/plain; charset==?==?=\n\n\xff",
        b"Content-Type: " + b"multipart/mixed; boundary=a\n\n--a\nContent-Type: " * 400,
    ],
)
def test_a_broken_mail_breaks_nothing(message: bytes) -> None:
    """What is no mail, or one without words, gives a text or none, and never an exception."""
    assert isinstance(written(message), str)


def test_an_mbox_is_taken_apart() -> None:
    """At lines that begin with From after a blank one; what was quoted for that is as it was."""
    data = (
        b"From a Mon\nSubject: 1\n\none\nFrom here on\n>From me\n\nFrom b Tue\nSubject: 2\n\ntwo\n"
    )
    first, second = split_mbox(io.BytesIO(data))
    assert first == b"Subject: 1\n\none\nFrom here on\nFrom me\n\n"
    assert second == b"Subject: 2\n\ntwo\n"
    assert list(split_mbox(io.BytesIO(b""))) == []
    assert is_mbox(data)
    assert not is_mbox(b"From the start it was clear.\nTo be sure.\n")


def test_a_message_without_an_end_is_not_held_in_memory() -> None:
    """Of one that is too large nothing is kept, and the next one is read."""
    long = b"x" * (1 << 20) + b"\n"
    data = b"From a\n\n" + long * (MOST_BYTES // len(long) + 2) + b"\nFrom b\n\ntwo\n"
    first, second = split_mbox(io.BytesIO(data))
    assert first == b""
    assert second == b"\ntwo\n"


def test_a_hostile_mail_keeps_nobody_waiting() -> None:
    """Lines and fields that are read in square time are passed over where they are long."""
    # Each of these took hours.
    long = "x" + " schrieb" * (1 << 17)
    assert own_words(f"{long}\n> Tea?\nYes.") == f"{long}\nYes."
    assert written(mail("Yes.", "text/plain; " + "a=b; " * (1 << 17))) == ""
    assert written(mail("Yes.", "text/plain;\n " + "a=b;\n " * (1 << 17))) == ""
    assert written(mail("Yes.", "text/plain; charset=utf-8; " + "a=b; " * 100)) == "Yes."
