"""Pages of PDFs as pictures. Who may see one has been asked before; the pictures of a moment are kept for the next request."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from documents import blobs
from documents.models import Document
from ingestion.extract.errors import ExtractionError
from ingestion.extract.model import RenderedPage
from ingestion.extract.pool import Extractor

KEPT = 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of a document's current generation, with one span of the page's text marked."""

    document: Document
    page: int
    span: tuple[int, int] | None

    @property
    def key(self) -> tuple[object, ...]:
        return (self.document.blob, self.document.generation, self.page, self.span)


class Pictures:
    """One process to render, a few pictures remembered. Thread-safe."""

    def __init__(self) -> None:
        self._extractor = Extractor()
        self._kept: OrderedDict[tuple[object, ...], RenderedPage] = OrderedDict()
        self._guard = threading.Lock()

    def picture(self, wanted: Wanted) -> RenderedPage | None:
        """None where the page cannot be drawn; its text can still be shown."""
        with self._guard:
            if kept := self._kept.get(wanted.key):
                return kept
        try:
            drawn = self._extractor.render(blobs.read(wanted.document.blob), page=wanted.page, spans=[wanted.span] if wanted.span else [])
        except (ExtractionError, OSError):
            return None
        with self._guard:
            self._kept[wanted.key] = drawn
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return drawn

    def close(self) -> None:
        self._extractor.close()


pictures = Pictures()
