import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0001_initial'),
        ('sources', '0002_policy'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='grants_version',
            field=models.BigIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='document',
            name='restricted',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='grant',
            name='at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name='grant',
            name='by',
            field=models.CharField(db_default='system', max_length=200),
        ),
        migrations.AlterField(
            model_name='grant',
            name='origin',
            field=models.CharField(choices=[('source', 'Source'), ('share', 'Share')], default='share', max_length=20),
        ),
        # What the rows said of every document of a source alike is now read from the source itself.
        migrations.RunSQL(
            "DELETE FROM documents_grant WHERE origin IN ('source', 'policy'); "
            "UPDATE documents_document SET unpublished = true WHERE generation > 0 AND removed_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
