"""Writes of people: their place in a tenant, what they are called, how they sign in."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from audit.actions import record
from identity import changes, departures
from identity.groups import ensure_group as ensure_group
from identity.models import ExternalAccount, GroupMember, Membership, User
from tenants.models import Tenant

RETIRED = "retired.invalid"
"""No mail goes there, and nobody can be added under it."""


class PersonRefused(Exception):
    """One plain sentence."""


@transaction.atomic
def ensure_person(
    *, email: str, tenant: Tenant, name: str = "", role: str = "", groups: Sequence[str] | None = None, by: str = "system"
) -> tuple[User, bool]:
    """Creates or changes a person of the tenant; `groups` (slugs, made where missing) replaces the person's groups, None leaves them.

    Returns the person and whether the person is new. What was lent by breaking glass is not changed into a lasting place.
    """
    user = User.objects.filter(email__iexact=email).first()
    created = user is None
    if user is None:
        user = User.objects.create_user(email, name=name)
    elif name and user.name != name:
        User.objects.filter(id=user.id).update(name=name)
        user.name = name
    with changes.of_person("person.changed", user=user, tenant=tenant, by=by):
        _join(user, tenant, role)
        if groups is not None:
            _set_groups(user, tenant, groups, by)
    return user, created


def suspend(*, user: User, tenant: Tenant, by: str = "system") -> None:
    """No door opens in this tenant any more; groups and documents wait for `restore`."""
    with changes.of_person("person.suspended", user=user, tenant=tenant, by=by):
        Membership.objects.filter(user=user, tenant=tenant, suspended_at=None).update(suspended_at=Now())


def restore(*, user: User, tenant: Tenant, by: str = "system") -> None:
    """Takes a suspension back. An end that has passed goes with it: an expired membership lasts again."""
    with changes.of_person("person.restored", user=user, tenant=tenant, by=by):
        mine = Membership.objects.filter(user=user, tenant=tenant, break_glass=False)
        mine.filter(expires_at__lte=Now()).update(expires_at=None)
        mine.update(suspended_at=None)


def remove(*, user: User, tenant: Tenant, by: str = "system") -> None:
    """The person leaves the tenant: membership, groups, shares and accounts elsewhere go. Whoever is left without any tenant, and runs no
    installation, gives up the e-mail address: the next person who has it is another."""
    with changes.of_departure("person.removed", user=user, tenant=tenant, by=by):
        leave(user, tenant)
        if not user.is_operator and not Membership.objects.filter(user=user).exists():
            _retire(user)


def leave(user: User, tenant: Tenant) -> None:
    """Inside `changes.of_departure`: nothing may be left that counts again, should the person come back."""
    departures.end(user.id, tenant.id)
    GroupMember.objects.filter(user=user, group__tenant=tenant).delete()
    ExternalAccount.objects.filter(user=user, tenant=tenant).delete()
    Membership.objects.filter(user=user, tenant=tenant).delete()


@transaction.atomic
def change_email(*, user: User, email: str, by: str = "system") -> None:
    """The person stays the same; the old address is nobody's. Raises PersonRefused where somebody has the new one."""
    if User.objects.filter(email__iexact=email).exclude(id=user.id).exists():
        raise PersonRefused(f"Somebody else has the e-mail address {email}.")
    User.objects.filter(id=user.id).update(email=email.lower())
    user.email = email.lower()
    record(action="person.email_changed", actor=by, object=f"user:{user.id}")


@transaction.atomic
def ensure_operator(*, email: str, name: str = "", by: str = "system") -> tuple[User, bool]:
    """Somebody who runs the installation and belongs to no tenant by it. Returns the person and whether the person is new."""
    user = User.objects.filter(email__iexact=email).first()
    created = user is None
    user = user or User.objects.create_user(email, name=name)
    if not user.is_operator:
        _set_operator(user, True, by)
    return user, created


@transaction.atomic
def dismiss_operator(*, user: User, by: str = "system") -> None:
    """What was lent by breaking glass ends with it."""
    for lent in Membership.objects.filter(user=user, break_glass=True).select_related("tenant"):
        with changes.of_departure("break_glass.ended", user=user, tenant=lent.tenant, by=by):
            leave(user, lent.tenant)
    if user.is_operator:
        _set_operator(user, False, by)


@transaction.atomic
def set_password(*, user: User, password: str, by: str = "system") -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    record(action="person.password_set", actor=by, object=f"user:{user.id}")


def _join(user: User, tenant: Tenant, role: str) -> None:
    membership, _ = Membership.objects.get_or_create(user=user, tenant=tenant, defaults={"role": role or "reader"})
    if not role or membership.role == role:
        return
    if membership.break_glass:
        raise PersonRefused(f"{user.email} is in {tenant.slug} by break-glass, until {membership.expires_at:%H:%M UTC}. End that first.")
    Membership.objects.filter(id=membership.id).update(role=role)


def _set_groups(user: User, tenant: Tenant, slugs: Sequence[str], by: str) -> None:
    wanted = {ensure_group(tenant=tenant, slug=slug, by=by).id for slug in slugs}
    current = set(GroupMember.objects.filter(user=user, group__tenant=tenant).values_list("group_id", flat=True))
    GroupMember.objects.filter(user=user, group_id__in=current - wanted).delete()
    GroupMember.objects.bulk_create([GroupMember(user=user, group_id=group) for group in wanted - current])


def _set_operator(user: User, operator: bool, by: str) -> None:
    User.objects.filter(id=user.id).update(is_operator=operator)
    user.is_operator = operator
    record(action="operator.appointed" if operator else "operator.dismissed", actor=by, object=f"user:{user.id}")


def _retire(user: User) -> None:
    User.objects.filter(id=user.id).update(email=f"{user.id}@{RETIRED}", is_active=False)
    user.refresh_from_db(fields=["email", "is_active"])
