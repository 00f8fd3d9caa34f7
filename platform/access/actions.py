"""Writes that need a permission or a reason: breaking glass, its end, and who verifies an account elsewhere."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from access import principals
from access.permissions import require
from access.roles import Permission, Role
from access.viewer import Viewer
from identity import actions as identity
from identity import changes, external
from identity.models import ExternalAccount, Membership, User
from tenants.models import Tenant

MOST_HOURS = 24
SHORTEST_REASON = 10
BY_TIME = "time"
EXPIRED = Q(expires_at__lte=Now())


class BreakGlassRefused(Exception):
    """One plain sentence."""


class UnknownAccount(Exception):
    """There is no such account in this tenant."""


def break_glass(*, operator: User, tenant: Tenant, reason: str, hours: int, by: str) -> Membership:
    """Lends an operator the administrator's role for some hours: no group, so what everyone reads. Raises BreakGlassRefused.

    It ends by itself, by the database's clock. Asking again while it runs is refused: end it first.
    """
    _check(operator, reason, hours)
    with changes.of_departure("break_glass.begun", user=operator, tenant=tenant, by=by):
        if Membership.objects.filter(EXPIRED, user=operator, tenant=tenant, break_glass=True).exists():
            identity.leave(operator, tenant)
        if there := Membership.objects.filter(user=operator, tenant=tenant).first():
            raise BreakGlassRefused(_there(operator, tenant, there))
        lent = {"role": Role.ADMINISTRATOR, "reason": reason.strip(), "break_glass": True}
        Membership.objects.create(user=operator, tenant=tenant, expires_at=Now() + timedelta(hours=hours), **lent)
    return Membership.objects.get(user=operator, tenant=tenant)


def end_break_glass(*, operator: User, tenant: Tenant, by: str) -> bool:
    """Returns whether there was any."""
    with changes.of_departure("break_glass.ended", user=operator, tenant=tenant, by=by):
        lent = Membership.objects.filter(user=operator, tenant=tenant, break_glass=True).exists()
        if lent:
            identity.leave(operator, tenant)
    return lent


def end_expired() -> int:
    """What ended by itself is written down, and moves the epoch: lent places go, others become suspended. Returns how many."""
    over = list(Membership.objects.filter(EXPIRED, Q(break_glass=True) | Q(suspended_at=None)).select_related("user", "tenant"))
    for membership in over:
        _end(membership)
    return len(over)


def verify_account(*, viewer: Viewer, account_id: UUID) -> None:
    """An administrator says that an account of a source is this person's. Raises NotAllowed, UnknownAccount and AccountRefused."""
    require(viewer, Permission.MANAGE_PEOPLE)
    account = ExternalAccount.objects.filter(id=account_id, tenant=viewer.tenant_id).first()
    if account is None or viewer.user_id is None:
        raise UnknownAccount("There is no such account.")
    external.verify(account=account, by=principals.user(viewer.user_id))


def _end(membership: Membership) -> None:
    if membership.break_glass:
        with changes.of_departure("break_glass.expired", user=membership.user, tenant=membership.tenant, by=BY_TIME):
            if Membership.objects.filter(EXPIRED, id=membership.id).exists():
                identity.leave(membership.user, membership.tenant)
        return
    with changes.of_person("person.expired", user=membership.user, tenant=membership.tenant, by=BY_TIME):
        Membership.objects.filter(EXPIRED, id=membership.id, suspended_at=None).update(suspended_at=Now())


def _check(operator: User, reason: str, hours: int) -> None:
    if not operator.is_operator or not operator.is_active:
        raise BreakGlassRefused(
            f"{operator.email} is no operator of this installation. `manage.py operator {operator.email}` appoints one."
        )
    if len(reason.strip()) < SHORTEST_REASON:
        raise BreakGlassRefused(f"Give a reason of at least {SHORTEST_REASON} characters: it is what the audit log will say.")
    if not 1 <= hours <= MOST_HOURS:
        raise BreakGlassRefused(f"Break-glass access lasts from 1 to {MOST_HOURS} hours, not {hours}.")


def _there(operator: User, tenant: Tenant, membership: Membership) -> str:
    if membership.break_glass:
        return f"{operator.email} has break-glass access to {tenant.slug} already, until {membership.expires_at:%d %B %H:%M UTC}."
    return f"{operator.email} is a member of {tenant.slug} already, {'suspended' if membership.suspended_at else membership.role}."
