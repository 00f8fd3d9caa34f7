"""A person's place in a tenant: suspended, restored, removed; and that a name or an address that changes hands grants nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from access import principals
from access.resolve import NoAccess, viewer_for
from access.viewer import Viewer
from audit.models import AuditEvent
from documents import queries as documents
from identity import actions, groups
from identity.models import Group, Membership
from sources import actions as sources
from tenants import queries as tenants
from tests.factories.cast import Cast, make_cast
from tests.factories.folders import HANDBOOK, folder_source, synced, write
from tests.factories.looking import look


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_suspended_then_restored(cast: Cast) -> None:
    before = cast.viewer(cast.owner).readers
    actions.suspend(user=cast.owner, tenant=cast.tenant)
    with pytest.raises(NoAccess):
        cast.viewer(cast.owner)
    actions.restore(user=cast.owner, tenant=cast.tenant)
    assert cast.viewer(cast.owner).readers == before


def test_an_expired_membership_opens_nothing_and_no_epoch_had_to_move(cast: Cast) -> None:
    mine = Membership.objects.filter(user=cast.owner, tenant=cast.tenant)
    mine.update(expires_at=Now() + timedelta(hours=1))
    assert not cast.viewer(cast.owner).over
    epoch = tenants.epoch(cast.tenant.id)
    mine.update(expires_at=Now())
    with pytest.raises(NoAccess):
        cast.viewer(cast.owner)
    assert tenants.epoch(cast.tenant.id) == epoch


def test_removed_and_added_again_a_person_has_none_of_the_old_groups(cast: Cast) -> None:
    actions.ensure_person(email=cast.owner.email, tenant=cast.elsewhere)
    actions.remove(user=cast.owner, tenant=cast.tenant)
    with pytest.raises(NoAccess):
        cast.viewer(cast.owner)
    assert viewer_for(user=cast.owner, tenant=cast.elsewhere)
    again, created = actions.ensure_person(email=cast.owner.email, tenant=cast.tenant)
    assert (again.id, created) == (cast.owner.id, False), "the same account lives on in the other tenant"
    assert cast.viewer(again).readers == (frozenset({principals.user(again.id), principals.everyone(cast.tenant.id)}),)


def test_whoever_gets_the_address_of_someone_who_left_is_somebody_else(cast: Cast) -> None:
    email = cast.owner.email
    actions.remove(user=cast.owner, tenant=cast.tenant)
    newcomer, created = actions.ensure_person(email=email, tenant=cast.tenant)
    assert created
    assert principals.user(cast.owner.id) not in cast.viewer(newcomer).readers[0]


def test_a_renamed_address_stays_its_persons_and_the_old_one_grants_nothing(cast: Cast) -> None:
    email, before = cast.owner.email, cast.viewer(cast.owner).readers
    actions.change_email(user=cast.owner, email=f"new-{email}")
    newcomer, created = actions.ensure_person(email=email, tenant=cast.tenant)
    assert created
    assert cast.viewer(cast.owner).readers == before
    assert cast.viewer(newcomer).readers[0] & before[0] == {principals.everyone(cast.tenant.id)}
    with pytest.raises(actions.PersonRefused, match="Somebody else"):
        actions.change_email(user=newcomer, email=cast.owner.email.upper())


def granted(viewer: Viewer) -> int:
    return look(viewer, documents.granted_to(viewer).count)


def test_a_group_that_takes_a_removed_ones_name_reads_nothing_of_it(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = write(tmp_path_factory.mktemp("handbook"), HANDBOOK)
    synced(folder_source(cast.tenant, folder, "group:staff"))
    seen = granted(cast.viewer(cast.owner))
    staff = Group.objects.get(tenant=cast.tenant, slug="staff")
    groups.rename(group=staff, name="Directors")
    assert granted(cast.viewer(cast.owner)) == seen == len(HANDBOOK)

    before = staff.id
    groups.remove(group=staff)
    again = groups.ensure_group(tenant=cast.tenant, slug="staff", name="Directors")
    groups.add(group=again, users=[cast.owner, cast.teammate])
    assert again.id != before
    for person in (cast.owner, cast.teammate, cast.outsider):
        assert granted(cast.viewer(person)) == 0
    assert sources.readers(cast.tenant, ["group:staff"]) == [principals.group(again.id)]


def test_every_change_of_a_person_moves_the_epoch_and_is_audited_with_ids_and_no_address(cast: Cast) -> None:
    acts = (
        lambda: actions.ensure_person(email=cast.teammate.email, tenant=cast.tenant, role="curator", groups=["staff"], by="user:x"),
        lambda: actions.suspend(user=cast.teammate, tenant=cast.tenant, by="user:x"),
        lambda: actions.restore(user=cast.teammate, tenant=cast.tenant, by="user:x"),
        lambda: actions.remove(user=cast.teammate, tenant=cast.tenant, by="user:x"),
    )
    for act in acts:
        before = tenants.epoch(cast.tenant.id) or 0
        act()
        assert tenants.epoch(cast.tenant.id) == before + 1
        event = AuditEvent.objects.filter(tenant=cast.tenant.id).latest("number")
        assert (event.actor, event.object) == ("user:x", f"user:{cast.teammate.id}")
        assert "@" not in str(event.detail)
    assert event.detail["before"]["role"] == "curator"
    assert event.detail["after"]["role"] is None


def test_break_glass_without_an_end_or_a_reason_is_not_even_stored(cast: Cast) -> None:
    place = Membership.objects.filter(user=cast.owner, tenant=cast.tenant)
    with pytest.raises(IntegrityError, match="break_glass_ends"), transaction.atomic():
        place.update(break_glass=True, reason="the owner is locked out")
