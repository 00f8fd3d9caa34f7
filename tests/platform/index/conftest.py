"""One suite, three indexes: the embedded service, qdrant-client's own imitation, and a server when QDRANT_URL names one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings
from qdrant_client import QdrantClient, models

from index import client, schema
from tests.platform.index import service
from tests.platform.index.service import Service

SERVER = os.environ.get("QDRANT_URL", "")


@pytest.fixture(autouse=True)
def policies(db: None) -> None:
    """A search asks PostgreSQL which sources its viewer's principals open; the tenants of these tests have none."""


@pytest.fixture
def tenant() -> UUID:
    return uuid4()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, because a Unix socket's path is."""
    path = Path(tempfile.mkdtemp(prefix="rx-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def running() -> Iterator[Service]:
    path = Path(tempfile.mkdtemp(prefix="rx-"))
    started = service.start(path)
    yield started
    started.stop()
    shutil.rmtree(path)


@pytest.fixture
def embedded(running: Service, settings: Settings) -> Iterator[Service]:
    """A collection of the test's own in the embedded service."""
    settings.QDRANT_URL, settings.QDRANT_API_KEY, settings.QDRANT_COLLECTION = running.url, "", f"test-{uuid4()}"
    client.forget()
    schema.ensure()
    yield running
    schema.drop()
    client.forget()


class Imitation(QdrantClient):
    """qdrant-client's own, in memory. It has no connection, so what search sends is read here by qdrant-client's models instead."""

    def __init__(self) -> None:
        super().__init__(":memory:")

    @property
    def http(self) -> Any:
        return SimpleNamespace(client=self)

    def request(self, *, path_params: dict[str, str], content: bytes, **_: object) -> dict[str, Any]:
        asked = models.QueryRequestBatch.model_validate_json(content)
        answers = self.query_batch_points(path_params["collection_name"], requests=asked.searches)
        return {"result": [answer.model_dump(mode="json") for answer in answers]}


@pytest.fixture
def memory(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does not have: payload indexes, deadlines, a disk, and errors for what it does not know."""
    settings.QDRANT_URL, settings.QDRANT_COLLECTION = ":memory:", f"test-{uuid4()}"
    monkeypatch.setattr(client, "_clients", [Imitation()])
    schema.ensure()


@pytest.fixture
def server(settings: Settings) -> Iterator[None]:
    settings.QDRANT_URL, settings.QDRANT_COLLECTION = SERVER, f"test-{uuid4()}"
    client.forget()
    schema.ensure()
    yield
    schema.drop()
    client.forget()


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("memory", marks=pytest.mark.filterwarnings("ignore:Payload indexes have no effect:UserWarning")),
        *(["server"] if SERVER.startswith("http") else []),
    ]
)
def each_index(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(request.param)
