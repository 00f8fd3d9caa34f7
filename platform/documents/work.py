"""The state column as a work list: claim, renew, give back, refuse, complete.

Time is the database's. A claim carries a fence that grows with each claim of its document: whoever comes back with an old one
finds the document taken, and writes nothing. A claim's fence is also the number of the generation that it makes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Now

from documents.models import Chunk, Document, Page, Work
from sources.models import Source
from tenants import scope
from tenants.actions import move_epoch
from tenants.scope import within

LEASE = timedelta(seconds=60)
ATTEMPTS = 3
DOCUMENTS_AT_ONCE = 256
BYTES_AT_ONCE = 4 * 1024 * 1024
ROWS_AT_ONCE = 500
"""In one statement, which the driver holds whole, twice."""
FIRST_OF_ALL = "upload"
"""The kind of source whose documents somebody is waiting for."""
SMALL = 1024 * 1024
"""In bytes: an upload of this size does not wait behind a larger one."""
State = Document.State
_EXHAUSTED = Q(state=State.PROCESSING, lease_until__lt=Now(), attempt__gte=ATTEMPTS, removed_at=None)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claim:
    document: UUID
    tenant: UUID
    source: UUID
    fence: int
    attempt: int
    generation: int
    """The current one; the one that this claim makes has the fence for its number."""
    uri: str
    title: str
    media_type: str
    blob: str
    modified: datetime | None
    language: str


@dataclass(frozen=True, slots=True)
class Made:
    """A claimed document's new generation, ready to become current."""

    claim: Claim
    title: str
    dated: date | None
    paged: bool
    partial: bool
    pages: Sequence[Page]
    chunks: Sequence[Chunk]


def waiting() -> QuerySet[Work]:
    """Pending and due, or left behind by a worker whose lease ran out. Read across tenants."""
    due = Q(state=State.PENDING) & (Q(not_before=None) | Q(not_before__lte=Now()))
    abandoned = Q(state=State.PROCESSING, lease_until__lt=Now(), attempt__lt=ATTEMPTS)
    return Work.objects.filter(due | abandoned, removed_at=None)


@dataclass(frozen=True, slots=True)
class Waits:
    """What a sweep finds, of all tenants."""

    processing: bool
    publishing: bool
    pruning: bool


@scope.across
def waits() -> Waits:
    news = Work.objects.filter(unpublished=True, removed_at=None)
    return Waits(waiting().exists(), news.exists(), Work.objects.filter(state=State.DELETING).exists())


@scope.across
def tenants_with_news(documents: Sequence[UUID] | None = None) -> list[UUID]:
    """Whose documents the index has yet to hear of; of these documents only, where they are given."""
    news = Work.objects.filter(unpublished=True, removed_at=None, generation__gt=0)
    return _tenants(news if documents is None else news.filter(id__in=documents))


@scope.across
def tenants_with_removed() -> list[UUID]:
    return _tenants(Work.objects.filter(state=State.DELETING))


def _tenants(chosen: QuerySet[Work]) -> list[UUID]:
    return list(chosen.order_by("tenant_id").values_list("tenant_id", flat=True).distinct())


def claim(*, documents: int = DOCUMENTS_AT_ONCE, size: int = BYTES_AT_ONCE) -> list[Claim]:
    """Up to this many waiting documents, and no more bytes than `size` unless the first alone has more.

    A document that was tried before is claimed alone: should it kill the worker, it takes nobody with it.
    """
    return [claim for tenant, fences in _by_tenant(_taken(documents, size)) for claim in _claimed(tenant, fences)]


@scope.across
def _taken(documents: int, size: int) -> list[tuple[UUID, UUID, int]]:
    """Tenant, document and fence of what is claimed now."""
    rows = waiting().select_for_update(skip_locked=True, of=("self",)).order_by(*_order())
    chosen = Work.objects.filter(id__in=_portion(list(rows.values_list("id", "size", "attempt")[:documents]), size))
    chosen.update(state=State.PROCESSING, lease_until=Now() + LEASE, fence=F("fence") + 1, attempt=F("attempt") + 1)
    return list(chosen.values_list("tenant_id", "id", "fence"))


@scope.of("tenant")
def _claimed(tenant: UUID, fences: Mapping[UUID, int]) -> list[Claim]:
    """Without those that somebody changed or removed since they were taken."""
    found = Document.objects.filter(tenant_id=tenant, id__in=fences, state=State.PROCESSING)
    return [_claim(document) for document in found if document.fence == fences[document.id]]


def _by_tenant(taken: Iterable[tuple[UUID, UUID, T]]) -> Iterable[tuple[UUID, dict[UUID, T]]]:
    found: dict[UUID, dict[UUID, T]] = {}
    for tenant, document, what in taken:
        found.setdefault(tenant, {})[document] = what
    return found.items()


@scope.across
def renew(documents: Collection[UUID]) -> None:
    Work.objects.filter(id__in=documents, state=State.PROCESSING, lease_until__gt=Now()).update(lease_until=Now() + LEASE)


def give_back(claims: Iterable[Claim], *, after: timedelta, counts: bool, code: str = "", message: str = "") -> None:
    """Back to waiting. `counts` says that the attempt was the document's own doing: the third that counts is its last."""
    for tenant, his in _by_tenant((claim.tenant, claim.document, claim) for claim in claims):
        with within(tenant):
            _give_back(his.values(), after=after, counts=counts, reason={"code": code, "message": message})


def _give_back(claims: Iterable[Claim], *, after: timedelta, counts: bool, reason: Mapping[str, str]) -> None:
    mine = _held(claims)
    last = [claim.document for claim in mine if counts and claim.attempt >= ATTEMPTS]
    again = [claim.document for claim in mine if claim.document not in set(last)]
    tried = F("attempt") if counts else F("attempt") - 1
    Document.objects.filter(id__in=again).update(state=State.PENDING, lease_until=None, not_before=Now() + after, attempt=tried, **reason)
    Document.objects.filter(id__in=last).update(state=State.QUARANTINED, lease_until=None, **reason)


def refuse(claim: Claim, *, code: str, message: str) -> None:
    """The document itself is the reason, and another attempt is useless. What was current before goes on answering."""
    with within(claim.tenant):
        if _held([claim]):
            Document.objects.filter(id=claim.document).update(state=State.FAILED, lease_until=None, code=code, message=message)


def complete(made: Sequence[Made]) -> list[Claim]:
    """Makes the new generations current, of each tenant all or none. Returns the claims that were still held; of the others nothing is
    written."""
    by_tenant = _by_tenant((one.claim.tenant, one.claim.document, one) for one in made)
    return [claim for tenant, his in by_tenant for claim in _complete(tenant, list(his.values()))]


@scope.of("tenant")
@transaction.atomic
def _complete(tenant: UUID, made: Sequence[Made]) -> list[Claim]:
    mine = {claim.document for claim in _held(one.claim for one in made)}
    kept = [one for one in made if one.claim.document in mine]
    _forget_text([one.claim.document for one in kept if one.claim.generation])
    Page.objects.bulk_create((page for one in kept for page in one.pages), batch_size=ROWS_AT_ONCE)
    Chunk.objects.bulk_create((chunk for one in kept for chunk in one.chunks), batch_size=ROWS_AT_ONCE)
    if kept:
        _make_current(kept)
    if any(one.claim.generation for one in kept):
        move_epoch(tenant)  # running answers look again: text that is replaced is not told any more
    return [one.claim for one in kept]


@scope.of("source")
def retry_quarantined(source: Source) -> int:
    """A person has asked for the source again: perhaps what went wrong was not the document's doing."""
    quarantined = Document.objects.filter(source=source, state=State.QUARANTINED, removed_at=None)
    return quarantined.update(state=State.PENDING, attempt=0, not_before=None, code="", message="")


def quarantine_exhausted() -> int:
    """Documents that were in hand each time when a worker died."""
    message = "Processing ended unexpectedly three times on this document. Check the file, then change or remove it."
    return sum(_quarantine_exhausted(tenant, message) for tenant in _tenants_with_exhausted())


@scope.across
def _tenants_with_exhausted() -> list[UUID]:
    return _tenants(Work.objects.filter(_EXHAUSTED))


@scope.of("tenant")
def _quarantine_exhausted(tenant: UUID, message: str) -> int:
    exhausted = Document.objects.filter(_EXHAUSTED, tenant_id=tenant)
    return exhausted.update(state=State.QUARANTINED, lease_until=None, code="worker_died", message=message)


_MAKE_CURRENT = """
    UPDATE documents_document AS document
    SET state = 'ready', code = '', message = '', lease_until = NULL, attempt = 0, generation = document.fence, unpublished = true,
        title = made.title, dated = made.dated, paged = made.paged, partial = made.partial,
        page_count = made.page_count, chunk_count = made.chunk_count
    FROM unnest(%s::uuid[], %s::text[], %s::date[], %s::bool[], %s::bool[], %s::int[], %s::int[])
        AS made (id, title, dated, paged, partial, page_count, chunk_count)
    WHERE document.id = made.id
"""
"""One statement for the whole batch: bulk_update would build a CASE of every field for every document."""


def _make_current(made: Sequence[Made]) -> None:
    rows = [(one.claim.document, one.title, one.dated, one.paged, one.partial, len(one.pages), len(one.chunks)) for one in made]
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_CURRENT, [list(column) for column in zip(*rows, strict=True)])


def _claim(document: Document) -> Claim:
    return Claim(
        document=document.id,
        tenant=document.tenant_id,
        source=document.source_id,
        fence=document.fence,
        attempt=document.attempt,
        generation=document.generation,
        uri=document.uri,
        title=document.title,
        media_type=document.media_type,
        blob=document.blob,
        modified=document.modified,
        language=document.language,
    )


def _forget_text(documents: Sequence[UUID]) -> None:
    if documents:
        Chunk.objects.filter(document__in=documents).delete()
        Page.objects.filter(document__in=documents).delete()


def _held(claims: Iterable[Claim]) -> list[Claim]:
    """Those whose fence still is the document's, locked until the transaction ends."""
    fences = {claim.document: claim for claim in claims}
    rows = Document.objects.select_for_update().filter(id__in=fences, state=State.PROCESSING, removed_at=None).order_by("id")
    return [fences[id] for id, fence in rows.values_list("id", "fence") if fence == fences[id].fence]


def _order() -> tuple[OrderBy, OrderBy, str, str]:
    tried = Case(When(attempt__gt=0, then=Value(True)), default=Value(False), output_field=BooleanField())
    upload = Q(source__kind=FIRST_OF_ALL)
    awaited = Case(When(upload & Q(size__lte=SMALL), then=2), When(upload, then=1), default=0, output_field=IntegerField())
    return tried.desc(), awaited.desc(), "attempt", "created"


def _portion(rows: Sequence[tuple[UUID, int, int]], size: int) -> list[UUID]:
    chosen: list[UUID] = []
    for document, length, attempt in rows:
        size -= length
        if chosen and (size < 0 or attempt):
            break
        chosen.append(document)
        if attempt:
            break
    return chosen
