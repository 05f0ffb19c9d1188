// Which character stands where: in the text, and on the screen.

const facts = JSON.parse(document.getElementById("facts").textContent);
const text = document.getElementById("text");

// The text's characters are counted as in facts: in code points, over all of its text nodes.
const nodes = [], starts = [], places = new Map();
let chars = 0;
const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
  places.set(node, nodes.length);
  nodes.push(node);
  starts.push(chars);
  chars += /[\ud800-\udbff]/.test(node.data) ? [...node.data].length : node.data.length;
}

// Where character `index` stands: its text node, and the units before and behind it there.
function found(index) {
  let low = 0, high = nodes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= index) low = middle; else high = middle - 1;
  }
  const node = nodes[low], data = node.data;
  let before = 0;
  for (let left = index - starts[low]; left > 0; left--) {
    before += data.codePointAt(before) > 0xffff ? 2 : 1;
  }
  return { node, before, behind: before + (data.codePointAt(before) > 0xffff ? 2 : 1) };
}

function glyph(index) {
  const { node, before, behind } = found(index);
  return node.data.slice(before, behind);
}

function named(character) {
  return { "\n": "⏎", "\t": "⇥", " ": "␣" }[character] || character;
}

// The box of a character on the screen; that of a line end is its sign's.
function box(index) {
  const { node, before, behind } = found(index);
  if (node.data === "\n") return node.parentNode.getClientRects()[0];
  const range = document.createRange();
  range.setStart(node, before);
  range.setEnd(node, behind);
  const boxes = range.getClientRects();
  return boxes[boxes.length - 1] || range.getBoundingClientRect();
}

function within(rect, x, y) {
  return rect && x >= rect.left && x <= rect.right && y >= rect.top - 4 && y <= rect.bottom + 4;
}

// The character at a place on the screen, or -1. A caret stands between two characters.
function under(x, y) {
  let node, offset;
  if (document.caretPositionFromPoint) {
    const caret = document.caretPositionFromPoint(x, y);
    if (caret) [node, offset] = [caret.offsetNode, caret.offset];
  } else if (document.caretRangeFromPoint) {
    const range = document.caretRangeFromPoint(x, y);
    if (range) [node, offset] = [range.startContainer, range.startOffset];
  }
  if (!node || !text.contains(node)) return -1;
  while (node.nodeType !== Node.TEXT_NODE) {
    if (!node.childNodes.length) return -1;
    node = node.childNodes[Math.min(offset, node.childNodes.length - 1)];
    offset = 0;
  }
  const place = places.get(node);
  const near = starts[place] + [...node.data.slice(0, offset)].length;
  for (const index of [near, near - 1, near + 1]) {
    if (index >= 0 && index < chars && within(box(index), x, y)) return index;
  }
  return Math.min(near, chars - 1);
}

function place(index) {
  let low = 0, high = facts.lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (facts.lines[middle] <= index) low = middle; else high = middle - 1;
  }
  return `line ${low + 1}, column ${index - facts.lines[low] + 1}`;
}
