from collections.abc import Iterable
from uuid import UUID

from tenants.models import Tenant


class UnknownTenant(Exception):
    """No tenant has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no tenant {slug!r}. `manage.py tenant {slug}` creates it.")


def by_slug(slug: str) -> Tenant:
    try:
        return Tenant.objects.get(slug=slug)
    except Tenant.DoesNotExist:
        raise UnknownTenant(slug) from None


def epoch(tenant_id: UUID) -> int | None:
    """The tenant's epoch now, or None where the tenant is gone."""
    return Tenant.objects.filter(id=tenant_id).values_list("epoch", flat=True).first()


def epochs(tenant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The epochs now of those tenants that exist."""
    return dict(Tenant.objects.filter(id__in=list(tenant_ids)).values_list("id", "epoch"))
