"""A change of who may read: the tenant is held, and what differs afterwards moves its epoch and is audited, all in one transaction."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from audit.actions import record
from identity import departures
from identity.models import ExternalAccount, Group, GroupInGroup, GroupMember, Membership, User
from tenants.actions import lock, move_epoch
from tenants.models import Tenant

State = Mapping[str, Any]


@contextmanager
def of_person(action: str, *, user: User, tenant: Tenant, by: str) -> Iterator[None]:
    with _audited(lambda: _person(user, tenant), action, tenant, by, f"user:{user.id}"):
        yield


@contextmanager
def of_departure(action: str, *, user: User, tenant: Tenant, by: str) -> Iterator[None]:
    """Where the person's place may end: what ends with it is locked before the tenant."""
    with transaction.atomic():
        departures.hold(user.id, tenant.id)
        with of_person(action, user=user, tenant=tenant, by=by):
            yield


@contextmanager
def of_group(action: str, *, group: Group, by: str) -> Iterator[None]:
    with _audited(lambda: _group(group), action, group.tenant, by, f"group:{group.id}"):
        yield


@contextmanager
def _audited(state: Callable[[], State], action: str, tenant: Tenant, by: str, object: str) -> Iterator[None]:
    with transaction.atomic():
        lock(tenant.id)
        before = state()
        yield
        after = state()
        if before == after:
            return
        move_epoch(tenant.id)
        record(action=action, tenant=tenant.id, actor=by, object=object, detail=_difference(before, after))


def _difference(before: State, after: State) -> State:
    """Only what differs; of long lists, only who came and who went."""
    changed = [name for name in after if before[name] != after[name]]
    lists = {name: (set(before[name]), set(after[name])) for name in changed if isinstance(after[name], list)}
    return {
        "before": {name: sorted(lists[name][0] - lists[name][1]) if name in lists else before[name] for name in changed},
        "after": {name: sorted(lists[name][1] - lists[name][0]) if name in lists else after[name] for name in changed},
    }


def _person(user: User, tenant: Tenant) -> State:
    """What decides about this person in this tenant: no names, no addresses."""
    membership = Membership.objects.filter(user=user, tenant=tenant).first()
    groups = GroupMember.objects.filter(user=user, group__tenant=tenant).order_by("group_id").values_list("group_id", flat=True)
    accounts = ExternalAccount.objects.filter(user=user, tenant=tenant, verified_at__isnull=False).order_by("id")
    return {
        "role": membership and membership.role,
        "suspended": bool(membership and membership.suspended_at),
        "expires": membership and membership.expires_at and membership.expires_at.isoformat(),
        "break_glass": bool(membership and membership.break_glass),
        "reason": membership.reason if membership else "",
        "groups": [str(group) for group in groups],
        "external": [f"{account.source}:{account.external_id}" for account in accounts],
    }


def _group(group: Group) -> State:
    members = GroupMember.objects.filter(group=group).order_by("user_id").values_list("user_id", flat=True)
    places = GroupInGroup.objects.filter(child=group).order_by("parent_id").values_list("parent_id", flat=True)
    contents = GroupInGroup.objects.filter(parent=group).order_by("child_id").values_list("child_id", flat=True)
    accounts = ExternalAccount.objects.filter(group=group, verified_at__isnull=False).order_by("id")
    return {
        "exists": Group.objects.filter(id=group.id).exists(),
        "members": [str(user) for user in members],
        "inside": [str(parent) for parent in places],
        "contains": [str(child) for child in contents],
        "external": [f"{account.source}:{account.external_id}" for account in accounts],
    }
