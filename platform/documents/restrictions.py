"""What was denied or narrowed of a document outlives it: a document that comes back to its address, or with its bytes to another one
in the same source, is denied and narrowed from its first moment. No text, title or address is kept, only hashes and principals."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Q

from documents.models import Document, Grant, Restriction
from sources.models import Source

Effect, Origin = Grant.Effect, Grant.Origin


def keep(documents: Iterable[Document]) -> None:
    """Of documents that leave, in the transaction of their tombstones. What is kept of their addresses from before is replaced."""
    leaving = list(documents)
    Restriction.objects.filter(_at(leaving)).delete()
    Restriction.objects.bulk_create(_of(leaving))


def take_over(source: Source, new: Sequence[Document]) -> None:
    """Of documents that were just saved, before anybody can read them. A restriction is found by the address, by the bytes of a document
    that left, and by the bytes of one that is there: a copy of a denied text is denied, so that a renamed one is, too."""
    kept = _kept(source, new)
    if not kept:
        return
    for document in new:
        _restrict(document, [one for one in kept if one.sha256 == document.sha256 or one.address == _address(document)])


def _kept(source: Source, new: Sequence[Document]) -> list[Restriction]:
    digests = {document.sha256 for document in new}
    left = Restriction.objects.filter(Q(source=source), Q(sha256__in=digests) | Q(address__in=[_address(one) for one in new]))
    there = Document.objects.filter(source=source, removed_at=None, sha256__in=digests).exclude(id__in=[one.id for one in new])
    return [*left, *_of(there)]


def _of(documents: Iterable[Document]) -> list[Restriction]:
    """Denials of persons; and of what was narrowed all that it says of its readers, for nothing else lets anybody in."""
    by_id = {document.id: document for document in documents}
    said: dict[UUID, list[list[str]]] = {}
    for grant in Grant.objects.filter(document__in=by_id).order_by("id"):
        if by_id[grant.document_id].restricted or (grant.effect, grant.origin) == (Effect.DENY, Origin.SHARE):
            said.setdefault(grant.document_id, []).append([grant.principal, grant.effect, grant.origin, grant.by])
    return [_one(document, said.get(document.id, [])) for document in by_id.values() if document.restricted or document.id in said]


def _one(document: Document, grants: list[list[str]]) -> Restriction:
    return Restriction(
        source_id=document.source_id,
        address=_address(document),
        sha256=document.sha256,
        narrowed=document.restricted,
        grants=grants,
    )


def _restrict(document: Document, kept: Sequence[Restriction]) -> None:
    """Of several that narrowed it, only who was let in by each is let in."""
    denied = {tuple(row) for one in kept for row in one.grants if row[1] == Effect.DENY}
    narrowed = [{tuple(row) for row in one.grants if row[1] == Effect.ALLOW} for one in kept if one.narrowed]
    rows: Any = denied | (set.intersection(*narrowed) if narrowed else set())
    if narrowed:
        Document.objects.filter(id=document.id).update(restricted=True)
        document.restricted = True
    grants = [
        Grant(document=document, principal=principal, effect=effect, origin=origin, by=by) for principal, effect, origin, by in sorted(rows)
    ]
    Grant.objects.bulk_create(grants, ignore_conflicts=True)


def _at(documents: Sequence[Document]) -> Q:
    at = Q(pk__in=[])
    for document in documents:
        at |= Q(source_id=document.source_id, address=_address(document))
    return at


def _address(document: Document) -> str:
    return sha256(document.uri.encode()).hexdigest()
