"""Who would read more and who less after a change that is not made: it is made in a transaction, looked at, and rolled back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from access.resolve import NoAccess, viewer_for
from documents.readership import Readership, readership
from identity.models import Membership, User
from tenants import scope
from tenants.models import Tenant

LISTED = 100
"""Documents that are listed for each person; all are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    person: User
    count: int
    documents: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    gains: tuple[Difference, ...]
    losses: tuple[Difference, ...]
    people: int
    """How many were looked at: a change of one person touches no other."""
    documents: int


@scope.of("tenant")
def of_person(*, person: User, tenant: Tenant, change: Callable[[], object]) -> WhatIf:
    """`change` calls actions that move this person's place: membership, groups. Nothing of it stays: no row, no audit row, no ring."""
    readers = readership(tenant.id)
    before = readers.read_by(_reader(tenant, person))
    with transaction.atomic():
        change()
        after = readers.read_by(_reader(tenant, person))
        transaction.set_rollback(True)
    return _compared(readers, [(person, before, after)])


@scope.of("tenant")
def of_grants(*, tenant: Tenant, change: Callable[[], object]) -> WhatIf:
    """The same for actions that move who may read documents: everybody is looked at, and nobody's place moves."""
    members = Membership.objects.filter(tenant=tenant).select_related("user")
    people = [(member.user, _reader(tenant, member.user)) for member in members]
    now, then = _around(tenant, change)
    return _compared(now, [(user, now.read_by(reader), then.read_by(reader)) for user, reader in people])


def _around(tenant: Tenant, change: Callable[[], object]) -> tuple[Readership, Readership]:
    """Before and after; again where documents came or went meanwhile."""
    while True:
        with transaction.atomic():
            now = readership(tenant.id)
            change()
            then = readership(tenant.id)
            transaction.set_rollback(True)
        if now.documents == then.documents:
            return now, then


def _reader(tenant: Tenant, user: User) -> frozenset[str]:
    try:
        return viewer_for(user=user, tenant=tenant).readers[0]
    except NoAccess:
        return frozenset()


def _compared(readers: Readership, people: Sequence[tuple[User, int, int]]) -> WhatIf:
    return WhatIf(
        gains=_differences(readers, [(user, after & ~before) for user, before, after in people]),
        losses=_differences(readers, [(user, before & ~after) for user, before, after in people]),
        people=len(people),
        documents=len(readers.documents),
    )


def _differences(readers: Readership, people: Sequence[tuple[User, int]]) -> tuple[Difference, ...]:
    some = [Difference(user, bits.bit_count(), tuple(readers.named(bits, LISTED))) for user, bits in people if bits]
    return tuple(sorted(some, key=lambda one: (-one.count, one.person.email)))
