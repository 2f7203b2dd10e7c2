// The list of questions and pages: a combobox in a dialog, which needs the server only for what it lists.

const MOST = 50; // entries shown; the others are found by typing
let jump = null; // the dialog with its field and list, once it was opened
let entries = []; // what can be gone to, in order: path, words, note
let shown = []; // those that contain what is typed
let chosen = 0; // which of them is chosen
let chosenEarly = false; // Enter was pressed before the entries were there

function build() {
  const dialog = document.createElement("dialog");
  dialog.id = "jump";
  dialog.setAttribute("aria-label", "Jump to");
  dialog.dataset.reactAriaTopLayer = "true"; // a dialog of streamlit that is open leaves it the focus
  dialog.innerHTML =
    '<input type="text" role="combobox" aria-label="Page or question" aria-controls="jump-list" aria-expanded="true"' +
    ' aria-autocomplete="list" autocomplete="off" spellcheck="false" placeholder="Search questions and pages">' +
    '<ul id="jump-list" role="listbox" aria-label="Questions and pages"></ul><p role="status"></p>';
  const [field, list, status] = dialog.children;
  field.addEventListener("input", () => showEntries());
  field.addEventListener("keydown", steer);
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(shown[[...list.children].indexOf(option)]);
    else if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  return { dialog, field, list, status };
}

function openJump() {
  kept = null;
  jump ??= build();
  const { dialog, field } = jump;
  if (!dialog.open) {
    dress();
    field.value = "";
    chosenEarly = false;
    dialog.showModal();
    showEntries();
    fetchEntries();
  }
  field.focus();
}

// Font and colour scheme of the page, which may change while the list is open.
function dress() {
  const app = document.querySelector('[data-testid="stApp"]') ?? document.body;
  const look = getComputedStyle(app);
  for (const name of ["fontFamily", "fontSize", "colorScheme"]) jump.dialog.style[name] = look[name];
  new MutationObserver((_, once) => {
    once.disconnect();
    if (jump.dialog.open) dress();
  }).observe(app, { attributeFilter: ["class", "style"] });
}

async function fetchEntries() {
  try {
    const answer = await fetch(new URL("jump.json", window.__streamlit.BACKEND_BASE_URL));
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = await answer.json();
    if (JSON.stringify(fresh) === JSON.stringify(entries)) return;
    entries = fresh;
  } catch {
    jump.status.textContent = "The server isn’t responding.";
    return;
  }
  showEntries();
  if (chosenEarly) go(shown[chosen]);
}

// Every word typed is contained; a page whose title begins so comes first, otherwise the order stays.
function showEntries() {
  const typed = jump.field.value.trim().toLowerCase();
  const words = typed.split(/\s+/);
  const fits = entries.filter((each) => words.every((word) => each.words.toLowerCase().includes(word)));
  const named = fits.filter((each) => typed && each.note === "page" && each.words.toLowerCase().startsWith(typed));
  shown = [...named, ...fits.filter((each) => !named.includes(each))].slice(0, MOST);
  jump.list.replaceChildren(...shown.map(option));
  const nothing = entries.length ? "No matches." : "";
  jump.status.textContent = fits.length ? `${shown.length} of ${entries.length}` : nothing;
  point(0);
}

function option({ words, note }, nr) {
  const item = document.createElement("li");
  item.id = `jump-${nr}`;
  item.role = "option";
  item.textContent = words;
  const small = document.createElement("small");
  small.textContent = note;
  item.append(" ", small);
  return item;
}

function point(nr) {
  chosen = Math.max(0, Math.min(nr, shown.length - 1));
  [...jump.list.children].forEach((each, place) => each.setAttribute("aria-selected", place === chosen));
  const item = jump.list.children[chosen];
  if (item) jump.field.setAttribute("aria-activedescendant", item.id);
  else jump.field.removeAttribute("aria-activedescendant");
  item?.scrollIntoView({ block: "nearest" });
}

function steer(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") point(chosen + 1);
  else if (event.key === "ArrowUp") point(chosen - 1);
  else if (event.key === "Enter") entries.length ? go(shown[chosen]) : (chosenEarly = true);
  else return;
  event.preventDefault();
}

// To another page within the session, as the browser's own buttons go; from a page that has not begun, by loading it.
function go(entry) {
  if (!entry || !jump.dialog.open) return;
  jump.dialog.close();
  goTo(new URL(entry.path, window.__streamlit.BACKEND_BASE_URL));
}

function goTo(address) {
  if (!document.querySelector('[data-testid="stApp"]:not([data-test-script-state="initial"])')) {
    location.assign(address);
    return;
  }
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}

window.trackerGo = goTo; // for the links of our components
