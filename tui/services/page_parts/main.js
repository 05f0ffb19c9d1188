// The character that is looked at, and how one gets to another.

const mark = document.getElementById("mark");
const here = document.getElementById("here");
const said = document.getElementById("said");
const more = document.getElementById("more");

let numbers = null, fault = "";
let pinned = -1, shown = -1;

function show(index) {
  shown = index;
  more.replaceChildren();
  if (index < 0) {
    mark.hidden = here.hidden = true;
    said.textContent = "No character is selected.";
    return;
  }
  const rect = box(index), sheet = text.getBoundingClientRect();
  mark.hidden = here.hidden = false;
  if (rect) {
    mark.style.left = `${rect.left - sheet.left - 1}px`;
    mark.style.top = `${rect.top - sheet.top - 1}px`;
    mark.style.width = `${rect.width + 2}px`;
    mark.style.height = `${rect.height + 2}px`;
  }
  here.style.left = `${index / Math.max(1, chars) * 100}%`;
  if (!numbers) {
    said.textContent = `${named(glyph(index))} · ${place(index)}`;
    more.append(element("p", "quiet", fault || "The figures are being unpacked …"));
    return;
  }
  said.textContent = `${named(glyph(index))} · ${place(index)}: `
    + `${told(bitsAt(numbers.bits, index))} bits`;
  if (numbers.learning) {
    more.append(element("p", "",
      `Learning along: ${told(bitsAt(numbers.learning, index))} bits.`));
  }
  more.append(expectations(index));
  const look = index - facts.start;
  if (look < 0 || look >= facts.looks) {
    if (facts.looks) {
      const line = element("p", "quiet", `Characters ${facts.start + 1} to `
        + `${facts.start + facts.looks} were looked at more closely: `);
      line.append(button("go there", facts.start));
      more.append(line);
    }
    return;
  }
  more.append(element("h3", "", "Who said what"), opinions(look));
  if (facts.opinions.length > 1) {
    const length = numbers.matched[look];
    more.append(element("p", "quiet", (length
      ? `The memory knows the last ${length} characters.` : "The memory knows nothing like it.")
      + " Together they predict the product of what each says, raised to its weight: "
      + `${told(bitsAt(numbers.learning, index))} bits.`));
  }
  more.append(element("h3", "", "The ghost in its place"), ghost(look));
  more.append(element("h3", "", "What it did to the hidden units"), units(look));
}

function pin(index) {
  pinned = Math.max(0, Math.min(chars - 1, index));
  if (!chars) return;
  show(pinned);
  const rect = box(pinned), low = innerWidth <= 896 ? innerHeight / 2 : innerHeight - 20;
  if (rect && (rect.top < 20 || rect.bottom > low)) {
    scrollBy(0, rect.top - low / 2);
    show(pinned);
  }
}

// The character a line above or below, at the same height of the screen.
function beside(index, down) {
  const rect = box(index), x = rect.left + rect.width / 2;
  const step = parseFloat(getComputedStyle(text).lineHeight);
  for (let lines = 1; lines <= 3; lines++) {
    const y = (rect.top + rect.bottom) / 2 + (down ? step : -step) * lines;
    if (y < 0 || y > innerHeight) scrollBy(0, down ? step * 4 : -step * 4);
    const now = box(index);
    const next = under(x, (now.top + now.bottom) / 2 + (down ? step : -step) * lines);
    if (next >= 0 && next !== index) return next;
  }
  return index;
}

function surprising(index, way) {
  if (!numbers) return index;
  for (let at = index + way; at >= 0 && at < chars; at += way) {
    if (numbers.bits[at] >= 8000) return at;
  }
  return index;
}

function edge(index, way) {
  let at = index;
  while (at + way >= 0 && at + way < chars
    && glyph(way < 0 ? at - 1 : at) !== "\n") at += way;
  return at;
}

text.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const now = Math.max(0, pinned >= 0 ? pinned : shown);
  const fresh = pinned < 0 && shown < 0;
  const goal = {
    ArrowRight: () => (fresh ? 0 : now + 1), ArrowLeft: () => now - 1,
    ArrowDown: () => (fresh ? 0 : beside(now, true)), ArrowUp: () => beside(now, false),
    Home: () => edge(now, -1), End: () => edge(now, 1),
    n: () => surprising(fresh ? -1 : now, 1), p: () => surprising(now, -1),
    N: () => surprising(now, -1),
  }[event.key];
  if (goal && chars) {
    event.preventDefault();
    pin(goal());
  } else if (event.key === "Escape") {
    pinned = -1;
    show(-1);
  }
});
text.addEventListener("pointermove", (event) => {
  if (pinned >= 0 || event.pointerType === "touch") return;
  const index = under(event.clientX, event.clientY);
  if (index !== shown) show(index);
});
text.addEventListener("click", (event) => {
  const index = under(event.clientX, event.clientY);
  if (index < 0 || index === pinned) {
    pinned = -1;
    show(index);
  } else {
    pinned = index;
    show(index);
  }
});
document.addEventListener("click", (event) => {
  const at = event.target.dataset ? event.target.dataset.at : undefined;
  if (at === undefined) return;
  pin(Number(at));
  text.focus({ preventScroll: true });
});
document.getElementById("curve").addEventListener("click", (event) => {
  const rect = event.currentTarget.getBoundingClientRect();
  pin(Math.floor((event.clientX - rect.left) / rect.width * chars));
});
addEventListener("resize", () => { if (shown >= 0) show(shown); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(shown));

async function unpack() {
  const packed = Uint8Array.from(
    atob(document.getElementById("numbers").textContent), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const kinds = { u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array };
  const made = {};
  for (const [name, kind, start, count] of facts.arrays) {
    const size = kinds[kind].BYTES_PER_ELEMENT;
    made[name] = new kinds[kind](buffer.slice(start, start + count * size));
  }
  return made;
}

unpack().then((made) => {
  numbers = made;
  document.body.dataset.ready = "yes";
  if (shown >= 0) show(shown);
}).catch((error) => {
  fault = `This browser can't unpack the figures (${error}); the tints are all it can show.`;
  document.body.dataset.ready = "no";
  if (shown >= 0) show(shown);
});
