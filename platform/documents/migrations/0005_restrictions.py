import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import tenants.row_security
from tenants.row_security import TENANT_NOW, forced


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_long_principals"), ("sources", "0003_row_security")]

    operations = [
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant_id", tenants.row_security.OwnTenant()),
                ("address", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("narrowed", models.BooleanField()),
                ("grants", models.JSONField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "source",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sources.source"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["source", "address"], name="restrictions_by_address"),
                    models.Index(fields=["source", "sha256"], name="restrictions_by_bytes"),
                ],
            },
        ),
        migrations.RunSQL(f"ALTER TABLE documents_restriction ALTER tenant_id SET DEFAULT {TENANT_NOW}", migrations.RunSQL.noop),
        forced("documents_restriction"),
    ]
