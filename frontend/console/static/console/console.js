/** Refusals come as a fragment like any answer, and whoever asked is led to what came. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const refused = xhr.status >= 400 && xhr.status !== 401 && (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
  if (refused) event.detail.shouldSwap = true;
  if (refused) event.detail.isError = false;
});

document.addEventListener("htmx:afterSettle", (event) => {
  event.target.querySelector("[data-arrive]")?.focus();
});

document.addEventListener("htmx:sendError", (event) => {
  const lost = document.querySelector("[data-lost-template]").content.cloneNode(true);
  event.detail.target.replaceChildren(lost);
  event.detail.target.querySelector("[data-arrive]").focus();
});

document.documentElement.dataset.ready = "";
