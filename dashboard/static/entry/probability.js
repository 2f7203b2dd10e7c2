// The slider of a probability, with marks: what you said before, base rate, crowd and estimate. Its stops lie close
// together near the ends, so a mark has its place between the stops around it.

import { make } from "./parts.js";

const GAP = 10; // pixels between two labels
const PLAIN = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/;

export function buildProbability({ stops, marks }, _changed, type) {
  const slider = make("input");
  Object.assign(slider, { type: "range", min: 0, max: stops.length - 1, step: 1 });
  slider.setAttribute("aria-label", "Probability of YES, slider");
  const labels = make("div", "entry-labels");
  const element = make("div", "entry-probability", slider, labels);

  const move = (p) => {
    slider.value = Math.round(placeOf(p, stops) * (stops.length - 1));
    paint();
  };
  const paint = () => slider.setAttribute("aria-valuetext", `${stops[slider.value] / 10}%`);
  slider.addEventListener("input", () => {
    paint();
    type(`${stops[slider.value] / 10}%`);
  });

  const shown = marks.map((mark) => {
    const tick = make("i", "entry-tick");
    tick.style.setProperty("--place", placeOf(mark.p, stops));
    tick.style.background = mark.colour;
    const sign = make("b", "", mark.sign);
    sign.style.color = mark.colour;
    const label = make("span", "entry-label", sign, ` ${mark.label}`);
    element.insertBefore(tick, labels);
    labels.append(label);
    return { label, place: placeOf(mark.p, stops) };
  });
  new ResizeObserver(() => spread(labels, shown)).observe(labels);

  return {
    element,
    read: () => null,
    write() {},
    show: (echo) => echo.p !== undefined && document.activeElement !== slider && move(echo.p),
    // A plain number moves the slider at once; what else is typed waits for the server, which reads it.
    guess(text) {
      const match = PLAIN.exec(text);
      const p = match && Number(match[1]) / (match[2] || Number(match[1]) > 1 ? 100 : 1);
      if (match && p <= 1 && document.activeElement !== slider) move(p);
    },
  };
}

// The place of a probability on the slider, 0 to 1.
export function placeOf(p, stops) {
  const last = stops.length - 1;
  const value = Math.min(Math.max(1000 * p, stops[0]), stops[last]);
  const right = Math.max(stops.findIndex((stop) => stop >= value), 1);
  const share = (value - stops[right - 1]) / (stops[right] - stops[right - 1]);
  return (right - 1 + share) / last;
}

// Labels stand under their marks, in one row if they fit, else in two; where two would overlap, both give way.
function spread(box, marks) {
  const width = box.clientWidth;
  if (!width) return;
  const sorted = [...marks].sort((a, b) => a.place - b.place);
  const sizes = sorted.map(({ label }) => label.offsetWidth);
  const sum = sizes.reduce((total, size) => total + size + GAP, -GAP);
  const rows = sum > width ? 2 : 1;
  for (let row = 0; row < rows; row++) {
    const placed = [];
    sorted.forEach(({ place }, nr) => {
      if (nr % rows !== row) return;
      const left = place * width - sizes[nr] / 2;
      placed.push({ nr, size: sizes[nr], left: Math.min(Math.max(left, 0), width - sizes[nr]) });
    });
    settle(placed, width);
    placed.forEach(({ nr, left }) => (sorted[nr].label.style.transform = `translate(${left}px, ${row * 1.15}em)`));
  }
  box.style.height = `${rows * 1.25}em`;
}

// Push each label behind the one before it, then all back from the right edge.
function settle(placed, width) {
  let free = 0;
  for (const label of placed) {
    label.left = Math.max(label.left, free);
    free = label.left + label.size + GAP;
  }
  let edge = width;
  for (const label of [...placed].reverse()) {
    label.left = Math.min(label.left, edge - label.size);
    edge = label.left - GAP;
  }
}
