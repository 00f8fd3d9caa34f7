"""What a collection is: qdrant-client's request to create it -> the engine's configuration, and back as the collection's info."""

from typing import Any

import qdrant_edge as edge
from qdrant_client import models

from index.embedded.errors import Malformed, Unknown
from index.embedded.translate import only

DATATYPES = {models.Datatype.FLOAT16: edge.VectorStorageDatatype.Float16, models.Datatype.FLOAT32: edge.VectorStorageDatatype.Float32}
MEMORY = {models.Memory.COLD: edge.Memory.Cold, models.Memory.CACHED: edge.Memory.Cached}
SEARCH_THREADS = 2
"""As many as there are large segments. The engine's own number is eight, which on two cores wake each other up."""


def engine_config(asked: models.CreateCollection) -> edge.EdgeConfig:
    only(asked, "vectors", "sparse_vectors", "hnsw_config", "metadata")
    if not isinstance(asked.vectors, dict):
        raise Unknown("A collection without named vectors")
    return edge.EdgeConfig(
        vectors={name: _dense(params) for name, params in asked.vectors.items()},
        sparse_vectors={name: _sparse(params) for name, params in (asked.sparse_vectors or {}).items()},
        hnsw_config=_no_graph(asked.hnsw_config),
        max_search_threads=SEARCH_THREADS,
    )


def _dense(asked: models.VectorParams) -> edge.EdgeVectorParams:
    only(asked, "size", "distance", "datatype", "memory")
    if asked.distance != models.Distance.COSINE:
        raise Unknown(f"The distance {asked.distance.value}")
    datatype = _one_of(DATATYPES, asked.datatype or models.Datatype.FLOAT32, "datatype")
    memory = _one_of(MEMORY, asked.memory or models.Memory.CACHED, "memory")
    return edge.EdgeVectorParams(size=asked.size, distance=edge.Distance.Cosine, datatype=datatype, memory=memory)


def _sparse(asked: models.SparseVectorParams) -> edge.EdgeSparseVectorParams:
    only(asked, "modifier")
    modifiers = {None: None, models.Modifier.NONE: None, models.Modifier.IDF: edge.Modifier.Idf}
    return edge.EdgeSparseVectorParams(modifier=modifiers[asked.modifier])


def _no_graph(asked: models.HnswConfigDiff | None) -> edge.HnswIndexConfig:
    """Building a graph would block every query for seconds; without one, 100,000 points of a tenant are searched in 5 ms."""
    if asked is None or asked.m != 0 or asked.payload_m != 0:
        raise Malformed("The embedded index builds no graph: create the collection with m=0 and payload_m=0.")
    only(asked, "m", "payload_m")
    return edge.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=10_000, payload_m=0)


def _one_of(known: dict[Any, Any], asked: Any, what: str) -> Any:
    if asked not in known:
        raise Unknown(f"The {what} {asked.value}")
    return known[asked]


def info(asked: models.CreateCollection, shard: edge.EdgeShard) -> dict[str, Any]:
    state = shard.info()
    created = asked.model_dump(mode="json", exclude_none=True)
    return {
        "status": "green",
        "optimizer_status": "ok",
        "points_count": state.points_count,
        "indexed_vectors_count": state.indexed_vectors_count,
        "segments_count": state.segments_count,
        "config": {
            "params": {"vectors": created["vectors"], "sparse_vectors": created.get("sparse_vectors", {})},
            "hnsw_config": {"m": 0, "payload_m": 0, "ef_construct": 100, "full_scan_threshold": 10_000},
            "optimizer_config": {"default_segment_number": 0, "flush_interval_sec": 0},
            "metadata": created.get("metadata"),
        },
        "payload_schema": {name: _field(field) for name, field in state.payload_schema.items()},
    }


def _field(field: Any) -> dict[str, Any]:
    return {"data_type": str(field.data_type).rsplit(".", 1)[-1].lower(), "points": field.points}
