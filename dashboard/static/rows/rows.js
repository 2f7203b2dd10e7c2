// A list of rows: real links, which a new tab and the browser's search know, and fields in which a forecast is entered.
// All words come from the server and go in as text alone (textContent).

const SPARK = { width: 96, height: 22, edge: 2 };
const CARDS = { few: 520, many: 640, columns: 5 }; // pixels below which rows of up to five columns, or of more, are cards
const LEAST_SPAN = 0.04; // a line that moved less than four points looks calm

let typed = null; // the row and text being typed: a list that streamlit makes anew takes them over

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".rows");
  const state = (box.rowsState ??= { json: "", current: null });
  state.send = setTriggerValue;
  state.data = data;
  const json = JSON.stringify(data);
  if (json === state.json) return;
  state.json = json;
  const typing = readFocus(box) ?? (box.rowsListens ? null : typed);
  box.replaceChildren(buildTable(data, state));
  if (!findRow(box, state.current)) state.current = data.current || null;
  restoreFocus(box, typing);
  mark(box, state);
  fit(box, data);
  if (!box.rowsListens) {
    box.rowsListens = true;
    new ResizeObserver(() => fit(box, state.data)).observe(box);
    box.addEventListener("click", (event) => follow(event));
    box.addEventListener("focusin", (event) => choose(box, state, event.target.closest("tr")?.dataset.id));
    listen(box, state);
  }
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function fit(box, { columns }) {
  box.classList.toggle("cards", box.clientWidth <= (columns.length > CARDS.columns ? CARDS.many : CARDS.few));
}

function buildTable(data, state) {
  const table = make("table", "rows-table");
  table.setAttribute("aria-label", data.label);
  if (data.columns.some((column) => column.label)) {
    const head = table.createTHead().insertRow();
    data.columns.forEach((column) => head.append(buildHeading(column, data, state)));
  }
  const body = table.createTBody();
  data.rows.forEach((row) => body.append(buildRow(row, data.columns, state)));
  return table;
}

function buildHeading(column, data, state) {
  const cell = make(column.label ? "th" : "td", column.align); // an empty heading heads nothing
  if (column.label) cell.scope = "col";
  if (column.help) cell.title = column.help;
  if (!column.sort) {
    cell.textContent = column.label;
    return cell;
  }
  const button = make("button", "", column.label);
  button.type = "button";
  button.addEventListener("click", () => state.send("sort", column.sort));
  if (data.sorted === column.sort) cell.setAttribute("aria-sort", column.descending ? "descending" : "ascending");
  cell.append(button);
  return cell;
}

function buildRow(row, columns, state) {
  const line = make("tr", row.tone ?? "");
  line.dataset.id = row.id;
  columns.forEach((column) => {
    const cell = make(column.name === "title" ? "th" : "td", `${column.align} cell-${column.name}`);
    if (column.name === "title") cell.scope = "row";
    else cell.dataset.label = column.label;
    const content = row.cells[column.name];
    if (content === undefined || content === null) cell.classList.add("empty");
    else fill(cell, content, row, state);
    line.append(cell);
  });
  return line;
}

function fill(cell, content, row, state) {
  if (content.points) cell.append(buildSpark(content));
  else if (content.entry !== undefined) cell.append(...buildEntry(content, row, state));
  else if (content.href) cell.append(buildLink(content));
  else if (content.tone === "quiet") {
    cell.classList.add("quiet");
    cell.append(content.text);
  } else cell.append(content.tone ? make("span", content.tone, content.text) : content.text);
  if (content.help) cell.title = content.help;
  if (content.swatch) {
    const swatch = make("span", "swatch");
    swatch.style.background = content.swatch;
    cell.prepend(swatch);
  }
  if (content.note) cell.append(" ", make("small", "", content.note));
  content.badges?.forEach((badge) => cell.append(" ", buildBadge(badge)));
}

function buildLink({ text, href, mark, tone }) {
  const link = make("a", tone, text);
  link.href = new URL(href, window.__streamlit?.BACKEND_BASE_URL ?? document.baseURI);
  if (/^https?:/.test(href)) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" }); // another site
  if (mark) link.prepend(make("span", "mark", `${mark} `));
  return link;
}

function buildBadge({ text, tone, help }) {
  const badge = make("span", tone, text);
  if (help) badge.title = help;
  return badge;
}

// The line has a scale of its own; its ends are told in words.
function buildSpark({ points, text }) {
  const name = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(name, "svg");
  const { width, height, edge } = SPARK;
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", text);
  const middle = (Math.max(...points) + Math.min(...points)) / 2;
  const span = Math.max(Math.max(...points) - Math.min(...points), LEAST_SPAN);
  const place = (p, nr) => {
    const x = edge + (nr / Math.max(points.length - 1, 1)) * (width - 2 * edge);
    const y = height / 2 - ((p - middle) / span) * (height - 2 * edge);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const line = document.createElementNS(name, "path");
  line.setAttribute("d", `M${points.map(place).join("L")}`);
  const title = document.createElementNS(name, "title");
  title.textContent = text;
  picture.append(title, line);
  return picture;
}

// Enter saves what is typed and gives the row its keys back, Escape puts back what stood there.
function buildEntry({ entry, hint, label, problem, wide }, row, state) {
  const field = make("input", wide ? "rows-entry wide" : "rows-entry");
  field.type = "text";
  field.value = entry;
  field.placeholder = hint ?? "";
  field.setAttribute("aria-label", label);
  field.autocomplete = "off";
  field.spellcheck = false;
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && field.value.trim()) {
      event.preventDefault();
      typed = null;
      state.json = ""; // the field shows the answer even if nothing but its spelling differs
      state.send("forecast", { id: row.id, text: field.value.trim(), at: Date.now() });
      field.closest("tr").querySelector("a")?.focus();
    } else if (event.key === "Escape") {
      typed = null;
      field.value = entry;
      field.blur();
    }
  });
  field.addEventListener("focus", () => field.select());
  field.addEventListener("input", () => (typed = { id: row.id, entry: true, value: field.value }));
  field.addEventListener("blur", () => field.isConnected && (typed = null));
  if (!problem) return [field];
  const note = make("small", "problem", problem);
  note.setAttribute("role", "alert");
  return [field, note];
}

// A plain click stays within the session, as the browser's own buttons do; any other opens a tab.
function follow(event) {
  const link = event.target.closest("a");
  if (!link || link.target || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  (window.trackerGo ?? ((address) => location.assign(address)))(link.href);
}

function readFocus(box) {
  const field = document.activeElement;
  if (!box.contains(field)) return null;
  const id = field.closest("tr")?.dataset.id;
  return id ? { id, entry: field.matches("input"), value: field.value } : null;
}

function restoreFocus(box, typing) {
  if (!typing) return;
  const row = findRow(box, typing.id);
  const target = row?.querySelector(typing.entry ? "input" : "a");
  target?.focus();
  if (typing.entry && target) {
    target.value = typing.value; // an answer for another row must not take what is being typed
    target.setSelectionRange(typing.value.length, typing.value.length);
  }
}

const findRow = (box, id) => [...box.querySelectorAll("tbody tr")].find((row) => row.dataset.id === id);

function choose(box, state, id) {
  if (!id || state.current === id) return;
  state.current = id;
  mark(box, state);
}

function mark(box, state) {
  box.querySelectorAll("tbody tr").forEach((row) => {
    if (row.dataset.id === state.current) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
}

// J and K walk through the rows, A confirms the forecast of the row. `commands.js` lets single keys through only when
// the page is ready and nothing is being typed.
function listen(box, state) {
  const hear = (event) => {
    if (!box.isConnected) {
      document.removeEventListener("keydown", hear);
      return;
    }
    if (!state.data.keys || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const letter = event.key.toLowerCase();
    if (letter === "j" || letter === "k") step(box, state, letter === "j" ? 1 : -1);
    if (letter !== "a" || !state.current) return;
    event.preventDefault(); // tells `commands.js` that an answer of the server is to come
    state.send("reaffirm", { id: state.current, at: Date.now() });
  };
  document.addEventListener("keydown", hear);
}

function step(box, state, by) {
  const rows = [...box.querySelectorAll("tbody tr")];
  const place = rows.findIndex((row) => row.dataset.id === state.current);
  const row = rows[place < 0 ? 0 : Math.min(Math.max(place + by, 0), rows.length - 1)];
  row?.querySelector("a")?.focus();
  row?.scrollIntoView({ block: "nearest" });
}
