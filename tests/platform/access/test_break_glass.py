"""An operator runs the installation and reads nothing by it; breaking glass opens one tenant, for a time, with a reason, in the open."""

from datetime import timedelta
from io import StringIO
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from access import actions, principals, tasks
from access.actions import BreakGlassRefused
from access.resolve import NoAccess, renewed, viewer_for
from access.roles import GRANTED, Role
from audit.models import AuditEvent
from identity import actions as identity
from identity import groups
from identity.models import Group, Membership, User
from tenants import queries as tenants
from terminal.command import AskedWrongly
from tests.factories.cast import Cast, make_cast

REASON = "The administrator is locked out."


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def operator(cast: Cast) -> User:
    return identity.ensure_operator(email=f"operator@{cast.tenant.slug}.example")[0]


def lend(cast: Cast, operator: User, hours: int = 1, reason: str = REASON) -> Membership:
    return actions.break_glass(operator=operator, tenant=cast.tenant, reason=reason, hours=hours, by=f"user:{operator.id}")


def pass_the_end(cast: Cast, operator: User) -> None:
    Membership.objects.filter(user=operator, tenant=cast.tenant).update(expires_at=Now() - timedelta(seconds=1))


def said(*words: str) -> dict[str, Any]:
    told = StringIO()
    call_command(*words, "--json", stdout=told)
    answer: dict[str, Any] = orjson.loads(told.getvalue())
    return answer


def test_an_operator_is_nobody_in_a_tenant(cast: Cast, operator: User) -> None:
    for tenant in (cast.tenant, cast.elsewhere):
        with pytest.raises(NoAccess):
            viewer_for(user=operator, tenant=tenant)


def test_broken_glass_opens_one_tenant_with_what_everyone_reads(cast: Cast, operator: User) -> None:
    lend(cast, operator)
    viewer = viewer_for(user=operator, tenant=cast.tenant)
    assert viewer.readers == (frozenset({principals.user(operator.id), principals.everyone(cast.tenant.id)}),)
    assert viewer.permissions == GRANTED[Role.ADMINISTRATOR]
    assert viewer.until is not None
    with pytest.raises(NoAccess):
        viewer_for(user=operator, tenant=cast.elsewhere)


def test_it_ends_by_the_database_clock_before_anybody_sweeps(cast: Cast, operator: User) -> None:
    lend(cast, operator)
    viewer = viewer_for(user=operator, tenant=cast.tenant)
    pass_the_end(cast, operator)
    with pytest.raises(NoAccess):
        renewed(viewer)


def test_the_end_is_written_down_and_takes_the_groups_along(cast: Cast, operator: User) -> None:
    lend(cast, operator)
    groups.add(group=Group.objects.get(tenant=cast.tenant, slug="staff"), users=[operator])
    pass_the_end(cast, operator)
    before = tenants.epoch(cast.tenant.id) or 0
    tasks.end_expired()
    actions.end_expired()
    assert tenants.epoch(cast.tenant.id) == before + 1
    ended = AuditEvent.objects.filter(action="break_glass.expired", object=f"user:{operator.id}")
    assert [(event.actor, event.face) for event in ended] == [("time", "worker")]
    lend(cast, operator)
    assert len(viewer_for(user=operator, tenant=cast.tenant).readers[0]) == 2, "lent again, it brings none of the groups of before"


def test_lent_again_before_anybody_swept_it_is_fresh(cast: Cast, operator: User) -> None:
    lend(cast, operator)
    groups.add(group=Group.objects.get(tenant=cast.tenant, slug="staff"), users=[operator])
    pass_the_end(cast, operator)
    lend(cast, operator)
    assert len(viewer_for(user=operator, tenant=cast.tenant).readers[0]) == 2


def test_who_why_and_until_when_are_audited_and_the_epoch_moves(cast: Cast, operator: User) -> None:
    before = tenants.epoch(cast.tenant.id) or 0
    lent = lend(cast, operator)
    event = AuditEvent.objects.filter(tenant=cast.tenant.id).latest("number")
    assert (event.action, event.actor, event.object) == ("break_glass.begun", f"user:{operator.id}", f"user:{operator.id}")
    assert lent.expires_at is not None
    assert (event.detail["after"]["reason"], event.detail["after"]["expires"]) == (REASON, lent.expires_at.isoformat())
    assert tenants.epoch(cast.tenant.id) == before + 1


@pytest.mark.parametrize(("hours", "reason"), [(0, REASON), (-1, REASON), (25, REASON), (1, ""), (1, "  why not  "), (1, " " * 20)])
def test_too_long_or_without_a_reason_it_is_refused(cast: Cast, operator: User, hours: int, reason: str) -> None:
    with pytest.raises(BreakGlassRefused, match=r"\.$|log will say"):
        lend(cast, operator, hours, reason)
    assert not Membership.objects.filter(user=operator).exists()


def test_only_an_operator_breaks_glass_and_only_where_he_has_no_place(cast: Cast, operator: User) -> None:
    for person in (cast.outsider, cast.owner):
        with pytest.raises(BreakGlassRefused, match="no operator"):
            lend(cast, person)
    lend(cast, operator)
    with pytest.raises(BreakGlassRefused, match="already"):
        lend(cast, operator, 24)
    owner, _ = identity.ensure_operator(email=cast.owner.email)
    with pytest.raises(BreakGlassRefused, match="already"):
        lend(cast, owner)


def test_it_does_not_become_a_lasting_place(cast: Cast, operator: User) -> None:
    lend(cast, operator)
    with pytest.raises(identity.PersonRefused, match="break-glass"):
        identity.ensure_person(email=operator.email, tenant=cast.tenant, role="reader")
    identity.restore(user=operator, tenant=cast.tenant)
    pass_the_end(cast, operator)
    identity.restore(user=operator, tenant=cast.tenant)
    with pytest.raises(NoAccess):
        viewer_for(user=operator, tenant=cast.tenant)


def test_an_operator_who_is_dismissed_loses_what_was_lent(cast: Cast, operator: User) -> None:
    lend(cast, operator)
    before = tenants.epoch(cast.tenant.id) or 0
    identity.dismiss_operator(user=operator)
    with pytest.raises(NoAccess):
        viewer_for(user=operator, tenant=cast.tenant)
    assert tenants.epoch(cast.tenant.id) == before + 1


def test_a_contractors_end_is_written_down_once_and_the_place_can_be_given_back(cast: Cast) -> None:
    Membership.objects.filter(user=cast.owner, tenant=cast.tenant).update(expires_at=Now())
    actions.end_expired()
    actions.end_expired()
    assert AuditEvent.objects.filter(action="person.expired", object=f"user:{cast.owner.id}").count() == 1
    identity.restore(user=cast.owner, tenant=cast.tenant)
    assert len(cast.viewer(cast.owner).readers[0]) == 3, "with the groups of before"


def test_the_commands_from_appointing_to_the_end(cast: Cast) -> None:
    email, tenant = f"op@{cast.tenant.slug}.example", cast.tenant.slug
    assert said("operator", email) == {**said("operator", email), "created": True}
    begun = said("breakglass", email, "--tenant", tenant, "--reason", REASON, "--hours", "2")
    assert (begun["role"], begun["until"] is not None) == ("administrator", True)
    assert said("breakglass", email, "--tenant", tenant, "--end")["ended"]
    assert not said("breakglass", email, "--tenant", tenant, "--end")["ended"], "a second time there is nothing to end"
    assert not said("operator", email, "--remove")["operator"]
    for words in (("--hours", "1", "--reason", REASON), ("--reason", REASON), ("--hours", "30", "--reason", REASON)):
        with pytest.raises(AskedWrongly, match=r"\.$"):
            call_command("breakglass", email, "--tenant", tenant, *words)
