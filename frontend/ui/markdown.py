"""An answer's Markdown as HTML that can do nothing: rendered without HTML, links or images, then cleaned by an allow-list."""

import re
from collections.abc import Mapping, Sequence

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand for a citation's marker between rendering and cleaning; private characters, taken out of what the model wrote."""
_NO_MARKS = str.maketrans("", "", _OPEN + _CLOSE)
_MARKER = re.compile(r"\[([0-9]{1,2})\]")
_STANDING = re.compile(f"\\s*{_OPEN}([0-9]{{1,2}}){_CLOSE}(\\s*\\(older\\))?")
_CELLS = " | "
_OLDER = ' <span class="tag">older</span>'
_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "h3",
    "h4",
    "hr",
}
_ATTRIBUTES: dict[str, set[str]] = {"ol": {"start"}}


def _marker(state: StateInline, silent: bool) -> bool:
    """A marker as it is written, in running text only: `[1]` in code is code, and one spelt with entities or backslashes is text."""
    found = _MARKER.match(state.src, state.pos)
    if found and not silent:
        state.push("marker", "", 0).content = found[1]
    if found:
        state.pos = found.end()
    return bool(found)


def _only_own_marks(state: StateCore) -> None:
    """An entity may spell the private characters as well."""
    for block in state.tokens:
        for token in block.children or ():
            token.content = token.content.translate(_NO_MARKS)


def _standing(_renderer: RendererProtocol, tokens: Sequence[Token], at: int, *_: object) -> str:
    return f"{_OPEN}{tokens[at].content}{_CLOSE}"


def _headings(state: StateCore) -> None:
    """The page has its own h1 and h2."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if token.tag in ("h1", "h2", "h3") else "h4"


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable("table")
_MARKDOWN.disable(["link", "image", "autolink", "reference", "html_inline", "html_block"])
_MARKDOWN.inline.ruler.before("escape", "marker", _marker)
_MARKDOWN.add_render_rule("marker", _standing)
_MARKDOWN.core.ruler.push("own_marks", _only_own_marks)
_MARKDOWN.core.ruler.push("headings", _headings)


def render(text: str, *, sources: Mapping[int, str]) -> SafeString:
    """`sources` gives each marker's address; a marker without one stays, as wide, but cannot be opened."""
    html = _MARKDOWN.render(_with_tables(text.translate(_NO_MARKS)))
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"https", "http"}, link_rel=None)
    scrolling = clean.replace("<table>", '<div class="answer-scroll"><table>').replace("</table>", "</table></div>")
    return mark_safe(_STANDING.sub(lambda found: _cite(int(found[1]), sources) + (_OLDER if found[2] else ""), scrolling))  # noqa: S308  (cleaned above)


def _with_tables(text: str) -> str:
    """A quoted row stands below its table's header, cells apart by " | ": that is a table, though not Markdown's."""
    return "\n\n".join(_table(block) if _is_rows(block) else block for block in text.split("\n\n"))


def _is_rows(block: str) -> bool:
    lines = block.strip().split("\n")
    return len(lines) > 1 and not block.lstrip().startswith("|") and len({line.count(_CELLS) for line in lines}) == 1 and _CELLS in lines[0]


def _table(block: str) -> str:
    header, *rows = block.strip().split("\n")
    rule = _CELLS.join("---" for _ in header.split(_CELLS))
    return "\n".join(f"| {line} |" for line in (header, rule, *rows))


def _cite(marker: int, sources: Mapping[int, str]) -> str:
    if address := sources.get(marker):
        return format_html(
            '<a class="cite" href="{}" data-source data-marker="{}" aria-label="Source {}">{}</a>', address, marker, marker, marker
        )
    return format_html('<span class="cite cite-waiting" data-marker="{}">{}</span>', marker, marker)
