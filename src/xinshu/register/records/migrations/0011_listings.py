"""The steps of a listing stand in its record."""

from typing import Any

from django.db import migrations, models

from xinshu.kit.errors import XinshuError

PATIENCE = "SET LOCAL lock_timeout = '10s'"
"""Whoever changes a table of records gives way after so long, and is run again at a quieter hour."""

DAYS = ("notified_on", "defence_until", "reviewed_on", "approved_on", "served_on", "effective_from")

SHOWN = """
WITH entries AS (
    SELECT r.kind, r.organ_code, r.document_number, r.decided_on, r.public_from,
           coalesce(v.said ->> 'SUBJECT_CODE', r.record_ref::text) AS code,
           (v.said ->> 'NOTIFIED_ON')::date AS notified_on, (v.said ->> 'DEFENCE_UNTIL')::date AS defence_until,
           (v.said ->> 'SERVED_ON')::date AS served_on
      FROM records_record r
      JOIN (SELECT subject_id, record_ref, version, content::jsonb AS said FROM records_recordversion) v
        ON v.subject_id = r.subject_id AND v.record_ref = r.record_ref AND v.version = r.version
     WHERE r.kind IN ('SERIOUS_DISHONESTY', 'JUDGMENT_DEFAULTER') AND r.public_from IS NOT NULL
), judged AS (
    SELECT code, document_number, organ_code, kind, array_remove(ARRAY[
        CASE WHEN decided_on IS NULL THEN 'DECIDED_ON ?' END,
        CASE WHEN served_on IS NULL THEN 'SERVED_ON ?' END,
        CASE WHEN served_on < decided_on THEN format('SERVED_ON %s < DECIDED_ON %s', served_on, decided_on) END,
        CASE WHEN public_from < served_on THEN format('PUBLIC_FROM %s < SERVED_ON %s', public_from, served_on) END,
        CASE WHEN by_notice AND notified_on IS NULL THEN 'NOTIFIED_ON ?' END,
        CASE WHEN by_notice AND defence_until IS NULL THEN 'DEFENCE_UNTIL ?' END,
        CASE WHEN by_notice AND defence_until < notified_on
             THEN format('DEFENCE_UNTIL %s < NOTIFIED_ON %s', defence_until, notified_on) END,
        CASE WHEN by_notice AND decided_on < defence_until
             THEN format('DECIDED_ON %s < DEFENCE_UNTIL %s', decided_on, defence_until) END
    ], NULL) AS lacks
      FROM (SELECT *, kind = 'SERIOUS_DISHONESTY' AS by_notice FROM entries) e
)
SELECT code, document_number, organ_code, kind, array_to_string(lacks, '; ')
  FROM judged WHERE lacks <> '{}' ORDER BY organ_code, document_number, code
"""
"""The floor of 0013, asked of what the entries say; a court lists without prior notice."""


class UnlawfulEntries(XinshuError):
    """An entry of a list is shown without a step that comes before; its organ sees to it before the upgrade."""


def refuse_while_shown(apps: Any, schema_editor: Any) -> None:
    """Raise UnlawfulEntries, naming each entry, what it lacks and the way out."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SHOWN)
        found = cursor.fetchall()
    if found:
        raise UnlawfulEntries("\n".join([_way_out(len(found)), *map(_line, found)]))


def _way_out(many: int) -> str:
    return (
        f"升级停下，信息未改动，旧版本可照常使用：正在公示的{many}条名单信息缺少列入前的程序步骤（docs/adr/0037）。请用旧版本由列入机关"
        "更正后重报或撤回（xinshu withdraw），再运行 xinshu setup；备份须用当时的版本恢复。\n"
        f"The upgrade stops; no record was changed and the old release goes on. {many} entries of lists are shown without"
        " a step that comes before a listing (docs/adr/0037). With the old release have the organ of each send it again"
        " with its true days, or withdraw it, then run xinshu setup again; a backup is restored by the release of its"
        " time.\n"
        "  xinshu withdraw 代码CODE 文号NUMBER --organ 机关ORGAN --kind 类目KIND --reason ENTERED_WRONGLY"
    )


def _line(entry: tuple[str, ...]) -> str:
    code, number, organ, kind, lacks = entry
    return f"  {code} {number} --organ {organ} --kind {kind}：{lacks}"


class Migration(migrations.Migration):
    """Expands; begins only where no entry of a list stands in the way of what follows, so that none stops half-way."""

    dependencies = [("records", "0010_the_day_turns")]

    operations = [
        migrations.RunPython(refuse_while_shown, migrations.RunPython.noop),
        migrations.RunSQL(PATIENCE, migrations.RunSQL.noop),
        migrations.AddField("record", "listed_in", models.CharField(db_collation="C", max_length=60, null=True)),
        *(migrations.AddField("record", name, models.DateField(null=True)) for name in DAYS),
    ]
