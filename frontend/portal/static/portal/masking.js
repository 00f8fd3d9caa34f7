import { forget } from "../ui/source.js";

const EVERY_MS = 3000;
const WORDS = "A document behind an answer has changed, is gone, or is not yours to read any more. The answer is masked.";

/** An answer that may not be read any more is masked while it stands on the page: the server is asked every few seconds, and at once
 * when the window comes back into view. Where it cannot be reached, what stands there stays. */
export function keepMasked({ form, list, live }) {
  let asking = false;

  async function check() {
    if (asking || document.hidden || !shown(list)) return;
    asking = true;
    const response = await masked(form).catch(() => null);
    asking = false;
    if (response === null || response.status >= 500) return;
    if (!response.ok) return leave({ form, list, to: response.to });
    if (swap(response.html)) live.textContent = WORDS;
  }

  setInterval(check, EVERY_MS);
  document.addEventListener("visibilitychange", check);
  addEventListener("pageshow", check);
}

/** Whether there is anything to mask. */
const shown = (list) => list.querySelector('.turn[id]:not([data-state="masked"], [data-state="failed"])') !== null;

async function masked({ action, elements }) {
  const response = await fetch(`${action}conversations/${elements.conversation.value}/masked`, { headers: { "HX-Request": "true" } });
  return { status: response.status, ok: response.ok, to: response.headers.get("HX-Redirect"), html: await response.text() };
}

/** Signed out, suspended, or in another tenant by now: nothing of the conversation stays. */
function leave({ form, list, to }) {
  forget(list);
  list.replaceChildren();
  location.assign(to ?? form.action);
}

function swap(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  return [...fresh.content.children].filter(replace).length;
}

function replace(turn) {
  const now = document.getElementById(turn.id);
  if (!now || now.dataset.state === "masked") return false;
  const focused = now.contains(document.activeElement);
  forget(now);
  now.replaceWith(turn);
  if (focused) turn.querySelector("[data-question]").focus({ preventScroll: true });
  return true;
}
