"""Tells the index what is current and who may read it, for the documents that PostgreSQL has marked; safe to repeat."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db import transaction

from access.principals import readers_of
from documents import work
from documents.models import Document, Grant
from index import points
from tenants import scope

AT_ONCE = 1_000
SLICE = 200
"""The embedded index answers nobody while it changes the points of a slice."""

_wanted = threading.Event()
_busy = threading.Lock()


@dataclass(frozen=True, slots=True, order=True)
class _Notice:
    """What points of a generation are to say of their readers."""

    generation: int
    allow: tuple[str, ...]
    deny: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the index has heard of in one transaction."""

    documents: int
    last: UUID
    """The highest of their ids."""
    seconds: float
    """How long the index took."""


def drain() -> None:
    """All that waits, in slices so small that no search waits long for one, and with as much time between them as the index took.

    One at a time in a process, or there would be no time between: a call that finds another at work leaves the work to it."""
    _wanted.set()
    while _wanted.is_set() and _busy.acquire(blocking=False):
        try:
            _wanted.clear()
            while sum(map(_drained, work.tenants_with_news())):
                pass
        finally:
            _busy.release()


def _drained(tenant: UUID) -> int:
    """By their ids, so that no slice looks again at the rows of those before it. What is marked behind it is the next pass's."""
    told, after = 0, None
    while some := _publish_of(tenant, at_once=SLICE, after=after):
        time.sleep(some.seconds)
        told, after = told + some.documents, some.last
    return told


def publish_waiting(documents: Sequence[UUID] | None = None) -> int:
    """All that the index has yet to hear of, or of these documents only. Returns how many documents that were."""
    told = 0
    while count := publish_some(documents):
        told += count
        if documents is not None and count < AT_ONCE:
            break
    return told


def publish_some(documents: Sequence[UUID] | None = None) -> int:
    """So many at most, one tenant after the other."""
    told = 0
    for tenant in work.tenants_with_news(documents):
        some = _publish_of(tenant, at_once=AT_ONCE - told, among=documents)
        told += some.documents if some else 0
        if told >= AT_ONCE:
            break
    return told


@scope.of("tenant")
@transaction.atomic
def _publish_of(tenant: UUID, *, at_once: int, among: Sequence[UUID] | None = None, after: UUID | None = None) -> _Told | None:
    """The rows stay locked until the index has answered, so that an older list of readers never overtakes a newer one. None where
    nothing waits."""
    marked = Document.objects.filter(tenant_id=tenant, unpublished=True, removed_at=None, generation__gt=0).order_by("id")
    if among is not None:
        marked = marked.filter(id__in=among)
    if after is not None:
        marked = marked.filter(id__gt=after)
    generations = dict(marked.select_for_update(skip_locked=True).values_list("id", "generation")[:at_once])
    if not generations:
        return None
    notices = _notices(generations)
    began = time.monotonic()
    for notice, same in groupby(sorted(generations, key=notices.__getitem__), key=notices.__getitem__):
        _tell(notice, list(same))
    seconds = time.monotonic() - began
    Document.objects.filter(id__in=generations).update(unpublished=False)
    return _Told(len(generations), max(generations), seconds)


def _tell(notice: _Notice, documents: list[UUID]) -> None:
    points.publish(document=documents, generation=notice.generation, acl=notice.allow, deny=notice.deny)
    if notice.generation > 1:
        points.retire(document=documents, before=notice.generation)


def _notices(generations: dict[UUID, int]) -> dict[UUID, _Notice]:
    allow: dict[UUID, set[str]] = defaultdict(set, _policies(generations))
    deny: dict[UUID, set[str]] = defaultdict(set)
    for document, principal, effect in _grants(generations):
        (allow if effect == Grant.Effect.ALLOW else deny)[document].add(principal)
    return {
        document: _Notice(generation, tuple(sorted(allow[document])), tuple(sorted(deny[document])))
        for document, generation in generations.items()
    }


def _policies(documents: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Whom the source names is looked up by each search; the points only say that it is asked."""
    follow = Document.objects.filter(id__in=list(documents), restricted=False).values_list("id", "source_id")
    return {document: {readers_of(source)} for document, source in follow}


def _grants(documents: Iterable[UUID]) -> Iterable[tuple[UUID, str, str]]:
    return Grant.objects.filter(document__in=list(documents)).values_list("document_id", "principal", "effect")
