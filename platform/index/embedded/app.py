"""The few REST routes of Qdrant that Redoubt uses, over Qdrant's own engine. Everything else is refused by name."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import orjson
import qdrant_edge as edge
from pydantic import BaseModel, ValidationError
from qdrant_client import models
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from index.embedded import description, translate, upsert
from index.embedded.errors import Malformed, Refusal, Unknown
from index.embedded.store import Collection, Store

VERSION = {"title": "qdrant - vector search engine", "version": "1.20.0", "commit": "embedded"}
DONE = {"operation_id": 0, "status": "completed"}
IDLE = 0.02
GAPS_MISSED = 100  # two seconds of requests without a gap

Asked = TypeVar("Asked", bound=BaseModel)
Answer = Callable[[Collection, bytes], Any]


def application(store: Store) -> Starlette:
    point = "/collections/{name}/points"
    routes = [
        Route("/", lambda request: Response(orjson.dumps(VERSION), media_type="application/json")),
        *(Route(path, _ready) for path in ("/readyz", "/healthz", "/livez")),
        Route("/collections", _about_store, methods=["GET"]),
        Route("/collections/{name}", _about_store, methods=["GET", "PUT", "DELETE"]),
        Route("/collections/{name}/exists", _exists, methods=["GET"]),
        Route("/collections/{name}/index", _door(create_index), methods=["PUT"]),
        Route(point, _door(upsert_points), methods=["PUT"]),
        Route(f"{point}/payload", _door(set_payload), methods=["POST"]),
        Route(f"{point}/delete", _door(delete_points), methods=["POST"]),
        Route(f"{point}/count", _door(count_points), methods=["POST"]),
        Route(f"{point}/query", _door(query_points), methods=["POST"]),
        Route(f"{point}/query/batch", _door(query_batch), methods=["POST"]),
    ]
    app = Starlette(routes=routes, lifespan=_lifespan, exception_handlers={Refusal: _refused, HTTPException: _refused, Exception: _failed})
    app.state.store, app.state.last_request, app.state.much_changed = store, time.monotonic(), asyncio.Event()
    return app


def create_index(collection: Collection, body: bytes) -> Any:
    asked = _parsed(models.CreateFieldIndex, body)
    collection.update(edge.UpdateOperation.create_field_index(asked.field_name, translate.payload_index(asked)))
    return DONE


def upsert_points(collection: Collection, body: bytes) -> Any:
    points = upsert.points(_json(body), collection.shape)
    collection.update(edge.UpdateOperation.upsert_points(points), touched=len(points))
    return DONE


def set_payload(collection: Collection, body: bytes) -> Any:
    asked = _parsed(models.SetPayload, body)
    translate.only(asked, "payload", "filter")
    if asked.filter is None:
        raise Malformed("Setting a payload needs a `filter`.")
    chosen = translate.filter_of(asked.filter)
    collection.update(edge.UpdateOperation.set_payload_by_filter(chosen, asked.payload))
    return DONE


def delete_points(collection: Collection, body: bytes) -> Any:
    asked = _parsed(models.FilterSelector, body)
    translate.only(asked, "filter")
    chosen = translate.filter_of(asked.filter)
    touched = collection.shard.count(edge.CountRequest(filter=chosen))
    collection.update(edge.UpdateOperation.delete_points_by_filter(chosen), touched=touched)
    return DONE


def count_points(collection: Collection, body: bytes) -> Any:
    asked = _parsed(models.CountRequest, body)
    translate.only(asked, "filter", "exact")
    return {"count": collection.shard.count(edge.CountRequest(filter=translate.optional_filter(asked.filter), exact=True))}


def query_points(collection: Collection, body: bytes) -> Any:
    asked = _parsed(models.QueryRequest, body)
    return _hits(collection.shard.query(translate.query(asked, collection.shape)))


def query_batch(collection: Collection, body: bytes) -> Any:
    asked = _parsed(models.QueryRequestBatch, body)
    requests = [translate.query(one, collection.shape) for one in asked.searches]
    return [_hits(points) for points in collection.shard.query_batch(edge.QueryBatchRequest(requests))]


def _hits(points: list[edge.ScoredPoint]) -> dict[str, Any]:
    return {"points": [{"id": p.id, "version": p.version, "score": p.score, "payload": p.payload, "vector": p.vector} for p in points]}


def _door(answer: Answer) -> Callable[[Request], Any]:
    async def door(request: Request) -> Response:
        _only_parameters(request, "wait")
        collection = request.app.state.store.get(request.path_params["name"])
        body = await request.body()
        request.app.state.last_request = time.monotonic()
        result = _result(answer(collection, body))
        if collection.wants_optimizing():
            request.app.state.much_changed.set()
        return result

    return door


async def _about_store(request: Request) -> Response:
    _only_parameters(request)
    store, name = request.app.state.store, request.path_params.get("name")
    if name is None:
        return _result({"collections": [{"name": one} for one in store.names()]})
    if request.method == "PUT":
        store.create(name, _parsed(models.CreateCollection, await request.body()))
        return _result(True)
    if request.method == "DELETE":
        return _result(store.delete(name))
    collection = store.get(name)
    return _result(description.info(collection.asked, collection.shard))


async def _exists(request: Request) -> Response:
    return _result({"exists": request.path_params["name"] in request.app.state.store.names()})


async def _ready(request: Request) -> Response:
    return PlainTextResponse("all shards are ready")


def _only_parameters(request: Request, *known: str) -> None:
    for name in request.query_params:
        if name not in known:
            raise Unknown(f"The parameter `{name}`")


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from error


def _parsed(kind: type[Asked], body: bytes) -> Asked:
    try:
        return kind.model_validate(_json(body))
    except ValidationError as error:
        raise _refusal_of(error) from error


def _refusal_of(error: ValidationError) -> Refusal:
    """pydantic complains once for each kind of condition that it tried; what nobody knew is what most of them name."""
    unknown = Counter(str(one["loc"][-1]) for one in error.errors() if one["type"] == "extra_forbidden")
    if unknown:
        return Unknown(f"`{unknown.most_common(1)[0][0]}` in {error.title}")
    first = error.errors()[0]
    return Malformed(f"{error.title}: {'.'.join(map(str, first['loc']))}: {first['msg']}")


def _result(result: Any) -> Response:
    return _json_response({"result": result, "status": "ok", "time": 0.0})


def _json_response(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        what = f"The route {request.method} {request.url.path}"
        return _json_response({"status": {"error": str(Unknown(what))}}, error.status_code)
    return _json_response({"status": {"error": str(error)}}, getattr(error, "status", 500))


async def _failed(request: Request, error: Exception) -> Response:
    """The engine's own failures: a full disk, a damaged file."""
    return _json_response({"status": {"error": f"The engine failed: {error}"}}, 500)


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    task = asyncio.create_task(_optimize_when_idle(app))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        app.state.store.close()


async def _optimize_when_idle(app: Starlette) -> None:
    """Slices between requests; a stream of requests without a gap delays them, but not for ever."""
    state = app.state
    while True:
        await state.much_changed.wait()
        state.much_changed.clear()
        for _ in range(GAPS_MISSED):
            if time.monotonic() - state.last_request >= IDLE:
                break
            await asyncio.sleep(IDLE)
        while state.store.wants_optimizing():
            state.store.optimize_one()
            await asyncio.sleep(IDLE)
