"""Makes tables append-only in the database itself: what migrations of any room use for their history."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION {app}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {app}_refuse_change();
"""


def append_only(app: str, *tables: str) -> list[migrations.RunSQL]:
    """Operations after which no row of these tables of one app can be changed or deleted."""
    guards = [
        migrations.RunSQL(GUARD.format(app=app, table=table), f"DROP TRIGGER append_only ON {table};")
        for table in tables
    ]
    return [migrations.RunSQL(REFUSE.format(app=app), f"DROP FUNCTION {app}_refuse_change();"), *guards]
