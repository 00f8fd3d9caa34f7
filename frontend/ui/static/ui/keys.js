/** `/` ask, `j` and `k` through the citations, `o` open, `Esc` back, `?` the list. Never while something is being typed. */
import { close, open } from "./source.js";

const list = document.querySelector("#keys");

function step(by) {
  const citations = [...document.querySelectorAll("[data-turns] a[data-source]")];
  if (!citations.length) return;
  const current = citations.indexOf(document.activeElement);
  const next = current < 0 ? (by > 0 ? 0 : citations.length - 1) : (current + by + citations.length) % citations.length;
  citations[next].focus();
}

const KEYS = {
  "/": () => document.querySelector("#question").focus(),
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement.matches("a[data-source]") && open(document.activeElement),
  "?": () => list.open || list.showModal(),
  Escape: () => list.open || close(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.matches("input, textarea, select");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing && event.key !== "Escape") return;
  const act = KEYS[event.key];
  if (!act) return;
  if (event.key !== "Escape") event.preventDefault();
  act();
});
