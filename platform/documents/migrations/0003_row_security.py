from django.db import migrations, models

from tenants.row_security import ACROSS_NOW, AddOwnTenant, forced

WORK = "id, tenant_id, source_id, state, size, attempt, fence, generation, unpublished, created, not_before, lease_until, removed_at"


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_own_grants"), ("sources", "0003_row_security")]

    operations = [
        AddOwnTenant("chunk", through="document"),
        AddOwnTenant("page", through="document"),
        AddOwnTenant("grant", through="document"),
        forced("documents_chunk"),
        forced("documents_page"),
        forced("documents_grant"),
        forced("documents_deletionreceipt", column="tenant"),
        forced("documents_document"),
        # The view reads with its owner's rights, and these two policies are its owner's alone: across tenants, the application
        # sees the view's columns, and never a title or an address.
        migrations.RunSQL(
            [
                f"CREATE POLICY work_list ON documents_document FOR SELECT TO CURRENT_USER USING ({ACROSS_NOW})",
                f"CREATE POLICY work_state ON documents_document FOR UPDATE TO CURRENT_USER USING ({ACROSS_NOW})",
                f"CREATE VIEW documents_work AS SELECT {WORK} FROM documents_document",
            ],
            ["DROP VIEW documents_work", "DROP POLICY work_state ON documents_document"],
        ),
        migrations.CreateModel(
            name="Work",
            fields=[("id", models.UUIDField(primary_key=True, serialize=False))],
            options={"managed": False, "db_table": "documents_work"},
        ),
    ]
