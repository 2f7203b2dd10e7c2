// The form of a forecast. The text field is read by the server, which echoes what it understood; slider, handles and
// bars are inputs of the question's kind. Texts from the server go in as text alone (textContent).
//
// What is typed and not yet saved is kept in the browser, so that a reload or a closed tab does not lose it. A draft
// belongs to the act that stood when it was typed: once there is a newer one, it is out of date and goes.

import { buildOptions } from "./options.js";
import { buildProbability } from "./probability.js";
import { buildRange } from "./range.js";

const PAUSE = 200; // milliseconds without a key after which the text is sent

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const box = parentElement.querySelector(".entry");
  box.form ??= new Form(box);
  box.form.send = { draft: (value) => setStateValue("draft", value), act: (value) => setTriggerValue("act", value) };
  box.form.update(data);
}

class Form {
  constructor(box) {
    this.box = box;
    this.find = (name) => box.querySelector(name);
    this.text = this.find(".entry-text");
    this.why = this.find("textarea");
    this.cites = new Set();
    this.sentForm = null; // the rendering whose content was sent with an act
    this.timer = 0;
    this.text.addEventListener("focus", () => this.text.select());
    this.text.addEventListener("mousedown", (event) => {
      if (document.activeElement === this.text) return;
      event.preventDefault(); // the first click selects the content
      this.text.focus();
    });
    this.text.addEventListener("input", () => this.changed(PAUSE));
    this.why.addEventListener("input", () => this.store());
    box.addEventListener("keydown", (event) => this.hear(event));
    box.addEventListener("click", (event) => this.click(event));
    this.listen("keydown", (event) => this.command(event));
    this.listen("pointerdown", (event) => {
      const menu = this.find(".entry-menu");
      if (!menu.contains(event.target)) menu.open = false;
    });
  }

  // Listen to the document until the form is gone.
  listen(type, handle) {
    const stop = new AbortController();
    const hear = (event) => (this.box.isConnected ? handle(event) : stop.abort());
    document.addEventListener(type, hear, { signal: stop.signal });
  }

  update(data) {
    const shape = JSON.stringify([data.form, data.input]);
    const isNew = this.shape !== shape; // also when an option or mark is added
    Object.assign(this, { data, shape });
    if (isNew) this.begin();
    this.box.dataset.question = data.question; // for the keyboard
    const show = (name, shown) => (this.find(name).hidden = !shown);
    this.find(".entry-standing").textContent = data.standing;
    this.find('[data-act="reaffirm"]').textContent = `Still ${data.still}`;
    this.find(".entry-withdraw p").textContent = data.withdrawal;
    show('[data-act="reaffirm"]', data.still);
    show('[data-act="undo"]', data.undo);
    show('[data-ask="withdraw"]', data.still);
    show('[data-ask="cite"]', data.citable);
    show(".entry-menu", this.find(".entry-menu button:not([hidden])"));
    show(".entry-withdraw", data.withdrawal);
    show(".entry-acts", !data.withdrawal);
    this.showEvidence();
    this.showEcho();
    this.showProblem();
  }

  // A new rendering: what the server says, or the draft of an earlier one. A reason that was not sent stays.
  begin() {
    const { input } = this.data;
    const reason = this.sentForm === null ? this.why.value : "";
    if (this.sentForm !== null) this.cites.clear();
    this.sentForm = null;
    this.nr = 0;
    const build = input.stops ? buildProbability : input.options ? buildOptions : buildRange;
    this.input = build(input, (wait) => this.changed(wait), (text) => this.type(text));
    this.find(".entry-input").replaceChildren(this.input.element);
    this.find('[data-turn="text"]').hidden = Boolean(input.stops);
    const draft = this.read();
    this.why.value = draft?.reason ?? reason;
    if (draft?.cites.length) this.cites = new Set(draft.cites);
    this.text.value = draft?.text ?? input.text;
    this.text.placeholder = input.example;
    this.text.setAttribute("aria-label", input.label);
    this.turn(Boolean(input.stops) || (draft?.text ?? null) !== null);
    if (draft?.values) this.input.write(draft.values);
    if (this.content() !== null) this.changed(0);
    else this.store();
  }

  // Between the typed text and the inputs of the kind. A probability has both, in step.
  turn(typed) {
    this.typed = typed;
    const both = Boolean(this.data.input.stops);
    this.find(".entry-text").hidden = !typed;
    this.input.element.hidden = typed && !both;
    this.find('[data-turn="text"]').textContent = typed ? "Enter by hand" : "Enter as text";
    this.box.querySelectorAll("[data-first]").forEach((field) => delete field.dataset.first);
    (typed ? this.text : this.input.element.querySelector("input:not([type=range])")).dataset.first = "";
  }

  // The text or values that differ from the initial ones, else null.
  content() {
    if (this.typed) return this.text.value.trim() === this.data.input.text ? null : { text: this.text.value };
    const values = this.input.read();
    return values && { values };
  }

  type(text) {
    this.text.value = text;
    this.changed(PAUSE);
  }

  changed(wait) {
    this.nr = this.content() === null ? 0 : Date.now();
    this.dismissed = this.data.problem?.at;
    this.store();
    this.showProblem();
    if (this.typed) this.input.guess?.(this.text.value);
    this.showEcho();
    if (wait === undefined || (this.timer && wait < PAUSE)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (this.nr) this.send.draft({ nr: this.nr, form: this.data.form, ...this.content() });
    }, wait);
  }

  // What the server understood. While it has not answered to the latest draft, the last answer stays, in grey.
  showEcho() {
    const echo = this.nr === 0 ? this.data.initial : this.data.echo;
    const output = this.find("output");
    if (!this.typed && this.input.silent) {
      output.textContent = "";
      return;
    }
    const late = echo?.nr !== undefined && echo.nr !== this.nr;
    output.classList.toggle("late", Boolean(late || !echo));
    if (!echo || late) return;
    output.textContent = [echo.problem || echo.words, echo.warning].filter(Boolean).join(". ");
    output.classList.toggle("wrong", Boolean(echo.problem));
    this.input.show(echo);
  }

  showProblem() {
    const { problem } = this.data;
    const line = this.find(".entry-problem");
    const shown = problem && problem.at !== this.dismissed;
    if (shown && line.hidden) {
      this.sentForm = null;
      this.find("[data-first]").focus();
    }
    line.hidden = !shown;
    line.textContent = shown ? problem.text : "";
  }

  showEvidence() {
    const { evidence } = this.data;
    const field = this.find(".entry-cites");
    const shown = `${this.data.form} ${evidence.map(([id]) => id)}`;
    field.hidden = !evidence.length;
    if (field.dataset.shown === shown) return;
    field.dataset.shown = shown;
    field.querySelector("div").replaceChildren(
      ...evidence.map(([id, headline]) => {
        const label = document.createElement("label");
        const tick = document.createElement("input");
        tick.type = "checkbox";
        tick.checked = this.cites.has(id);
        tick.addEventListener("change", () => {
          this.cites[tick.checked ? "add" : "delete"](id);
          this.store();
        });
        label.append(tick, headline);
        return label;
      }),
    );
  }

  act(act) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (act !== "undo") this.sentForm = this.data.form;
    const sent = { act, form: this.data.form, at: Date.now(), reason: this.why.value, cites: [...this.cites] };
    this.send.act({ ...sent, ...this.content() });
  }

  // Enter saves; Shift+Enter begins a line of the reason; Escape puts back what stood in the field.
  hear(event) {
    if (event.isComposing || !event.target.matches(FIELDS)) return;
    const reason = event.target === this.why;
    if (event.key === "Enter" && !(event.shiftKey && reason)) {
      event.preventDefault();
      this.act("save");
      event.target.blur();
    } else if (event.key === "Escape" && !reason) {
      this.text.value = this.data.input.text;
      this.changed(PAUSE);
      event.target.blur();
    }
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { act, ask, turn } = button.dataset;
    if (act) this.act(act);
    else if (ask !== undefined) {
      const about = ask === "cite" && this.data.evidence.length ? "" : ask;
      this.send.act({ act: "ask", about, form: this.data.form, at: Date.now() });
    } else if (turn) {
      this.turn(!this.typed);
      this.changed(PAUSE);
      this.find("[data-first]").focus();
    } else return;
    this.find(".entry-menu").open = false;
  }

  // A confirms what stands. `commands.js` lets single keys through only when nothing is being typed.
  command(event) {
    if (!this.box.isConnected || event.defaultPrevented || event.key.toLowerCase() !== "a") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(FIELDS) || !this.data.still) return;
    event.preventDefault();
    this.act("reaffirm");
  }

  get place() {
    return `draft:${this.data.who}:${this.data.question}`;
  }

  // The draft of this question, unless something was done since; null when there is none or it cannot be read.
  read() {
    try {
      const draft = JSON.parse(localStorage.getItem(this.place));
      if (!draft || draft.after !== this.data.after || !Array.isArray(draft.cites)) return null;
      const { text, values, reason, cites } = draft;
      return {
        text: typeof text === "string" ? text : null,
        values: Array.isArray(values) && values.length === this.data.input.values?.length ? values : null,
        reason: typeof reason === "string" && reason ? reason : undefined,
        cites,
      };
    } catch {
      return null;
    }
  }

  store() {
    const draft = { ...this.content(), reason: this.why.value, cites: [...this.cites] };
    try {
      if (draft.text === undefined && !draft.values && !draft.reason && !draft.cites.length) {
        localStorage.removeItem(this.place);
      } else localStorage.setItem(this.place, JSON.stringify({ after: this.data.after, ...draft }));
    } catch {
      // A browser that keeps nothing: the form works, and a reload begins anew.
    }
  }
}

const FIELDS = "input:not([type=range], [type=checkbox]), textarea";
