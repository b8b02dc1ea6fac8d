"""The lots, entries and state of the public log; of an entry nothing changes, and what may be erased goes whole."""

from django.db import migrations, models

ERASE_ONLY = """
CREATE FUNCTION publog_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.salt IS NOT NULL AND NEW.salt IS NULL AND NEW.subject_id IS NULL
       AND NEW.record_ref IS NULL AND NEW.subject_code IS NULL AND NEW.of_lot IS NULL AND NEW.of_place IS NULL
       AND (NEW.lot_id, NEW.place, NEW.event, NEW.reference, NEW.commitment)
         = (OLD.lot_id, OLD.place, OLD.event, OLD.reference, OLD.commitment) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON publog_entry
    FOR EACH ROW EXECUTE FUNCTION publog_refuse_change();
"""


class Migration(migrations.Migration):
    """Expands."""

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('pk', models.CompositePrimaryKey('lot_id', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                ('lot_id', models.BigIntegerField()),
                ('place', models.BigIntegerField()),
                ('event', models.SmallIntegerField()),
                ('reference', models.UUIDField()),
                ('commitment', models.BinaryField(max_length=32)),
                ('salt', models.BinaryField(max_length=16, null=True)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('record_ref', models.UUIDField(null=True)),
                ('subject_code', models.CharField(db_collation='C', max_length=32, null=True)),
                ('of_lot', models.BigIntegerField(null=True)),
                ('of_place', models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('filing_id', models.BigIntegerField(null=True)),
                ('entries', models.BigIntegerField()),
                ('ends', models.BooleanField()),
                ('first_number', models.BigIntegerField(null=True)),
                ('numbered_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('first_number__isnull', True)), fields=['id'], name='lot_unnumbered')],
                'constraints': [models.UniqueConstraint(fields=('first_number',), name='lot_number'), models.CheckConstraint(condition=models.Q(('entries__gt', 0)), name='lot_holds_an_entry')],
            },
        ),
        migrations.CreateModel(
            name='State',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField(max_length=32)),
                ('checkpoint', models.TextField()),
                ('signed_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='log_has_one_state')],
            },
        ),
        migrations.RunSQL(
            ERASE_ONLY, "DROP TRIGGER append_only ON publog_entry; DROP FUNCTION publog_refuse_change();"
        ),
    ]
