// An essay, sentence by sentence: each is a link that picks it. The texts are other people's, so they go in as text
// alone (textContent), never as markup. Streamlit calls the function whenever the page has something new to show.

const LONG_WORD = 25;
const NARROW = "(max-width: 640px)";
let awaited = null; // what was picked here and is not yet shown beside the text

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".essay");
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
  const words = document.createElement("span");
  words.className = entry.look;
  words.style.setProperty("--shade", "27%");
  words.textContent = entry.words;
  line.append(marked(entry.mark), words, ` ${entry.count}`);
  return line;
}

function marked(text) {
  const mark = document.createElement("span");
  mark.className = "mark";
  mark.textContent = text;
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

function drawn(piece, address) {
  if (piece.at === null) {
    const plain = document.createElement("span");
    plain.textContent = piece.text;
    return plain;
  }
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
    const head = document.createElement("span"); // the mark never stands alone at the end of a line
    head.className = "head";
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
