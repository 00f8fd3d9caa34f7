from django.db import migrations, models

ARRIVAL = """
CREATE FUNCTION audit_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := clock_timestamp();
    RETURN NEW;
END $$;

-- As its owner: the application's role may take an event off the list by sealing it, and put none there.
CREATE FUNCTION audit_await_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_unsealed (number) VALUES (NEW.number);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_clock BEFORE INSERT ON audit_auditevent FOR EACH ROW EXECUTE FUNCTION audit_clock();
CREATE TRIGGER audit_await_seal AFTER INSERT ON audit_auditevent FOR EACH ROW EXECUTE FUNCTION audit_await_seal();
"""
REFUSAL = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_append_only;
"""
BACK = """
DROP TRIGGER audit_append_only ON audit_auditbatch;
DROP TRIGGER audit_append_only ON audit_auditevent;
DROP TRIGGER audit_await_seal ON audit_auditevent;
DROP TRIGGER audit_clock ON audit_auditevent;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_await_seal();
DROP FUNCTION audit_clock();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditBatch',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('count', models.IntegerField()),
                ('leaves', models.JSONField()),
                ('root', models.CharField(max_length=64)),
                ('previous', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Unsealed',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.RemoveField(
            model_name='auditevent',
            name='hash',
        ),
        migrations.RemoveField(
            model_name='auditevent',
            name='previous',
        ),
        migrations.AddField(
            model_name='auditevent',
            name='on_behalf',
            field=models.CharField(db_default='', default='', max_length=200),
        ),
        migrations.RunSQL(ARRIVAL + REFUSAL.format(table='audit_auditevent') + REFUSAL.format(table='audit_auditbatch'), BACK),
        # The events of the time before seals are sealed first.
        migrations.RunSQL('INSERT INTO audit_unsealed (number) SELECT number FROM audit_auditevent', migrations.RunSQL.noop),
    ]
