import os
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from index import client, points, schema
from index.errors import IndexRefused, IndexUnavailable
from tests.platform.index import service
from tests.platform.index.cast import find, viewer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore drops the socket that did not connect
def test_an_index_that_is_down_is_unavailable_not_empty(settings: Settings, folder: Path) -> None:
    settings.QDRANT_URL = f"unix://{folder}/nobody"
    client.forget()
    with pytest.raises(IndexUnavailable, match="does not answer"):
        find(viewer(uuid4()), "leave")
    client.forget()


def test_a_collection_that_is_gone_is_refused_by_name(embedded: object, settings: Settings) -> None:
    settings.QDRANT_COLLECTION = "never-made"
    with pytest.raises(IndexRefused, match="`never-made` doesn't exist"):
        points.count(tenant=uuid4())


def test_a_restarted_index_is_reached_again(settings: Settings, folder: Path) -> None:
    first = service.start(folder)
    settings.QDRANT_URL, settings.QDRANT_COLLECTION = first.url, "again"
    client.forget()
    schema.ensure()
    first.kill()
    second = service.start(folder)
    assert points.count(tenant=uuid4()) == 0
    second.stop()
    client.forget()


def test_a_forked_child_opens_its_own_connection(embedded: object) -> None:
    client.get_client()
    child = os.fork()
    if child == 0:
        os._exit(len(client._clients))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("url", ["http://qdrant:6333", "https://qdrant.example:6333"])
def test_a_key_is_sent_to_a_server_without_a_warning(url: str) -> None:
    client.connect(url, api_key="secret").close()
