"""Lines are numbered by filing: first number and place; what is not numbered is not shown. Ended records; sources."""

from django.db import migrations, models
from django.db.models import Q

from xinshu.register.access.append_only import GUARD

# What was stored before filings existed becomes the filing 0, numbered from 1 in the order in which it was written.
JOURNAL = """
ALTER TABLE records_journalline DISABLE TRIGGER append_only;
ALTER TABLE records_journalline ADD COLUMN filing_id bigint NOT NULL DEFAULT 0, ADD COLUMN place bigint,
    ADD COLUMN words varchar(500) NOT NULL DEFAULT '';
ALTER TABLE records_journalline ALTER COLUMN filing_id DROP DEFAULT;
UPDATE records_journalline j SET place = o.place
  FROM (SELECT sequence, row_number() OVER (ORDER BY sequence) - 1 AS place FROM records_journalline) o
 WHERE o.sequence = j.sequence;
ALTER TABLE records_journalline ALTER COLUMN place SET NOT NULL;
ALTER TABLE records_journalline DROP CONSTRAINT records_journalline_pkey;
DROP INDEX journal_in_order;
ALTER TABLE records_journalline DROP COLUMN sequence;
ALTER TABLE records_journalline ADD PRIMARY KEY (subject_id, record_ref, filing_id, place);
CREATE INDEX journal_in_order ON records_journalline (filing_id, place);
ALTER TABLE records_journalline ENABLE TRIGGER append_only;
DROP SEQUENCE records_journal_sequence;
INSERT INTO records_filing (id, batch, part, kind, organ_code, actor, on_day, at, lines, withdraws, first_number,
                            numbered_at)
SELECT 0, '00000000-0000-0000-0000-000000000000', 0, '', '', 'migration', min(on_day), min(at), count(*), false, 1,
       min(at) FROM records_journalline HAVING count(*) > 0;
"""

LINE_FIELDS = [
    ("pk", models.CompositePrimaryKey("subject_id", "record_ref", "filing_id", "place", blank=True, editable=False,
                                      primary_key=True, serialize=False)),
    ("filing_id", models.BigIntegerField()),
    ("place", models.BigIntegerField()),
    ("subject_id", models.BigIntegerField()),
    ("record_ref", models.UUIDField()),
    ("change", models.CharField(max_length=16)),
    ("version", models.IntegerField()),
    ("on_day", models.DateField()),
    ("at", models.DateTimeField()),
    ("actor", models.CharField(max_length=64)),
    ("organ_code", models.CharField(db_collation="C", max_length=18)),
    ("public_from", models.DateField(null=True)),
    ("public_until", models.DateField(null=True)),
    ("repair_from", models.DateField(null=True)),
    ("severity", models.CharField(max_length=10, null=True)),
    ("regime", models.CharField(max_length=40, null=True)),
    ("reasons", models.TextField()),
    ("words", models.CharField(default="", db_default="", max_length=500)),
    ("edition", models.BinaryField(max_length=32)),
]


class Migration(migrations.Migration):
    """Expands; nothing that was kept is lost."""

    dependencies = [("records", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("batch", models.UUIDField()),
                ("part", models.IntegerField()),
                ("kind", models.CharField(db_collation="C", max_length=40)),
                ("organ_code", models.CharField(db_collation="C", max_length=18)),
                ("actor", models.CharField(max_length=64)),
                ("on_day", models.DateField()),
                ("at", models.DateTimeField()),
                ("lines", models.BigIntegerField()),
                ("withdraws", models.BooleanField()),
                ("first_number", models.BigIntegerField(null=True)),
                ("numbered_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["id"], name="filing_unnumbered", condition=Q(first_number__isnull=True))
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["batch", "part"], name="filing_once"),
                    models.UniqueConstraint(fields=["first_number"], name="filing_number"),
                    models.CheckConstraint(condition=Q(lines__gt=0), name="filing_writes_a_line"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordSource",
            fields=[
                ("pk", models.CompositePrimaryKey("subject_id", "record_ref", "source_code", blank=True,
                                                  editable=False, primary_key=True, serialize=False)),
                ("subject_id", models.BigIntegerField()),
                ("record_ref", models.UUIDField()),
                ("source_code", models.CharField(db_collation="C", max_length=18)),
                ("source_name", models.CharField(max_length=200, null=True)),
                ("batch", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(GUARD.format(app="records", table="records_recordsource"),
                          "DROP TRIGGER append_only ON records_recordsource"),
        migrations.AddField("record", "filing_id", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("record", "ended", models.CharField(max_length=16, null=True)),
        migrations.AddField("record", "ended_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "record",
            models.CheckConstraint(
                condition=Q(ended__isnull=True, ended_on__isnull=True)
                | Q(ended__isnull=False, ended_on__isnull=False, public_from__isnull=True),
                name="record_ended_is_not_public",
            ),
        ),
        migrations.AddField("recordversion", "source_code", models.CharField(db_collation="C", max_length=18, null=True)),
        migrations.AddField("recordversion", "source_name", models.CharField(max_length=200, null=True)),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(JOURNAL)],
            state_operations=[
                migrations.DeleteModel("JournalLine"),
                migrations.CreateModel(
                    name="JournalLine",
                    fields=LINE_FIELDS,
                    options={"indexes": [models.Index(fields=["filing_id", "place"], name="journal_in_order")]},
                ),
            ],
        ),
    ]
