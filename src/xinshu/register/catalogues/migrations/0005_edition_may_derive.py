"""The database can ask whether an edition could derive a record: adopted, and no older than the one of its first day."""

from django.db import migrations

ASKED = """
CREATE FUNCTION catalogues_edition_may_derive(edition bytea, recorded_on date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM catalogues_edition e
                    WHERE e.hash = edition
                      AND NOT EXISTS (SELECT FROM catalogues_edition later
                                       WHERE later.in_force_from > e.in_force_from
                                         AND later.in_force_from <= recorded_on))
$$;
"""


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("catalogues", "0004_listing_steps")]

    operations = [migrations.RunSQL(ASKED, "DROP FUNCTION catalogues_edition_may_derive(bytea, date);")]
