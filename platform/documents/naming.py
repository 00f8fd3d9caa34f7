"""Principals in words, for those who may know a tenant's people and groups. What another tenant calls by an id has no name here."""

from collections.abc import Collection
from uuid import UUID

from access import principals
from identity.models import Group, Membership
from tenants import scope
from tenants.models import Tenant


@scope.of("tenant")
def known(tenant: UUID, named: Collection[str]) -> dict[str, str]:
    """Those of the principals that mean somebody of this tenant, and what they are called. At most three queries."""
    words = {principals.group(id): name for id, name in _groups(tenant, _ids(named, "group"))}
    words |= {principals.user(id): name or email for id, name, email in _people(tenant, _ids(named, "user"))}
    if (everyone := principals.everyone(tenant)) in named:
        words[everyone] = f"everyone in {Tenant.objects.values_list('name', flat=True).get(id=tenant)}"
    return words | {name: "somebody known at the source only" for name in named if name.startswith("ext:")}


def _groups(tenant: UUID, ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    return list(Group.objects.filter(tenant=tenant, id__in=ids).values_list("id", "name")) if ids else []


def _people(tenant: UUID, ids: Collection[UUID]) -> list[tuple[UUID, str, str]]:
    members = Membership.objects.filter(tenant=tenant, user__in=ids)
    return list(members.values_list("user_id", "user__name", "user__email")) if ids else []


def _ids(named: Collection[str], kind: str) -> set[UUID]:
    return {id for name in named if name.startswith(f"{kind}:") and (id := _uuid(name.removeprefix(f"{kind}:")))}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
