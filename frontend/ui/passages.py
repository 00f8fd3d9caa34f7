"""The beginning of a passage as a page shows it below its title: its rows as a table, its other lines as text. All of it is escaped."""

from collections.abc import Sequence
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

CELLS = " | "
LINES = 6


def preview(text: str, table_header: str = "") -> SafeString:
    """`table_header` names the columns where the passage begins inside a table."""
    lines = [line.strip() for line in f"{table_header}\n{text}".splitlines() if line.strip()]
    shown = lines[:LINES]
    groups = [(rows, list(group)) for rows, group in groupby(shown, key=lambda line: CELLS in line)]
    parts = [_table(group) if rows and len(group) > 1 else format_html("<p>{}</p>", " ".join(group)) for rows, group in groups]
    return mark_safe("".join([*parts, "<p>…</p>" if len(lines) > LINES else ""]))  # noqa: S308  (each part is escaped)


def _table(lines: Sequence[str]) -> SafeString:
    header, *rows = lines
    body = format_html_join("", "<tr>{}</tr>", ((_cells(row, "td"),) for row in rows))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", _cells(header, "th"), body)


def _cells(line: str, cell: str) -> SafeString:
    return format_html_join("", f"<{cell}>{{}}</{cell}>", ((words.strip(),) for words in line.split(CELLS)))
