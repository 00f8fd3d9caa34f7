"""Queries, through qdrant-client's connection but past its models: it would copy and check each number of a vector, on the way out and
again on the way in, which costs a search as much as the engine's own work."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from qdrant_client import models

from index.client import collection, get_client, translated
from inference.sparse import SparseVector

ROUTE = "/collections/{collection_name}/points/query/batch"
HEADERS = {"Content-Type": "application/json"}

Query = dict[str, Any]
"""As the index spells it."""
Point = dict[str, Any]


def dense_query(numbers: Sequence[float] | NDArray[np.float32]) -> Query:
    return {"nearest": np.ascontiguousarray(numbers, dtype=np.float32)}


def sparse_query(vector: SparseVector) -> Query:
    return {"nearest": {"indices": list(vector.indices), "values": list(vector.values)}}


def plain(chosen: models.Filter) -> Query:
    spelled: Query = chosen.model_dump(mode="json", by_alias=True, exclude_none=True)
    return spelled


def query_batch(queries: Sequence[Query]) -> list[list[Point]]:
    """One round trip: the points of each query, best first."""
    body = orjson.dumps({"searches": queries}, option=orjson.OPT_SERIALIZE_NUMPY)
    with translated():
        answer = get_client().http.client.request(
            type_=dict, method="POST", url=ROUTE, path_params={"collection_name": collection()}, headers=HEADERS, content=body
        )
    return [one["points"] for one in answer["result"]]
