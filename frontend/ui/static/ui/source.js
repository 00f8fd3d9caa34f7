/** The source beside the answer: a column where there is room, else a sheet. Closing it returns the focus to the citation. */
const panel = document.querySelector("[data-source-panel]");
const roomy = matchMedia("(min-width: 1200px)");
let opener = null;
let newest = 0;

export async function open(link, { focus = true } = {}) {
  opener?.removeAttribute("aria-expanded");
  opener = link;
  link.setAttribute("aria-expanded", "true");
  if (await load(link.href)) reveal(focus);
}

export function close() {
  if (!panel.open) return false;
  panel.close();
  return true;
}

/** Forgets what is shown, without moving the focus: another question begins. */
export function rest() {
  newest += 1;
  opener?.removeAttribute("aria-expanded");
  opener = null;
  close();
}

/** What `element` cites is not to be seen any more, wherever the focus is. */
export function forget(element) {
  if (!opener || !element.contains(opener)) return;
  rest();
  panel.replaceChildren();
}

export const isRoomy = () => roomy.matches;

async function load(address) {
  const turn = ++newest;
  panel.setAttribute("aria-busy", "true");
  const response = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (turn !== newest) return false;
  panel.removeAttribute("aria-busy");
  if (response?.status === 401) location.reload();
  if (response?.ok) panel.innerHTML = await response.text();
  else panel.replaceChildren(document.querySelector("[data-source-lost-template]").content.cloneNode(true));
  return turn === newest;
}

function reveal(focus) {
  if (!panel.open) {
    if (!roomy.matches) panel.showModal();
    else panel.setAttribute("open", "");
  }
  if (focus) panel.querySelector("#source-title")?.focus({ preventScroll: true });
  const mark = panel.querySelector("[data-mark]");
  if (mark) mark.scrollIntoView({ block: "center", inline: "nearest" });
  else panel.querySelector("[data-source-scroll]")?.scrollTo(0, 0);
}

/** The page's picture at a width that can be read, moved to the mark; and back. */
function enlarge(button) {
  const frame = panel.querySelector("[data-page-frame]");
  button.setAttribute("aria-pressed", frame.toggleAttribute("data-enlarged"));
  (frame.querySelector("[data-mark]") ?? frame).scrollIntoView({ block: "center", inline: "center" });
}

panel.addEventListener("close", () => {
  opener?.removeAttribute("aria-expanded");
  opener?.focus();
});

panel.addEventListener("click", async (event) => {
  if (event.target === panel || event.target.closest("[data-close-source]")) close();
  const larger = event.target.closest("[data-enlarge]");
  if (larger) enlarge(larger);
  const turner = event.target.closest("[data-turn-page]");
  if (!turner) return;
  event.preventDefault();
  if (await load(turner.href)) reveal(true);
});

roomy.addEventListener("change", () => close());

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-source]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});
