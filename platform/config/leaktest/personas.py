"""Those who knock: people that the leak test makes for a tenant, and that nobody can sign in as."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.db.models.functions import Now

from access.doors import Persona
from config.leaktest.policies import INNER, groups_of
from identity import actions as identity
from identity import groups as group_actions
from identity.models import Group, GroupInGroup, Membership, User
from tenants.models import Tenant

BY = "leaktest"
MAIL = "@leaktest.invalid"
LASTS = timedelta(hours=6)
"""Whatever happens to the test, none of its people has a place for longer."""


def personas(tenant: Tenant) -> Iterator[Persona]:
    """One in each group, one in a group inside another, one in none, one who administers, one who is suspended, and one from whom all
    will be taken."""
    groups = groups_of(tenant)
    if groups:
        inner = group_actions.ensure_group(tenant=tenant, slug=f"{INNER}{secrets.token_hex(6)}", by=BY)
        group_actions.nest(child=inner, parent=Group.objects.get(tenant=tenant, slug=groups[0]), by=BY)
        yield _person(tenant, "nested", [inner.slug])
    for slug in groups:
        yield _person(tenant, "member", [slug])
    yield _person(tenant, "colleague", [])
    yield _person(tenant, "administrator", [], role="administrator")
    suspended = _person(tenant, "suspended", groups)
    identity.suspend(user=User.objects.get(id=suspended.user), tenant=tenant, by=BY)
    yield suspended
    yield _person(tenant, "revoked", groups)


def _person(tenant: Tenant, kind: str, groups: Sequence[str], role: str = "reader") -> Persona:
    """Without a password: nobody can sign in as one of them."""
    email = f"{kind}-{secrets.token_hex(6)}{MAIL}"
    user, _ = identity.ensure_person(email=email, tenant=tenant, name="Leak test", role=role, groups=groups, by=BY)
    Membership.objects.filter(user=user, tenant=tenant).update(expires_at=Now() + LASTS)
    return Persona(kind, tenant.id, tenant.slug, user.id, email, _closed(tenant, groups))


def _closed(tenant: Tenant, slugs: Iterable[str]) -> frozenset[str]:
    """These groups and all that they stand inside of, found without the product's own way of finding them."""
    found, reached = set(slugs), 0
    while reached < len(found):
        reached = len(found)
        above = GroupInGroup.objects.filter(tenant=tenant, child__slug__in=found)
        found |= set(above.values_list("parent__slug", flat=True))
    return frozenset(found)
