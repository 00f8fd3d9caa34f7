"""The embedded services for tests, all real.

A test that other processes must see (a worker, a browser) takes the fixture `committed` and a tenant of its own; everything else
takes pytest-django's `db` and is rolled back. The marker's `transaction=True` is not for us: nobody may truncate.
"""

import os
import socket
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from config.embedded.client import attach


@pytest.fixture(scope="session")
def services() -> Iterator[None]:
    """PostgreSQL with the schema, Redis and the index."""
    with attach({"base"}, durable=False):
        yield


@pytest.fixture(scope="session")
def django_db_setup(services: None) -> None:
    """The schema is there already, made by its owner; tests run as the application's role."""


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Database access whose writes other processes see. Nothing is cleaned up: make a tenant of your own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def worker(services: None) -> Iterator[None]:
    """A real Celery worker and the scheduler."""
    with attach({"worker"}, durable=False):
        yield


@pytest.fixture(scope="session")
def web(services: None) -> Iterator[str]:
    """The address of a real web server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with attach({"web"}, environment={**os.environ, "PORT": str(port)}, durable=False):
        yield f"http://127.0.0.1:{port}"
