// Texts of other people: an essay, in which each sentence is a link that picks it, or a report with the words that
// matched marked. They go in as text alone (textContent), never as markup. Streamlit calls the function whenever the page
// has something new to show.

const LONG_WORD = 25;
const NARROW = "(max-width: 640px)";
let awaited = null; // what was picked here and is not yet shown beside the text

export default function ({ parentElement, data, setTriggerValue }) {
  const reader = parentElement.querySelector(".reader");
  if (data.report) reader.replaceChildren(...data.report.map(markedText));
  else showEssay(reader, data, setTriggerValue);
}

function markedText({ look, pieces }) {
  const text = make("p", `marked ${look}`);
  text.append(...pieces.map(([words, hit]) => (hit ? make("mark", "", words) : words)));
  return text;
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function showEssay(reader, data, setTriggerValue) {
  if (!reader.firstChild) reader.append(make("ul", "legend"), make("div", "essay"));
  const box = reader.lastChild;
  box.setAttribute("role", "group");
  if (box.dataset.version !== data.version) draw(box, data);
  const picks = [...box.querySelectorAll("a")];
  const pick = (link) => {
    awaited = link.dataset.at;
    show(box, picks, awaited);
    setTriggerValue("picked", Number(awaited));
  };
  box.onclick = (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a tab or window of its own
    event.preventDefault();
    pick(link);
  };
  box.onkeydown = (event) => walk(event, picks);
  show(box, picks, data.selected);
  follow(data.selected);
}

function draw(box, data) {
  const blocks = data.blocks.map((pieces) => {
    const block = document.createElement("p");
    block.append(...pieces.flatMap((piece) => [drawn(piece, data.address), " "]));
    return block;
  });
  box.replaceChildren(...blocks);
  box.previousElementSibling.replaceChildren(...data.legend.map(explained));
  box.setAttribute("aria-label", data.label);
  box.dataset.version = data.version;
}

// A state in the legend, as it looks in the text.
function explained(entry) {
  const line = document.createElement("li");
  const words = make("span", entry.look, entry.words);
  words.style.setProperty("--shade", "27%");
  line.append(marked(entry.mark), words, ` ${entry.count}`);
  return line;
}

function marked(text) {
  const mark = make("span", "mark", text);
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

function drawn(piece, address) {
  if (piece.at === null) return make("span", "", piece.text);
  const link = document.createElement("a");
  link.href = address + piece.at;
  link.dataset.at = piece.at;
  link.className = piece.look;
  link.title = piece.words;
  link.dir = "auto";
  link.tabIndex = -1;
  const word = piece.text.split(" ", 1)[0];
  const first = word.length < LONG_WORD ? word : "";
  if (piece.mark) {
    const head = make("span", "head"); // the mark never stands alone at the end of a line
    head.append(marked(piece.mark), first);
    link.append(head);
    link.setAttribute("aria-label", `${piece.text} (${piece.words})`);
  }
  if (piece.shade !== null) link.style.setProperty("--shade", `${piece.shade}%`);
  link.append(piece.mark ? piece.text.slice(first.length) : piece.text);
  return link;
}

// One sentence is picked; it, or else the first that looks ahead, is where the tab key comes in.
function show(box, picks, selected) {
  const chosen = picks.find((link) => link.dataset.at === String(selected));
  for (const link of picks) {
    link.tabIndex = -1;
    link.removeAttribute("aria-current");
  }
  chosen?.setAttribute("aria-current", "true");
  const entry = chosen ?? picks.find((link) => link.className !== "plain") ?? picks[0];
  if (entry) entry.tabIndex = 0;
  if (chosen && box.dataset.shown === undefined) box.scrollIntoView({ block: "nearest" }); // the address named it
  if (chosen && box.dataset.shown !== String(selected)) bring(box, chosen);
  box.dataset.shown = String(selected);
}

// Scroll the text, not the page.
function bring(box, link) {
  const around = box.getBoundingClientRect();
  const place = link.getBoundingClientRect();
  if (place.top < around.top || place.bottom > around.bottom) {
    box.scrollTop += place.top - around.top - around.height / 3;
  }
}

// The arrows go from claim to claim.
function walk(event, picks) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const here = picks.indexOf(event.target);
  if (!step || here < 0) return;
  event.preventDefault();
  let next = here + step;
  while (picks[next] && picks[next].className === "plain") next += step;
  if (!picks[next]) return;
  event.target.tabIndex = -1;
  picks[next].tabIndex = 0;
  picks[next].focus();
}

// On a phone what was picked is shown below the text: go there.
function follow(selected) {
  if (awaited === null || awaited !== String(selected)) return;
  awaited = null;
  if (window.matchMedia(NARROW).matches) {
    document.querySelector(".st-key-claim")?.scrollIntoView({ block: "start" });
  }
}
