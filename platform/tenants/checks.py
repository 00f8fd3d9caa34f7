"""`manage.py check --deploy`: every table that holds a tenant's rows has its policy, and the application's role cannot step around one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import Error as DatabaseFailure
from django.db import connection

EXEMPT = {
    "audit_": "the chain of events goes through all tenants; its rows hold ids and counts",
    "identity_": "who belongs where is what a sign-in asks before there is a tenant",
}
"""Tables by the beginning of their names, and why they have no policy."""

HINT = "Give the application a role that is no superuser, has no BYPASSRLS and owns nothing; DATABASE_OWNER_URL is for migrations."

_TABLES = """
    SELECT relname,
           relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'tenant'),
           pg_has_role(current_user, relowner, 'USAGE'),
           EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname IN ('tenant', 'tenant_id') AND NOT attisdropped),
           ARRAY(SELECT confrelid::regclass::text FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'f')
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    guarded: bool
    """Row-level security is on, for the owner too, by the policy `tenant`."""
    owned: bool
    """The application's role is its owner, or may act as its owner."""
    says_tenant: bool
    parents: tuple[str, ...]


def tables() -> list[Table]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [Table(name, guarded, owned, says, tuple(parents)) for name, guarded, owned, says, parents in cursor.fetchall()]


def of_tenants(found: Iterable[Table]) -> list[Table]:
    """Those that hold a tenant's rows: they say so, or a parent of theirs does."""
    by_name = {table.name: table for table in found}
    return [table for table in by_name.values() if _of_tenant(table, by_name) and not table.name.startswith(tuple(EXEMPT))]


def _of_tenant(table: Table, by_name: Mapping[str, Table]) -> bool:
    parents = (by_name[parent] for parent in table.parents if parent != table.name and not parent.startswith(tuple(EXEMPT)))
    return table.says_tenant or any(_of_tenant(parent, by_name) for parent in parents)


def powers() -> tuple[bool, bool]:
    """Whether the application's role is a superuser, and whether it passes row-level security by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
    return bool(row[0]), bool(row[1])


@register(Tags.security, deploy=True)
def row_security(**_: Any) -> list[CheckMessage]:
    try:
        found, strong = tables(), any(powers())
    except DatabaseFailure:
        return [Info("PostgreSQL does not answer, so nobody can say whether its row-level security is complete.", id="redoubt.I001")]
    open_ones = [table.name for table in of_tenants(found) if not table.guarded]
    owned = [table.name for table in found if table.owned]
    return [
        *(
            Error(f"The table {name} holds tenants' rows without a forced policy. Run the migrations.", id="redoubt.E001")
            for name in open_ones
        ),
        *([Error(f"DATABASE_URL names a role that owns {len(owned)} tables.", hint=HINT, id="redoubt.E002")] if owned else []),
        *([Error("DATABASE_URL names a role that row-level security does not bind.", hint=HINT, id="redoubt.E003")] if strong else []),
    ]
