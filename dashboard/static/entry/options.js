// The shares of options, as bars that sum to 100: one is dragged or typed, the others give way in proportion, except
// those that are locked.

import { buildField, draw, make } from "./parts.js";

export function buildOptions({ options, values: initial }, changed) {
  let values = [...initial];
  let origin = null; // the shares when a bar was taken hold of: the others give way from there
  let touched = false;
  const locked = new Set();

  const set = (nr, share) => {
    origin ??= [...values];
    values = giveWay(origin, locked, nr, share);
    touched = true;
    paint(nr);
    changed();
  };
  const rows = options.map((name, nr) => {
    const slider = make("input");
    Object.assign(slider, { type: "range", min: 0, max: 100, step: 1 });
    slider.setAttribute("aria-label", `${name}, slider`);
    slider.addEventListener("input", () => set(nr, Number(slider.value)));
    slider.addEventListener("change", () => (origin = null));
    const { field } = buildField(name, (share) => Number.isFinite(share) && set(nr, share));
    field.setAttribute("aria-label", `${name}, %`);
    field.addEventListener("change", () => {
      origin = null;
      paint();
    });
    const lock = buildLock(name, (on) => {
      locked[on ? "add" : "delete"](nr);
      field.disabled = slider.disabled = on;
    });
    return { slider, field, element: make("div", "entry-option", make("span", "", name), slider, field, lock) };
  });

  const paint = (typing) =>
    rows.forEach(({ slider, field }, nr) => {
      slider.value = values[nr];
      slider.setAttribute("aria-valuetext", `${round(values[nr])}%`);
      if (nr !== typing || document.activeElement !== field) field.value = round(values[nr]);
    });
  paint();

  return {
    element: make("div", "entry-options", ...rows.map((row) => row.element)),
    read: () => (touched ? values : null),
    write(shares) {
      if (!shares.every(Number.isFinite)) return;
      values = [...shares];
      touched = true;
      paint();
    },
    show() {},
    silent: true, // the bars tell what is set
  };
}

function buildLock(name, turn) {
  const shackle = draw("path", { d: "M4 7V5a3 3 0 0 1 6 0v2" });
  const picture = draw("svg", { viewBox: "0 0 14 14" }, draw("rect", { x: 2, y: 7, width: 10, height: 6 }), shackle);
  const lock = make("button", "entry-lock", picture);
  lock.type = "button";
  lock.title = "Lock this share";
  lock.setAttribute("aria-label", `Lock ${name}`);
  lock.setAttribute("aria-pressed", "false");
  lock.addEventListener("click", () => {
    const on = lock.getAttribute("aria-pressed") === "false";
    lock.setAttribute("aria-pressed", String(on));
    turn(on);
  });
  return lock;
}

const round = (share) => Number(share.toFixed(1));

// The shares once one of them is `share`: what is left goes to those that are not locked, in proportion.
export function giveWay(shares, locked, nr, share) {
  const others = shares.map((_, other) => other).filter((other) => other !== nr && !locked.has(other));
  if (!others.length) return [...shares];
  const free = others.reduce((sum, other) => sum + shares[other], 0);
  const room = free + shares[nr];
  const taken = Math.min(Math.max(share, 0), room);
  const next = [...shares];
  next[nr] = taken;
  others.forEach((other) => {
    next[other] = (room - taken) * (free > 0 ? shares[other] / free : 1 / others.length);
  });
  return next;
}
