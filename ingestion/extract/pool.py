"""The only door through which other rooms have files read: each in a child process that can do nothing but read it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import getpid
from typing import Any, TypeVar

from ingestion.extract import frames
from ingestion.extract.errors import Crashed, EmptyFile, TooLarge
from ingestion.extract.limits import Limits
from ingestion.extract.model import Extracted, RenderedPage
from ingestion.extract.reader import Reader

Answer = TypeVar("Answer")


class Extractor:
    """Thread-safe. Keeps up to `children` processes, started when first needed; a child that crashes, hangs or has read its share
    is replaced. After a fork the copy starts children of its own."""

    def __init__(self, *, children: int = 1, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._children = children
        self._pid = getpid()
        self._idle: list[Reader] = []
        self._guard = threading.Lock()
        self._places = threading.BoundedSemaphore(children)

    def extract(self, data: bytes, *, name: str, media_type: str | None = None) -> Extracted:
        """Raises an ExtractionError, the only exception that a file can cause."""
        if not data:
            raise EmptyFile
        request = {"do": "extract", "name": name, "media_type": media_type}
        return self._ask(request, data, lambda message, _: frames.to_extracted(message))

    def render(self, data: bytes, *, page: int, spans: Sequence[tuple[int, int]] = ()) -> RenderedPage:
        """A PDF's page as a picture, and where on it the spans lie, which are offsets into that page's extracted text.
        Raises an ExtractionError."""
        request = {"do": "render", "page": page, "spans": [list(span) for span in spans]}
        return self._ask(request, data, frames.to_rendered)

    def children(self) -> list[int]:
        """The process ids of the children that wait for work."""
        with self._guard:
            return [reader.process_id for reader in self._idle]

    def recycle(self) -> None:
        """Ends the idle children, so that nothing which one tenant's file did to a process meets another tenant's."""
        with self._guard:
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()

    close = recycle

    def __enter__(self) -> "Extractor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict[str, Any], data: bytes, read: Callable[[dict[str, Any], bytes], Answer]) -> Answer:
        if len(data) > self.limits.file_size:
            raise TooLarge(f"The file is over the limit of {self.limits.file_size // 1024**2} MB for one document.")
        with self._reader() as reader:
            message, blob = reader.ask(request, data)
            try:
                return read(message, blob)
            except (ValueError, KeyError, TypeError) as error:
                reader.close()
                raise Crashed from error

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        if self._pid != getpid():
            self._start_anew()
        with self._places:
            with self._guard:
                reader = self._idle.pop() if self._idle else None
            reader = reader or Reader(self.limits)
            try:
                yield reader
            finally:
                self._put_back(reader)

    def _put_back(self, reader: Reader) -> None:
        if reader.spent:
            reader.close()
            return
        with self._guard:
            self._idle.append(reader)

    def _start_anew(self) -> None:
        """In a forked copy: the parent's children and locks are not ours."""
        self._pid = getpid()
        self._idle = []
        self._guard = threading.Lock()
        self._places = threading.BoundedSemaphore(self._children)
