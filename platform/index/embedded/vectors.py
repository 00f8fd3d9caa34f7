"""Vectors from outside, checked before the engine sees them: it would write a wrong one to its log first."""

from collections.abc import Mapping
from typing import Any

import qdrant_edge as edge
from qdrant_client import models

from index.embedded.errors import Malformed, Unknown


class Shape:
    """Which vectors a collection has, and how many numbers the dense ones hold."""

    def __init__(self, asked: models.CreateCollection) -> None:
        vectors = asked.vectors if isinstance(asked.vectors, dict) else {}
        self._dense = {name: params.size for name, params in vectors.items()}
        self._sparse = set(asked.sparse_vectors or {})

    def dense(self, name: str | None, numbers: list[float]) -> list[float]:
        if name not in self._dense:
            raise Unknown(f"The dense vector `{name}`")
        if len(numbers) != self._dense[name]:
            raise Malformed(f"`{name}` holds {self._dense[name]} numbers, not {len(numbers)}.")
        return numbers

    def sparse(self, name: str | None, indices: Any, values: Any) -> edge.SparseVector:
        if name not in self._sparse:
            raise Unknown(f"The sparse vector `{name}`")
        if not isinstance(indices, list) or not isinstance(values, list) or len(indices) != len(values):
            raise Malformed(f"`{name}` needs as many indices as values.")
        if len(set(indices)) != len(indices):
            raise Malformed(f"`{name}` names an index twice.")
        try:
            return edge.SparseVector(indices, values)
        except (TypeError, ValueError, OverflowError) as error:
            raise Malformed(f"`{name}` is wrong: {error}.") from error

    def named(self, vectors: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._either(name, value) for name, value in vectors.items()}

    def _either(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return self.dense(name, value)
        if isinstance(value, dict) and value.keys() == {"indices", "values"}:
            return self.sparse(name, value["indices"], value["values"])
        raise Malformed(f"`{name}` is neither a list of numbers nor an object of `indices` and `values`.")
