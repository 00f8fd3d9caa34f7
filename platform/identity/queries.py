from collections.abc import Iterable
from uuid import UUID

from identity.models import Group, Membership, User
from tenants.models import Tenant


class UnknownPerson(Exception):
    """Nobody has this e-mail address, or not in this tenant."""


class UnknownGroup(Exception):
    """The tenant has no group of this name."""


def by_email(email: str) -> User:
    try:
        return User.objects.get(email__iexact=email)
    except User.DoesNotExist:
        raise UnknownPerson(f"Nobody has the e-mail address {email!r}. `manage.py person {email} --tenant SLUG` adds a person.") from None


def active_membership(user: User, tenant: Tenant) -> Membership | None:
    """The membership that opens doors today: the person active, the membership not suspended."""
    return Membership.objects.filter(user=user, tenant=tenant, suspended_at=None, user__is_active=True).select_related("tenant").first()


def active_memberships(user: User) -> list[Membership]:
    return list(
        Membership.objects.filter(user=user, suspended_at=None, user__is_active=True).select_related("tenant").order_by("tenant__slug")
    )


def group_ids(user: User, tenant: Tenant) -> list[UUID]:
    return list(Group.objects.filter(tenant=tenant, members=user).values_list("id", flat=True))


def groups_named(tenant: Tenant, names: Iterable[str]) -> list[Group]:
    """Each named group, by slug; the first that is missing raises UnknownGroup."""
    known = {group.slug: group for group in Group.objects.filter(tenant=tenant)}
    for name in names:
        if name not in known:
            raise UnknownGroup(f"The tenant {tenant.slug!r} has no group {name!r}. It has: {', '.join(sorted(known)) or 'none'}.")
    return [known[name] for name in names]
