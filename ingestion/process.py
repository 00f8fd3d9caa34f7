"""Claimed documents: extract, split, embed, index, make current. Each step may die half-way; what is not yet current, nobody sees."""

import errno
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db import DatabaseError, OperationalError, connection
from numpy.typing import NDArray

from documents import work
from documents.work import Claim
from index import points, schema
from index.errors import IndexFailure, IndexUnavailable
from inference.embedder import get_embedder
from inference.sparse import embed_document
from ingestion.lease import Held
from ingestion.prepare import Prepared, Unfit, prepare
from ingestion.publish import publish_some, publish_waiting
from terminal.quantity import counted

log = logging.getLogger("redoubt.ingestion")
CHUNKS_AT_ONCE = 500
"""Encoded, stored and shown as progress together: enough for texts of equal length to meet."""
LATER = timedelta(seconds=10)
INCOMPLETE = "The index did not keep all of this document."


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row of `vectors` for each text, in the order of the batch."""

    batch: Sequence[Prepared]
    vectors: NDArray[np.float32]


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
            publish_some()  # of many that changed readers the rest is another task's: nobody's new document waits for them
            _process_batches(held)
        except Exception as error:
            _give_back(held.all(), error)
            if not _passes(error):
                raise
            log.warning("Processing pauses: %s", str(error))


def _process_batches(held: Held) -> None:
    """While one portion is encoded, in a thread that touches no store, the one before is stored and the next is read and split."""
    with ThreadPoolExecutor(1, thread_name_prefix="encode") as encoder:
        under_way: Future[Encoded] | None = None
        for portion in _prepared(held):
            following = encoder.submit(_encode, portion)
            if under_way:
                _finish(under_way.result(), held)
            under_way = following
        if under_way:
            _finish(under_way.result(), held)


def _prepared(held: Held) -> Iterator[list[Prepared]]:
    """Claims and prepares until nothing waits; what cannot become a document is set aside."""
    while claims := work.claim():
        held.add(claims)
        done = prepare(claims)
        for unfit in (one for one in done if isinstance(one, Unfit)):
            _set_aside(unfit)
            held.drop([unfit.claim])
        yield from _portions([one for one in done if isinstance(one, Prepared)])


def _encode(batch: Sequence[Prepared]) -> Encoded:
    """In slices: the encoder holds the tokens of all that it is given, and a document may be a portion of its own, however long."""
    texts = [text for one in batch for text in one.texts]
    slices = (texts[start : start + CHUNKS_AT_ONCE] for start in range(0, len(texts), CHUNKS_AT_ONCE))
    return Encoded(batch, np.concatenate([get_embedder().encode(part) for part in slices]))


def _finish(encoded: Encoded, held: Held) -> None:
    _store(encoded)
    held.drop([one.claim for one in encoded.batch])


def _set_aside(unfit: Unfit) -> None:
    if unfit.permanent:
        work.refuse(unfit.claim, code=unfit.code, message=unfit.message)
    else:
        work.give_back([unfit.claim], after=LATER * unfit.claim.attempt, counts=True, code=unfit.code, message=unfit.message)


def _store(encoded: Encoded) -> None:
    """Index first, invisible to all, and counted; then PostgreSQL makes it current; then the index hears who may read it."""
    points.upsert(_points(encoded))
    claims = [one.claim for one in encoded.batch]
    whole = _whole(encoded.batch)
    lacking = set(claims) - {one.claim for one in whole}
    work.give_back(lacking, after=LATER, counts=True, code="index_incomplete", message=INCOMPLETE)
    kept = work.complete([one.made for one in whole])
    publish_waiting([claim.document for claim in claims])
    for lost in set(claims) - set(kept):
        points.remove(document=lost.document, generation=lost.fence)
    log.info("%s ready, %s.", counted(len(kept), "document"), counted(len(encoded.vectors), "chunk"))


def _whole(batch: Sequence[Prepared]) -> Sequence[Prepared]:
    """Those whose points are all there. One count, and only where it is short one for each document."""
    return batch if _complete(batch) else [one for one in batch if _complete([one])]


def _complete(batch: Sequence[Prepared]) -> bool:
    ids = [chunk.id for one in batch for chunk in one.made.chunks]
    return points.present(ids) == len(ids)


def _points(encoded: Encoded) -> Iterator[points.Point]:
    vectors = iter(encoded.vectors)
    for one in encoded.batch:
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
