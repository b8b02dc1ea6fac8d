"""Entries of lists that were filed before have the days of their steps in columns."""

from django.db import migrations

FROM_CONTENT = """
UPDATE records_record r
   SET listed_in = r.kind,
       notified_on = (v.said ->> 'NOTIFIED_ON')::date, defence_until = (v.said ->> 'DEFENCE_UNTIL')::date,
       served_on = (v.said ->> 'SERVED_ON')::date, effective_from = (v.said ->> 'SERVED_ON')::date
  FROM (SELECT subject_id, record_ref, version, content::jsonb AS said FROM records_recordversion) v
 WHERE r.kind IN ('SERIOUS_DISHONESTY', 'JUDGMENT_DEFAULTER') AND v.subject_id = r.subject_id
   AND v.record_ref = r.record_ref AND v.version = r.version AND r.listed_in IS NULL
"""
"""What was filed before said these days already; the edition that derived it knows no list by name, only the kind."""


class Migration(migrations.Migration):
    """Moves; nobody waits for it who does not write such an entry."""

    dependencies = [("records", "0011_listings")]

    operations = [migrations.RunSQL(FROM_CONTENT, migrations.RunSQL.noop)]
