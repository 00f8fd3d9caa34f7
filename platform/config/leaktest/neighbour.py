"""Where one tenant alone is tried, another stands beside it for the time: that tenants are kept apart takes two."""

import secrets

from identity.groups import ensure_group
from ingestion.prune import erase_tenant
from tenants.actions import ensure
from tenants.models import Tenant

BY = "leaktest"
SLUG = "leaktest-"


def make() -> Tenant:
    tenant, _ = ensure(slug=f"{SLUG}{secrets.token_hex(6)}", name="Leak test", throwaway=True, by=BY)
    ensure_group(tenant=tenant, slug="neighbours", by=BY)
    return tenant


def remove() -> None:
    """Also what a killed leak test left behind."""
    for tenant in Tenant.objects.filter(throwaway=True, slug__startswith=SLUG):
        erase_tenant(tenant=tenant, by=BY)
