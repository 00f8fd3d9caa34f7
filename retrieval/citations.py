"""Citations: a place in a document that a marker in an answer stands for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from documents.queries import Passage
from retrieval.quotes import Quote

WORD_JOINER = "\u2060"
_MARKERS = re.compile(r"[ \t]*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_HALF_MARKER = re.compile(r"[ \t]*(?:\[[\d,\s]{0,20})?$")
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*)*(?:[.!?]+|\n|$)(?:[ \t]*\[[\d,\s]+\])*")


@dataclass(frozen=True, slots=True)
class Citation:
    """`quote` is the document's text from `start` to `end`, to the letter; of a table's row, `table_header` names the columns."""

    marker: int
    document: UUID
    generation: int
    title: str
    uri: str
    page: int | None
    heading: str
    quote: str
    start: int
    end: int
    table_header: str


def cite(marker: int, quote: Quote) -> Citation:
    passage = quote.passage
    return Citation(
        marker=marker,
        document=passage.document_id,
        generation=passage.generation,
        title=passage.title,
        uri=passage.uri,
        page=passage.page,
        heading=passage.heading,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        table_header=quote.table_header,
    )


def whole(marker: int, passage: Passage) -> Citation:
    """The passage itself as a quote."""
    return cite(marker, Quote(passage, 0, len(passage.text), passage.table_header))


def cited_sentences(answer: str) -> Iterator[tuple[str, list[int]]]:
    """Each sentence of a model's answer that carries markers, without them, and their numbers."""
    for match in _SENTENCE.finditer(answer):
        markers = numbers(match[0])
        sentence = _MARKERS.sub("", match[0]).strip()
        if markers and sentence:
            yield sentence, markers


def numbers(text: str) -> list[int]:
    """The numbers of all markers, in order, each once."""
    found = (int(number) for group in _MARKERS.findall(text) for number in group.split(","))
    return list(dict.fromkeys(found))


def without_markers(text: str) -> str:
    return _MARKERS.sub("", text)


def not_a_marker(text: str) -> str:
    """A document's words as an answer shows them: "[2]" among them looks the same and stands for no source."""
    return text.replace("[", f"[{WORD_JOINER}")


class MarkerFilter:
    """Lets an answer through as it streams, without the markers of passages that do not exist. Holds back a marker's beginning
    until its end is there."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._highest = len(passages)
        self._held = ""

    def feed(self, text: str) -> str:
        text = self._held + text
        half = _HALF_MARKER.search(text)
        cut = half.start() if half else len(text)
        self._held = text[cut:]
        return _MARKERS.sub(self._checked, text[:cut])

    def flush(self) -> str:
        rest, self._held = self._held, ""
        return _MARKERS.sub(self._checked, rest)

    def _checked(self, match: re.Match[str]) -> str:
        known = [number for number in map(int, match[1].split(",")) if 1 <= number <= self._highest]
        space = match[0][: match[0].index("[")]
        return space + "".join(f"[{number}]" for number in known) if known else ""
