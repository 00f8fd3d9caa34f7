"""One layer taken away, to see that the others hold alone. By a test's patch: the product has no setting for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import psycopg
from django.conf import settings
from django.db.models import Q
from psycopg.sql import SQL, Identifier
from qdrant_client import models

from access.viewer import Viewer
from documents import queries
from index import filters, search
from index.filters import Narrow


@contextmanager
def without_the_filter() -> Iterator[None]:
    """The index shows each viewer all that his tenant has."""
    with patch.object(search, "readable_by", _of_the_tenant):
        yield


@contextmanager
def without_the_recheck() -> Iterator[None]:
    """PostgreSQL hands over all that the viewer's tenant has: grants, denials, policies and tombstones count for nothing."""
    with patch.object(queries, "_readable", _in_the_tenant):
        yield


@contextmanager
def without_row_security() -> Iterator[None]:
    """PostgreSQL shows every transaction all tenants' rows, as its owner may decide."""
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
        guarded = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY relname"
        tables = [Identifier(name) for (name,) in owner.execute(guarded)]
        assert tables
        for table in tables:
            owner.execute(SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(table))
        try:
            yield
        finally:
            for table in tables:
                owner.execute(SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table))


def _of_the_tenant(viewer: Viewer, narrow: Narrow | None = None) -> models.Filter:
    return models.Filter(must=[filters._equal("tenant", str(viewer.tenant_id))])


def _in_the_tenant(viewer: Viewer, document: str = "") -> Q:
    return Q(**{f"{document}tenant_id": viewer.tenant_id})
