"""Why a person reads a document, or does not: the decision of documents.queries, and the way to it in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from access import principals
from access.resolve import NoAccess, viewer_for
from documents.models import Document, Grant
from documents.naming import known
from documents.queries import granted_to, visible_to
from identity.models import User
from identity.queries import group_paths
from tenants import scope
from tenants.models import Tenant

GRANTED = {
    "policy": "granted by the policy of its source",
    Grant.Origin.SOURCE: "granted by the source",
    Grant.Origin.SHARE: "shared",
}


@dataclass(frozen=True, slots=True)
class Step:
    """`principal` is who is meant, where somebody is."""

    words: str
    principal: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Why:
    readable: bool
    path: tuple[Step, ...]

    @property
    def words(self) -> str:
        return ("reads it: " if self.readable else "does not: ") + ", ".join(step.words for step in self.path)


@scope.of("tenant")
def why(*, user: User, tenant: Tenant, document: Document) -> Why:
    """For those who may know the tenant's people, groups and grants. It names neither the document nor anything in it."""
    try:
        viewer = viewer_for(user=user, tenant=tenant)
    except NoAccess:
        return Why(False, (Step(f"suspended, or no active member of {tenant.name}"),))
    reader = viewer.readers[0]
    if denied := [grant for grant in _grants(document) if grant.effect == Grant.Effect.DENY and grant.principal in reader]:
        return Why(False, (_denied(tenant.id, denied[0]),))
    if not granted_to(viewer).filter(id=document.id).exists():
        return Why(False, (Step("no grant names this person"),))
    steps = _way(user, tenant, document, reader)
    if not visible_to(viewer).filter(id=document.id).exists():
        return Why(False, (Step("its text is not ready yet"), *steps))
    return Why(True, steps)


def _way(user: User, tenant: Tenant, document: Document, reader: frozenset[str]) -> tuple[Step, ...]:
    """The policy first, then what the source says, then what a person shared."""
    principal, origin, at = min(_allowing(document, reader), key=lambda one: (list(GRANTED).index(one[1]), one[0]))
    return Step(_belongs(user, tenant, principal), principal), Step(GRANTED[origin] + _on(at), principal, at)


def _allowing(document: Document, reader: frozenset[str]) -> Iterator[tuple[str, str, datetime]]:
    if not document.restricted:
        yield from ((name, "policy", document.source.access_at) for name in document.source.access if name in reader)
    for grant in _grants(document):
        if grant.effect == Grant.Effect.ALLOW and grant.principal in reader:
            yield grant.principal, grant.origin, grant.at


def _grants(document: Document) -> list[Grant]:
    return list(Grant.objects.filter(document=document, document__tenant=document.tenant_id).order_by("principal", "origin"))


def _denied(tenant: UUID, grant: Grant) -> Step:
    name = known(tenant, [grant.principal]).get(grant.principal, "this person")
    return Step(f"denied to {name}{_on(grant.at)}", grant.principal, grant.at)


def _belongs(user: User, tenant: Tenant, principal: str) -> str:
    if principal == principals.everyone(tenant.id):
        return f"open to everyone in {tenant.name}"
    if principal == principals.user(user.id):
        return "named in person"
    path = _group_paths(user, tenant).get(principal, ())
    return f"member of {', in '.join(path)}" if path else "known at the source"


def _group_paths(user: User, tenant: Tenant) -> dict[str, tuple[str, ...]]:
    """The names of the groups on the way to each that the person is in."""
    return {principals.group(id): tuple(group.name for group in path) for id, path in group_paths(user, tenant).items()}


def _on(at: datetime) -> str:
    day = timezone.localtime(at)
    year = "" if day.year == timezone.localtime().year else f" {day:%Y}"
    return f" on {day.day} {day:%B}{year}"
