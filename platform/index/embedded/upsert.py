"""The body of an upsert -> points of the engine, checked by hand: a model object for each number would cost more than the write."""

from typing import Any

import qdrant_edge as edge

from index.embedded.errors import Malformed, Unknown
from index.embedded.translate import point_id
from index.embedded.vectors import Shape


def points(body: Any, shape: Shape) -> list[edge.Point]:
    _only("The upsert", body, {"points"})
    if not isinstance(body.get("points"), list):
        raise Malformed("The upsert needs a list of `points`.")
    return [_point(one, shape) for one in body["points"]]


def _point(one: Any, shape: Shape) -> edge.Point:
    _only("A point", one, {"id", "vector", "payload"})
    vectors, payload = one.get("vector"), one.get("payload") or {}
    if not isinstance(vectors, dict) or not vectors or not isinstance(payload, dict):
        raise Malformed("A point needs an `id`, named vectors in `vector`, and an object in `payload`.")
    try:
        return edge.Point(point_id(one.get("id")), shape.named(vectors), payload)
    except (TypeError, OverflowError) as error:
        raise Malformed(f"The point {one.get('id')} holds something that is no number in a vector.") from error


def _only(what: str, value: Any, known: set[str]) -> None:
    if not isinstance(value, dict):
        raise Malformed(f"{what} must be an object.")
    if unknown := sorted(value.keys() - known):
        raise Unknown(f"{what}'s `{unknown[0]}`")
