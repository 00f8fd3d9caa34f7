"""Who finds what. The recheck in PostgreSQL is not here: this layer must hold alone."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from access import principals
from index import points
from index.filters import Narrow
from tests.platform.index.cast import COLLEAGUES, chunks, find, index, passage, viewer

pytestmark = pytest.mark.usefixtures("each_index")


def test_teammate_finds_what_everyone_may_read(tenant: UUID) -> None:
    handbook = index(passage("thirty days of leave", tenant), acl={principals.everyone(tenant)})
    assert chunks(find(viewer(tenant), "leave")) == [handbook.id]


def test_outsider_of_another_tenant_finds_nothing_even_when_named_by_mistake(tenant: UUID) -> None:
    index(passage("thirty days of leave", tenant), acl={principals.everyone(tenant), "user:outsider"})
    assert find(viewer(uuid4(), {"user:outsider"}), "leave") == []


def test_teammate_outside_the_group_finds_nothing_of_it(tenant: UUID) -> None:
    salaries = index(passage("salaries of directors", tenant), acl={COLLEAGUES})
    assert find(viewer(tenant), "salaries") == []
    assert chunks(find(viewer(tenant, {COLLEAGUES}), "salaries")) == [salaries.id]


def test_a_denial_wins_over_every_grant(tenant: UUID) -> None:
    index(passage("salaries of directors", tenant), acl={COLLEAGUES, "user:teammate"}, deny={"user:teammate"})
    assert find(viewer(tenant, {COLLEAGUES, "user:teammate"}), "salaries") == []
    assert len(find(viewer(tenant, {COLLEAGUES, "user:owner"}), "salaries")) == 1


def test_points_of_a_generation_that_is_not_current_are_found_by_nobody(tenant: UUID) -> None:
    points.upsert([passage("a draft about leave", tenant)])
    assert points.count(tenant=tenant) == 1
    assert find(viewer(tenant, {COLLEAGUES, "user:owner"}), "leave") == []


def test_an_audience_finds_what_each_of_them_may_read(tenant: UUID) -> None:
    shared = index(passage("shared plans", tenant), acl={"user:owner", "user:teammate"})
    index(passage("owner's plans", tenant), acl={"user:owner"})
    assert chunks(find(viewer(tenant, {"user:owner"}, {"user:teammate"}), "plans")) == [shared.id]


def test_an_audience_does_not_find_what_one_of_them_is_denied(tenant: UUID) -> None:
    index(passage("shared plans", tenant), acl={principals.everyone(tenant)}, deny={"user:guest"})
    assert find(viewer(tenant, {"user:owner"}, {"user:guest"}), "plans") == []


def test_narrowing_takes_away_and_never_adds(tenant: UUID) -> None:
    wiki, drive = uuid4(), uuid4()
    page = index(passage("leave in the wiki", tenant, source=wiki), acl={principals.everyone(tenant)})
    index(passage("leave on the drive", tenant, source=drive), acl={COLLEAGUES})
    assert chunks(find(viewer(tenant), "leave", narrow=Narrow(sources=frozenset({wiki, drive})))) == [page.id]
    assert find(viewer(tenant), "leave", narrow=Narrow(sources=frozenset({drive}))) == []
    assert find(viewer(tenant), "leave", narrow=Narrow(sources=frozenset())) == []


def test_narrowing_by_date(tenant: UUID) -> None:
    old, new = datetime(2021, 5, 1, tzinfo=UTC), datetime(2025, 5, 1, tzinfo=UTC)
    index(passage("leave then", tenant, modified=old), acl={COLLEAGUES})
    now = index(passage("leave now", tenant, modified=new), acl={COLLEAGUES})
    index(passage("leave, undated", tenant), acl={COLLEAGUES})
    after = Narrow(modified_after=datetime(2024, 1, 1, tzinfo=UTC))
    assert chunks(find(viewer(tenant, {COLLEAGUES}), "leave", narrow=after)) == [now.id]


def test_documents_that_the_viewer_cannot_see_move_nothing(tenant: UUID) -> None:
    for text in ("travel costs in Norway", "costs of leave", "Norway and its fjords", "travel by train"):
        index(passage(text, tenant), acl={principals.everyone(tenant)})
    before = find(viewer(tenant), "travel costs Norway")
    hidden = [passage(f"travel costs Norway {number}", tenant) for number in range(40)]
    foreign = [passage(f"travel costs Norway {number}", uuid4()) for number in range(40)]
    points.upsert(hidden + foreign)
    for point in hidden[:20]:
        points.publish(document=point.document, generation=1, acl={COLLEAGUES})
    assert find(viewer(tenant), "travel costs Norway") == before
    assert len(before) == 4
