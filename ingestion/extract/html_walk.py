"""One pass over an HTML tree in reading order, without recursion, past everything that a reader does not see."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from selectolax.lexbor import LexborNode

Event = tuple[Literal["text", "open", "close"], LexborNode]

# fmt: off
_NEVER = frozenset(
    ("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "audio", "video", "head", "nav", "button",
     "select", "option", "input", "textarea", "dialog", "menu", "map", "frameset", "noframes")
)
# fmt: on
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "dialog", "alertdialog"))
_CLASSES = frozenset(("noprint", "mw-editsection", "navbox", "breadcrumb", "breadcrumbs", "skip-link", "cookie-banner"))
_CHROME = frozenset(("header", "footer", "aside"))
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0",
    re.IGNORECASE,
)
_WORDS_WORTH_A_NOTE = 3
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?\b|rgba?\(\s*255\s*,\s*255\s*,\s*255|transparent)", re.IGNORECASE)


def walk(root: LexborNode, on_hidden: Callable[[], None]) -> Iterator[Event]:
    """Opens, texts and closes below `root`. Chrome (header, footer, aside) is passed over near the top of the body only: an
    article's own header holds its title."""
    path: list[LexborNode] = []
    painted = 0
    node = root.child
    while True:
        while node is None:
            if not path:
                return
            closed = path.pop()
            painted -= _paints(closed)
            yield "close", closed
            node = closed.next
        chrome = root.tag == "body" and len(path) < 2
        if node.is_element_node and not _skipped(node, chrome=chrome, painted=painted > 0, on_hidden=on_hidden):
            yield "open", node
            path.append(node)
            painted += _paints(node)
            node = node.child
            continue
        if node.is_text_node:
            yield "text", node
        node = node.next


def _skipped(node: LexborNode, *, chrome: bool, painted: bool, on_hidden: Callable[[], None]) -> bool:
    tag = node.tag
    if tag in _NEVER or (chrome and tag in _CHROME):
        return True
    given = node.attributes
    if not given:
        return False
    if given.get("role") in _ROLES or not _CLASSES.isdisjoint((given.get("class") or "").split()):
        return True
    style = given.get("style") or ""
    white = bool(_WHITE.search(style)) and not painted and not _paints(node)
    hidden = "hidden" in given or given.get("aria-hidden") == "true" or bool(_HIDDEN_STYLE.search(style)) or white
    if hidden and len(node.text(deep=True, separator=" ").split()) > _WORDS_WORTH_A_NOTE:
        on_hidden()
    return hidden


def _paints(node: LexborNode) -> bool:
    given = node.attributes
    return bool(given) and ("bgcolor" in given or "background" in (given.get("style") or "").lower())
