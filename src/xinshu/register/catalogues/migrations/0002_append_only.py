"""Makes the history append-only in the database itself: no line of it can be changed or deleted."""

from django.db import migrations

TABLES = ('catalogues_edition',)

REFUSE = """
CREATE FUNCTION catalogues_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION catalogues_refuse_change();
"""


class Migration(migrations.Migration):
    """Append-only history."""

    dependencies = [("catalogues", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION catalogues_refuse_change();"),
        *(
            migrations.RunSQL(GUARD.format(table=table), f"DROP TRIGGER append_only ON {table};")
            for table in TABLES
        ),
    ]
