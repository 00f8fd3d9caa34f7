"""How a test looks into a tenant's rows: as the application's role, within that tenant, never around the policies."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.conf import settings
from django.db.models import QuerySet
from psycopg.sql import SQL, Identifier

from access.viewer import Viewer
from documents.models import Document
from documents.queries import visible_to
from tenants.models import Tenant
from tenants.scope import HasTenant, tenant_of, within

R = TypeVar("R")


def look(whose: UUID | Tenant | HasTenant, read: Callable[[], R]) -> R:
    """What is read or written of this tenant; a query comes back with its rows."""
    with within(tenant_of(whose)):
        found = read()
        if isinstance(found, QuerySet):
            len(found)
        return found


def seen_by(viewer: Viewer) -> list[Document]:
    """All that the viewer may read."""
    return look(viewer, lambda: list(visible_to(viewer)))


def everywhere(table: str, where: str = "true", *values: Any) -> int:
    """How many rows all tenants have together: asked as the owner, who lays the table's policies aside and takes that back."""
    with psycopg.connect(settings.DATABASE_OWNER_URL) as owner:
        owner.execute(SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(Identifier(table)))
        query = SQL("SELECT count(*) FROM {} WHERE ").format(Identifier(table)) + SQL(where)
        found = owner.execute(query, values).fetchone()
        owner.rollback()
    assert found
    return int(found[0])
