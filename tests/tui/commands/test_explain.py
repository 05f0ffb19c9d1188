"""`charlm-tui explain`: the figures of a text, and a page that holds whatever the text holds."""

import errno
import json
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charlm_core import CorpusError, Model, Suggestion, Surprises, load
from charlm_core.checkpoint import write
from charlm_core.config import CELLS, Cell
from tests.support import LETTERS, make_checkpoint, make_model
from tests.tui.commands.conftest import Charlm
from tui.services.explaining import EXPECTED, Explained, Explaining
from tui.services.page import LEVELS, level, page
from tui.text.visible import visible

TEXT = "the quick brown fox jumps over the lazy dog.\nит é.\n" * 6
HOSTILE = (
    "</script><script>alert(1)</script>\n<img src=x onerror=alert(1)> &amp; &#0; <!-- ]]> \"'`\n"
    "\u202eright to left\u202c \u2028 \x1b[31m \x7f \ufeff 😀 e\u0301\n\n\n"
)
TAGS = {"i": 1, "b": 2, "u": 3, "em": 4}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text file."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


class Reader(HTMLParser):
    """What a browser without scripts makes of a page: the text, and the tint of each character."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.scripts = 0
        self.text, self.tints = "", list[int]()
        self._open: list[tuple[str, int]] = []
        self._inside = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append(tag)
        found = dict(attrs)
        self.scripts += tag == "script" and "type" not in found
        if tag in {"meta", "link", "img", "path"}:
            return
        if found.get("id") == "text":
            self._inside = len(self._open) + 1
        kind = found.get("class") or ""
        self._open.append(
            (tag, TAGS.get(tag, int(kind[1:]) if re.fullmatch("l[1-4]", kind) else 0))
        )

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        if len(self._open) < self._inside:
            self._inside = 0

    def handle_data(self, data: str) -> None:
        """Note the text that is read, and its tint."""
        if self._inside:
            self.text += data
            self.tints += [self._open[-1][1]] * len(data)


def explained(
    model: Model, text: str, *, closely: int = 20, learns: bool = True, shown: int = 200_000
) -> Explained:
    """All there is to tell of a text."""
    explaining = Explaining(model, range(closely), shown)
    for _ in explaining.read([text]):
        pass
    for _ in explaining.look([text], model.mixture() if learns else None):
        pass
    return explaining.explained()


def written(model: Model, text: str, name: str = "text.txt", closely: int = 20) -> str:
    """The page of a text."""
    return page(explained(model, text, closely=closely), name, "model", model.config)


def bits_of(model: Model, text: str) -> "np.typing.NDArray[np.float32]":
    """As it was trained."""
    return Surprises(model).feed(text)


@pytest.mark.parametrize(
    ("name", "written", "model"),
    [
        ("письмо.txt", "Здравствуй, дорогой друг!\n", "russian"),
        ("letter.txt", "Dear friend,\n", "english"),
        ("mean.py", "def mean(values):\n", "python"),
    ],
)
def test_a_text_is_read_by_the_model_it_calls_for(
    charlm: Charlm, tmp_path: Path, name: str, written: str, model: str
) -> None:
    """As in the editor, and it says which; a person may name another."""
    file = tmp_path / name
    file.write_text(written, "utf-8")
    outcome = charlm("explain", file, "--static")
    assert f"note: read by {model}" in outcome.err
    named = charlm("explain", file, "--static", "--checkpoint", model)
    assert "read by" not in named.err
    assert named.out == outcome.out


def test_the_figures_are_those_of_eval(charlm: Charlm, model: Path, text: Path) -> None:
    """Whoever compares the two commands finds one figure, not two."""
    found = charlm("explain", text, "--checkpoint", model, "--json").json
    scored = charlm("eval", model, text, "--json").json
    assert set(found) == {"chars", "bpc", "ppl", "adaptive", "html", "surprising"}
    assert (found["chars"], found["html"]) == (scored["chars"], None)
    for figure in ("bpc", "ppl"):
        assert found[figure] == pytest.approx(scored["static"][figure], rel=1e-6)
        assert found["adaptive"][figure] == pytest.approx(scored["adaptive"][figure], rel=1e-6)
    alone = charlm("explain", text, "--checkpoint", model, "--static", "--json").json
    assert (alone["bpc"], alone["adaptive"]) == (found["bpc"], None)
    said = charlm("explain", text, "--checkpoint", model).out
    assert f"{found['bpc']:.4f} bits/char" in said
    assert "learning as it goes" in said


def test_it_says_where_the_text_surprises_most(charlm: Charlm, model: Path, text: Path) -> None:
    """Ten places by line and column, in the file as it is, the worst first."""
    found = charlm("explain", text, "--checkpoint", model, "--static", "--json").json["surprising"]
    bits = bits_of(load(model), TEXT)
    assert len(found) == 10
    lines = TEXT.split("\n")
    for place in found:
        at = sum(len(one) + 1 for one in lines[: place["line"] - 1]) + place["column"] - 1
        assert place["bits"] == pytest.approx(float(bits[at]), rel=1e-5)
        assert TEXT[at] in place["text"]
    blank = np.array([character.isspace() for character in TEXT])
    assert found[0]["bits"] == pytest.approx(float(bits[~blank].max()), rel=1e-5)
    said = charlm("explain", text, "--checkpoint", model, "--static").out
    assert f"{found[0]['line']}:{found[0]['column']}" in said


def test_the_page_is_written_and_told(
    charlm: Charlm, model: Path, text: Path, tmp_path: Path
) -> None:
    """One file is there afterwards, and nothing beside it."""
    out = tmp_path / "out"
    out.mkdir()
    target = out / "page.html"
    outcome = charlm("explain", text, "--checkpoint", model, "--html", target)
    assert outcome.code == 0
    assert f"The page is {target}." in outcome.out
    assert list(out.iterdir()) == [target]
    reader = Reader(target.read_text())
    assert reader.text == TEXT
    assert reader.scripts == 1
    # Once more, over the old one, which keeps who may read it.
    target.chmod(0o640)
    target.write_text("old")
    found = charlm(
        "explain", text, "--checkpoint", model, "--html", target, "--closely", "0", "--json"
    ).json
    assert found["html"] == str(target)
    assert Reader(target.read_text()).text == TEXT
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("how", ["itself", "a link", "another name"])
def test_the_text_is_never_overwritten(
    charlm: Charlm, model: Path, text: Path, tmp_path: Path, how: str
) -> None:
    """A slip of the finger does not cost the text, whatever name it goes by."""
    out = tmp_path / "other"
    if how == "itself":
        out = text
    elif how == "a link":
        out.symlink_to(text)
    else:
        out.hardlink_to(text)
    charlm("explain", text, "--checkpoint", model, "--html", out).assert_refused(
        str(out), "the text itself"
    )
    assert text.read_text() == TEXT


def test_it_refuses_to_write_where_no_page_belongs(
    charlm: Charlm, model: Path, text: Path, tmp_path: Path
) -> None:
    """A folder, a device, a folder that is not there: one line each, before any work."""
    os.mkfifo(tmp_path / "pipe")
    for out, words in (
        (tmp_path, "not a regular file"),
        (tmp_path / "pipe", "not a regular file"),
        (tmp_path / "missing" / "page.html", "folder does not exist"),
    ):
        charlm("explain", text, "--checkpoint", "no-such", "--html", out).assert_refused(
            str(out), words
        )


def test_a_full_disk_leaves_the_old_page(
    charlm: Charlm, model: Path, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault names the page, and what was there is there still."""
    out = tmp_path / "page.html"
    out.write_text("old")

    def full(_descriptor: int, _data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tui.services.replacing.os.write", full)
    charlm("explain", text, "--checkpoint", model, "--html", out, "--static").assert_refused(
        str(out), "No space left"
    )
    assert out.read_text() == "old"
    assert not list(tmp_path.glob(".charlm*"))


def test_the_page_goes_to_a_pipe(charlm: Charlm, model: Path, text: Path) -> None:
    """`--html -` writes the page alone to stdout; the figures are told on stderr."""
    outcome = charlm("explain", text, "--checkpoint", model, "--static", "--html", "-")
    assert outcome.out.startswith("<!doctype html>")
    assert Reader(outcome.out).text == TEXT
    assert "bits/char" in outcome.err
    both = charlm("explain", text, "--checkpoint", model, "--html", "-", "--json")
    assert (both.code, both.out) == (2, "")


def test_what_is_no_text_is_refused(charlm: Charlm, model: Path, tmp_path: Path) -> None:
    """Missing, empty, binary, a folder: one line each."""
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\0")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one.txt").write_text("text")
    for name, words in (
        ("missing", "no such file"),
        ("empty", "empty"),
        ("binary", "binary"),
        ("folder", "name one text"),
    ):
        charlm("explain", tmp_path / name, "--checkpoint", model).assert_refused(name, words)
    assert charlm("explain", tmp_path / "empty", "--static", "--trained").code == 2


def test_a_text_is_read_as_eval_reads_it(charlm: Charlm, model: Path, tmp_path: Path) -> None:
    """Byte-order mark, CRLF and bytes that are no UTF-8: told, and shown as they are read."""
    file, out = tmp_path / "odd.txt", tmp_path / "odd.html"
    file.write_bytes(b"\xef\xbb\xbfone two\r\nthree \xff four\r\n")
    outcome = charlm("explain", file, "--checkpoint", model, "--html", out)
    for words in ("byte-order mark", "CRLF", "faulty UTF-8"):
        assert words in outcome.err
    assert Reader(out.read_text()).text == "one two\nthree \ufffd four\n"


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_every_network_can_be_explained(
    charlm: Charlm, tmp_path: Path, text: Path, cell: Cell, layers: int
) -> None:
    """Any cell and any number of layers, with and without learning along."""
    stored = make_checkpoint(cell, hidden=10, layers=layers)
    write(tmp_path / "other", stored.config, stored.tensors, card="# other\n")
    for options in ([], ["--static"]):
        out = charlm(
            "explain", text, "--checkpoint", tmp_path / "other", "--html", "-", *options
        ).out
        facts = facts_of(out)
        assert facts["hidden"] * facts["layers"] == 10 * layers == len(facts["units"])
        assert len(facts["gates"]) == {"rnn": 0, "gru": 3, "lstm": 4}[cell]
        assert len(facts["opinions"]) == (1 if options else 4)
        assert facts["looks"] == len(TEXT)


def facts_of(html: str) -> dict[str, Any]:
    """What a page tells its script."""
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', html, re.DOTALL)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    return facts


MODEL = make_model(make_checkpoint(hidden=12, scale=3.0))


def test_each_character_has_the_tint_of_its_bits() -> None:
    """Even where no script runs the text is there, and each character's tint is the legend's."""
    surer = make_model(make_checkpoint(letters="\n ab", scale=9.0))
    tints = set()
    for model, text in ((MODEL, TEXT + "zqzq\n\n\n x"), (surer, "ab ba\nbab a\n\n" * 9)):
        reader = Reader(written(model, text))
        assert reader.text == text
        assert reader.tints == [level(float(bits)) for bits in bits_of(model, text)]
        tints |= set(reader.tints)
    assert tints == {0, 1, 2, 3, 4}
    assert [level(edge) for edge in LEVELS] == [1, 2, 3, 4]
    assert [level(edge - 0.01) for edge in LEVELS] == [0, 1, 2, 3]


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE + "\0\ud800\udfff\x85\u2066", "<", "\n", "&"])
def test_a_hostile_text_is_only_text(text: str) -> None:
    """Whatever a text holds, no element comes of it, and nothing that turns text round is left."""
    plain, html = written(MODEL, "plain words\n\n" * 9), written(MODEL, text)
    reader = Reader(html)
    assert reader.text == "\n".join(visible(line) for line in text.split("\n"))
    assert len(reader.text) == len(text)
    assert set(reader.elements) <= {*Reader(plain).elements, *TAGS}
    assert reader.scripts == 1
    assert html.count("<script") == html.count("</script>") == 3
    assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", html)
    html.encode()


def test_a_hostile_name_is_only_a_name() -> None:
    """So does a file's name, and a model's, and a vocabulary's characters."""
    name = '</title><script>alert(1)</script>"\n\x1b\u202e.txt'
    letters = "".join(sorted({*LETTERS, *"<>&\"'/\x1b\u202e"}))
    model = make_model(make_checkpoint(letters=letters))
    html = page(explained(model, "a<b>c"), name, name, model.config)
    reader = Reader(html)
    assert reader.scripts == 1
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "alert(1)" in html


def test_a_hostile_ghost_is_only_a_ghost() -> None:
    """Nor does what a model would write end the script that it stands in."""
    found = explained(MODEL, TEXT)
    bad = "</script><script>alert(1)</script><!--<script>\u2028"
    ghost = Suggestion(text=bad, probabilities=(0.5,) * len(bad), stopped="length")
    close = replace(found.close, ghosts=(ghost,) * len(found.close.ghosts))
    html = page(replace(found, close=close), "text.txt", "model", MODEL.config)
    assert Reader(html).scripts == 1
    assert html.count("<script") == html.count("</script>") == 3
    assert facts_of(html)["ghosts"][0] == [visible(bad), [500] * len(bad), "length"]


def test_what_the_network_said_is_the_tint() -> None:
    """Of a close look the network's bits are those that tint the character."""
    found = explained(MODEL, TEXT, closely=60)
    assert found.close.opinions[0] == "network"
    said = found.close.arrays["said"][:, 0].astype(float) / 1000
    np.testing.assert_allclose(said, found.bits[:60], atol=1e-3)


def test_the_page_says_what_it_shows() -> None:
    """Who has never heard of bits or models is told before the text begins, script or not."""
    head = " ".join(written(MODEL, TEXT).partition("<main>")[0].split())
    for words in (
        "the stronger a character's tint, the less it expected",
        "1 bit a toss of a coin",
    ):
        assert words in head


def test_a_text_that_grows_meanwhile() -> None:
    """Somebody writes on while it is read: what is explained is what there was to begin with."""
    explaining = Explaining(MODEL, range(2000))
    list(explaining.read([TEXT]))
    list(explaining.look([TEXT, " and more"], MODEL.mixture()))
    found = explaining.explained()
    assert found.learning is not None
    assert found.adaptive is not None
    assert len(found.learning) == len(found.bits) == found.adaptive.chars == len(TEXT)
    assert len(found.close.ghosts) == len(TEXT)


def test_a_text_that_shrinks_meanwhile() -> None:
    """There is no telling what was learned of what is gone: one line, no page."""
    explaining = Explaining(MODEL, range(2000))
    list(explaining.read([TEXT]))
    with pytest.raises(CorpusError, match="become shorter"):
        list(explaining.look([TEXT[:-1]], MODEL.mixture()))


def test_the_policy_lets_nothing_in_or_out() -> None:
    """No request of any kind, and of scripts the page's own, by its hash."""
    html = written(MODEL, TEXT)
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert found
    policy = dict(part.strip().split(" ", 1) for part in found[1].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "data:"
    assert policy["script-src"].startswith("'sha256-")
    assert "unsafe" not in found[1]
    assert not re.search(r"""(?:src|href)\s*=(?!["']data:,)""", html.split("<script>")[0])
    assert "http:" not in html
    assert "https:" not in html


def test_of_a_long_text_the_beginning_is_shown() -> None:
    """The figures are of all of it, and the page says how much of it one sees."""
    whole = explained(MODEL, TEXT)
    part = explained(MODEL, TEXT, shown=50, closely=80)
    assert part.static.chars == len(TEXT)
    assert part.static.bpc == pytest.approx(whole.static.bpc, rel=1e-6)
    assert part.adaptive == whole.adaptive
    assert [place.at for place in part.places] == [place.at for place in whole.places]
    assert part.text == TEXT[:50]
    assert len(part.close.ghosts) == len(part.bits) == 50
    assert part.learning is not None
    assert len(part.learning) == 50
    html = page(part, "long.txt", "model", MODEL.config)
    assert f"The first 50 of {len(TEXT)} characters are shown" in html
    assert Reader(html).text == TEXT[:50]
    # A word that is not shown can't be jumped to.
    jumps = [int(at) for at in re.findall(r'data-at="(\d+)"', html)]
    assert max(jumps, default=0) < 50
    assert html.count("<li>") == len(part.places) > len(jumps)


@pytest.mark.parametrize("learns", [True, False])
@pytest.mark.parametrize("text", ["a", "\n", "😀", "ab"])
def test_the_shortest_texts_have_pages(text: str, learns: bool) -> None:
    """One character is a text."""
    found = explained(MODEL, text, learns=learns)
    html = page(found, "short.txt", "model", MODEL.config)
    assert Reader(html).text == text
    assert (found.learning is None) != learns


def test_what_was_expected_is_what_the_model_says() -> None:
    """The odds on the page are the network's own, at the very character."""
    found = explained(MODEL, TEXT)
    session = MODEL.start()
    for place, character in enumerate(TEXT[:60]):
        said = session.inside().mixed
        order = np.argsort(-said, kind="stable")[:EXPECTED]
        np.testing.assert_array_equal(found.likeliest[place], order)
        np.testing.assert_allclose(found.chances[place], np.exp(said[order]), rtol=1e-4)
        session.type(character)


def test_the_mean_of_the_tinted_bits_is_the_figure() -> None:
    """What one sees is what one is told: 1e-3 bits at most lie between them."""
    found = explained(MODEL, TEXT)
    shown = np.round(found.bits * 1000) / 1000
    assert float(shown.mean()) == pytest.approx(found.static.bpc, abs=1e-3)
    assert found.learning is not None
    assert found.adaptive is not None
    assert float(found.learning.mean()) == pytest.approx(found.adaptive.bpc, abs=1e-3)


def test_progress_is_told_on_the_way() -> None:
    """A long text shows how far it has been read, both times."""
    text = TEXT * 20
    explaining = Explaining(MODEL, range(10))
    counts = [score.chars for score in explaining.read(chunked(text))]
    assert counts == sorted(counts)
    assert len(counts) > 2
    assert counts[-1] == len(text)
    again = [score.chars for score in explaining.look(chunked(text), MODEL.mixture())]
    assert len(again) > 2
    assert again[-1] == len(text)


def chunked(text: str) -> Iterable[str]:
    """A text in two pieces."""
    return (text[:777], text[777:])
