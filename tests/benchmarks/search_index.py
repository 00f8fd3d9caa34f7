"""The index alone: candidates for a question at 20,000 chunks, under a viewer's filter, through qdrant-client and the socket.

The vectors are random and the words follow Zipf's law: neither the encoder nor the recheck takes part. Printed as JSON by
python -m tests.benchmarks.search_index, with DJANGO_SETTINGS_MODULE set as `make bench` sets it.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from access import principals
from access.viewer import Viewer
from index import client, points, schema, search
from index.points import Point
from inference.sparse import SparseVector
from tests.platform.index import service
from tests.platform.index.cast import viewer

CHUNKS = 20_000
QUESTIONS = 200
GROUPS = 5


def measure_index() -> dict[str, float]:
    """Milliseconds, with a service, a collection and a client of its own."""
    folder = Path(tempfile.mkdtemp(prefix="rx-"))
    started = service.start(folder)
    try:
        settings.QDRANT_URL, settings.QDRANT_COLLECTION = started.url, "benchmark"
        client.forget()
        schema.ensure()
        return _measured(uuid4(), np.random.default_rng(0))
    finally:
        client.forget()
        started.stop()
        shutil.rmtree(folder)


def _measured(tenant: UUID, random: np.random.Generator) -> dict[str, float]:
    began = time.perf_counter()
    points.upsert(_points(tenant, random))
    written = time.perf_counter() - began
    reader = viewer(tenant, {"group:1", "group:2", "user:teammate"})
    milliseconds = sorted(_one(reader, random) for _ in range(QUESTIONS))
    return {
        "chunks": CHUNKS,
        "points_per_second": round(CHUNKS / written),
        "p50_ms": round(milliseconds[QUESTIONS // 2], 2),
        "p95_ms": round(milliseconds[int(QUESTIONS * 0.95)], 2),
    }


def _one(reader: Viewer, random: np.random.Generator) -> float:
    dense, sparse = _dense(random), _words(random, 8)
    began = time.perf_counter()
    search.candidates(reader, dense=dense.tolist(), sparse=sparse)
    return 1000 * (time.perf_counter() - began)


def _points(tenant: UUID, random: np.random.Generator) -> Iterator[Point]:
    """Ten chunks a document; three documents in five are everyone's, the others belong to one group each."""
    source = uuid4()
    for number in range(CHUNKS):
        if number % 10 == 0:
            document = uuid4()
            shared = number // 10 % 5 < 3
            acl = frozenset({principals.everyone(tenant) if shared else f"group:{number // 10 % GROUPS}"})
        yield Point(
            id=uuid4(), tenant=tenant, document=document, generation=1, source=source, language="english", modified=None,
            dense=_dense(random).tolist(), sparse=_words(random, 60), acl=acl,
        )  # fmt: skip


def _dense(random: np.random.Generator) -> NDArray[np.float32]:
    return random.standard_normal(384).astype(np.float32)


def _words(random: np.random.Generator, count: int) -> SparseVector:
    words = sorted({int(word) for word in random.zipf(1.3, count) % 20_000})
    return SparseVector(tuple(words), (1.0,) * len(words))


if __name__ == "__main__":
    print(json.dumps(measure_index()))
