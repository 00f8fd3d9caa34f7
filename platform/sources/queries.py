from sources.models import Source
from tenants.models import Tenant


class UnknownSource(Exception):
    """The tenant has no source of this name."""


def by_name(tenant: Tenant, name: str) -> Source:
    source = Source.objects.filter(tenant=tenant, name=name).first()
    if source is None:
        names = ", ".join(Source.objects.filter(tenant=tenant).order_by("name").values_list("name", flat=True))
        raise UnknownSource(f"The tenant {tenant.slug!r} has no source {name!r}. It has: {names or 'none'}.")
    return source


def readers_now(source: Source) -> list[str]:
    """Who may read it at this moment, and until the transaction's end: a change of access and a sync that saves new documents wait for
    each other, so that no document arrives with readers that were taken away meanwhile. Raises Source.DoesNotExist."""
    access: list[str] = Source.objects.select_for_update(no_key=True).values_list("access", flat=True).get(id=source.id)
    return access
