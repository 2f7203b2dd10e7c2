// A feed's words with those that matched marked. They are other people's words: they go in as text alone (textContent).

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".marked");
  box.className = `marked ${data.look}`;
  box.replaceChildren(...data.pieces.map(([text, hit]) => piece(text, hit)));
}

function piece(text, hit) {
  if (!hit) return document.createTextNode(text);
  const mark = document.createElement("mark");
  mark.textContent = text;
  return mark;
}
