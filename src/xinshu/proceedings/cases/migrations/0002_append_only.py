"""What happened in a case stays as it was said; it goes with its whole case only, when its record is erased."""

from django.db import migrations

from xinshu.register.access.append_only import append_only

WITH_ITS_CASE = """
CREATE OR REPLACE FUNCTION cases_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM cases_case c WHERE c.id = OLD.case_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

AS_BEFORE = """
CREATE OR REPLACE FUNCTION cases_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

WHOLE = """
CREATE FUNCTION cases_erase_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM cases_caseevent WHERE case_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER erased_whole AFTER DELETE ON cases_case FOR EACH ROW EXECUTE FUNCTION cases_erase_history();
"""


class Migration(migrations.Migration):
    """Guards the table that holds history."""

    dependencies = [("cases", "0001_initial")]

    operations = [
        *append_only("cases", "cases_caseevent"),
        migrations.RunSQL(WITH_ITS_CASE, AS_BEFORE),
        migrations.RunSQL(WHOLE, "DROP TRIGGER erased_whole ON cases_case; DROP FUNCTION cases_erase_history();"),
    ]
