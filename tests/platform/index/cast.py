"""Viewers and points as tests need them: a tenant's everyone, its people, and passages whose words are the test's own."""

import zlib
from datetime import datetime
from uuid import UUID, uuid4

import numpy as np

from access import principals
from access.viewer import _SEAL, Viewer
from index import points, search
from index.filters import Narrow
from index.points import Point
from inference import sparse

SOURCE = uuid4()
COLLEAGUES = "group:colleagues"


def viewer(tenant: UUID, *readers: set[str]) -> Viewer:
    """An audience; without readers one person who is in no group."""
    everyone = principals.everyone(tenant)
    audience = tuple(frozenset({everyone, *reader}) for reader in readers or ({"user:teammate"},))
    return Viewer(tenant_id=tenant, readers=audience, epoch=0, language="english", user_id=None, permissions=frozenset(), seal=_SEAL)


def direction(text: str) -> list[float]:
    """A unit vector of the text's own, the same in every run."""
    numbers = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(384)
    return [float(number) for number in numbers / np.linalg.norm(numbers)]


def passage(
    text: str,
    tenant: UUID,
    *,
    document: UUID | None = None,
    generation: int = 1,
    source: UUID = SOURCE,
    modified: datetime | None = None,
) -> Point:
    return Point(
        id=uuid4(),
        tenant=tenant,
        document=document or uuid4(),
        generation=generation,
        source=source,
        language="english",
        modified=modified,
        dense=direction(text),
        sparse=sparse.embed_document(text, "english"),
    )


def index(point: Point, *, acl: set[str], deny: set[str] | None = None) -> Point:
    """Written and made current for these readers."""
    points.upsert([point])
    points.publish(document=point.document, generation=point.generation, acl=acl, deny=deny or set())
    return point


def find(reader: Viewer, question: str, *, limit: int = 100, narrow: Narrow | None = None) -> list[search.Hit]:
    words = sparse.embed_query(question, "english")
    return search.candidates(reader, dense=direction(question), sparse=words, limit=limit, narrow=narrow)


def chunks(hits: list[search.Hit]) -> list[UUID]:
    return [hit.chunk for hit in hits]
