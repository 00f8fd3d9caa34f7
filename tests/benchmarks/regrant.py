"""A hundred thousand documents change readers: by the policy of their source, and each by permissions of its own, while people search."""

import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.inside import services

DOCUMENTS, AT_ONCE, MIRRORED_AT_ONCE = 100_000, 5_000, 1_000
LAPS = 300


def measure(folder: Path) -> Iterator[Figure]:
    with services(folder / "data"):
        from access import principals
        from access.resolve import viewer_for
        from documents.mirroring import Permissions
        from documents.models import Document
        from identity.actions import ensure_person
        from identity.groups import ensure_group
        from index import schema
        from ingestion import publish
        from ingestion.grants import change, mirror
        from retrieval.search import search
        from sources.actions import ensure as ensure_source
        from tenants.actions import ensure as ensure_tenant

        tenant, _ = ensure_tenant(slug=f"regrant-{uuid.uuid4().hex[:8]}", throwaway=True)
        person, _ = ensure_person(email=f"owner@{tenant.slug}.example", tenant=tenant)
        everyone, others = principals.everyone(tenant.id), principals.group(ensure_group(tenant=tenant, slug="others").id)
        source, _ = ensure_source(tenant=tenant, name="many", kind="folder", config={"path": "/nowhere"}, access=[everyone])
        schema.ensure()
        ids = _fill(source)
        publish.publish_waiting()
        viewer = viewer_for(user=person, tenant=tenant)

        def searched() -> None:
            search(viewer, random.choice(("pump seal leak", "annual leave days", "hotel limit in London")))

        before = _laps(searched, until=None)
        policy = _seconds(lambda: change(source=source, access=[others]))
        change(source=source, access=None)

        def mirrored() -> None:
            said = Permissions(allow=frozenset({everyone}))
            remaining = iter(ids)
            while some := list(islice(remaining, MIRRORED_AT_ONCE)):
                mirror(source=source, permissions=dict.fromkeys(some, said))
            publish.drain()

        took: list[float] = []
        work = threading.Thread(target=lambda: took.append(_seconds(mirrored)))
        work.start()
        during = _laps(searched, until=work)
        work.join()
        from tests.factories.looking import look

        assert not look(source, Document.objects.filter(source=source, unpublished=True).exists)
    note = f"{DOCUMENTS:,} documents, one point each"
    yield Figure("policy of a source changed, both layers", policy, 60, "s", at_most=True, note=note)
    yield Figure("own grants changed, database and index", took[0], 60, "s", at_most=True, note=note)
    ratio = _p95(during) / _p95(before)
    yield Figure("search p95 meanwhile", ratio, 2, "x", at_most=True, note=f"{_p95(before):.0f} ms before, {_p95(during):.0f} ms meanwhile")


def _fill(source: object) -> list[uuid.UUID]:
    import numpy as np

    from documents.models import Chunk, Document
    from index import points
    from inference.sparse import embed_document
    from sources.models import Source
    from tests.benchmarks.crowd import DIMENSIONS, _passages
    from tests.factories.looking import look

    assert isinstance(source, Source)
    chance = np.random.default_rng(5)
    texts = list(islice(_passages(random.Random(5)), 500))
    encoded = [embed_document(text, "english") for text in texts]
    made: list[uuid.UUID] = []
    for start in range(0, DOCUMENTS, AT_ONCE):
        documents = [
            Document(tenant_id=source.tenant_id, source=source, uri=f"{n}.txt", title=f"Record {n}", blob="", sha256="", size=0,
                     state="ready", generation=1, unpublished=True)
            for n in range(start, start + AT_ONCE)
        ]  # fmt: skip
        look(source, partial(Document.objects.bulk_create, documents))
        chunks = [
            Chunk(id=uuid.uuid4(), document=one, generation=1, ordinal=0, page=1, start=0, end=len(texts[n % 500]), text=texts[n % 500])
            for n, one in enumerate(documents)
        ]
        look(source, partial(Chunk.objects.bulk_create, chunks))
        vectors = chance.standard_normal((AT_ONCE, DIMENSIONS), dtype=np.float32)
        points.upsert(
            points.Point(
                id=chunk.id, tenant=source.tenant_id, document=chunk.document_id, generation=1, source=source.id, language="english",
                modified=None, dense=vector.tolist(), sparse=encoded[n % 500],
            )
            for n, (chunk, vector) in enumerate(zip(chunks, vectors, strict=True))
        )  # fmt: skip
        made += [one.id for one in documents]
    return made


def _laps(act: Callable[[], None], *, until: threading.Thread | None) -> list[float]:
    laps: list[float] = []
    while until.is_alive() if until else len(laps) < LAPS:
        laps.append(_seconds(act))
        time.sleep(0.02)
    return laps


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _p95(laps: list[float]) -> float:
    return 1000 * statistics.quantiles(laps, n=20)[18]
