"""Watches runs until their last document is ready or has a reason why not; what came of them."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from documents.models import Document
from sources.models import Source, SyncFailure, SyncRun
from terminal.quantity import counted, rate

EVERY = 0.2
UNDER_WAY = (Document.State.PENDING, Document.State.PROCESSING)
ENDED = (SyncRun.State.FINISHED, SyncRun.State.FAILED)
UNDONE = (Document.State.FAILED, Document.State.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Tally:
    """The sources' live documents now."""

    documents: int
    under_way: int
    ready: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Failure:
    uri: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    documents: int
    ready: int
    failed: tuple[Failure, ...]
    chunks: int
    seconds: float
    chunks_per_second: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Watch:
    """Begin it before the runs are asked for: what is made from then on counts for the rate."""

    def __init__(self, *sources: Source) -> None:
        self._sources = [source.id for source in sources]
        self.began = time.monotonic()
        self._before = self._generations()

    def follow(self, *runs: SyncRun, console: Console | None = None) -> None:
        """Waits for the runs and for the documents they brought; draws a bar where there is a console. The runs are as they ended."""
        with _bar(console) as show:
            while True:
                ended = all(_ended(run) for run in runs)
                tally = count(self._sources)
                show(tally, self._rate(tally))
                if ended and not tally.under_way and not self._unpublished():
                    return
                time.sleep(EVERY)

    def outcome(self, *runs: SyncRun) -> Outcome:
        """`documents` counts what is there, read or not; `chunks` what answers now; the rate is of what was made since the beginning."""
        tally, unread, undone = count(self._sources), _unread(runs), _undone(self._sources)
        stored = set(_live(self._sources).filter(uri__in=[one.uri for one in unread]).values_list("uri", flat=True))
        seconds = time.monotonic() - self.began
        return Outcome(
            documents=tally.documents + sum(one.uri not in stored for one in unread),
            ready=tally.ready,
            failed=tuple(sorted((*unread, *undone), key=lambda failure: failure.uri)),
            chunks=tally.chunks,
            seconds=round(seconds, 3),
            chunks_per_second=round(self._made() / seconds, 2),
        )

    def _generations(self) -> dict[UUID, int]:
        return dict(_live(self._sources).values_list("id", "generation"))

    def _made(self) -> int:
        rows = _live(self._sources).values_list("id", "generation", "chunk_count")
        return sum(chunks for document, generation, chunks in rows if self._before.get(document) != generation)

    def _rate(self, tally: Tally) -> float:
        return 0.0 if self._before else tally.chunks / (time.monotonic() - self.began)

    def _unpublished(self) -> bool:
        return _live(self._sources).filter(unpublished=True).exists()


def count(sources: Collection[UUID]) -> Tally:
    row = _live(sources).aggregate(
        documents=Count("id"),
        under_way=Count("id", filter=Q(state__in=UNDER_WAY)),
        ready=Count("id", filter=Q(state=Document.State.READY)),
        chunks=Sum("chunk_count", default=0),
    )
    return Tally(**row)


def _ended(run: SyncRun) -> bool:
    if run.state not in ENDED:
        run.refresh_from_db()
    return run.state in ENDED


def _live(sources: Collection[UUID]) -> QuerySet[Document]:
    return Document.objects.filter(source__in=sources, removed_at=None)


def _unread(runs: Collection[SyncRun]) -> list[Failure]:
    return [Failure(*row) for row in SyncFailure.objects.filter(run__in=runs).values_list("uri", "code", "message")]


def _undone(sources: Collection[UUID]) -> list[Failure]:
    return [Failure(*row) for row in _live(sources).filter(state__in=UNDONE).values_list("uri", "code", "message")]


@contextmanager
def _bar(console: Console | None) -> Iterator[Callable[[Tally, float], None]]:
    if console is None:
        yield lambda tally, made: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[chunks]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("documents", total=None, chunks="")

        def show(tally: Tally, made: float) -> None:
            chunks = ", ".join(filter(None, (counted(tally.chunks, "chunk"), rate(made, "chunk"))))
            progress.update(task, total=tally.documents or None, completed=tally.documents - tally.under_way, chunks=chunks)

        yield show
