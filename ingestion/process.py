"""Claimed documents: extract, split, embed, index, make current. Each step may die half-way; what is not yet current, nobody sees."""

import errno
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import DatabaseError, OperationalError, connection

from documents import work
from documents.work import Claim
from index import points, schema
from index.errors import IndexFailure, IndexUnavailable
from inference.embedder import get_embedder
from inference.sparse import embed_document
from ingestion.lease import Held
from ingestion.prepare import Prepared, Unfit, prepare
from ingestion.publish import publish_waiting

log = logging.getLogger("redoubt.ingestion")
CHUNKS_AT_ONCE = 1_500
LATER = timedelta(seconds=10)

_wanted = threading.Event()
_busy = threading.Lock()


def drain() -> None:
    """Processes until nothing waits. One at a time in a process; a call that finds another at work leaves the work to it."""
    _wanted.set()
    while _wanted.is_set() and _busy.acquire(blocking=False):
        try:
            _wanted.clear()
            _process_waiting()
        finally:
            _busy.release()


def _process_waiting() -> None:
    """Without the index nothing is claimed, and what was claimed when it went away waits for it."""
    with Held() as held:
        try:
            schema.ensure()
            publish_waiting()
            _process_batches(held)
        except Exception as error:
            _give_back(held.all(), error)
            if not _passes(error):
                raise
            log.warning("Processing pauses: %s", error)


def _process_batches(held: Held) -> None:
    """While one batch is encoded, the next is read and split."""
    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as ahead:
        batch = prepare(_claim(held))
        while batch:
            following = ahead.submit(prepare, _claim(held))
            _finish(batch, held)
            batch = following.result()


def _claim(held: Held) -> list[Claim]:
    claims = work.claim()
    held.add(claims)
    return claims


def _finish(batch: Sequence[Prepared | Unfit], held: Held) -> None:
    for unfit in (one for one in batch if isinstance(one, Unfit)):
        _set_aside(unfit)
        held.drop([unfit.claim])
    for portion in _portions([one for one in batch if isinstance(one, Prepared)]):
        _store(portion)
        held.drop([one.claim for one in portion])


def _set_aside(unfit: Unfit) -> None:
    if unfit.permanent:
        work.refuse(unfit.claim, code=unfit.code, message=unfit.message)
    else:
        work.give_back([unfit.claim], after=LATER * unfit.claim.attempt, counts=True, code=unfit.code, message=unfit.message)


def _store(batch: Sequence[Prepared]) -> None:
    """Index first, invisible to all; then PostgreSQL makes it current; then the index hears who may read it."""
    expected = _index(batch)
    documents = [one.claim.document for one in batch]
    kept = work.complete([one.made for one in batch])
    publish_waiting(documents)
    lost = {one.claim for one in batch} - set(kept)
    for claim in lost:
        points.remove(document=claim.document, generation=claim.fence)
    log.info("%d documents ready, %d chunks.", len(kept), expected)


def _index(batch: Sequence[Prepared]) -> int:
    texts = [text for one in batch for text in one.texts]
    vectors = iter(get_embedder().encode(texts))
    points.upsert(_points(batch, vectors))
    return len(texts)


def _points(batch: Sequence[Prepared], vectors: Iterator[Sequence[float]]) -> Iterator[points.Point]:
    for one in batch:
        claim = one.claim
        for chunk, text in zip(one.made.chunks, one.texts, strict=True):
            yield points.Point(
                id=chunk.id,
                tenant=claim.tenant,
                document=claim.document,
                generation=claim.fence,
                source=claim.source,
                language=claim.language,
                modified=claim.modified,
                dense=next(vectors),
                sparse=embed_document(text, claim.language),
            )


def _portions(batch: Sequence[Prepared]) -> Iterator[list[Prepared]]:
    """As many documents as have this many chunks together; a document is never cut in two."""
    portion: list[Prepared] = []
    size = 0
    for one in batch:
        if portion and size + len(one.texts) > CHUNKS_AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += len(one.texts)
    if portion:
        yield portion


def _passes(error: Exception) -> bool:
    """A store that is away or full is not the documents' fault: they wait."""
    return isinstance(error, IndexUnavailable | OperationalError) or getattr(error, "errno", None) == errno.ENOSPC


def _give_back(claims: Sequence[Claim], error: Exception) -> None:
    """Anything else than a store that is away counts as an attempt."""
    blameless = _passes(error)
    code = "index_refused" if isinstance(error, IndexFailure) else "internal"
    message = "" if blameless else "Something unexpected happened while this document was processed; the worker's log says what."
    try:
        work.give_back(claims, after=LATER, counts=not blameless, code="" if blameless else code, message=message)
    except DatabaseError:
        log.warning("%d documents wait for their leases to run out: the database does not answer.", len(claims))
        connection.close()
