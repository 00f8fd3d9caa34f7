/** An answer with its sources for other programs: as text whose tables stay rows, and beside it as HTML where the clipboard takes it. */
const clean = (node) => node.textContent.replace(/\s+/g, " ").trim();

const row = (tr) => [...tr.cells].map(clean).join(" | ");

const item = (li, at) => `${li.parentElement.matches("ol") ? `${(li.parentElement.start ?? 1) + at}.` : "-"} ${clean(li)}`;

function text(block) {
  if (block.matches("[data-slot], .answer-scroll, blockquote")) return [...block.children].map(text).filter(Boolean).join("\n\n");
  if (block.matches("table")) return [...block.rows].map(row).join("\n");
  if (block.matches("ul, ol")) return [...block.children].map(item).join("\n");
  if (block.matches("pre")) return block.textContent.trimEnd();
  return clean(block);
}

/** The answer without what only a page needs: markers as "[1]", and no attributes. */
function bare(turn) {
  const answer = turn.querySelector("[data-answer]").cloneNode(true);
  for (const cite of answer.querySelectorAll(".cite")) cite.replaceWith(` [${cite.dataset.marker}]`);
  return answer;
}

function sources(turn) {
  return [...turn.querySelectorAll(".citation")].map((source) => ({
    words: [".citation-marker", ".citation-name", ".citation-place"].map((part) => clean(source.querySelector(part))).filter(Boolean).join(" "),
    address: source.href,
  }));
}

export function words(turn) {
  const parts = [clean(turn.querySelector("[data-question]")), ...[...bare(turn).children].map(text), sources(turn).map((one) => one.words).join("\n")];
  return parts.filter(Boolean).join("\n\n");
}

function element(name, content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

function html(turn) {
  const answer = bare(turn);
  for (const scroll of answer.querySelectorAll(".answer-scroll")) scroll.replaceWith(...scroll.childNodes);
  for (const slot of answer.querySelectorAll("[data-slot]")) slot.replaceWith(...slot.childNodes);
  const links = sources(turn).map(({ words: shown, address }) => element("li", [Object.assign(element("a", [shown]), { href: address })]));
  const whole = element("div", [element("p", [element("strong", [clean(turn.querySelector("[data-question]"))])]), ...answer.childNodes, element("ul", links)]);
  for (const styled of whole.querySelectorAll("[class]")) styled.removeAttribute("class");
  return whole.innerHTML;
}

const blob = (type, content) => new Blob([content], { type });

/** Whether it could be copied. */
export async function copy(turn) {
  const plain = words(turn);
  const both = () => new ClipboardItem({ "text/plain": blob("text/plain", plain), "text/html": blob("text/html", html(turn)) });
  try {
    await navigator.clipboard.write([both()]);
    return true;
  } catch {
    return Boolean(await navigator.clipboard?.writeText(plain).then(() => true, () => false));
  }
}
