/** Files dropped on the page or chosen: sent with their real progress, then followed until they can be asked about. */
const page = document.querySelector("[data-page]");
const list = document.querySelector("[data-uploads]");
const template = document.querySelector("[data-upload-template]");
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const limit = Number(page.dataset.uploadLimit);
const AT_ONCE = 2;
const waiting = [];
let sending = 0;
let depth = 0;

function line(name) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.querySelector(".upload-name").textContent = name;
  list.prepend(row);
  return row;
}

function say(row, words) {
  row.querySelector(".upload-state").textContent = words;
}

function refuse(row, words) {
  row.classList.add("upload-warn");
  row.querySelector("progress")?.remove();
  row.querySelector("[data-upload-percent]").remove();
  const dismiss = row.querySelector("[data-dismiss]");
  dismiss.setAttribute("aria-label", `Dismiss ${row.querySelector(".upload-name").textContent}`);
  dismiss.hidden = false;
  say(row, words);
}

function progressed(row, event) {
  const percent = Math.round((100 * event.loaded) / event.total);
  row.querySelector("progress").value = percent;
  row.querySelector("[data-upload-percent]").textContent = `${percent} %`;
}

function answered(row, request) {
  if (request.status !== 200) {
    refuse(row, request.status === 413 ? tooLarge() : request.responseText.slice(0, 300));
    return;
  }
  row.insertAdjacentHTML("afterend", request.responseText);
  window.htmx.process(row.nextElementSibling);
  row.remove();
}

const tooLarge = () => `It is larger than ${Math.floor(limit / 1024 ** 2)} MB, the most that one file may have.`;

export function send(file) {
  const row = line(file.name);
  if (file.size > limit) return refuse(row, tooLarge());
  if (file.size === 0) return refuse(row, "It is empty: there is nothing to read in it.");
  say(row, "Waiting for its turn to be sent");
  waiting.push({ row, file, shared: document.querySelector("[data-shared]")?.value ?? "" });
  next();
}

/** Two at a time: the server holds few large files at once, and says so to whoever sends more. */
function next() {
  if (sending >= AT_ONCE || !waiting.length) return;
  sending += 1;
  transmit(waiting.shift());
}

function sent() {
  sending -= 1;
  next();
}

function again(item, request) {
  const seconds = Number(request.getResponseHeader("Retry-After")) || 3;
  say(item.row, "Waiting for room to be sent");
  setTimeout(() => {
    waiting.push(item);
    next();
  }, 1000 * seconds);
}

function transmit(item) {
  const { row, file, shared } = item;
  const form = new FormData();
  form.append("csrfmiddlewaretoken", token);
  form.append("shared", shared);
  form.append("file", file);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => progressed(row, event));
  request.upload.addEventListener("load", () => say(row, "Sent; being stored"));
  request.addEventListener("load", () => (request.status === 429 ? again(item, request) : answered(row, request)));
  request.addEventListener("error", () => refuse(row, "The connection was lost. Nothing was stored; add it again."));
  request.addEventListener("loadend", sent);
  say(row, "Sending");
  request.open("POST", page.dataset.uploadTo);
  request.send(form);
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

function dropping(by) {
  depth = by === 0 ? 0 : Math.max(0, depth + by);
  document.body.toggleAttribute("data-dropping", depth > 0);
}

addEventListener("dragenter", (event) => carriesFiles(event) && dropping(1));
addEventListener("dragleave", (event) => carriesFiles(event) && dropping(-1));
addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  dropping(0);
  [...event.dataTransfer.files].forEach(send);
});

function take(input) {
  [...input.files].forEach(send);
  input.value = "";
}

document.addEventListener("change", (event) => event.target.matches("[data-file]") && take(event.target));
document.querySelectorAll("[data-file]").forEach(take);

/** The focus goes on to the next line's button, or back to the box when there is none. */
function dismiss(row) {
  const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-dismiss]:not([hidden])");
  row.remove();
  (next ?? document.querySelector("#question")).focus();
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-dismiss]")?.closest("[data-upload]");
  if (row) dismiss(row);
});
