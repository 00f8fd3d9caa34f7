"""The cast of every story: the owner is in the group `staff`, the teammate is not, the outsider administers another tenant."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from access.resolve import viewer_for
from access.viewer import Viewer
from identity.actions import ensure_person
from identity.models import User
from tenants.actions import ensure
from tenants.models import Tenant


@dataclass(frozen=True)
class Cast:
    tenant: Tenant
    owner: User
    teammate: User
    elsewhere: Tenant
    outsider: User

    @property
    def tenant_id(self) -> UUID:
        return self.tenant.id

    def viewer(self, person: User) -> Viewer:
        return viewer_for(user=person, tenant=self.elsewhere if person == self.outsider else self.tenant)


def make_cast() -> Cast:
    """Two tenants of names never used before."""
    word = secrets.token_hex(4)
    tenant, _ = ensure(slug=f"harbour-{word}", name="Harbour")
    elsewhere, _ = ensure(slug=f"elsewhere-{word}", name="Elsewhere")
    owner, _ = ensure_person(email=f"owner@harbour-{word}.example", tenant=tenant, groups=["staff"], role="curator")
    teammate, _ = ensure_person(email=f"teammate@harbour-{word}.example", tenant=tenant)
    outsider, _ = ensure_person(email=f"outsider@elsewhere-{word}.example", tenant=elsewhere, role="administrator")
    return Cast(tenant, owner, teammate, elsewhere, outsider)
