import { copy as copyTurn } from "../ui/copy.js";
import { events } from "../ui/events.js";
import { isRoomy, open, rest } from "../ui/source.js";
import { Turn } from "../ui/turn.js";
import "../ui/keys.js";
import "../ui/uploads.js";
import { draft } from "./draft.js";
import { remember } from "./list.js";
import { keepMasked } from "./masking.js";

const form = document.querySelector("[data-composer]");
const box = form.elements.question;
const reading = document.querySelector("[data-reading]");
const list = document.querySelector("[data-turns]");
const live = document.querySelector("[data-live-words]");
const button = form.querySelector("[data-submit]");
const template = (name) => document.querySelector(`[data-${name}-template]`);
let running = null;

async function ask(question) {
  if (running) return "busy";
  const turn = begin(question);
  running = new AbortController();
  working(true);
  try {
    return await follow(turn, await send(question));
  } catch (error) {
    lost(turn, error);
    return "failed";
  } finally {
    running = null;
    working(false);
  }
}

function begin(question) {
  document.querySelector("[data-welcome]")?.remove();
  reading.classList.remove("reading-empty");
  rest();
  list.toggleAttribute("data-grown", true);
  const turn = Turn.begin(template("turn"), list, question);
  turn.element.scrollIntoView({ block: "start" });
  live.textContent = "Searching the documents you can read";
  const demo = document.querySelector("[data-demo-question]");
  if (demo) demo.value = question;
  return turn;
}

async function send(question) {
  const body = new FormData(form);
  body.set("question", question);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/event-stream" }, signal: running.signal });
  if (response.status === 401) location.assign(response.headers.get("HX-Redirect"));
  if (!response.ok) throw new Refused(await response.text());
  return response;
}

class Refused extends Error {}

async function follow(turn, response) {
  for await (const [name, data] of events(response)) {
    if (name === "patch") turn.patch(data);
    if (name === "say") live.textContent = data.words;
    if (name === "end") return finish(turn, data);
  }
  throw new Error("The stream ended early.");
}

function finish(turn, { state, turn: kept, conversation, id, title }) {
  turn.end(state, kept);
  if (conversation) remember({ form, conversation, id, title });
  show(turn.element);
  return state;
}

/** Where there is room, the evidence of the newest answer stands beside it without being asked for. */
function show(element) {
  const first = element?.querySelector("a.cite[data-source]");
  if (first && isRoomy()) open(first, { focus: false });
}

function lost(turn, error) {
  const notice = template("failure").content.cloneNode(true);
  if (error instanceof Refused) notice.querySelector(".notice-title").textContent = error.message.slice(0, 300);
  if (error.name === "AbortError") notice.querySelector(".notice-title").textContent = "You stopped this answer.";
  turn.slot("status").replaceChildren();
  turn.slot("after").replaceChildren(notice);
  turn.end("interrupted");
  live.textContent = turn.slot("after").querySelector(".notice-title").textContent;
}

function working(on) {
  button.querySelector("[data-submit-label]").textContent = on ? "Stop" : "Ask";
  form.toggleAttribute("data-working", on);
}

async function submit() {
  const question = box.value.trim();
  if (running) return running.abort();
  if (!question) return box.focus();
  box.value = "";
  draft.clear();
  if (matchMedia("(pointer: coarse)").matches) box.blur();
  if ((await ask(question)) === "failed" && !box.value) draft.restore(box, question);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!running) submit();
});

document.addEventListener("click", async (event) => {
  const starter = event.target.closest("[data-starter]");
  if (starter) {
    const { after, starter: question } = starter.dataset;
    if (after) await ask(after);
    await ask(question);
  }
  const again = event.target.closest("[data-ask-again]");
  if (again) ask(new Turn(again.closest("[data-turn]")).question);
  const copy = event.target.closest("[data-copy]");
  if (copy) copied(copy);
});

async function copied(control) {
  const label = control.querySelector("[data-copy-label]");
  const words = label.textContent;
  const done = await copyTurn(control.closest("[data-turn]"));
  label.textContent = done ? "Copied" : "Copying is not allowed here";
  live.textContent = label.textContent;
  setTimeout(() => (label.textContent = words), 2000);
}

draft.keep(box);
keepMasked({ form, list, live });
const newest = list.lastElementChild;
if (newest?.previousElementSibling) newest.scrollIntoView({ block: "start" });
document.querySelector('.demo-person[aria-pressed="true"]')?.scrollIntoView({ inline: "center", block: "nearest" });
if (form.dataset.askNow) ask(form.dataset.askNow);
else show(newest);
document.documentElement.dataset.ready = "";
