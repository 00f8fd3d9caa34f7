"""A tenant for one evaluation: made, used by one person, removed, and looked for in every store afterwards."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from access.resolve import viewer_for
from access.viewer import Viewer
from documents import blobs
from documents.models import Chunk, Document, Grant, Page
from identity.actions import ensure_person
from identity.models import Membership, User
from index import points
from ingestion.prune import erase_tenant
from sources.models import Source
from tenants.actions import ensure
from tenants.models import Tenant
from tenants.scope import within

BY = "evaluate"
FORGOTTEN = timedelta(hours=12)
"""No evaluation takes so long: a throw-away tenant of this age belongs to none that runs."""


class SomethingLeft(Exception):
    """The tenant was removed, and a store still holds something of it."""


@dataclass(frozen=True, slots=True)
class Throwaway:
    tenant: Tenant
    user: User

    def viewer(self) -> Viewer:
        return viewer_for(user=self.user, tenant=self.tenant)


@contextmanager
def throwaway_tenant() -> Iterator[Throwaway]:
    """Raises SomethingLeft at the end where the removal was not complete. Takes along what a killed evaluation left behind."""
    for forgotten in Tenant.objects.filter(throwaway=True, created__lt=timezone.now() - FORGOTTEN):
        erase_tenant(tenant=forgotten, by=BY)
    slug = f"evaluation-{secrets.token_hex(6)}"
    tenant, _ = ensure(slug=slug, name="Evaluation", throwaway=True, by=BY)
    user, _ = ensure_person(email=f"{slug}@evaluation.invalid", tenant=tenant, by=BY)
    try:
        yield Throwaway(tenant, user)
    finally:
        _remove(tenant, user)


def _remove(tenant: Tenant, user: User) -> None:
    identity, documents = tenant.id, Document.objects.filter(tenant=tenant)
    with within(identity):
        keys = list(documents.values_list("blob", flat=True))
        ids = list(documents.values_list("id", flat=True))
    erase_tenant(tenant=tenant, by=BY)
    User.objects.filter(id=user.id).delete()
    with within(identity):
        left = _left(identity, user, ids, keys)
    if found := ", ".join(f"{number} {what}" for what, number in left.items() if number):
        raise SomethingLeft(f"The throw-away tenant {tenant.slug} was removed, but there is still something of it: {found}.")


def _left(identity: UUID, user: User, ids: Sequence[UUID], keys: Sequence[str]) -> dict[str, int]:
    return {
        "points": points.count(tenant=identity),
        "documents": Document.objects.filter(tenant_id=identity).count(),
        "texts": sum(kind.objects.filter(document_id__in=ids).count() for kind in (Chunk, Page, Grant)),
        "sources": Source.objects.filter(tenant_id=identity).count(),
        "people": Membership.objects.filter(tenant_id=identity).count() + User.objects.filter(id=user.id).count(),
        "files": sum(map(blobs.exists, keys)),
    }
