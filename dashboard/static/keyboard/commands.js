// The keyboard of every page. The page's shell contains this script, so it runs before any of streamlit's.
//
// Single keys are commands: streamlit runs them from a listener on the document. They reach it only when the page is
// ready and nothing can be typed into. R and C never do, with which streamlit runs the page anew and clears its cache.
// E moves the cursor into the field of the forecast, Ctrl+K opens the list of questions and pages.

const READY = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]';
const TAKES_KEYS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=slider]";
const FORM = '[class*="st-key-entry-"]';
const UNBUILT = '[data-testid="stSkeleton"], .rows:empty, .entry:not([data-question])'; // their scripts come later
const FORECAST = ".entry [data-first]"; // there once the script of the form has run
const ROW_FIELD = ".rows tr[aria-current] input, .rows:not(:has(tr[aria-current])) input";
const MODIFIERS = ["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock"];
const ANSWER_TIME = 2000; // milliseconds after which a request without an answer no longer blocks keys
const QUIET = 100; // milliseconds without a message after which an answer is complete

const PAUSE = 1000; // milliseconds without a key after which somebody who lost the field no longer types

let typed = -Infinity; // when the last letter of a text was pressed
let sent = -Infinity; // when something was last sent to the server
let received = -Infinity; // when something last came from it
let readySince = Infinity; // since when the page is ready; a key pressed before may arrive after
let watching = 0; // the timer that waits for the page to be ready
let kept = null; // keys pressed since E while its field is not there; null when no field is waited for

const plain = (event) => event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey || event.altKey);
const single = (event) => event.key.length === 1 && event.key !== " " && plain(event);

function taken(event) {
  return event.target.closest?.(TAKES_KEYS) || document.querySelector("[role=dialog], dialog[open]");
}

// Streamlit shows that the page is being made only when the server begins to answer, and a short run never: so messages
// count, too.
function ready() {
  const now = performance.now();
  if (received < sent && now - sent < ANSWER_TIME) return false;
  if (now - received < QUIET) return false;
  return document.querySelector(READY) !== null && !document.querySelector(UNBUILT);
}

// `data-keys` of the page tells whether commands act.
function watch() {
  clearTimeout(watching);
  const on = ready();
  if (!on) readySince = Infinity;
  else if (readySince === Infinity) readySince = performance.now();
  document.documentElement.dataset.keys = on ? "on" : "off";
  if (!on) watching = setTimeout(watch, QUIET / 2);
}

window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", () => {
      received = performance.now();
      watch();
    });
  }

  send(message) {
    ask();
    super.send(message);
  }
};

function ask() {
  sent = performance.now();
  watch();
}

// Before everything else.

function hear(event) {
  if (event.isComposing) return;
  const letter = event.key.toLowerCase();
  if (letter === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    stop(event);
    openJump();
  } else if (kept) keep(event);
  else if (typesOn(event)) stop(event);
  else if (letter === "e" && single(event) && !event.shiftKey && !event.repeat && !taken(event)) {
    stop(event);
    kept = [];
    moveToField();
  }
}

// Whether a letter belongs to a text whose field is gone: it must not become a command. Any other key ends the text.
function typesOn(event) {
  if (MODIFIERS.includes(event.key)) return false;
  const now = performance.now();
  const letter = event.key.length === 1 && plain(event);
  const lost = letter && !taken(event) && now - typed < PAUSE;
  typed = lost || (letter && taken(event)) ? now : -Infinity;
  return lost;
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// A key pressed while the field of the forecast is waited for. Those that type nothing go to the browser.
function keep(event) {
  if (MODIFIERS.includes(event.key)) return;
  if (!plain(event) && event.key !== "Enter") return;
  if (event.key.length > 1 && !["Tab", "Backspace", "Enter", "Escape"].includes(event.key)) return;
  stop(event);
  typed = performance.now();
  if (event.key === "Escape") kept = null;
  else if (event.key === "Backspace") kept.pop();
  else kept.push(event.shiftKey && event.key === "Tab" ? "Back" : event.key);
}

// As soon as the page is ready: the cursor into the field, and into it what was typed meanwhile.
function moveToField() {
  if (!kept) return;
  const form = document.querySelector(FORECAST);
  if (!ready() || (form ? !stays(form) : document.querySelector(FORM))) {
    setTimeout(moveToField, 30);
    return;
  }
  const field = form ?? document.querySelector(ROW_FIELD);
  const keys = kept;
  kept = null;
  if (!field) return;
  field.focus();
  keys.forEach(type);
}

// Whether the field stays: it belongs to the question of the address.
function stays(field) {
  const { question } = field.closest(".entry").dataset;
  const address = new URLSearchParams(location.search);
  return (address.get("q") ?? question) === question;
}

function type(key) {
  const at = document.activeElement;
  if (key === "Tab" || key === "Back") {
    const stops = [...document.querySelectorAll("a[href], button, input, textarea, select, [tabindex]")];
    const open = stops.filter((each) => each.tabIndex >= 0 && !each.disabled && each.getClientRects().length);
    open[open.indexOf(at) + (key === "Tab" ? 1 : -1)]?.focus();
  } else if (key === "Enter") {
    at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  } else if (at.matches("input:not([type=range], [type=checkbox], [type=radio], [type=date]), textarea")) {
    at.setRangeText(key, at.selectionStart, at.selectionEnd, "end");
    at.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

// After everything but the document's own listeners.

function guard(event) {
  if (!single(event)) return;
  const early = !ready() || event.timeStamp < readySince;
  if (event.repeat || early || taken(event) || "rc".includes(event.key.toLowerCase())) event.stopPropagation();
}

// A single key that was handled there is a command, which streamlit sends a little later.
function note(event) {
  if (single(event) && event.defaultPrevented && !taken(event)) ask();
}

addEventListener("keydown", hear, true);
document.documentElement.addEventListener("keydown", guard);
addEventListener("keydown", note);

// A click gives up the field that is waited for.

addEventListener(
  "pointerdown",
  () => {
    kept = null;
    typed = -Infinity;
  },
  true,
);
addEventListener(
  "click",
  (event) => {
    if (event.target.closest?.(".st-key-jump button")) {
      stop(event);
      openJump();
    }
  },
  true,
);
