"""Who becomes a Viewer, and who does not."""

import dataclasses
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from django.db.models.functions import Now

from access import principals
from access.resolve import NoAccess, viewer_by_email, viewer_for
from access.roles import Permission, Role, granted
from access.viewer import Viewer
from identity import queries as identity
from identity.actions import ensure_person, suspend
from identity.models import Membership, User
from tenants import queries as tenants
from tenants.actions import ensure as ensure_tenant
from tenants.models import Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return ensure_tenant(slug="harbour", name="Harbour")[0]


def person(tenant: Tenant, name: str, *groups: str) -> User:
    return ensure_person(email=f"{name}@{tenant.slug}.example", tenant=tenant, groups=groups)[0]


def test_a_person_reads_as_himself_his_groups_and_everyone(tenant: Tenant) -> None:
    owner = person(tenant, "owner", "finance")
    viewer = viewer_for(user=owner, tenant=tenant)
    group = owner.access_groups.get()
    assert viewer.readers == (frozenset({principals.user(owner.id), principals.group(group.id), principals.everyone(tenant.id)}),)


def test_a_suspended_person_gets_no_viewer(tenant: Tenant) -> None:
    owner = person(tenant, "owner")
    suspend(user=owner, tenant=tenant)
    with pytest.raises(NoAccess):
        viewer_for(user=owner, tenant=tenant)


def test_an_outsider_gets_no_viewer_of_this_tenant(tenant: Tenant) -> None:
    outsider = person(ensure_tenant(slug="elsewhere")[0], "outsider")
    with pytest.raises(NoAccess):
        viewer_for(user=outsider, tenant=tenant)


def test_a_person_of_two_tenants_has_to_name_one(tenant: Tenant) -> None:
    person(tenant, "owner")
    ensure_person(email="owner@harbour.example", tenant=ensure_tenant(slug="elsewhere")[0])
    with pytest.raises(NoAccess, match="--tenant"):
        viewer_by_email("owner@harbour.example")
    assert viewer_by_email("OWNER@harbour.example", "harbour").tenant_id == tenant.id


def test_a_change_of_groups_moves_the_epoch(tenant: Tenant) -> None:
    owner = person(tenant, "owner", "finance")
    before = viewer_for(user=owner, tenant=tenant).epoch
    person(tenant, "owner", "finance")
    assert viewer_for(user=owner, tenant=tenant).epoch == before, "nothing changed"
    person(tenant, "owner")
    assert viewer_for(user=owner, tenant=tenant).epoch > before


def test_a_change_while_a_viewer_is_made_leaves_it_older_than_the_epoch(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = person(tenant, "owner", "finance")
    standing = identity.standing

    def removed_right_after(user_id: UUID, tenant_id: UUID) -> identity.Standing | None:
        found = standing(user_id, tenant_id)
        person(tenant, "owner")
        return found

    monkeypatch.setattr(identity, "standing", removed_right_after)
    stale = viewer_for(user=owner, tenant=tenant)
    now = tenants.epoch(tenant.id)
    assert now is not None
    assert stale.epoch < now, "so that whoever compares the two reads the groups again"


def test_a_membership_opens_doors_in_postgresql_s_words_exactly_where_it_does_in_django_s(tenant: Tenant) -> None:
    owner = person(tenant, "owner")
    ends = {None: None, "passed": Now() - timedelta(seconds=1), "to come": Now() + timedelta(hours=1)}
    opened = 0
    for suspended, active, lent, operator, end in product((None, Now()), (True, False), (True, False), (True, False), ends):
        if lent and end is None:
            continue  # PostgreSQL refuses it: what is lent ends
        Membership.objects.filter(user=owner).update(suspended_at=suspended, break_glass=lent, reason="the case", expires_at=ends[end])
        User.objects.filter(id=owner.id).update(is_active=active, is_operator=operator)
        standing, membership = identity.standing(owner.id, tenant.id), identity.active_membership(owner, tenant)
        assert (standing is None) == (membership is None), f"{suspended=} {active=} {lent=} {operator=} {end=}"
        opened += standing is not None
    assert opened == 5, "lasting or to come, each for a person and an operator; lent and to come, for an operator"


def test_a_viewer_is_not_copied_into_another(tenant: Tenant) -> None:
    viewer = viewer_for(user=person(tenant, "owner"), tenant=tenant)
    with pytest.raises(ValueError, match="seal"):
        dataclasses.replace(viewer, readers=(frozenset({"group:finance"}),))  # type: ignore[call-arg]
    assert not hasattr(viewer, "seal")


def test_only_the_resolver_makes_a_viewer(tenant: Tenant) -> None:
    with pytest.raises(TypeError):
        Viewer(
            tenant_id=tenant.id,
            readers=(frozenset({"everyone:x"}),),
            epoch=1,
            language="english",
            user_id=None,
            permissions=frozenset(),
            seal=None,
        )


def test_an_unknown_role_holds_no_permission() -> None:
    assert granted("emperor") == frozenset()
    assert Permission.ASK in granted(Role.READER)
