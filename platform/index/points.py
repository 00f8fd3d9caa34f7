"""Points: one for each chunk, with vectors, ids and filter fields, and no text. All writes wait until they are safe on the disk."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from qdrant_client import models

from index.client import collection, get_client, translated
from index.schema import DENSE, SPARSE
from inference.sparse import SparseVector

BATCH = 1000
Documents = UUID | Collection[UUID]
"""One document, or many in one request."""


@dataclass(frozen=True)
class Point:
    """`acl` and `deny` hold principals; `acl` stays empty until `publish` makes the generation current."""

    id: UUID
    tenant: UUID
    document: UUID
    generation: int
    source: UUID
    language: str
    modified: datetime | None
    dense: Sequence[float]
    sparse: SparseVector
    acl: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()


def upsert(points: Iterable[Point]) -> None:
    """Writes or replaces them, in batches."""
    remaining = iter(points)
    while batch := [_struct(point) for point in islice(remaining, BATCH)]:
        with translated():
            get_client().upsert(collection(), points=batch, wait=True)


def publish(*, document: Documents, generation: int, acl: Iterable[str], deny: Iterable[str] = ()) -> None:
    """From now on the readers named here find this generation of the document, and nobody else does. Also how its readers change."""
    grants = {"acl": sorted(set(acl)), "deny": sorted(set(deny))}
    with translated():
        get_client().set_payload(collection(), payload=grants, points=_of(document=document, generation=generation), wait=True)


def remove(*, document: Documents, generation: int | None = None) -> None:
    """One generation of the document, or with None every one."""
    _delete(_of(document=document, generation=generation))


def retire(*, document: Documents, before: int) -> None:
    """The generations of the document that are older than this one. A newer one is in the making."""
    older = models.FieldCondition(key="generation", range=models.Range(lt=before))
    _delete(models.Filter(must=[*_conditions(document=document), older]))


def remove_tenant(tenant: UUID) -> None:
    _delete(_of(tenant=tenant))


def count(*, tenant: UUID | None = None, document: Documents | None = None, generation: int | None = None) -> int:
    """All points that match what is given, whoever may read them."""
    with translated():
        chosen = _of(tenant=tenant, document=document, generation=generation)
        return get_client().count(collection(), count_filter=chosen, exact=True).count


def present(ids: Collection[UUID]) -> int:
    """How many of these the index holds."""
    with translated():
        chosen = models.Filter(must=[models.HasIdCondition(has_id=[str(one) for one in ids])])
        return get_client().count(collection(), count_filter=chosen, exact=True).count


def _delete(chosen: models.Filter) -> None:
    if not chosen.must:
        raise ValueError("Nothing says which points to delete, and that would delete all of them.")
    with translated():
        get_client().delete(collection(), points_selector=models.FilterSelector(filter=chosen), wait=True)


def _of(**fields: Documents | int | None) -> models.Filter:
    return models.Filter(must=_conditions(**fields))


def _conditions(**fields: Documents | int | None) -> list[models.Condition]:
    return [_equals(key, value) for key, value in fields.items() if value is not None]


def _equals(key: str, value: Documents | int) -> models.FieldCondition:
    if isinstance(value, Collection):
        return models.FieldCondition(key=key, match=models.MatchAny(any=[str(one) for one in value]))
    return models.FieldCondition(key=key, match=models.MatchValue(value=value if isinstance(value, int) else str(value)))


def _struct(point: Point) -> models.PointStruct:
    vectors = {
        DENSE: [float(value) for value in point.dense],
        SPARSE: models.SparseVector.model_construct(indices=list(point.sparse.indices), values=list(point.sparse.values)),
    }
    return models.PointStruct.model_construct(id=str(point.id), vector=vectors, payload=dict(_payload(point)))


def _payload(point: Point) -> Iterator[tuple[str, Any]]:
    yield "tenant", str(point.tenant)
    yield "document", str(point.document)
    yield "generation", point.generation
    yield "source", str(point.source)
    yield "acl", sorted(point.acl)
    yield "deny", sorted(point.deny)
    yield "language", point.language
    if point.modified is not None:
        yield "modified", point.modified.isoformat()
