"""Writes of groups: who is in them, and which stand inside which.

GroupRefused       one plain sentence
├── NoMember       the person has no place in the group's tenant
├── OtherTenant    two groups of different tenants
└── Circle         the one stands inside the other already
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from audit.actions import record
from identity import changes, nesting
from identity.models import Group, GroupInGroup, GroupMember, Membership, User
from tenants.models import Tenant


class GroupRefused(Exception):
    pass


class NoMember(GroupRefused):
    pass


class OtherTenant(GroupRefused):
    pass


class Circle(GroupRefused):
    pass


@transaction.atomic
def ensure_group(*, tenant: Tenant, slug: str, name: str = "", by: str = "system") -> Group:
    """The group of this slug, made where there is none. A removed one never comes back: what it could read, this one cannot."""
    shown = name or slug.replace("-", " ").capitalize()
    group, created = Group.objects.get_or_create(tenant=tenant, slug=slug, defaults={"name": shown})
    if created:
        record(action="group.created", tenant=tenant.id, actor=by, object=f"group:{group.id}")
    return group


@transaction.atomic
def rename(*, group: Group, name: str, by: str = "system") -> bool:
    """Words for people only: nobody reads more or less by it."""
    if not Group.objects.filter(id=group.id).exclude(name=name).update(name=name):
        return False
    group.name = name
    record(action="group.renamed", tenant=group.tenant_id, actor=by, object=f"group:{group.id}")
    return True


def add(*, group: Group, users: Iterable[User], by: str = "system") -> None:
    """All or none. Raises NoMember for somebody without a place in the tenant."""
    with changes.of_group("group.members_changed", group=group, by=by):
        wanted = {user.id: user for user in users}
        known = set(Membership.objects.filter(tenant=group.tenant_id, user__in=wanted).values_list("user_id", flat=True))
        for id, user in wanted.items():
            if id not in known:
                raise NoMember(f"{user.email} does not belong to the tenant {group.tenant.slug}.")
        GroupMember.objects.bulk_create([GroupMember(group=group, user_id=id) for id in wanted], ignore_conflicts=True)


def take_out(*, group: Group, users: Iterable[User], by: str = "system") -> None:
    with changes.of_group("group.members_changed", group=group, by=by):
        GroupMember.objects.filter(group=group, user__in=[user.id for user in users]).delete()


def nest(*, child: Group, parent: Group, by: str = "system") -> None:
    """Whoever is in the child is in the parent from now on. Looked at and written under one lock: of two nestings that close a
    circle together, the second is refused. Raises Circle and OtherTenant."""
    if child.tenant_id != parent.tenant_id:
        raise OtherTenant("A group stands inside groups of its own tenant only.")
    with changes.of_group("group.nested", group=child, by=by):
        if child.id in nesting.paths([parent.id], _parents(child.tenant_id)):
            raise Circle(f"{child.name} cannot stand inside {parent.name}: {parent.name} {_where(child, parent)} already.")
        GroupInGroup.objects.get_or_create(tenant_id=child.tenant_id, child=child, parent=parent)


def take_from(*, child: Group, parent: Group, by: str = "system") -> None:
    with changes.of_group("group.unnested", group=child, by=by):
        GroupInGroup.objects.filter(child=child, parent=parent).delete()


def remove(*, group: Group, by: str = "system") -> None:
    """Its id goes with it. Grants that name it name nobody from now on."""
    id = group.id
    with changes.of_group("group.removed", group=group, by=by):
        Group.objects.filter(id=id).delete()


def _parents(tenant: UUID) -> dict[UUID, list[UUID]]:
    return nesting.parents(GroupInGroup.objects.filter(tenant=tenant).values_list("child_id", "parent_id"))


def _where(child: Group, parent: Group) -> str:
    return "is that group" if child.id == parent.id else f"stands inside {child.name}"
