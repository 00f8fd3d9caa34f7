from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0005_restrictions")]

    operations = [
        migrations.RemoveIndex(model_name="document", name="documents_unpublished"),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(condition=models.Q(("unpublished", True)), fields=["tenant", "id"], name="documents_unpublished"),
        ),
    ]
