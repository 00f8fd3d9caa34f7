from collections.abc import Iterable, Sequence
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
class Belonging:
    """All that a person is in a tenant, directly or through others: groups, and (source, id) in other systems where verified."""

    groups: tuple[UUID, ...] = ()
    external_users: tuple[tuple[UUID, str], ...] = ()
    external_groups: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An open membership, its tenant and what the person is there, all as of one moment."""

    role: str
    expires_at: datetime | None
    epoch: int
    language: str
    belonging: Belonging


def by_email(email: str) -> User:
    try:
        return User.objects.get(email__iexact=email)
    except User.DoesNotExist:
        raise UnknownPerson(f"Nobody has the e-mail address {email!r}. `manage.py person {email} --tenant SLUG` adds a person.") from None


def active_membership(user: User, tenant: Tenant) -> Membership | None:
    """The membership that opens doors now."""
    return Membership.objects.filter(OPEN, user=user, tenant=tenant).select_related("tenant").first()


def active_memberships(user: User) -> list[Membership]:
    return list(Membership.objects.filter(OPEN, user=user).select_related("tenant").order_by("tenant__slug"))


_BELONGING = """
    ARRAY(
        WITH RECURSIVE mine(id) AS (
            SELECT member.group_id FROM identity_groupmember member JOIN identity_group at ON at.id = member.group_id
            WHERE member.user_id = %(user)s AND at.tenant_id = %(tenant)s
          UNION
            SELECT nested.parent_id FROM identity_groupingroup nested JOIN mine ON nested.child_id = mine.id
            WHERE nested.tenant_id = %(tenant)s
        ), account AS (
            SELECT source, kind, external_id FROM identity_externalaccount
            WHERE user_id = %(user)s AND tenant_id = %(tenant)s AND verified_at IS NOT NULL
          UNION ALL
            SELECT source, kind, external_id FROM identity_externalaccount JOIN mine ON group_id = mine.id
            WHERE tenant_id = %(tenant)s AND verified_at IS NOT NULL
        )
        SELECT ARRAY['group', '', id::text] FROM mine
        UNION ALL SELECT ARRAY['external_' || kind, source::text, external_id] FROM account
        UNION ALL SELECT ARRAY['external_group', member.source::text, member.external_group] FROM identity_externalmembership member
            JOIN account ON account.kind = 'user' AND account.source = member.source AND account.external_id = member.external_user
            WHERE member.tenant_id = %(tenant)s
    )
"""
"""One column, whatever the depth. It does not ask whether the person is a member."""
_STANDING = f"""
    SELECT role, expires_at, epoch, language, {_BELONGING}
    FROM identity_membership member
        JOIN identity_user person ON person.id = member.user_id JOIN tenants_tenant tenant ON tenant.id = member.tenant_id
    WHERE user_id = %(user)s AND tenant_id = %(tenant)s AND person.is_active AND suspended_at IS NULL
        AND (NOT break_glass OR is_operator) AND (expires_at IS NULL OR expires_at > statement_timestamp())
"""  # noqa: S608
"""OPEN in PostgreSQL's words: each search and each door asks, and Django takes longer to write the query than PostgreSQL to answer it."""


def standing(user_id: UUID, tenant_id: UUID) -> Standing | None:
    """None where no door opens: no member, suspended, expired, the person inactive. One statement, so that the epoch and the groups are
    of the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"user": user_id, "tenant": tenant_id})
        row = cursor.fetchone()
    if row is None:
        return None
    role, expires_at, epoch, language, named = row
    return Standing(role, expires_at, epoch, language, _belonging(named))


def belonging(user_id: UUID, tenant_id: UUID) -> Belonging:
    """Of somebody who need not be a member."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_BELONGING}", {"user": user_id, "tenant": tenant_id})
        return _belonging(cursor.fetchone()[0])


def _belonging(rows: Sequence[Sequence[str]]) -> Belonging:
    return Belonging(
        groups=tuple(UUID(id) for kind, _, id in rows if kind == "group"),
        external_users=tuple((UUID(source), id) for kind, source, id in rows if kind == "external_user"),
        external_groups=tuple((UUID(source), id) for kind, source, id in rows if kind == "external_group"),
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
