// What the inputs of all kinds use.

export function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

export function draw(tag, attributes, ...content) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => shape.setAttribute(name, value));
  shape.append(...content);
  return shape;
}

// A field for a number or date, with its label below. `told` gets the value while it is typed; NaN while there is none.
export function buildField(label, told, date = false) {
  const field = make("input");
  field.type = date ? "date" : "text";
  field.inputMode = "decimal";
  field.autocomplete = "off";
  field.addEventListener("input", () => told(date ? field.valueAsNumber : Number(field.value.trim() || NaN)));
  field.addEventListener("focus", () => date || field.select());
  return { field, element: make("label", "entry-field", field, make("span", "", label)) };
}
