"""One run of one source: what the connector lists becomes documents, grants and failures; what vanished is removed, carefully."""

import errno
import hashlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from django.db import DatabaseError, connection

from documents import actions as documents
from documents import blobs, work
from documents.actions import Incoming
from documents.models import Document
from ingestion.connectors.base import Change, ConnectorError, ItemError, Missed
from ingestion.connectors.registry import connector_for
from ingestion.doorbell import ring_processing, ring_pruning, ring_sync
from sources import actions as sources
from sources.models import Source, SyncRun
from sources.queries import waiting_runs
from tenants import scope
from tenants.scope import within

log = logging.getLogger("redoubt.ingestion")

AT_ONCE = 64
BYTES_AT_ONCE = 16 * 1024 * 1024
RENEW_EVERY = 10.0
SHARE_THAT_MAY_VANISH = 0.2
ALWAYS_MAY_VANISH = 2
"""Removing one or two files of a small folder is daily life; more than a fifth of a source at once is a question to a person."""


class LeaseLost(Exception):
    """Another run has taken over."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of one address."""

    id: UUID
    sha256: str
    size: int
    modified: datetime | None
    code: str

    def is_as_listed(self, change: Change) -> bool:
        return change.modified is not None and (change.modified, change.size) == (self.modified, self.size) and not self.is_lost

    @property
    def is_lost(self) -> bool:
        return self.code == "content_missing"


def request(*, source: Source, allow_removals: bool = False) -> SyncRun:
    """Asks for a run, and rings. While one waits, asking again is the same run."""
    run = sources.request_run(source=source, allow_removals=allow_removals)
    ring_sync(run)
    return run


def run(run_id: str) -> None:
    """Does the run if it waits and no other run of its source is under way; else nothing."""
    started = sources.start_run(run_id)
    if started is None:
        return
    try:
        _Sync(started).run()
    except LeaseLost:
        log.warning("Run %s lost its lease.", run_id)
    except ConnectorError as error:
        sources.end_run(started, code=error.code, message=error.message, failed=True)
    except Exception as error:
        _break_off(started, error)
    for waiting in waiting_runs(started.source_id):
        ring_sync(waiting)


def _break_off(run: SyncRun, error: Exception) -> None:
    """The database may be what failed; then the lease runs out and the sweeper starts another run."""
    if isinstance(error, DatabaseError):
        connection.close()
    if getattr(error, "errno", None) == errno.ENOSPC:
        code, message = "disk_full", "The disk is full. Free some space and sync again; what was ingested before is untouched."
    else:
        log.exception("Run %s broke off.", run.id)
        code, message = "internal", f"Something unexpected happened; the worker's log has it under run {run.id}."
    sources.end_run(run, code=code, message=message, failed=True)


class _Sync:
    def __init__(self, run: SyncRun) -> None:
        self.started, self.source = run, run.source
        self.known = _known(run.source)
        self.seen: set[str] = set()
        self.unlisted: tuple[str, ...] = ()
        """How the addresses below folders that could not be listed begin."""
        self.incoming: list[Incoming] = []
        self.bytes = 0
        self.renewed = time.monotonic()

    def run(self) -> None:
        for change in self._listed():
            self._take(change)
            if len(self.incoming) >= AT_ONCE or self.bytes >= BYTES_AT_ONCE:
                self._save()
            self._stay()
        self._save()
        if work.retry_quarantined(self.source):
            ring_processing()
        self._stay(now=True)
        code, message = self._remove_vanished()
        sources.end_run(self.started, code=code, message=message)

    def _listed(self) -> Iterator[Change]:
        """Each address once; what cannot become a document is noted, and is not taken for vanished."""
        for item in connector_for(self.source).changes(None):
            if item.uri in self.seen:
                continue
            self.seen.add(item.uri)
            self.started.seen += 1
            if isinstance(item, Missed):
                self.unlisted += (f"{item.uri}/",) if item.below else ()
                self._miss(item.uri, item.error)
            else:
                yield item

    def _take(self, change: Change) -> None:
        known = self.known.get(change.uri)
        if known and known.is_as_listed(change):
            return
        try:
            data = change.read()
        except ItemError as error:
            self._miss(change.uri, error)
            return
        digest = hashlib.sha256(data).hexdigest()
        if known and known.sha256 == digest and not known.is_lost:
            with within(self.source.tenant_id):
                documents.touch(document=known.id, modified=change.modified)
            return
        self.incoming.append(incoming(change, data, digest))
        self.bytes += len(data)

    def _miss(self, uri: str, error: ItemError) -> None:
        sources.miss(run=self.started, uri=uri, code=error.code, message=error.message)

    def _save(self) -> None:
        if self.incoming:
            with within(self.source.tenant_id):
                documents.save(source=self.source, incoming=self.incoming)
                ring_processing()
            self.started.changed += len(self.incoming)
        self.incoming, self.bytes = [], 0

    def _stay(self, *, now: bool = False) -> None:
        if now or time.monotonic() - self.renewed > RENEW_EVERY:
            if not sources.renew_run(self.started):
                raise LeaseLost
            self.renewed = time.monotonic()

    def _remove_vanished(self) -> tuple[str, str]:
        """A listing that came back empty removes nothing, and one with much gone waits for a person."""
        gone = [known.id for uri, known in self.known.items() if uri not in self.seen and not uri.startswith(self.unlisted)]
        if not gone:
            return "", ""
        if not self.started.allow_removals and (not self.seen or len(gone) > self._may_vanish()):
            return "removals_wait", (
                f"{len(gone)} of {len(self.known)} documents are no longer in the source. Nothing was removed; "
                "if that is right, sync again and allow removals."
            )
        with within(self.source.tenant_id):
            self.started.removed = documents.remove(documents=gone, tenant=self.source.tenant_id, reason="vanished from its source")
            ring_pruning()
        return "", ""

    def _may_vanish(self) -> float:
        return max(ALWAYS_MAY_VANISH, SHARE_THAT_MAY_VANISH * len(self.known))


def incoming(change: Change, data: bytes, digest: str) -> Incoming:
    """Stores the bytes. A name is data: it is kept to be shown, and never becomes a path."""
    return Incoming(
        uri=change.uri,
        title=change.title or PurePosixPath(change.uri).stem,
        media_type=change.media_type,
        blob=blobs.write(data),
        sha256=digest,
        size=len(data),
        modified=change.modified,
    )


@scope.of("source")
def _known(source: Source) -> dict[str, Known]:
    rows = Document.objects.filter(source=source, removed_at=None).values_list("uri", "id", "sha256", "size", "modified", "code")
    return {uri: Known(id, sha256, size, modified, code) for uri, id, sha256, size, modified, code in rows}
