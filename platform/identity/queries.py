from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from identity import nesting
from identity.models import Group, GroupInGroup, GroupMember, Membership, User
from tenants.models import Tenant

LASTING_OR_LENT = Q(break_glass=False) | Q(user__is_operator=True)
OPEN = Q(suspended_at=None, user__is_active=True) & LASTING_OR_LENT & (Q(expires_at=None) | Q(expires_at__gt=Now()))
"""A membership that opens doors at the moment the database is asked."""


class UnknownPerson(Exception):
    """Nobody has this e-mail address, or not in this tenant."""


class UnknownGroup(Exception):
    """The tenant has no group of this name."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An open membership and its tenant, as of one moment."""

    role: str
    expires_at: datetime | None
    epoch: int
    language: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """All that a person is in a tenant, directly or through others: groups, and (source, id) in other systems where verified."""

    groups: tuple[UUID, ...] = ()
    external_users: tuple[tuple[UUID, str], ...] = ()
    external_groups: tuple[tuple[UUID, str], ...] = ()


def by_email(email: str) -> User:
    try:
        return User.objects.get(email__iexact=email)
    except User.DoesNotExist:
        raise UnknownPerson(f"Nobody has the e-mail address {email!r}. `manage.py person {email} --tenant SLUG` adds a person.") from None


def standing(user_id: UUID, tenant_id: UUID) -> Standing | None:
    """None where no door opens: no member, suspended, expired, the person inactive. Epoch and membership are of the same moment."""
    columns = ("role", "expires_at", "tenant__epoch", "tenant__language")
    row = Membership.objects.filter(OPEN, user_id=user_id, tenant_id=tenant_id).values_list(*columns).first()
    return Standing(*row) if row else None


def active_membership(user: User, tenant: Tenant) -> Membership | None:
    """The membership that opens doors now."""
    return Membership.objects.filter(OPEN, user=user, tenant=tenant).select_related("tenant").first()


def active_memberships(user: User) -> list[Membership]:
    return list(Membership.objects.filter(OPEN, user=user).select_related("tenant").order_by("tenant__slug"))


BELONGING = """
WITH RECURSIVE mine(id) AS (
    SELECT member.group_id FROM identity_groupmember member JOIN identity_group at ON at.id = member.group_id
    WHERE member.user_id = %(user)s AND at.tenant_id = %(tenant)s
  UNION
    SELECT nested.parent_id FROM identity_groupingroup nested JOIN mine ON nested.child_id = mine.id WHERE nested.tenant_id = %(tenant)s
), account AS (
    SELECT source, kind, external_id FROM identity_externalaccount
    WHERE user_id = %(user)s AND tenant_id = %(tenant)s AND verified_at IS NOT NULL
  UNION ALL
    SELECT source, kind, external_id FROM identity_externalaccount JOIN mine ON group_id = mine.id
    WHERE tenant_id = %(tenant)s AND verified_at IS NOT NULL
)
SELECT 'group', NULL::uuid, id::text FROM mine
UNION ALL SELECT 'external_' || kind, source, external_id FROM account
UNION ALL SELECT 'external_group', member.source, member.external_group FROM identity_externalmembership member
    JOIN account ON account.kind = 'user' AND account.source = member.source AND account.external_id = member.external_user
    WHERE member.tenant_id = %(tenant)s
"""


def belonging(user_id: UUID, tenant_id: UUID) -> Belonging:
    """One query, whatever the depth. It does not ask whether the person is a member: `standing` does."""
    with connection.cursor() as cursor:
        cursor.execute(BELONGING, {"user": user_id, "tenant": tenant_id})
        rows = cursor.fetchall()
    return Belonging(
        groups=tuple(UUID(text) for kind, _, text in rows if kind == "group"),
        external_users=tuple((source, text) for kind, source, text in rows if kind == "external_user"),
        external_groups=tuple((source, text) for kind, source, text in rows if kind == "external_group"),
    )


def group_ids(user: User, tenant: Tenant) -> list[UUID]:
    """The groups that the person is in, directly or because one is inside another."""
    return list(belonging(user.id, tenant.id).groups)


def group_paths(user: User, tenant: Tenant) -> dict[UUID, tuple[Group, ...]]:
    """How the person comes to be in each of them: from the group that names the person to that group, the shortest way."""
    groups = {group.id: group for group in Group.objects.filter(tenant=tenant)}
    direct = GroupMember.objects.filter(user=user, group__tenant=tenant).order_by("group__slug").values_list("group_id", flat=True)
    edges = GroupInGroup.objects.filter(tenant=tenant).order_by("parent__slug").values_list("child_id", "parent_id")
    found = nesting.paths(direct, nesting.parents(edges))
    return {group: tuple(groups[step] for step in path) for group, path in found.items()}


def groups_named(tenant: Tenant, names: Iterable[str]) -> list[Group]:
    """Each named group, by slug; the first that is missing raises UnknownGroup."""
    known = {group.slug: group for group in Group.objects.filter(tenant=tenant)}
    for name in names:
        if name not in known:
            raise UnknownGroup(f"The tenant {tenant.slug!r} has no group {name!r}. It has: {', '.join(sorted(known)) or 'none'}.")
    return [known[name] for name in names]
