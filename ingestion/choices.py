"""A change of who may read that is chosen and not made yet: what it is in words, what it would do, and the making of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from access.permissions import require
from access.roles import Permission
from access.viewer import Viewer
from documents import inquiry, what_if
from documents.what_if import WhatIf
from identity import actions as identity
from identity import groups
from identity.models import User
from identity.queries import groups_named
from ingestion.grants import change
from sources import actions as sources
from sources.models import Source
from tenants.models import Tenant
from tenants.scope import of

Make = Callable[[str], object]
"""Makes the change; takes who makes it."""


class Refused(Exception):
    """One plain sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`permission` is what making it takes; looking at it takes less."""

    words: str
    permission: Permission
    make: Make
    told: WhatIf

    @property
    def seal(self) -> str:
        """Of all that would come of it: the same only while the same would happen."""
        sides = [(one.person.id, one.count, one.documents) for side in (self.told.gains, self.told.losses) for one in side]
        return sha256(repr((self.words, len(self.told.gains), sides)).encode()).hexdigest()


def joining(asker: Viewer, *, email: str, group: str) -> Choice:
    tenant, user = _tenant(asker), inquiry.person(asker, email)
    [found] = groups_named(tenant, [group])
    return _of_person(f"{user} joins {found.name}", user, tenant, lambda by: groups.add(group=found, users=[user], by=by))


def leaving(asker: Viewer, *, email: str, group: str) -> Choice:
    tenant, user = _tenant(asker), inquiry.person(asker, email)
    [found] = groups_named(tenant, [group])
    return _of_person(f"{user} leaves {found.name}", user, tenant, lambda by: groups.take_out(group=found, users=[user], by=by))


def suspending(asker: Viewer, *, email: str) -> Choice:
    tenant, user = _tenant(asker), inquiry.person(asker, email)
    if user.id == asker.user_id:
        raise Refused("You cannot suspend yourself: nobody might be left to take it back. Another administrator can.")
    return _of_person(f"{user} is suspended", user, tenant, lambda by: identity.suspend(user=user, tenant=tenant, by=by))


def restoring(asker: Viewer, *, email: str) -> Choice:
    tenant, user = _tenant(asker), inquiry.person(asker, email)
    words = f"the suspension of {user} ends"
    return _of_person(words, user, tenant, lambda by: identity.restore(user=user, tenant=tenant, by=by))


@of("asker")
def opening(asker: Viewer, *, source: UUID, to: Sequence[str]) -> Choice:
    """`to` holds `everyone` and `group:NAME`; empty is nobody. Raises Refused for a source that is not there."""
    tenant = _tenant(asker)
    found = Source.objects.filter(tenant=tenant, id=source).first()
    if found is None:
        raise Refused("This source is not there any more. Choose another one.")
    access = sources.readers(tenant, to)
    names = ["everyone"] if "everyone" in to else [group.name for group in groups_named(tenant, [word.partition(":")[2] for word in to])]

    def make(by: str) -> object:
        return change(source=found, access=access, by=by)

    told = what_if.of_grants(tenant=tenant, change=lambda: make("what_if"))
    return Choice(f"{found.name} is open to {', '.join(names) or 'nobody'}", Permission.MANAGE_SOURCES, make, told)


@of("asker")
def make(choice: Choice, *, asker: Viewer) -> None:
    """Audited by the actions that make it. Raises NotAllowed."""
    require(asker, choice.permission)
    choice.make(f"user:{asker.user_id}")


def _of_person(words: str, user: User, tenant: Tenant, make: Make) -> Choice:
    told = what_if.of_person(person=user, tenant=tenant, change=lambda: make("what_if"))
    return Choice(words, Permission.MANAGE_PEOPLE, make, told)


def _tenant(asker: Viewer) -> Tenant:
    return Tenant.objects.get(id=asker.tenant_id)
