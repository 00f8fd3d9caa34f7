"""What Word's styles and numbering say about a paragraph: heading or not, and the mark in front of a list's item."""

import re
from collections import defaultdict
from dataclasses import dataclass

from ingestion.extract.docx_package import Element, child, local, value

_HEADING = re.compile(r"^(?:heading|überschrift|titre|título|titolo|kop)\s*(\d)$", re.IGNORECASE)
_DEEPEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Style:
    level: int = 0
    numbered: tuple[str, int] | None = None


class Styles:
    def __init__(self, root: Element | None) -> None:
        self._elements = {value(style, "styleId") or "": style for style in (root if root is not None else ()) if local(style) == "style"}
        self._known: dict[str, Style] = {}

    def of(self, style_id: str | None) -> Style:
        if not style_id:
            return Style()
        if style_id not in self._known:
            self._known[style_id] = self._resolve(style_id)
        return self._known[style_id]

    def _resolve(self, style_id: str) -> Style:
        """The nearest in the chain of styles that says something."""
        level, numbered = 0, None
        for _ in range(_DEEPEST_CHAIN):
            style = self._elements.get(style_id)
            if style is None:
                break
            properties = child(style, "pPr")
            level = level or _level(value(child(style, "name")) or style_id, properties)
            numbered = numbered or numbered_by(properties)
            style_id = value(child(style, "basedOn")) or ""
        return Style(level, numbered)


def outline_level(properties: Element | None) -> int:
    """1 to 6 for a heading, 0 for body text (which is Word's level 9)."""
    outline = value(child(properties, "outlineLvl"))
    return min(int(outline) + 1, 6) if outline and outline.isdigit() and int(outline) < 9 else 0


def numbered_by(properties: Element | None) -> tuple[str, int] | None:
    numbering = child(properties, "numPr")
    number = value(child(numbering, "numId"))
    level = value(child(numbering, "ilvl")) or "0"
    return (number, int(level)) if number and level.isdigit() else None


def _level(name: str, properties: Element | None) -> int:
    if name.lower() == "title":
        return 1
    match = _HEADING.match(name)
    return min(int(match[1]) or 1, 6) if match else outline_level(properties)


class Numbering:
    """Counts as Word does: a deeper level starts again after a higher one moved on."""

    def __init__(self, root: Element | None) -> None:
        abstract: dict[str, dict[int, Element]] = {}
        self._levels: dict[str, dict[int, Element]] = {}
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                levels = {int(value(level, "ilvl") or 0): level for level in element if local(level) == "lvl"}
                abstract[value(element, "abstractNumId") or ""] = levels
            elif local(element) == "num":
                self._levels[value(element, "numId") or ""] = abstract.get(value(child(element, "abstractNumId")) or "", {})

    def mark(self, numbered: tuple[str, int]) -> str:
        """`- `, `3. `, `2.1 ` or, where the numbering is switched off, nothing."""
        number, level = numbered
        if number == "0":
            return ""
        definition = self._levels.get(number, {}).get(level)
        form = value(child(definition, "numFmt")) or "bullet"
        if form == "none":
            return ""
        if form == "bullet":
            return "- "
        counters = self._counters[number]
        counters[level] = counters.get(level, self._start(number, level) - 1) + 1
        for deeper in [other for other in counters if other > level]:
            del counters[deeper]
        return self._written(number, value(child(definition, "lvlText")) or f"%{level + 1}.") + " "

    def _start(self, number: str, level: int) -> int:
        start = value(child(self._levels.get(number, {}).get(level), "start")) or "1"
        return int(start) if start.isdigit() else 1

    def _written(self, number: str, pattern: str) -> str:
        return re.sub(r"%([1-9])", lambda match: self._figure(number, int(match[1]) - 1), pattern)

    def _figure(self, number: str, level: int) -> str:
        count = self._counters[number].get(level, self._start(number, level))
        form = value(child(self._levels.get(number, {}).get(level), "numFmt"))
        if form in ("lowerLetter", "upperLetter"):
            letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
            return letter if form == "lowerLetter" else letter.upper()
        if form in ("lowerRoman", "upperRoman"):
            return roman(count) if form == "lowerRoman" else roman(count).upper()
        return str(count)


def roman(number: int) -> str:
    written = ""
    # fmt: off
    for amount, sign in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
        (5, "v"), (4, "iv"), (1, "i"),
    ):
        # fmt: on
        times, number = divmod(number, amount)
        written += sign * times
    return written
