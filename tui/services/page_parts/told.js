// What is told of a character, as elements: odds, opinions, the ghost.

function element(tag, kind, words) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (words !== undefined) made.textContent = words;
  return made;
}

function bitsAt(list, index) {
  return list[index] / 1000;
}

function told(bits) {
  return bits >= 65.5 ? "over 65" : bits.toFixed(2);
}

function percent(share) {
  if (share >= 0.9995) return "over 99.9%";
  if (share > 0 && share < 0.0001) return "under 0.01%";
  return (share * 100).toFixed(share < 0.001 ? 2 : share < 0.1 || share > 0.99 ? 1 : 0) + "%";
}

function row(cells, kind) {
  const made = element("tr", kind);
  for (const cell of cells) {
    if (cell instanceof Node) {
      made.append(cell);
    } else {
      made.append(element("td", typeof cell === "number" || /^[-−+]?[\d.]+%?$/.test(cell)
        ? "number" : "", String(cell)));
    }
  }
  return made;
}

const NUMERIC = new Set(["probability", "weight", "bits", "up to here", "from", "to",
  ...facts.gates]);

function head(...names) {
  const made = element("tr");
  for (const name of names) {
    const cell = element("th", NUMERIC.has(name) ? "number" : "", name);
    cell.scope = "col";
    made.append(cell);
  }
  return made;
}

function bar(share) {
  const cell = element("td", "bar");
  const inner = element("span");
  inner.style.setProperty("--share", share);
  cell.append(inner);
  return cell;
}

function button(words, index) {
  const made = element("button", "", words);
  made.type = "button";
  made.dataset.at = index;
  return made;
}

// What the network expected at a character.
function expectations(index) {
  const count = facts.expected, table = element("table");
  const came = glyph(index), chance = 2 ** -bitsAt(numbers.bits, index);
  table.append(head("expected", "probability", ""));
  let there = false;
  for (let rank = 0; rank < count; rank++) {
    const at = rank * facts.shown + index;
    const symbol = facts.symbols[numbers.likeliest[at]];
    const same = named(came) === symbol;
    const share = same ? chance : (numbers.chances[at] / 255) ** 2;
    there = there || same;
    const sign = element("td", "glyph", symbol + (same ? " ← came" : ""));
    table.append(row([sign, percent(share), bar(share)], same ? "came" : ""));
  }
  if (!there) {
    const sign = element("td", "glyph", named(came) + " ← came");
    table.append(row([sign, percent(chance), bar(chance)], "came"));
  }
  return table;
}

// What each part said of the character at a close look.
function opinions(look) {
  const parts = facts.opinions.length, table = element("table");
  table.append(head("who", "weight", "bits", "expected"));
  for (let part = 0; part < parts; part++) {
    const at = look * parts + part, said = element("td", "glyph");
    for (let rank = 0; rank < facts.told; rank++) {
      const symbol = facts.symbols[numbers.told[at * facts.told + rank]];
      const share = (numbers.told_chance[at * facts.told + rank] / 255) ** 2;
      said.append(element("span", "", `${symbol} ${percent(share)}`), " ");
    }
    table.append(row([
      element("td", "", facts.opinions[part]),
      (numbers.weight[at] / 1000).toFixed(2),
      told(numbers.said[at] / 1000),
      said,
    ]));
  }
  return table;
}

const WHY = {
  threshold: "it ends where going on would be right too seldom to pay",
  lines: "it ends where it would go over too many line ends",
  length: "it is as long as a ghost may be",
  cancelled: "it was cut short",
};

function ghost(look) {
  const made = element("div"), found = facts.ghosts[look];
  if (!found) {
    made.append(element("p", "quiet", "No ghost here: nothing was likely enough."));
    return made;
  }
  const [words, chances, stopped] = found;
  let came = 0;
  const wanted = [...words];
  while (came < wanted.length && facts.start + look + came < chars
    && glyph(facts.start + look + came).replace("\n", "⏎") === wanted[came]) came++;
  made.append(element("p", "ghost", words));
  const right = came === wanted.length ? "all of it was right"
    : came ? `its first ${came} of ${wanted.length} characters were right` : "it was wrong";
  const whole = chances.reduce((product, share) => product * share / 1000, 1);
  made.append(element("p", "quiet",
    `${percent(whole)} likely as a whole; ${right}; ${WHY[stopped]}.`));
  const rows = element("table");
  rows.append(head("", "probability", "up to here"));
  let product = 1;
  wanted.forEach((character, index) => {
    product *= chances[index] / 1000;
    rows.append(row([element("td", "glyph", named(character)), percent(chances[index] / 1000),
      percent(product)]));
  });
  const details = element("details");
  details.append(element("summary", "", "The odds of each of its characters"), rows);
  made.append(details);
  return made;
}
