"""Watches runs until their last document is ready or has a reason why not; what came of them."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from documents.models import Document
from sources.models import Source, SyncFailure, SyncRun
from tenants import scope
from tenants.scope import within
from terminal.quantity import counted, rate

T = TypeVar("T")

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
        self._sources: dict[UUID, list[UUID]] = {}
        for source in sources:
            self._sources.setdefault(source.tenant_id, []).append(source.id)
        self.began = time.monotonic()
        self._before = self._generations()

    def follow(self, *runs: SyncRun, console: Console | None = None) -> None:
        """Waits for the runs and for the documents they brought; draws a bar where there is a console. The runs are as they ended."""
        with _bar(console) as show:
            while True:
                ended = all(_ended(run) for run in runs)
                tally = self._tally()
                show(tally, self._rate(tally))
                if ended and not tally.under_way and not self._unpublished():
                    return
                time.sleep(EVERY)

    def outcome(self, *runs: SyncRun) -> Outcome:
        """`documents` counts what is there, read or not; `chunks` what answers now; the rate is of what was made since the beginning."""
        tally, undone = self._tally(), self._each(_undone)
        unread = [failure for run in runs for failure in _unread(run)]
        stored = set(self._each(lambda sources: _live(sources).filter(uri__in=[one.uri for one in unread]).values_list("uri", flat=True)))
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
        return dict(self._each(lambda sources: _live(sources).values_list("id", "generation")))

    def _made(self) -> int:
        rows = self._each(lambda sources: _live(sources).values_list("id", "generation", "chunk_count"))
        return sum(chunks for document, generation, chunks in rows if self._before.get(document) != generation)

    def _rate(self, tally: Tally) -> float:
        return 0.0 if self._before else tally.chunks / (time.monotonic() - self.began)

    def _unpublished(self) -> bool:
        return any(self._each(lambda sources: [_live(sources).filter(unpublished=True).exists()]))

    def _tally(self) -> Tally:
        each = self._each(lambda sources: [count(sources)])
        return Tally(*(sum(numbers) for numbers in zip(*map(astuple, each), strict=True)))

    def _each(self, read: Callable[[Collection[UUID]], Iterable[T]]) -> list[T]:
        """What is read of each tenant's sources, one tenant after the other."""
        found: list[T] = []
        for tenant, sources in self._sources.items():
            with within(tenant):
                found += read(sources)
        return found


def count(sources: Collection[UUID]) -> Tally:
    row = _live(sources).aggregate(
        documents=Count("id"),
        under_way=Count("id", filter=Q(state__in=UNDER_WAY)),
        ready=Count("id", filter=Q(state=Document.State.READY)),
        chunks=Sum("chunk_count", default=0),
    )
    return Tally(**row)


@scope.of("run")
def _ended(run: SyncRun) -> bool:
    if run.state not in ENDED:
        run.refresh_from_db()
    return run.state in ENDED


def _live(sources: Collection[UUID]) -> QuerySet[Document]:
    return Document.objects.filter(source__in=sources, removed_at=None)


@scope.of("run")
def _unread(run: SyncRun) -> list[Failure]:
    return [Failure(*row) for row in SyncFailure.objects.filter(run=run).values_list("uri", "code", "message")]


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
