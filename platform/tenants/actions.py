from uuid import UUID

from django.db import transaction
from django.db.models import F

from audit.actions import record
from tenants.models import Tenant


@transaction.atomic
def ensure(*, slug: str, name: str = "", language: str = "", throwaway: bool = False, by: str = "system") -> tuple[Tenant, bool]:
    """Creates the tenant, or changes the name and language of the one there is. Returns it and whether it is new."""
    tenant, created = Tenant.objects.get_or_create(
        slug=slug, defaults={"name": name or slug, "language": language or "english", "throwaway": throwaway}
    )
    wanted = {"name": name or tenant.name, "language": language or tenant.language}
    changed = {field: value for field, value in wanted.items() if getattr(tenant, field) != value}
    if changed:
        Tenant.objects.filter(id=tenant.id).update(**changed)
        tenant.refresh_from_db()
    if created or changed:
        record(action="tenant.created" if created else "tenant.changed", tenant=tenant.id, actor=by, detail={"slug": slug, **changed})
    return tenant, created


def lock(tenant_id: UUID) -> None:
    """Until the transaction ends, nobody else changes who may read what in this tenant: what was checked still holds when it is written."""
    Tenant.objects.select_for_update(no_key=True).filter(id=tenant_id).values_list("id").first()


def move_epoch(tenant_id: UUID) -> None:
    """Call inside the transaction that changes who may read what."""
    Tenant.objects.filter(id=tenant_id).update(epoch=F("epoch") + 1)


@transaction.atomic
def remove(*, tenant: Tenant, by: str = "system") -> None:
    """Removes the row; documents, blobs and the index are emptied before by ingestion.prune."""
    record(action="tenant.removed", tenant=tenant.id, actor=by, detail={"slug": tenant.slug})
    tenant.delete()
