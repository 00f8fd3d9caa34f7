from django.db import migrations

from tenants.row_security import AddOwnTenant, forced


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial")]

    operations = [
        AddOwnTenant("message", through="conversation"),
        AddOwnTenant("citation", through="message"),
        AddOwnTenant("feedback", through="message"),
        forced("conversations_conversation"),
        forced("conversations_message"),
        forced("conversations_citation"),
        forced("conversations_feedback"),
    ]
