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
