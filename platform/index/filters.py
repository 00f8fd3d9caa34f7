"""Who may read a point, as the index's own conditions. The recheck in PostgreSQL decides; this keeps it from being surprised."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from qdrant_client import models

from access.viewer import Viewer
from sources.queries import policies_of


@dataclass(frozen=True)
class Narrow:
    """What the person asked to see only. It can take away from what he may read, never add to it. None: everything."""

    sources: frozenset[UUID] | None = None
    modified_after: datetime | None = None
    modified_before: datetime | None = None


def readable_by(viewer: Viewer, narrow: Narrow | None = None) -> models.Filter:
    """The viewer's tenant, and each reader named by the point, himself or by the policy of its source, and by no denial of it. A point
    that is not of its document's current generation names nobody, so nobody finds it."""
    must: list[models.Condition] = [_equal("tenant", str(viewer.tenant_id))]
    must += [_any("acl", reader | sources) for reader, sources in zip(viewer.readers, policies_of(viewer), strict=True)]
    must += list(_narrowed(narrow or Narrow()))
    denied = frozenset().union(*viewer.readers)
    return models.Filter(must=must, must_not=[_any("deny", denied)])


def _narrowed(narrow: Narrow) -> Iterator[models.Condition]:
    if narrow.sources is not None:
        yield _any("source", frozenset(str(source) for source in narrow.sources))
    if narrow.modified_after or narrow.modified_before:
        span = models.DatetimeRange(gte=narrow.modified_after, lt=narrow.modified_before)
        yield models.FieldCondition(key="modified", range=span)


def _equal(key: str, value: str) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def _any(key: str, values: frozenset[str]) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchAny(any=sorted(values)))
