"""The few REST routes of Qdrant that Redoubt uses, over Qdrant's own engine. Everything else is refused by name."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
from qdrant_client import models
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from index.embedded import answers, description
from index.embedded.errors import Refusal, Unknown
from index.embedded.idle import Idle
from index.embedded.reading import only_parameters, parsed
from index.embedded.store import Collection, Store

VERSION = {"title": "qdrant - vector search engine", "version": "1.20.0", "commit": "embedded"}
Answer = Callable[[Collection, bytes], Any]


def application(store: Store) -> Starlette:
    point = "/collections/{name}/points"
    routes = [
        Route("/", _version),
        *(Route(path, _ready) for path in ("/readyz", "/healthz", "/livez")),
        Route("/collections", _about_store, methods=["GET"]),
        Route("/collections/{name}", _about_store, methods=["GET", "PUT", "DELETE"]),
        Route("/collections/{name}/exists", _exists, methods=["GET"]),
        Route("/collections/{name}/index", _door(answers.create_index), methods=["PUT"]),
        Route(point, _door(answers.upsert_points), methods=["PUT"]),
        Route(f"{point}/payload", _door(answers.set_payload), methods=["POST"]),
        Route(f"{point}/delete", _door(answers.delete_points), methods=["POST"]),
        Route(f"{point}/count", _door(answers.count_points), methods=["POST"]),
        Route(f"{point}/query", _door(answers.query_points), methods=["POST"]),
        Route(f"{point}/query/batch", _door(answers.query_batch), methods=["POST"]),
    ]
    app = Starlette(routes=routes, lifespan=_lifespan, exception_handlers={Refusal: _refused, HTTPException: _refused, Exception: _failed})
    app.state.store, app.state.idle = store, Idle(store)
    return app


def _door(answer: Answer) -> Callable[[Request], Any]:
    async def door(request: Request) -> Response:
        only_parameters(request, "wait")
        collection = request.app.state.store.get(request.path_params["name"])
        body = await request.body()
        request.app.state.idle.interrupted()
        result = _result(answer(collection, body))
        request.app.state.idle.look()
        return result

    return door


async def _about_store(request: Request) -> Response:
    only_parameters(request)
    store, name = request.app.state.store, request.path_params.get("name")
    if name is None:
        return _result({"collections": [{"name": one} for one in store.names()]})
    if request.method == "PUT":
        store.create(name, parsed(models.CreateCollection, await request.body()))
        return _result(True)
    if request.method == "DELETE":
        return _result(store.delete(name))
    collection = store.get(name)
    return _result(description.info(collection.asked, collection.shard))


async def _exists(request: Request) -> Response:
    only_parameters(request)
    return _result({"exists": request.path_params["name"] in request.app.state.store.names()})


async def _version(request: Request) -> Response:
    only_parameters(request)
    return _json_response(VERSION)


async def _ready(request: Request) -> Response:
    only_parameters(request)
    return PlainTextResponse("all shards are ready")


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
    task = asyncio.create_task(app.state.idle.optimize())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        app.state.store.close()
