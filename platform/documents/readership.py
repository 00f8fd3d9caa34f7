"""Who reads how much of a tenant, for all its documents at once: each principal's documents as the bits of one number."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from documents.models import Document, Grant
from sources.models import Source
from tenants import scope


@dataclass(frozen=True)
class Readership:
    """Bit n of a number is documents[n], in the order of their ids."""

    documents: tuple[UUID, ...]
    allowed: dict[str, int]
    denied: dict[str, int]

    def read_by(self, reader: frozenset[str]) -> int:
        allowed = denied = 0
        for principal in reader:
            allowed |= self.allowed.get(principal, 0)
            denied |= self.denied.get(principal, 0)
        return allowed & ~denied

    def named(self, bits: int, limit: int) -> list[UUID]:
        return [self.documents[place] for _, place in zip(range(limit), _places(bits), strict=False)]


@scope.of("tenant")
def readership(tenant: UUID) -> Readership:
    """Of the live documents with text, as documents.queries.visible_to decides for one reader. Three queries."""
    rows = Document.objects.filter(tenant=tenant, removed_at=None, generation__gt=0).order_by("id")
    documents = list(rows.values_list("id", "source_id", "restricted"))
    places = {id: place for place, (id, _, _) in enumerate(documents)}
    followers: dict[UUID, bytearray] = defaultdict(lambda: bytearray(len(documents) // 8 + 1))
    for place, (_, source, restricted) in enumerate(documents):
        if not restricted:
            _set(followers[source], place)
    allowed: dict[str, bytearray] = defaultdict(lambda: bytearray(len(documents) // 8 + 1))
    denied: dict[str, bytearray] = defaultdict(lambda: bytearray(len(documents) // 8 + 1))
    grants = Grant.objects.filter(document__tenant=tenant).values_list("document_id", "principal", "effect")
    for document, principal, effect in grants.iterator(chunk_size=10_000):
        if document in places:
            _set((allowed if effect == Grant.Effect.ALLOW else denied)[principal], places[document])
    readers = _numbers(allowed)
    for source, access in Source.objects.filter(tenant=tenant).values_list("id", "access"):
        for principal in access:
            readers[principal] = readers.get(principal, 0) | int.from_bytes(followers[source], "little")
    return Readership(tuple(places), readers, _numbers(denied))


def _set(bits: bytearray, place: int) -> None:
    bits[place // 8] |= 1 << place % 8


def _numbers(columns: dict[str, bytearray]) -> dict[str, int]:
    return {principal: int.from_bytes(bits, "little") for principal, bits in columns.items()}


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
