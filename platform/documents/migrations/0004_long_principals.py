from django.db import migrations, models


class Migration(migrations.Migration):
    """An account of a source is named by that system's own id, of up to 200 characters, behind the source's."""

    dependencies = [("documents", "0003_row_security")]

    operations = [migrations.AlterField("grant", "principal", models.CharField(max_length=300))]
