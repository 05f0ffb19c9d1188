"""From bytes to text and back without losing one: which encoding a file is in.

Every answer is lossless: decoding and encoding again gives the same bytes, or the encoding is not
the answer.
"""

import codecs
from dataclasses import dataclass

WESTERN_SHARE = 0.3
"""Accented letters make up less of a Latin text than this; other scripts consist of them."""

_BYTE_ORDER_MARKS = (
    # UTF-32's first mark begins with UTF-16's, so it comes first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DENSE_SCRIPTS = [
    *("cp1251", "koi8_r", "cp866", "cp1253", "cp1255", "cp1256", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
]
CODECS = frozenset(
    [*(codec for _, codec in _BYTE_ORDER_MARKS), *_DENSE_SCRIPTS, "cp1252", "latin-1"]
)
"""The encodings that a document may have. Python knows others, some of which take forever."""

_LABELS = {"latin-1": "Latin-1", "cp1252": "Windows-1252"}


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How text becomes bytes."""

    codec: str = "utf-8"
    """Python's name for it."""
    mark: bytes = b""
    """The byte-order mark the file begins with, if it has one."""

    @property
    def label(self) -> str:
        """What a person calls it."""
        return _LABELS.get(self.codec, self.codec.upper().replace("_", "-"))

    def encode(self, text: str) -> bytes:
        """The bytes of `text`, mark first. Raises UnicodeEncodeError."""
        return self.mark + text.encode(self.codec)

    def decodes(self, raw: bytes) -> str | None:
        """The text of `raw`, or None when it is not, byte for byte, in this encoding."""
        try:
            text = raw.removeprefix(self.mark).decode(self.codec)
            return text if self.encode(text) == raw else None
        except UnicodeError:
            return None


UTF_8 = Encoding()


def decode(raw: bytes) -> tuple[str, Encoding, bool] | None:
    """The text of `raw`, its encoding, and whether that is certain; None for a binary file."""
    for mark, codec in _BYTE_ORDER_MARKS:
        encoding = Encoding(codec=codec, mark=mark)
        if raw.startswith(mark) and (text := encoding.decodes(raw)) is not None:
            return text, encoding, True
    if b"\0" in raw:
        return None
    if (text := UTF_8.decodes(raw)) is not None:
        return text, UTF_8, True
    for codec in _guesses(raw):
        encoding = Encoding(codec=codec)
        if (text := encoding.decodes(raw)) is not None:
            return text, encoding, False
    raise AssertionError("Latin-1 decodes anything")


def _guesses(raw: bytes) -> list[str]:
    """Codecs to try on bytes that are not UTF-8, likeliest first; the last one takes anything."""
    high = sum(byte >= 0x80 for byte in raw[: 1 << 16])
    letters = high + sum(65 <= byte & 0xDF <= 90 for byte in raw[: 1 << 16] if byte < 0x80)
    western = ["cp1252"] if any(0x80 <= byte < 0xA0 for byte in raw) else []
    if high < WESTERN_SHARE * letters:
        return [*western, "latin-1"]
    # Statistics tell the dense scripts apart well, and short Latin texts badly.
    from charset_normalizer import from_bytes

    best = from_bytes(raw[: 1 << 18], cp_isolation=_DENSE_SCRIPTS).best()
    return [*([best.encoding] if best else []), *western, "latin-1"]
