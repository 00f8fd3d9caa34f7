from django.db import migrations

from tenants.row_security import AddOwnTenant, forced


class Migration(migrations.Migration):
    dependencies = [("sources", "0002_policy")]

    operations = [
        AddOwnTenant("syncrun", through="source"),
        AddOwnTenant("syncfailure", through="run"),
        forced("sources_source", work_list=True),
        forced("sources_syncrun", work_list=True),
        forced("sources_syncfailure"),
    ]
