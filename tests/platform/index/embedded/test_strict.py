"""What the embedded index does not know is an error that names it: ignored, a forgotten condition would be a leak."""

from typing import Any

import pytest

from index import client
from tests.platform.index.service import Service

NEAR = {"nearest": [0.1] * 384}
READABLE = {"must": [{"key": "tenant", "match": {"value": "t"}}]}
SPARSE = {"indices": [1], "values": [1.0]}


def refusal(embedded: Service, path: str, body: Any, *, method: str = "POST") -> tuple[int, str]:
    with embedded.http() as http:
        answer = http.request(method, f"/collections/{client.collection()}{path}", json=body)
    return answer.status_code, answer.json()["status"]["error"]


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ({"geo_fence": {"key": "place"}}, "geo_fence"),
        ({"key": "acl", "match": {"any": ["a"]}, "unless": True}, "unless"),
        ({"key": "acl", "match": {"except": ["a"]}}, "MatchExcept"),
        ({"key": "acl", "match": {"text": "a"}}, "MatchText"),
        ({"key": "acl", "values_count": {"gt": 1}}, "values_count"),
        ({"key": "generation", "range": {"gt": 1, "near": 2}}, "not known"),
        ({"key": "generation", "range": {"gt": None}}, "bound"),
        ({"is_empty": {"key": "acl"}}, "IsEmptyCondition"),
        ({"nested": {"key": "acl", "filter": READABLE}}, "NestedCondition"),
        ({"min_should": {"conditions": [], "min_count": 1}}, "min_should"),
    ],
)
def test_an_unknown_condition_is_named(embedded: Service, condition: dict[str, Any], named: str) -> None:
    for path, body in (("/points/count", {}), ("/points/query", {"query": NEAR, "using": "dense", "limit": 1}), ("/points/delete", {})):
        status, error = refusal(embedded, path, {**body, "filter": {"must": [condition]}})
        assert (status, named in error) == (400, True), error


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"score_threshold": 0.5}, "score_threshold"),
        ({"offset": 10}, "offset"),
        ({"prefetch": [{"query": NEAR, "limit": 1}]}, "prefetch"),
        ({"params": {"hnsw_ef": 5}}, "hnsw_ef"),
        ({"params": {"indexed_only": True}}, "indexed_only"),
        ({"query": {"fusion": "rrf"}}, "FusionQuery"),
        ({"query": {"recommend": {"positive": [1]}}}, "RecommendQuery"),
        ({"using": "image"}, "image"),
        ({"query": {"nearest": [0.1]}}, "384"),
        ({"with_vector": True}, "with_vector"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_an_unknown_part_of_a_query_is_named(embedded: Service, change: dict[str, Any], named: str) -> None:
    status, error = refusal(embedded, "/points/query", {"query": NEAR, "using": "dense", "limit": 1, **change})
    assert (status, named in error) == (400, True), error


@pytest.mark.parametrize(
    ("point", "named"),
    [
        ({"id": "no-uuid", "vector": {"sparse": SPARSE}}, "no-uuid"),
        ({"id": -1, "vector": {"sparse": SPARSE}}, "-1"),
        ({"id": 1, "vector": {"dense": [0.1] * 3}}, "384"),
        ({"id": 1, "vector": {"dense": ["a"] * 384}}, "no number"),
        ({"id": 1, "vector": {"image": [0.1]}}, "image"),
        ({"id": 1, "vector": {"sparse": {"indices": [1, 2], "values": [1.0]}}}, "as many"),
        ({"id": 1, "vector": {"sparse": {"indices": [1, 1], "values": [1.0, 1.0]}}}, "twice"),
        ({"id": 1, "vector": [0.1] * 384}, "named vectors"),
        ({"id": 1, "vector": {"sparse": SPARSE}, "shard_key": "a"}, "shard_key"),
    ],
)
def test_a_wrong_point_is_refused_and_nothing_is_written(embedded: Service, point: dict[str, Any], named: str) -> None:
    good = {"id": 7, "vector": {"sparse": SPARSE}}
    status, error = refusal(embedded, "/points", {"points": [good, point]}, method="PUT")
    assert (status, named in error) == (400, True), error
    assert client.get_client().count(client.collection()).count == 0


@pytest.mark.parametrize("path", ["/points/scroll", "/points/recommend", "/snapshots", "/points/payload/clear"])
def test_an_unknown_route_is_named(embedded: Service, path: str) -> None:
    status, error = refusal(embedded, path, {})
    assert (status, path in error) == (404, True)


def test_an_unknown_parameter_is_named(embedded: Service) -> None:
    status, error = refusal(embedded, "/points/count?consistency=all", {})
    assert (status, error) == (400, "The parameter `consistency` is not known to the embedded index.")


@pytest.mark.parametrize("path", ["/", "/readyz", "/healthz", "/livez", "/collections", "/collections/any", "/collections/any/exists"])
def test_an_unknown_parameter_is_named_where_nothing_is_asked_of_a_collection(embedded: Service, path: str) -> None:
    with embedded.http() as http:
        answer = http.get(path, params={"verbose": "1"})
    assert (answer.status_code, "`verbose`" in answer.json()["status"]["error"]) == (400, True)


def test_a_body_that_is_not_json(embedded: Service) -> None:
    with embedded.http() as http:
        answer = http.post(f"/collections/{client.collection()}/points/count", content=b"{")
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["status"]["error"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"hnsw_config": {"m": 16}}, "m=0"),
        ({"shard_number": 2}, "shard_number"),
        ({"vectors": {"dense": {"size": 4, "distance": "Euclid"}}}, "Euclid"),
        ({"vectors": {"size": 4, "distance": "Cosine"}}, "named vectors"),
        ({"quantization_config": {"scalar": {"type": "int8"}}}, "quantization_config"),
    ],
)
def test_a_collection_that_would_be_another_one_is_not_created(embedded: Service, change: dict[str, Any], named: str) -> None:
    body = {"vectors": {"dense": {"size": 4, "distance": "Cosine"}}, "hnsw_config": {"m": 0, "payload_m": 0}, **change}
    with embedded.http() as http:
        answer = http.put("/collections/other", json=body)
        assert (answer.status_code, named in answer.json()["status"]["error"]) == (400, True)
        assert http.get("/collections/other").status_code == 404
