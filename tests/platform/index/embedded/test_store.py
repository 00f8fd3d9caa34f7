"""What a collection on the disk promises beyond its process: it is there after a power cut, and what was left undone is done."""

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import pytest
import qdrant_edge as edge
from qdrant_client import models

from index.embedded.idle import Idle
from index.embedded.store import SLICE, Store

ASKED = models.CreateCollection(
    vectors={"dense": models.VectorParams(size=4, distance=models.Distance.COSINE)}, hnsw_config=models.HnswConfigDiff(m=0, payload_m=0)
)


def with_points(data: Path, number: int) -> None:
    """As a process leaves them that is killed before it had a gap for a slice."""
    store = Store(data)
    store.create("notes", ASKED)
    points = [edge.Point(str(uuid4()), {"dense": [0.1, 0.2, 0.3, 0.4]}, {}) for _ in range(number)]
    store.get("notes").update(edge.UpdateOperation.upsert_points(points), touched=number)
    store.close()


def test_what_an_earlier_process_left_is_optimized_before_anybody_asks(tmp_path: Path) -> None:
    with_points(tmp_path, SLICE)
    store = Store(tmp_path)
    assert store.wants_optimizing()

    asyncio.run(_until_done(store))

    assert store.get("notes").shard.count(edge.CountRequest(exact=True)) == SLICE
    store.close()


def test_a_small_collection_is_left_alone_at_the_opening(tmp_path: Path) -> None:
    with_points(tmp_path, 10)
    store = Store(tmp_path)

    assert not store.wants_optimizing()
    store.close()


def test_a_collection_is_on_the_disk_with_its_folder_before_it_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real fsync, watched."""
    synced: list[str] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    store = Store(tmp_path)
    monkeypatch.setattr(os, "fsync", watched)
    store.create("notes", ASKED)

    folder = tmp_path / "collections" / "notes"
    assert {str(folder / "collection.part"), str(folder / "shard" / "edge_config.json")} <= set(synced)
    assert synced[-2:] == [str(folder), str(folder.parent)], "the new names come last"
    store.close()


async def _until_done(store: Store) -> None:
    task = asyncio.create_task(Idle(store).optimize())
    while store.wants_optimizing():  # noqa: ASYNC110 (nobody is told when a slice is done)
        await asyncio.sleep(0)
    task.cancel()
