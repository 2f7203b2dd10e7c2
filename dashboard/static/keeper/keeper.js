// What is typed and not yet saved is kept in the browser, so that a reload or a closed tab does not lose it. A draft
// belongs to the act that stood when it was typed: once there is a newer one, it is out of date and goes.

const WHY = "why-text"; // the field that tells the page of its text only when it is left
const LONGEST = 4000;
let current = null; // what the page shows now; listeners outlive each call
let restored = null; // the draft that was handed back already, by its question and act

export default function ({ data, setTriggerValue }) {
  const first = current === null;
  current = data;
  if (first) {
    document.addEventListener("input", typed, true);
  }
  const draft = read(data);
  const begun = `${place(data)} after ${data.after}`;
  if (restored !== begun) {
    restored = begun;
    const typing = document.activeElement?.closest(`[class*="-${data.form}"] :is(input, textarea)`);
    if (draft && draft.form !== data.form && !typing) {
      setTriggerValue("restored", draft.values);
      return;
    }
  }
  Object.assign(document.documentElement.dataset, { form: data.form, question: data.question }); // for the keyboard
  const values = { ...data.values };
  if (draft && draft.form === data.form && draft.values[WHY] && !values[WHY]) values[WHY] = draft.values[WHY];
  write(data, values);
}

function typed(event) {
  const field = event.target.closest?.("textarea");
  if (!current || !field?.closest(`.st-key-${WHY}-${current.form}`)) return;
  const draft = read(current);
  write(current, { ...(draft ? draft.values : {}), [WHY]: field.value.slice(0, LONGEST) });
}

const place = (data) => `draft:${data.who}:${data.question}`;

// The draft of this question, unless something was done since; null when there is none or it cannot be read.
function read(data) {
  try {
    const draft = JSON.parse(localStorage.getItem(place(data)));
    return draft && draft.after === data.after ? draft : null;
  } catch {
    return null;
  }
}

function write(data, values) {
  try {
    const any = Object.values(values).some((value) => value !== null && value !== "" && value.length !== 0);
    if (any) localStorage.setItem(place(data), JSON.stringify({ after: data.after, form: data.form, values }));
    else localStorage.removeItem(place(data));
  } catch {
    // A browser that keeps nothing: the form works, and a reload begins anew.
  }
}
