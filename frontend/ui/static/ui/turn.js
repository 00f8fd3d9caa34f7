/** One question on the page, and the pieces of its answer as they come. All HTML is the server's, already cleaned. */
export class Turn {
  constructor(element) {
    this.element = element;
  }

  static begin(template, list, question) {
    const turn = new Turn(template.content.firstElementChild.cloneNode(true));
    turn.element.querySelector("[data-question]").textContent = question;
    list.append(turn.element);
    return turn;
  }

  get question() {
    return this.element.querySelector("[data-question]").textContent;
  }

  slot(name) {
    return this.element.querySelector(`[data-slot="${name}"]`);
  }

  patch({ slot, html, how }) {
    const place = this.slot(slot);
    if (!place) return;
    if (how === "append") place.insertAdjacentHTML("beforeend", html);
    else if (place.innerHTML !== html) place.innerHTML = html;
  }

  /** Markers that were written before their sources were known become links; their width was kept for it. */
  link() {
    for (const waiting of this.element.querySelectorAll(".cite-waiting")) {
      const { marker } = waiting.dataset;
      const source = this.element.querySelector(`.citation[data-marker="${marker}"]`);
      if (!source) continue;
      const link = document.createElement("a");
      link.className = "cite";
      link.href = source.href;
      link.dataset.source = "";
      link.dataset.marker = marker;
      link.setAttribute("aria-label", `Source ${marker}`);
      link.textContent = marker;
      waiting.replaceWith(link);
    }
  }

  /** `kept` is the id of what the server keeps of it; without one, nothing is kept. */
  end(state, kept) {
    this.element.dataset.state = state;
    if (kept) this.element.id = `turn-${kept}`;
    this.link();
    window.htmx?.process(this.slot("after"));
  }
}
