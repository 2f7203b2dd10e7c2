// Quartiles of a number or date, as handles under the curve of the forecast, with a field for each, and the masses
// beyond open bounds. The server draws the curve; while a handle is dragged, the last one is bent to follow it.

import { buildField, draw, make } from "./parts.js";

const DAY = 86_400_000;
const [WIDTH, HEIGHT] = [1000, 100]; // of the drawing; the page stretches it
const STEP = 50; // milliseconds between two drafts while a handle is dragged
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

export function buildRange(input, changed) {
  const state = { values: [...input.values], heights: [], drawn: [], moved: new Set() };
  const scale = buildScale(input);
  const curve = buildCurve();
  const handles = input.labels.map((label, nr) => buildHandle(label, nr));
  const fields = [...input.labels, ...input.tails].map((label, nr) => {
    const date = input.date && nr < 3;
    return buildField(label, (value) => set(nr, date ? value / DAY : value), date);
  });
  const plot = make("div", "entry-plot", curve.element, ...handles);
  const ticks = make("div", "entry-ticks", ...input.ticks.map((tick) => make("span", "", tick)));
  const condition = make("p", "entry-condition", input.condition);
  condition.hidden = !input.condition;
  fields.slice(3).forEach((tail, nr) => (tail.element.hidden = !input.tails[nr]));
  const places = make("div", "entry-fields", ...fields.map((each) => each.element));
  const element = make("div", "entry-range", condition, plot, ticks, places);

  function set(nr, value, wait = 200) {
    if (!Number.isFinite(value)) return;
    state.values[nr] = value;
    state.moved.add(nr);
    paint(nr);
    bend();
    changed(wait);
  }

  // A handle stays between its neighbours.
  function drag(nr, place) {
    const least = 0.004;
    const low = nr ? scale.place(state.values[nr - 1]) + least : 0;
    const high = nr < 2 ? scale.place(state.values[nr + 1]) - least : 1;
    const value = scale.round(scale.value(Math.min(Math.max(place, low), high)));
    const ordered = (!nr || value > state.values[nr - 1]) && (nr === 2 || value < state.values[nr + 1]);
    if (ordered && value !== state.values[nr]) set(nr, value, STEP);
  }

  function buildHandle(label, nr) {
    const handle = make("button", "entry-handle");
    handle.type = "button";
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", label);
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      handle.focus();
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, width } = plot.getBoundingClientRect();
      drag(nr, (event.clientX - left) / width);
    });
    handle.addEventListener("keydown", (event) => {
      if (!KEYS[event.key]) return;
      event.preventDefault();
      const step = Math.max(0.005, (scale.step / (input.upper - input.lower)) * 1.01);
      drag(nr, scale.place(state.values[nr]) + KEYS[event.key] * step);
    });
    return handle;
  }

  function paint(typing) {
    handles.forEach((handle, nr) => {
      const value = state.values[nr];
      handle.style.setProperty("--place", Math.min(Math.max(scale.place(value), 0), 1));
      handle.setAttribute("aria-valuemin", input.lower);
      handle.setAttribute("aria-valuemax", input.upper);
      handle.setAttribute("aria-valuenow", value);
      handle.setAttribute("aria-valuetext", scale.format(value));
    });
    fields.forEach(({ field }, nr) => {
      if (nr === typing && document.activeElement === field) return;
      field.value = nr < 3 ? scale.format(state.values[nr]) : Number(state.values[nr].toPrecision(4));
    });
    curve.tails.forEach((tail, nr) => {
      tail.setAttribute("y", HEIGHT - state.values[3 + nr]);
      tail.setAttribute("height", Math.max(state.values[3 + nr], 0));
    });
  }

  function bend() {
    const ends = (places) => [0, ...places, 1];
    const now = state.values.slice(0, 3).map(scale.place);
    if (state.drawn.length) curve.draw(bendHeights(state.heights, ends(state.drawn), ends(now)));
  }

  paint();
  return {
    element,
    // Null for what was not moved: the server knows it exactly.
    read: () => (state.moved.size ? state.values.map((value, nr) => (state.moved.has(nr) ? value : null)) : null),
    write(values) {
      values.forEach((value, nr) => {
        if (!Number.isFinite(value)) return;
        state.values[nr] = value;
        state.moved.add(nr);
      });
      paint();
    },
    show(echo) {
      if (!echo.heights) return;
      state.heights = echo.heights;
      state.drawn = state.values.slice(0, 3).map(scale.place);
      curve.draw(echo.heights);
    },
  };
}

// Places 0 to 1 of values, even or by ratio, and values as they are written in a field.
export function buildScale({ lower, upper, zero, digits, date }) {
  const to = zero === null ? (x) => x : (x) => Math.log(Math.max(x - zero, Number.MIN_VALUE));
  const from = zero === null ? (x) => x : (x) => Math.exp(x) + zero;
  const step = date ? 1 : 10 ** -digits;
  const inside = (x) => Math.min(Math.max(x, lower), upper);
  return {
    step,
    place: (x) => (to(x) - to(lower)) / (to(upper) - to(lower)),
    value: (place) => from(to(lower) + place * (to(upper) - to(lower))),
    round: (x) => inside(Math.round(x / step) * step),
    format: (x) => (date ? new Date(Math.round(x) * DAY).toISOString().slice(0, 10) : x.toFixed(Math.max(digits, 0))),
  };
}

// The heights of a curve whose places `before` have moved to `now`: what lies between two of them stays between them.
export function bendHeights(heights, before, now) {
  const count = heights.length;
  return heights.map((_, nr) => {
    const x = (nr + 0.5) / count;
    const right = Math.max(now.findIndex((place) => place >= x), 1);
    const slope = (before[right] - before[right - 1]) / Math.max(now[right] - now[right - 1], 1e-9);
    const at = before[right - 1] + (x - now[right - 1]) * slope;
    return heights[Math.min(Math.max(Math.floor(at * count), 0), count - 1)] * slope;
  });
}

function buildCurve() {
  const area = draw("path", { class: "entry-area" });
  const tails = [0, WIDTH - 12].map((x) => draw("rect", { x, width: 12 }));
  const look = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  const element = draw("svg", look, area, ...tails);
  return {
    element,
    tails,
    draw(heights) {
      const highest = Math.max(...heights, 1e-9);
      const points = heights.map((height, nr) => {
        const x = ((nr + 0.5) / heights.length) * WIDTH;
        return `${x.toFixed(1)} ${(HEIGHT - (height / highest) * (HEIGHT - 6)).toFixed(1)}`;
      });
      area.setAttribute("d", `M0 ${HEIGHT}L${points.join("L")}L${WIDTH} ${HEIGHT}Z`);
    },
  };
}
