"""What each route does with a collection: the request's body in, the result as Qdrant gives it out."""

from typing import Any

import qdrant_edge as edge
from qdrant_client import models

from index.embedded import translate, upsert
from index.embedded.errors import Malformed
from index.embedded.reading import json, parsed
from index.embedded.store import Collection

DONE = {"operation_id": 0, "status": "completed"}


def create_index(collection: Collection, body: bytes) -> Any:
    asked = parsed(models.CreateFieldIndex, body)
    collection.update(edge.UpdateOperation.create_field_index(asked.field_name, translate.payload_index(asked)))
    return DONE


def upsert_points(collection: Collection, body: bytes) -> Any:
    points = upsert.points(json(body), collection.shape)
    collection.update(edge.UpdateOperation.upsert_points(points), touched=len(points))
    return DONE


def set_payload(collection: Collection, body: bytes) -> Any:
    asked = parsed(models.SetPayload, body)
    translate.only(asked, "payload", "filter")
    if asked.filter is None:
        raise Malformed("Setting a payload needs a `filter`.")
    chosen = translate.filter_of(asked.filter)
    collection.update(edge.UpdateOperation.set_payload_by_filter(chosen, asked.payload))
    return DONE


def delete_points(collection: Collection, body: bytes) -> Any:
    asked = parsed(models.FilterSelector, body)
    translate.only(asked, "filter")
    chosen = translate.filter_of(asked.filter)
    touched = collection.shard.count(edge.CountRequest(filter=chosen))
    collection.update(edge.UpdateOperation.delete_points_by_filter(chosen), touched=touched)
    return DONE


def count_points(collection: Collection, body: bytes) -> Any:
    asked = parsed(models.CountRequest, body)
    translate.only(asked, "filter", "exact")
    return {"count": collection.shard.count(edge.CountRequest(filter=translate.optional_filter(asked.filter), exact=True))}


def query_points(collection: Collection, body: bytes) -> Any:
    asked = parsed(models.QueryRequest, body)
    return _hits(collection.shard.query(translate.query(asked, collection.shape)))


def query_batch(collection: Collection, body: bytes) -> Any:
    asked = parsed(models.QueryRequestBatch, body)
    requests = [translate.query(one, collection.shape) for one in asked.searches]
    return [_hits(points) for points in collection.shard.query_batch(edge.QueryBatchRequest(requests))]


def _hits(points: list[edge.ScoredPoint]) -> dict[str, Any]:
    return {"points": [{"id": p.id, "version": p.version, "score": p.score, "payload": p.payload, "vector": p.vector} for p in points]}
