from uuid import UUID, uuid4

import pytest

from index import points
from tests.platform.index.cast import COLLEAGUES, chunks, find, index, passage, viewer

pytestmark = pytest.mark.usefixtures("each_index")


def test_a_new_generation_replaces_the_old_one_without_a_gap(tenant: UUID) -> None:
    document = uuid4()
    old = index(passage("leave: 28 days", tenant, document=document), acl={COLLEAGUES})
    new = passage("leave: 30 days", tenant, document=document, generation=2)
    points.upsert([new])
    assert chunks(find(viewer(tenant, {COLLEAGUES}), "leave")) == [old.id]
    points.publish(document=document, generation=2, acl={COLLEAGUES})
    points.remove(document=document, generation=1)
    assert chunks(find(viewer(tenant, {COLLEAGUES}), "leave")) == [new.id]


def test_a_revoked_member_no_longer_finds_the_document(tenant: UUID) -> None:
    point = index(passage("leave", tenant), acl={"user:owner", "user:teammate"})
    points.publish(document=point.document, generation=1, acl={"user:owner"})
    assert find(viewer(tenant, {"user:teammate"}), "leave") == []
    assert chunks(find(viewer(tenant, {"user:owner"}), "leave")) == [point.id]


def test_a_deleted_document_leaves_nothing(tenant: UUID) -> None:
    document = uuid4()
    for generation in (1, 2):
        index(passage(f"leave {generation}", tenant, document=document, generation=generation), acl={COLLEAGUES})
    other = index(passage("leave", tenant), acl={COLLEAGUES})
    points.remove(document=document)
    assert points.count(document=document) == 0
    assert chunks(find(viewer(tenant, {COLLEAGUES}), "leave")) == [other.id]


def test_one_generation_is_counted_and_removed_alone(tenant: UUID) -> None:
    document = uuid4()
    points.upsert([passage(f"leave {number}", tenant, document=document, generation=number % 2 + 1) for number in range(5)])
    points.remove(document=document, generation=1)
    assert points.count(document=document, generation=1) == 0
    assert points.count(document=document) == 2


def test_older_generations_are_retired_and_a_newer_one_stays(tenant: UUID) -> None:
    document, neighbour = uuid4(), uuid4()
    points.upsert([passage(f"leave {number}", tenant, document=document, generation=number) for number in (1, 2, 10, 11)])
    points.upsert([passage("leave", tenant, document=neighbour, generation=1)])
    points.retire(document=document, before=10)
    assert [points.count(document=document, generation=number) for number in (1, 2, 10, 11)] == [0, 0, 1, 1]
    assert points.count(document=neighbour) == 1


def test_a_removed_tenant_leaves_the_others_alone(tenant: UUID) -> None:
    neighbour = uuid4()
    points.upsert([passage("ours", tenant), passage("theirs", neighbour)])
    points.remove_tenant(tenant)
    assert (points.count(tenant=tenant), points.count(tenant=neighbour)) == (0, 1)


def test_the_same_point_again_is_one_point(tenant: UUID) -> None:
    point = passage("leave", tenant)
    points.upsert([point])
    points.upsert([point])
    assert points.count(tenant=tenant) == 1


def test_more_than_one_batch(tenant: UUID) -> None:
    points.upsert(passage("leave", tenant) for _ in range(points.BATCH + 1))
    assert points.count(tenant=tenant) == points.BATCH + 1
