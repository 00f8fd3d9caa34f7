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
  today().prepend(entry(conversation, title));
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
  link.textContent = title;
  link.setAttribute("aria-current", "page");
  item.append(link);
  return item;
}
