"""Who somebody is in a source's own system counts when it is verified there or by an administrator, and never because a name fits."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from access import principals
from access.actions import UnknownAccount, verify_account
from access.permissions import NotAllowed
from access.resolve import viewer_for
from audit.models import AuditEvent
from identity import external
from identity.actions import ensure_person, remove
from identity.external import BY_SOURCE, External
from identity.models import ExternalAccount, Group, User
from tenants import queries as tenants
from tests.factories.cast import Cast, make_cast

SOURCE = UUID(int=7)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def account(cast: Cast, id: str) -> External:
    return External(cast.tenant, SOURCE, id)


def beyond(cast: Cast, person: User) -> set[str]:
    """The principals of other systems among the person's."""
    return {name for name in cast.viewer(person).readers[0] if name.startswith("ext:")}


def test_a_string_that_matches_grants_nothing_until_somebody_verifies_it(cast: Cast) -> None:
    external.set_members(group=account(cast, "finance"), members=[cast.owner.email, str(cast.owner.id)])
    proposed = external.propose(external=account(cast, cast.owner.email), to=cast.owner)
    assert beyond(cast, cast.owner) == set()

    external.verify(account=proposed, by=BY_SOURCE)
    assert beyond(cast, cast.owner) == {
        principals.external_user(SOURCE, cast.owner.email),
        principals.external_group(SOURCE, "finance"),
    }
    assert beyond(cast, cast.teammate) == beyond(cast, cast.outsider) == set()


def test_groups_of_a_source_follow_what_its_connector_saw(cast: Cast) -> None:
    external.verify(account=external.propose(external=account(cast, "u1"), to=cast.owner), by=BY_SOURCE)
    assert external.set_members(group=account(cast, "wiki"), members=["u1", "u2"])
    assert not external.set_members(group=account(cast, "wiki"), members=["u2", "u1"]), "nothing differs"
    assert principals.external_group(SOURCE, "wiki") in beyond(cast, cast.owner)
    external.set_members(group=account(cast, "wiki"), members=["u2"])
    assert beyond(cast, cast.owner) == {principals.external_user(SOURCE, "u1")}


def test_a_group_of_ours_can_be_a_group_of_theirs(cast: Cast) -> None:
    staff = Group.objects.get(tenant=cast.tenant, slug="staff")
    external.verify(account=external.propose(external=account(cast, "all-hands"), to=staff), by=BY_SOURCE)
    assert beyond(cast, cast.owner) == {principals.external_group(SOURCE, "all-hands")}
    assert beyond(cast, cast.teammate) == set()


def test_the_same_id_in_another_source_or_tenant_is_somebody_else(cast: Cast) -> None:
    external.verify(account=external.propose(external=account(cast, "u1"), to=cast.owner), by=BY_SOURCE)
    external.set_members(group=External(cast.tenant, uuid4(), "secret"), members=["u1"])
    external.set_members(group=External(cast.elsewhere, SOURCE, "secret"), members=["u1"])
    ensure_person(email=cast.owner.email, tenant=cast.elsewhere)
    assert beyond(cast, cast.owner) == {principals.external_user(SOURCE, "u1")}
    there = viewer_for(user=cast.owner, tenant=cast.elsewhere).readers[0]
    assert there == {principals.user(cast.owner.id), principals.everyone(cast.elsewhere.id)}


def test_an_account_is_one_persons_and_a_second_claim_is_refused(cast: Cast) -> None:
    external.verify(account=external.propose(external=account(cast, "u1"), to=cast.owner), by=BY_SOURCE)
    second = external.propose(external=account(cast, "u1"), to=cast.teammate)
    with pytest.raises(external.AccountRefused, match="somebody else"):
        external.verify(account=second, by=BY_SOURCE)
    assert beyond(cast, cast.teammate) == set()
    with pytest.raises(IntegrityError), transaction.atomic():
        ExternalAccount.objects.filter(id=second.id).update(verified_by=BY_SOURCE, verified_at="2026-01-01T00:00Z")


def test_nobody_is_proposed_for_a_tenant_that_the_person_is_not_in(cast: Cast) -> None:
    with pytest.raises(external.AccountRefused, match="does not belong"):
        external.propose(external=account(cast, "u1"), to=cast.outsider)
    with pytest.raises(external.AccountRefused, match="has an id"):
        external.propose(external=account(cast, ""), to=cast.owner)


def test_an_administrator_verifies_and_nobody_else_and_only_at_home(cast: Cast) -> None:
    proposed = external.propose(external=account(cast, "u1"), to=cast.owner)
    with pytest.raises(NotAllowed, match="managing people"):
        verify_account(viewer=cast.viewer(cast.teammate), account_id=proposed.id)
    with pytest.raises(UnknownAccount):
        verify_account(viewer=cast.viewer(cast.outsider), account_id=proposed.id)
    with pytest.raises(external.AccountRefused):
        external.verify(account=proposed, by="command")
    assert beyond(cast, cast.owner) == set()

    ensure_person(email=cast.teammate.email, tenant=cast.tenant, role="administrator")
    verify_account(viewer=cast.viewer(cast.teammate), account_id=proposed.id)
    proposed.refresh_from_db()
    assert proposed.verified_by == principals.user(cast.teammate.id)
    assert beyond(cast, cast.owner) == {principals.external_user(SOURCE, "u1")}


def test_each_change_moves_the_epoch_and_is_audited_but_a_proposal_changes_nothing(cast: Cast) -> None:
    before = tenants.epoch(cast.tenant.id) or 0
    proposed = external.propose(external=account(cast, "u1"), to=cast.owner)
    assert tenants.epoch(cast.tenant.id) == before
    acts: tuple[Callable[[], object], ...] = (
        lambda: external.verify(account=proposed, by=BY_SOURCE),
        lambda: external.set_members(group=account(cast, "wiki"), members=["u1"]),
        lambda: external.remove(account=ExternalAccount.objects.get(id=proposed.id)),
        lambda: external.forget_source(tenant=cast.tenant, source=SOURCE),
    )
    for number, act in enumerate(acts, start=1):
        events = AuditEvent.objects.count()
        act()
        assert (tenants.epoch(cast.tenant.id), AuditEvent.objects.count()) == (before + number, events + 1)
    assert beyond(cast, cast.owner) == set()


def test_whoever_leaves_the_tenant_leaves_the_accounts(cast: Cast) -> None:
    external.verify(account=external.propose(external=account(cast, "u1"), to=cast.owner), by=BY_SOURCE)
    remove(user=cast.owner, tenant=cast.tenant)
    assert not ExternalAccount.objects.filter(user=cast.owner).exists()


def test_no_id_of_another_system_can_look_like_something_else() -> None:
    forged = principals.external_user(SOURCE, f"x:group:{uuid4()}")
    assert forged.startswith(f"ext:{SOURCE}:user:")
    with pytest.raises(ValueError, match="has an id"):
        principals.external_group(SOURCE, "")
