"""One suite, three indexes: the embedded service, qdrant-client's own imitation, and a server when QDRANT_URL names one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings
from qdrant_client import QdrantClient

from index import client, schema
from tests.platform.index import service
from tests.platform.index.service import Service

SERVER = os.environ.get("QDRANT_URL", "")


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


@pytest.fixture
def memory(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does not have: payload indexes, deadlines, a disk, and errors for what it does not know."""
    settings.QDRANT_URL, settings.QDRANT_COLLECTION = ":memory:", f"test-{uuid4()}"
    monkeypatch.setattr(client, "_clients", [QdrantClient(":memory:")])
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
