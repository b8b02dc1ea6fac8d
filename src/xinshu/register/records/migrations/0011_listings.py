"""The steps of a listing stand in its record."""

from django.db import migrations, models

from xinshu.register.records.migrations._entries_of_lists import refuse_while_shown

PATIENCE = "SET LOCAL lock_timeout = '10s'"
"""Whoever changes a table of records gives way after so long, and is run again at a quieter hour."""

DAYS = ("notified_on", "defence_until", "reviewed_on", "approved_on", "served_on", "effective_from")


class Migration(migrations.Migration):
    """Expands; begins only where no entry of a list stands in the way of what follows, so that none stops half-way."""

    dependencies = [("records", "0010_the_day_turns")]

    operations = [
        migrations.RunPython(refuse_while_shown, migrations.RunPython.noop),
        migrations.RunSQL(PATIENCE, migrations.RunSQL.noop),
        migrations.AddField("record", "listed_in", models.CharField(db_collation="C", max_length=60, null=True)),
        *(migrations.AddField("record", name, models.DateField(null=True)) for name in DAYS),
    ]
