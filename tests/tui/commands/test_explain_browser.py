"""The page of `explain` in a real browser: what it shows, what it asks for, how big it is."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from charlm_core import Model, load
from charlm_core.checkpoint import write
from tests.support import LETTERS, make_checkpoint
from tests.tui.browser import MISSING, NAMES, Browser, browser_program
from tests.tui.commands.test_explain import bits_of
from tui.cli import main
from tui.services.page import level, visible_text

MOST_BYTES = 3_000_000
DOCUMENT_BYTES = 100_000

TAINTED = "A" * 3 + " " + "😀" * 8 + "é\u202e<b>\n"
"""How the document begins: its first lines hold all that is hard."""

SAID = "document.getElementById('said').textContent"
MORE = "document.getElementById('more').innerText"

TINTS = """
(() => {
  const levels = { I: 1, B: 2, U: 3, EM: 4 }, found = [];
  const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const parent = node.parentNode, line = /^l([1-4])$/.exec(parent.className);
    found.push([node.data, line ? Number(line[1]) : levels[parent.tagName] || 0]);
  }
  return found;
})()
"""

STYLES = """
["I", "B", "U", "EM"].map((tag) => {
  const style = getComputedStyle(document.querySelector(`#text ${tag}`));
  return [style.backgroundColor, style.textDecorationLine + style.textDecorationStyle,
    style.fontWeight];
})
"""


class Trap:
    """A server that nobody should ever ask for anything; `asked` holds what was."""

    def __init__(self) -> None:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.asked = asked
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    """One trap for all."""
    found = Trap()
    yield found
    found.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all: it takes a second to start."""
    with Browser(tmp_path_factory.mktemp("browser")) as found:
        found.look(1200, 900, "light")
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages and their model lie."""
    path = tmp_path_factory.mktemp("pages")
    stored = make_checkpoint(hidden=128, scale=4.0)
    write(path / "model", stored.config, stored.tensors, card="# model\n")
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    """Which reads the documents."""
    return load(folder / "model")


def explain(folder: Path, name: str, text: str, *options: str) -> Path:
    """The page of a text, made by the command itself."""
    file, out = folder / f"{name}.txt", folder / f"{name}.html"
    file.write_text(text)
    with pytest.raises(SystemExit) as exit_:
        main(["explain", str(file), "--checkpoint", str(folder / "model"), "--html", str(out),
              *options])  # fmt: skip
    assert exit_.value.code == 0
    return out


@pytest.fixture(scope="module")
def document(trap: Trap) -> str:
    """A document of 100 KB, as hard to pack as can be: every character of it is drawn by lot.

    It begins with what would ask the trap for something, were it taken for HTML.
    """
    bait = f'{TAINTED}</script><img src="{trap.address}/image" onerror="alert(1)">\n'
    bait += f'<link rel=stylesheet href="{trap.address}/style"> &lt; &amp;\n'
    rng = np.random.default_rng(1)
    drawn = "".join(rng.choice(list(LETTERS), DOCUMENT_BYTES))
    return (bait + drawn).encode()[:DOCUMENT_BYTES].decode(errors="ignore")


@pytest.fixture(scope="module")
def whole_page(folder: Path, document: str) -> Path:
    """The page of the document, with all that there is to show."""
    return explain(folder, "document", document)


@pytest.fixture
def opened(browser: Browser, whole_page: Path) -> Browser:
    """The browser, with that page in front of one and nothing selected."""
    browser.look(1200, 900, "light")
    if browser.value("location.href") != whole_page.as_uri():
        browser.open(whole_page)
    browser.value("document.getElementById('text').focus()")
    browser.press("Escape")
    browser.value("document.activeElement.blur(); scrollTo(0, 0)")
    return browser


def test_the_page_of_100_kb_is_small_enough_to_send(whole_page: Path, document: str) -> None:
    """Under 3 MB, with odds, sources, units, gates and ghosts."""
    assert DOCUMENT_BYTES - 4 < len(document.encode()) <= DOCUMENT_BYTES
    assert whole_page.stat().st_size < MOST_BYTES


def test_nothing_is_asked_for(opened: Browser, trap: Trap, whole_page: Path) -> None:
    """Opened, pointed at and clicked through, the page asks nobody for anything."""
    opened.open(whole_page)
    opened.value("document.getElementById('text').focus()")
    for key in ("ArrowRight", "n", "End"):
        opened.press(key)
    opened.value("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    opened.value("new Promise((done) => { setTimeout(done, 200); })")
    assert opened.requests == [whole_page.as_uri()]
    assert trap.asked == []
    assert opened.faults == []


def test_a_request_would_have_been_seen(browser: Browser, trap: Trap, folder: Path) -> None:
    """The same trap catches a page that asks, and the policy of ours would stop it."""
    image = f'<img src="{trap.address}/seen">'
    loud = folder / "loud.html"
    loud.write_text(f"<!doctype html><title>loud</title>{image}")
    browser.open(loud)
    assert f"{trap.address}/seen" in browser.requests
    assert "/seen" in trap.asked
    trap.asked.clear()
    ours = explain(folder, "small", "ab")
    bound = folder / "bound.html"
    # Were the page's own escaping to fail, this is what would happen.
    bad = f'{image}<script>fetch("{trap.address}/fetched")</script>'
    bound.write_text(ours.read_text().replace("<main>", f"<main>{bad}"))
    browser.open(bound)
    assert trap.asked == []
    assert any("Content Security Policy" in fault for fault in browser.faults)
    assert browser.value("document.querySelectorAll('main > img').length") == 1


def test_the_text_and_its_tints_are_there(opened: Browser, document: str, model: Model) -> None:
    """All of the text, and each character in the tint of its bits."""
    found = opened.value(TINTS)
    assert "".join(run for run, _ in found) == visible_text(document)
    tints = [tint for run, tint in found for _ in run]
    assert tints == [level(float(bits)) for bits in bits_of(model, document)]
    assert set(tints) == {0, 1, 2, 3, 4}
    # Characters that are two units wide to the script stand before others in one node.
    assert any("😀😀" in run for run, _ in found)


def test_tints_differ_without_colour_too(opened: Browser) -> None:
    """Each step has another ground, and beyond the first another underline; light and dark."""
    light = opened.value(STYLES)
    opened.look(1200, 900, "dark")
    dark = opened.value(STYLES)
    for styles in (light, dark):
        assert len({ground for ground, _, _ in styles}) == 4
        assert len({line for _, line, _ in styles}) == 4
    assert not {ground for ground, _, _ in light} & {ground for ground, _, _ in dark}


@pytest.mark.parametrize(("width", "height"), [(1200, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen(opened: Browser, width: int, height: int, scheme: str) -> None:
    """On a desk and on a phone nothing has to be scrolled sideways, and contrast is kept."""
    opened.look(width, height, scheme)
    opened.value("document.getElementById('text').focus()")
    opened.press("ArrowRight")
    assert opened.value("document.documentElement.scrollWidth") <= width
    low = opened.value(
        "document.getElementById('mark').getBoundingClientRect().bottom - "
        "(innerWidth < 896 ? document.getElementById('about').getBoundingClientRect().top"
        " : innerHeight)"
    )
    assert low <= 0
    for pair in opened.value(CONTRASTS):
        assert contrast(*pair) >= 4.5


CONTRASTS = """
["BODY", ".quiet", "#text I", "#text B", "#text U", "#text EM", "#said"].map((one) => {
  const node = document.querySelector(one);
  let ground = node;
  while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") {
    ground = ground.parentElement;
  }
  return [getComputedStyle(node).color, getComputedStyle(ground).backgroundColor];
})
"""


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)`, by WCAG 2."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_keyboard_walks_through_the_text(opened: Browser, document: str, model: Model) -> None:
    """Arrows go by character and line, over marks that are two units wide as over any other."""
    bits = bits_of(model, document)
    opened.value("document.getElementById('text').focus()")
    assert opened.value(SAID) == "No character is selected."
    for place in range(16):
        opened.press("ArrowRight")
        sign = {"\n": "⏎", " ": "␣", "\u202e": "·"}.get(document[place], document[place])
        where, said = opened.value(SAID).removesuffix(" bits").rsplit(": ", 1)
        assert where == f"{sign} · line 1, column {place + 1}"
        assert float(said) == pytest.approx(float(bits[place]), abs=0.006)
    opened.press("ArrowLeft")
    assert "column 15:" in opened.value(SAID)
    opened.press("Home")
    assert "line 1, column 1:" in opened.value(SAID)
    opened.press("ArrowDown")
    assert "line 2, column 1:" in opened.value(SAID)
    opened.press("ArrowUp")
    opened.press("End")
    assert opened.value(SAID).startswith(f"⏎ · line 1, column {len(TAINTED)}:")
    opened.press("n")
    onward = next(at for at in range(len(TAINTED), len(document)) if bits[at] >= 8)
    line = document.count("\n", 0, onward) + 1
    column = onward - document.rfind("\n", 0, onward)
    assert f"line {line}, column {column}:" in opened.value(SAID)
    opened.press("Escape")
    assert opened.value(SAID) == "No character is selected."


def test_the_mouse_points_at_characters(opened: Browser, document: str) -> None:
    """Pointing shows, clicking keeps it, a word of the list and the curve lead into the text."""
    box = """(() => {
      const walker = document.createTreeWalker(document.getElementById("text"), 4);
      const wanted = %d;
      for (let node, seen = 0; (node = walker.nextNode()); seen += [...node.data].length) {
        if (seen + [...node.data].length > wanted) {
          const range = document.createRange();
          range.setStart(node, wanted - seen);
          range.setEnd(node, wanted - seen + 1);
          const rect = range.getBoundingClientRect();
          return [rect.left + rect.width * 0.7, rect.top + rect.height / 2];
        }
      }
    })()"""
    start = len(TAINTED)
    opened.point(*opened.value(box % (start + 4)))
    assert "line 2, column 5:" in opened.value(SAID)
    opened.point(*opened.value(box % (start + 6)), click=True)
    assert "line 2, column 7:" in opened.value(SAID)
    opened.point(*opened.value(box % (start + 9)))
    assert "line 2, column 7:" in opened.value(SAID)
    opened.value("document.querySelector('#words button').click()")
    at = opened.value("Number(document.querySelector('#words button').dataset.at)")
    line = document.count("\n", 0, at) + 1
    column = at - document.rfind("\n", 0, at)
    assert f"{document[at]} · line {line}, column {column}:" in opened.value(SAID)
    seen = opened.value("document.getElementById('mark').getBoundingClientRect().top")
    assert 0 <= seen <= 900


def test_what_was_expected_is_shown(opened: Browser, document: str, model: Model) -> None:
    """At a character stand the network's odds, what each source said, the units, the gates."""
    place = 40
    session = model.start(document[:place])
    said = session.inside().mixed
    opened.value("document.getElementById('text').focus()")
    for _ in range(place + 1):
        opened.press("ArrowRight")
    shown = opened.value(MORE)
    best = int(np.argmax(said))
    name = {"\n": "⏎", " ": "␣"}.get(model.vocab.symbols[best], model.vocab.symbols[best])
    first = shown.split("probability")[1].split("%")[0].split()
    assert first[0] == name
    assert float(first[-1]) == pytest.approx(100 * float(np.exp(said[best])), abs=1.5)
    assert "← came" in shown
    for words in ("Learning along:", "network, adapted", "memory, long contexts", "ghost", "unit "):
        assert words in shown
    along = shown.split("Learning along: ")[1].split(" bits")[0]
    assert f"raised to its weight: {along} bits" in shown
    session.type(document[place])
    (layer,) = session.inside().layers
    unit = int(np.argmax(layer.moved))
    row = f"unit {unit}\t{layer.before[unit]:+.2f}\t{layer.hidden[unit]:+.2f}".replace("-", "−")
    rows = shown.split("moved most")[1].splitlines()
    assert any(same_row(row, one) for one in rows[1:3])
    opened.value("document.querySelectorAll('#more details').forEach(o => { o.open = true; })")
    gates = opened.value(MORE)
    for name in ("forget", "input", "output", "candidate"):
        assert name in gates
    # The strip of heat is not of one colour.
    colours = opened.value("""(() => {
      const canvas = document.querySelector("#more canvas"), found = new Set();
      const data = canvas.getContext("2d").getImageData(0, 20, canvas.width, canvas.height - 20);
      for (let at = 0; at < data.data.length; at += 4) {
        found.add(data.data.slice(at, at + 3).join());
      }
      return found.size;
    })()""")
    assert colours > 50
    # Where no close look was taken the page says so, and leads to where one was.
    opened.value("document.querySelector('#curve').scrollIntoView()")
    box = opened.value(
        "(() => { const r = document.getElementById('curve').getBoundingClientRect();"
        "return [r.left + r.width * 0.9, r.top + 20]; })()"
    )
    opened.point(*box, click=True)
    assert "Characters 1 to 2000 were looked at more closely" in opened.value(MORE)
    opened.value("document.querySelector('#more button').click()")
    assert "line 1, column 1:" in opened.value(SAID)


def same_row(one: str, other: str) -> bool:
    """Whether two rows hold the same figures, to a step of what the page keeps."""
    mine, theirs = (row.replace("−", "-").split("\t") for row in (one, other))
    return mine[0] == theirs[0] and [float(part) for part in mine[1:]] == pytest.approx(
        [float(part) for part in theirs[1:]], abs=0.011
    )


def test_without_a_browser_one_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These tests never pass for want of a browser: they fail, and say what to do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(AssertionError, match="make browser"):
        browser_program()
    assert "\n" not in MISSING
    for name in NAMES[::-1]:
        (tmp_path / name).touch(mode=0o755)
        assert Path(browser_program()).name == name
    monkeypatch.setenv("CHROMIUM", "none-such")
    with pytest.raises(AssertionError, match="make browser"):
        browser_program()
