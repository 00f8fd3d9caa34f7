import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings

from index import client, points, schema
from tests.platform.index import service
from tests.platform.index.cast import COLLEAGUES, chunks, find, index, passage, viewer
from tests.platform.index.service import Service


@pytest.fixture
def mine(folder: Path, settings: Settings) -> Service:
    """A service that the test may kill."""
    started = service.start(folder)
    settings.QDRANT_URL, settings.QDRANT_COLLECTION = started.url, "redoubt"
    client.forget()
    schema.ensure()
    return started


def test_what_was_acknowledged_survives_a_kill(mine: Service, tenant: UUID) -> None:
    kept = index(passage("leave", tenant), acl={COLLEAGUES})
    gone = index(passage("leave", tenant), acl={COLLEAGUES})
    points.remove(document=gone.document)
    points.upsert(passage(f"leave {number}", tenant) for number in range(points.BATCH))
    mine.kill()
    again = service.start(mine.folder)
    assert points.count(tenant=tenant) == points.BATCH + 1
    assert chunks(find(viewer(tenant, {COLLEAGUES}), "leave")) == [kept.id]
    assert client.get_client().get_collection("redoubt").payload_schema.keys() == schema.PAYLOAD.keys()
    again.stop()


def test_a_refused_write_does_not_poison_the_next_start(mine: Service, tenant: UUID) -> None:
    with mine.http() as http:
        wrong = {"points": [{"id": 1, "vector": {"dense": [0.5] * 3}}]}
        assert http.put("/collections/redoubt/points?wait=true", json=wrong).status_code == 400
    mine.kill()
    again = service.start(mine.folder)
    assert points.count(tenant=tenant) == 0
    again.stop()


def test_a_slice_is_optimized_between_requests_and_loses_nothing(mine: Service, tenant: UUID) -> None:
    kept = index(passage("harbour fees", tenant), acl={COLLEAGUES})
    points.upsert(passage(f"note {number}", tenant) for number in range(6_000))
    assert chunks(find(viewer(tenant, {COLLEAGUES}), "harbour fees")) == [kept.id]
    mine.stop()
    again = service.start(mine.folder)
    assert points.count(tenant=tenant) == 6_001
    again.stop()


def test_a_collection_that_was_only_half_created_is_gone_at_the_next_start(mine: Service) -> None:
    mine.kill()
    (mine.data / "collections" / "redoubt" / "collection.json").unlink()
    again = service.start(mine.folder)
    assert not client.get_client().collection_exists("redoubt")
    schema.ensure()
    assert points.count(tenant=uuid4()) == 0
    again.stop()


def test_a_second_service_on_the_same_data_is_refused_in_plain_words(running: Service) -> None:
    second = service.launch(running.folder, running.folder / "other")
    message = second.communicate()[1]
    assert second.returncode == 1
    assert message == f"The index in {running.data} is already served by another process.\n"


def test_the_socket_and_the_data_are_the_owner_s_alone(running: Service) -> None:
    assert stat.S_IMODE(running.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.data.stat().st_mode) == 0o700


def test_a_socket_path_that_the_kernel_would_not_take_is_refused_in_plain_words(folder: Path) -> None:
    refused = service.launch(folder, folder / ("a" * 108))
    assert "longer than 107 bytes" in refused.communicate()[1]
    assert refused.returncode == 1
