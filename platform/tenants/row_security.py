"""PostgreSQL's row-level security: the column that says whose a row is, and the policy that guards it. Used by models and migrations."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

TENANT_NOW = "nullif(current_setting('redoubt.tenant', true), '')::uuid"
"""Null where no tenant is set: then nothing equals it. The setting is an empty string once a transaction has had it."""
ACROSS_NOW = "current_setting('redoubt.across_tenants', true) = 'across'"


class TenantNow(models.Func):
    """The tenant of the transaction, as PostgreSQL knows it."""

    template = TENANT_NOW
    arity = 0
    allowed_default = True
    output_field = models.UUIDField()


class OwnTenant(models.UUIDField):  # type: ignore[type-arg]
    """A row's tenant, written by the database itself: it is its parent's, and stands here so that a policy needs no join."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "db_default": TenantNow(), "editable": False})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: value for key, value in kwargs.items() if key not in ("db_default", "editable")}


class AddOwnTenant(migrations.AddField):
    """Adds the column to a table with rows: each takes its parent's. `through` is the foreign key to a table that has a tenant_id."""

    def __init__(self, model_name: str, *, through: str) -> None:
        super().__init__(model_name, "tenant_id", OwnTenant())
        self.through = through

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        key = model._meta.get_field(self.through)
        parent = key.remote_field.model._meta
        table = model._meta.db_table
        schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN tenant_id uuid")
        schema_editor.execute(
            f"UPDATE {table} AS own SET tenant_id = parent.tenant_id FROM {parent.db_table} AS parent "  # noqa: S608
            f"WHERE parent.{parent.pk.column} = own.{key.column}"
        )
        schema_editor.execute(f"ALTER TABLE {table} ALTER tenant_id SET NOT NULL, ALTER tenant_id SET DEFAULT {TENANT_NOW}")


def forced(table: str, *, column: str = "tenant_id", work_list: bool = False) -> migrations.RunSQL:
    """Only rows of the transaction's tenant, for the table's owner too. A work list may be read across tenants: it holds no text."""
    mine = f"{column} = {TENANT_NOW}"
    across = [f"CREATE POLICY work_list ON {table} FOR SELECT USING ({ACROSS_NOW})"] if work_list else []
    return migrations.RunSQL(
        [
            f"CREATE POLICY tenant ON {table} USING ({mine}) WITH CHECK ({mine})",
            *across,
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        ],
        [
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS work_list ON {table}",
            f"DROP POLICY tenant ON {table}",
        ],
    )
