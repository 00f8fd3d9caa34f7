/** The list of one's questions, kept true while a conversation begins without a new page. */
const list = document.querySelector("[data-conversations]");

export function remember({ form, conversation, id, title }) {
  if (form.elements.conversation) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "conversation", value: id });
  form.append(field);
  form.elements.question.placeholder = "Ask a follow-up";
  history.replaceState(null, "", conversation);
  document.title = `${title} · Redoubt`;
  const items = today();
  items.prepend(entry(conversation, title));
  tellApart(items, title);
}

/** Hours in the reader's own time, which the server does not know. */
function local(time) {
  const when = new Date(time.dateTime);
  const days = ["Today", "Yesterday"].includes(time.closest("ul").previousElementSibling.textContent);
  time.textContent = days ? when.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) : when.toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" });
}

/** The same question, asked more than once, is listed with its hour. */
function tellApart(items, title) {
  const same = [...items.querySelectorAll("a")].filter((link) => link.querySelector(".sidebar-title").textContent === title);
  for (const link of same) link.toggleAttribute("data-again", same.length > 1);
}

function today() {
  const heading = list.querySelector("h2");
  if (heading?.textContent === "Today") return heading.nextElementSibling;
  const added = document.createElement("h2");
  added.textContent = "Today";
  const items = document.createElement("ul");
  items.className = "sidebar-items";
  list.querySelector(".sidebar-empty")?.remove();
  list.prepend(added, items);
  return items;
}

function entry(address, title) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = address;
  const words = document.createElement("span");
  words.className = "sidebar-title";
  words.textContent = title;
  const time = document.createElement("time");
  time.dateTime = new Date().toISOString();
  time.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  link.append(words, time);
  link.setAttribute("aria-current", "page");
  item.append(link);
  return item;
}

list.querySelectorAll("time").forEach(local);
