"""The digests of an old reconciliation can be erased, and nothing else of it: of a small month they let guess all."""

from django.db import migrations

ERASE_ONLY = """
CREATE OR REPLACE FUNCTION monitoring_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND octet_length(OLD.their_digest) = 32 AND NEW.their_digest = ''
       AND NEW.our_digest = ''
       AND to_jsonb(NEW) - 'their_digest' - 'our_digest' = to_jsonb(OLD) - 'their_digest' - 'our_digest' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

AS_BEFORE = """
CREATE OR REPLACE FUNCTION monitoring_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("monitoring", "0002_append_only")]

    operations = [migrations.RunSQL(ERASE_ONLY, AS_BEFORE)]
