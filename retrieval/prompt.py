"""The words sent to the model. Only passages that were just rechecked, and earlier turns that may still be read, enter."""

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from conversations.queries import Turn
from documents.queries import Passage
from inference.chat import Said
from retrieval.citations import not_a_marker, without_markers
from retrieval.events import ABSTENTION

REMEMBERED = 3
"""Earlier turns."""


def conversation(question: str, passages: Sequence[Passage], history: Sequence[Turn]) -> list[Said]:
    """The rules, the last turns, and the question with its passages, numbered from 1 in their order."""
    earlier = [said for turn in history[-REMEMBERED:] for said in _remembered(turn)]
    fenced = "\n\n".join(_fenced(number, passage) for number, passage in enumerate(passages, 1))
    asked = _filled("question", passages=fenced, question=literal(question))
    return [Said("system", _filled("answer", abstention=ABSTENTION)), *earlier, Said("user", asked)]


def literal(text: str) -> str:
    """Text that can neither close its fence nor be read as a token of a chat template, such as <|im_end|> or [INST]."""
    return not_a_marker(escape(text, quote=True))


def _fenced(number: int, passage: Passage) -> str:
    page = f"page {passage.page}" if passage.page else ""
    return _filled(
        "passage",
        id=str(number),
        title=literal(passage.title),
        place=literal(", ".join(filter(None, (page, passage.heading)))),
        date=passage.dated.isoformat() if passage.dated else "unknown",
        text=literal("\n".join(filter(None, (passage.table_header, passage.text)))),
    )


def _remembered(turn: Turn) -> list[Said]:
    return [Said("user", literal(turn.question)), Said("assistant", literal(without_markers(turn.answer)))]


def _filled(name: str, **values: str) -> str:
    return _template(name).substitute(values).strip()


@cache
def _template(name: str) -> Template:
    return Template((Path(__file__).parent / "prompts" / f"{name}.md").read_text(encoding="utf-8"))
