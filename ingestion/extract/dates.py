"""The date that a document states of itself: in its metadata, or in a line such as "Effective: 1 March 2026"."""

import re
from datetime import date

# fmt: off
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}
# fmt: on
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_PACKED = re.compile(r"\b(?:D:)?(\d{4})(\d{2})(\d{2})(?=\d*\b|[T+Z-])")
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?([A-Za-z]{3,9})\.?,?\s+(\d{4})\b")
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_MONTH_ONLY = re.compile(r"\b([A-Za-z]{3,9})\.?\s+(\d{4})\b")
_STATED = re.compile(
    r"^[\s*_>|-]*(?:effective(?: date| from| as of)?|valid from|in force (?:from|since)|date|dated|published(?: on)?|issued(?: on)?"
    r"|last (?:updated|modified|revised|reviewed)(?: on)?|updated(?: on)?|revised(?: on)?|version date)[*_]*\s*[:|]?[*_]*\s+(.{6,40})",
    re.IGNORECASE | re.MULTILINE,
)
_LOOKED_AT = 3_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def stated(text: str) -> date | None:
    """The date in the first line near the document's start that says what date it is. "Effective" is worth most."""
    found = [(match.group(0), parse(match.group(1))) for match in _STATED.finditer(text[:_LOOKED_AT])]
    dates = [(line, day) for line, day in found if day]
    for line, day in dates:
        if re.search("effective|valid|in force", line, re.IGNORECASE):
            return day
    return dates[0][1] if dates else None


def parse(value: str) -> date | None:
    """ISO, PDF's `D:20260301…`, `1 March 2026`, `March 1, 2026`, `March 2026`. Numbers whose order differs between countries
    (03/04/2026) say nothing certain, so they give None."""
    value = value.strip()[:80]
    if match := _ISO.search(value) or _PACKED.search(value):
        return _day(match[1], match[2], match[3])
    if match := _DAY_FIRST.search(value):
        return _day(match[3], match[2], match[1])
    if match := _MONTH_FIRST.search(value):
        return _day(match[3], match[1], match[2])
    if match := _MONTH_ONLY.search(value):
        return _day(match[2], match[1], "1")
    return None


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
