from collections.abc import Sequence

from django.db import transaction

from audit.actions import record
from identity.models import Group, GroupMember, Membership, User
from tenants.actions import move_epoch
from tenants.models import Tenant


@transaction.atomic
def ensure_person(
    *, email: str, tenant: Tenant, name: str = "", role: str = "", groups: Sequence[str] | None = None, by: str = "system"
) -> tuple[User, bool]:
    """Creates or changes a person of the tenant; `groups` (slugs, made where missing) replaces the person's groups, None leaves them.

    Returns the person and whether the person is new.
    """
    user = User.objects.filter(email__iexact=email).first()
    created = user is None
    if user is None:
        user = User.objects.create_user(email, name=name)
    elif name and user.name != name:
        User.objects.filter(id=user.id).update(name=name)
        user.name = name
    changed = _join(user, tenant, role)
    changed |= groups is not None and _set_groups(user, tenant, groups)
    if created or changed:
        move_epoch(tenant.id)
        record(
            action="person.changed",
            tenant=tenant.id,
            actor=by,
            object=f"user:{user.id}",
            detail={"role": role, "groups": list(groups or [])},
        )
    return user, created


@transaction.atomic
def suspend(*, user: User, tenant: Tenant, by: str = "system") -> None:
    from django.utils import timezone

    Membership.objects.filter(user=user, tenant=tenant).update(suspended_at=timezone.now())
    move_epoch(tenant.id)
    record(action="person.suspended", tenant=tenant.id, actor=by, object=f"user:{user.id}")


@transaction.atomic
def set_password(*, user: User, password: str, by: str = "system") -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    record(action="person.password_set", actor=by, object=f"user:{user.id}")


def _join(user: User, tenant: Tenant, role: str) -> bool:
    membership, joined = Membership.objects.get_or_create(user=user, tenant=tenant, defaults={"role": role or "reader"})
    if role and membership.role != role:
        Membership.objects.filter(id=membership.id).update(role=role)
        return True
    return joined


def _set_groups(user: User, tenant: Tenant, slugs: Sequence[str]) -> bool:
    wanted = {ensure_group(tenant=tenant, slug=slug).id for slug in slugs}
    current = set(GroupMember.objects.filter(user=user, group__tenant=tenant).values_list("group_id", flat=True))
    GroupMember.objects.filter(user=user, group_id__in=current - wanted).delete()
    GroupMember.objects.bulk_create([GroupMember(user=user, group_id=group) for group in wanted - current])
    return wanted != current


def ensure_group(*, tenant: Tenant, slug: str, name: str = "") -> Group:
    group, _ = Group.objects.get_or_create(tenant=tenant, slug=slug, defaults={"name": name or slug.replace("-", " ").capitalize()})
    return group
