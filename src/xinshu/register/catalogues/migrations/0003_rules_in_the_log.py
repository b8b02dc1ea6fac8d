"""An edition that was adopted before there was a log has its entry too."""

from django.db import migrations

ENTER = """
WITH lot AS (INSERT INTO publog_lot (entries, ends) SELECT 1, false FROM catalogues_edition RETURNING id)
INSERT INTO publog_entry (lot_id, place, event, reference, commitment)
SELECT lot.id, 0, 4, gen_random_uuid(), e.hash FROM lot, catalogues_edition e
"""


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("catalogues", "0002_append_only"), ("publog", "0001_initial")]

    operations = [migrations.RunSQL(ENTER, migrations.RunSQL.noop)]
