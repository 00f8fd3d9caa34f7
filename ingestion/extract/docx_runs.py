"""The words of one Word paragraph as a reader sees them, with the text boxes and notes that hang on it."""

from dataclasses import dataclass, field

from ingestion.extract.docx_package import Element, child, local, switched_on, value

_PASSED_OVER = frozenset(
    ("pPr", "rPr", "del", "moveFrom", "instrText", "delText", "Fallback", "sdtPr", "sdtEndPr", "commentReference", "rubyPr", "rt")
)
_PAGE_FIELDS = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
_BREAKS = frozenset(("br", "cr"))
_SMALLEST_SEEN = 4  # half points
_DEEPEST = 60


@dataclass(slots=True)
class Words:
    text: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    hidden: bool = False
    paged: bool = False
    """Holds a page's number, which has no sense outside its page."""
    bold: bool = True

    def __str__(self) -> str:
        """Notes are named at the end, so that they break no phrase."""
        return "".join([*self.text, *(f" (note {note})" for _, note in self.notes)])


def words_of(paragraph: Element, *, shaded: bool = False) -> Words:
    """`shaded`: what lies around the paragraph may be coloured, so white words may be seen."""
    words = Words()
    _gather(paragraph, words, shaded=shaded or _shaded(child(paragraph, "pPr")), depth=0)
    return words


def _gather(element: Element, words: Words, *, shaded: bool, depth: int) -> None:
    if depth > _DEEPEST:
        return
    for part in element:
        name = local(part)
        words.paged |= _numbers_pages(part, name)
        if name in _PASSED_OVER:
            continue
        if name == "r":
            _run(part, words, shaded=shaded, depth=depth)
        elif name == "txbxContent":
            words.boxes.append(part)
        elif name in ("footnoteReference", "endnoteReference"):
            _note(part, name.removesuffix("Reference"), words)
        elif not _character(part, name, words):
            _gather(part, words, shaded=shaded, depth=depth + 1)


def _numbers_pages(part: Element, name: str) -> bool:
    """A field, given as an attribute or as a text between its marks."""
    told = (value(part, "instr") or "") if name == "fldSimple" else (part.text or "") if name == "instrText" else ""
    return told.strip().partition(" ")[0].upper() in _PAGE_FIELDS


def _run(run: Element, words: Words, *, shaded: bool, depth: int) -> None:
    properties = child(run, "rPr")
    if _unseen(properties, shaded=shaded):
        words.hidden |= any(local(part) == "t" and (part.text or "").strip() for part in run)
        return
    before = len(words.text)
    _gather(run, words, shaded=shaded, depth=depth + 1)
    if "".join(words.text[before:]).strip() and not switched_on(properties, "b"):
        words.bold = False


def _character(part: Element, name: str, words: Words) -> bool:
    """True if the element stands for characters of its own."""
    if name == "t":
        words.text.append(part.text or "")
    elif name in _BREAKS:
        words.text.append("\n" if value(part, "type") != "page" else " ")
    elif name == "tab":
        words.text.append("\t")
    elif name == "noBreakHyphen":
        words.text.append("-")
    elif name == "sym":
        words.text.append(_symbol(part))
    else:
        return False
    return True


def _symbol(part: Element) -> str:
    """Symbol fonts put their characters into a private area, where only the commonest bullets and arrows are worth a guess."""
    code = (value(part, "char") or "").upper()
    known = {"F0B7": "•", "F0E0": "→", "F0FC": "✓", "F0A7": "▪", "F0B0": "°", "F0B1": "±", "F0B3": "≥", "F0A3": "≤"}
    return known.get(code, "")


def _note(part: Element, kind: str, words: Words) -> None:
    words.notes.append((kind, value(part, "id") or ""))


def _unseen(properties: Element | None, *, shaded: bool) -> bool:
    """Hidden by Word's own switch, too small for an eye, or white on white."""
    if properties is None:
        return False
    if switched_on(properties, "vanish"):
        return True
    size = value(child(properties, "sz")) or ""
    if size.isdigit() and int(size) < _SMALLEST_SEEN:
        return True
    white = (value(child(properties, "color")) or "").upper() == "FFFFFF"
    return white and not shaded and not _shaded(properties) and child(properties, "highlight") is None


def _shaded(properties: Element | None) -> bool:
    return child(properties, "shd") is not None or value(child(properties, "pStyle")) is not None
