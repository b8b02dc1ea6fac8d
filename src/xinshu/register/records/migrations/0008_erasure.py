"""A record is erased whole: with it its history, and nothing of history without its record."""

from django.db import migrations

HISTORY = (
    "records_recordversion",
    "records_journalline",
    "records_recordsource",
    "records_noticedue",
    "records_heldback",
)

WHOLE = """
CREATE FUNCTION records_erase_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.entry_lot IS NOT NULL THEN
        RAISE EXCEPTION 'what the log shows is not erased' USING ERRCODE = 'restrict_violation';
    END IF;
    {deletes}
    RETURN NULL;
END $$;
CREATE TRIGGER erased_whole AFTER DELETE ON records_record FOR EACH ROW EXECUTE FUNCTION records_erase_history();
""".format(
    deletes="\n    ".join(
        f"DELETE FROM {table} WHERE subject_id = OLD.subject_id AND record_ref = OLD.record_ref;" for table in HISTORY
    )
)
"""Danger: of a record that is deleted nothing is left; only what the log does not show can be."""

WITH_ITS_RECORD = """
CREATE OR REPLACE FUNCTION records_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM records_record r WHERE r.subject_id = OLD.subject_id
                                                                      AND r.record_ref = OLD.record_ref) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

AS_BEFORE = """
CREATE OR REPLACE FUNCTION records_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("records", "0007_entries")]

    operations = [
        migrations.RunSQL(WITH_ITS_RECORD, AS_BEFORE),
        migrations.RunSQL(WHOLE, "DROP TRIGGER erased_whole ON records_record; DROP FUNCTION records_erase_history();"),
    ]
