"""Twenty thousand passages of one tenant, for measuring search: real words, random vectors, half of them hidden from the asker."""

import random
import uuid
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import numpy as np

from access import principals
from access.resolve import viewer_for
from access.viewer import Viewer
from config.demo.company import load
from documents.models import Chunk, Document, Grant, Page
from identity.actions import ensure_group, ensure_person
from index import points, schema
from inference.sparse import embed_document
from sources.actions import ensure as ensure_source
from sources.models import Source
from tenants import scope
from tenants.actions import ensure as ensure_tenant

CHUNKS, CHUNKS_A_DOCUMENT, DIMENSIONS = 20_000, 10, 384


def gather(chunks: int = CHUNKS) -> Viewer:
    """Fills a new tenant and returns somebody who may read half of it."""
    tenant, _ = ensure_tenant(slug=f"crowd-{uuid.uuid4().hex[:8]}", throwaway=True)
    person, _ = ensure_person(email=f"owner@{tenant.slug}.example", tenant=tenant)
    source, _ = ensure_source(tenant=tenant, name="crowd", kind="folder", config={"path": "/nowhere"}, access=[])
    readers = [principals.everyone(tenant.id), principals.group(ensure_group(tenant=tenant, slug="others").id)]
    schema.ensure()
    passages = _passages(random.Random(5))
    for number in range(chunks // CHUNKS_A_DOCUMENT):
        _document(source, number, list(islice(passages, CHUNKS_A_DOCUMENT)), readers[number % 2])
    return viewer_for(user=person, tenant=tenant)


@scope.of("source")
def _document(source: Source, number: int, texts: Sequence[str], reader: str) -> None:
    document = Document.objects.create(
        tenant_id=source.tenant_id,
        source=source,
        uri=f"{number}.txt",
        title=f"Record {number}",
        blob="",
        sha256="",
        size=0,
        state="ready",
        generation=1,
    )
    Grant.objects.create(document=document, principal=reader)
    starts = [0, *np.cumsum([len(text) + 1 for text in texts]).tolist()]
    Page.objects.create(document=document, generation=1, number=1, start=0, text="\n".join(texts))
    chunks = [
        Chunk(id=uuid.uuid4(), document=document, generation=1, ordinal=ordinal, page=1, start=start, end=end - 1, text=text)
        for ordinal, (text, (start, end)) in enumerate(zip(texts, pairwise(starts), strict=True))
    ]
    Chunk.objects.bulk_create(chunks)
    points.upsert(_point(document, chunk, reader) for chunk in chunks)


def _point(document: Document, chunk: Chunk, reader: str) -> points.Point:
    vector = np.random.default_rng(chunk.id.int % 2**32).standard_normal(DIMENSIONS)
    return points.Point(
        id=chunk.id,
        tenant=document.tenant_id,
        document=document.id,
        generation=1,
        source=document.source_id,
        language=document.language,
        modified=None,
        dense=(vector / np.linalg.norm(vector)).tolist(),
        sparse=embed_document(chunk.text, document.language),
        acl=frozenset({reader}),
    )


def _passages(chance: random.Random) -> Iterator[str]:
    """Endless passages of a hundred words, drawn from the demo company's own with their frequencies."""
    folders = [source.folder for tenant in load().tenants for source in tenant.sources]
    words = [word for folder in folders for path in sorted(folder.rglob("*.md")) for word in path.read_text().split()]
    while True:
        yield " ".join(chance.choices(words, k=100))
