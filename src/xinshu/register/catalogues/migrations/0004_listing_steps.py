"""The steps that the lists of an edition demand, where the database can ask them."""

from django.db import migrations, models


ASKED = """
CREATE FUNCTION catalogues_listing_steps(edition bytea, kind text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT e.listing_steps -> kind FROM catalogues_edition e WHERE e.hash = edition
$$;
"""
"""By list, the steps that an edition demands of entries of a kind; null where it has no list of that kind."""


class Migration(migrations.Migration):
    """Expands: an edition that was adopted before has no lists."""

    dependencies = [("catalogues", "0003_assessments")]

    operations = [
        migrations.AddField("edition", "listing_steps", models.JSONField(default=dict)),
        migrations.RunSQL(ASKED, "DROP FUNCTION catalogues_listing_steps(bytea, text);"),
    ]
