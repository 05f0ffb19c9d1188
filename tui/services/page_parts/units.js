// What a character did to the hidden units: the strip of heat, the farthest moves, the gates.

function signed(value) {
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
}

function unitName(unit) {
  const layer = Math.floor(unit / facts.hidden);
  return (facts.layers > 1 ? `layer ${layer + 1}, ` : "") + `unit ${unit % facts.hidden}`;
}

const COLUMNS = 32;

// The units as a strip of heat: a row each, over the characters up to the selected one.
function heat(look) {
  const canvas = element("canvas"), units = facts.units.length;
  const cell = 10, high = 3, top = 16, first = Math.max(0, look - COLUMNS + 1);
  canvas.width = COLUMNS * cell;
  canvas.height = top + units * high;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "Heat strip of the hidden units; the table below has the "
    + "values of those that moved most");
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink"), chosen = style.getPropertyValue("--mark");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const brush = canvas.getContext("2d");
  brush.font = "10px monospace";
  brush.textAlign = "center";
  for (let column = 0; first + column <= look; column++) {
    const at = first + column;
    brush.fillStyle = ink;
    brush.fillText(named(glyph(facts.start + at)), column * cell + cell / 2, 11);
    for (let unit = 0; unit < units; unit++) {
      const value = numbers.strip[at * units + unit] / 127, strong = Math.abs(value);
      // Orange above zero, blue below; zero is the ground.
      const hue = value > 0 ? 32 : 212;
      const light = dark ? 12 + 55 * strong : 97 - 50 * strong;
      brush.fillStyle = `hsl(${hue} 85% ${light}%)`;
      brush.fillRect(column * cell, top + unit * high, cell, high);
    }
  }
  brush.strokeStyle = chosen;
  brush.lineWidth = 2;
  brush.strokeRect((look - first) * cell, 1, cell, canvas.height - 2);
  return canvas;
}

let gatesOpen = false;

function units(look) {
  const made = element("div"), count = facts.moved, table = element("table");
  made.append(heat(look));
  made.append(element("p", "quiet",
    `${facts.units.length} of ${facts.hidden * facts.layers} units, a row each: those that move `
    + "most here. Orange is above zero, blue below."));
  table.append(head("moved most", "from", "to"));
  for (let rank = 0; rank < count; rank++) {
    const at = look * count + rank;
    table.append(row([unitName(numbers.unit[at]), signed(numbers.from[at] / 127),
      signed(numbers.to[at] / 127)]));
  }
  made.append(table);
  if (facts.gates.length) {
    const opened = element("table"), details = element("details");
    opened.append(head("", ...facts.gates));
    for (let rank = 0; rank < count; rank++) {
      const at = look * count + rank;
      opened.append(row([unitName(numbers.unit[at]), ...facts.gates.map((name, gate) => {
        const value = numbers.gates[at * facts.gates.length + gate] / 255;
        return name === "candidate" ? signed(2 * value - 1) : value.toFixed(2);
      })]));
    }
    details.open = gatesOpen;
    details.addEventListener("toggle", () => { gatesOpen = details.open; });
    details.append(element("summary", "", "The gates of these units"), opened);
    made.append(details);
  }
  return made;
}
