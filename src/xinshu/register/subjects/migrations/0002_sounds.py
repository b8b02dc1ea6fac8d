"""Names are found by their sound, their beginning and their end as well: their keys are made anew, part by part."""

import polars as pl
from django.db import migrations

from xinshu.register.subjects.names import keys_of

PART = 20_000
READ = """
SELECT subject_id, name, folded FROM subjects_subjectname
 WHERE searchable AND (subject_id, name) > (%s, %s) ORDER BY subject_id, name LIMIT %s
"""
WRITE = "UPDATE subjects_subjectname SET bigrams = %s WHERE subject_id = %s AND name = %s"


def make_anew(apps, schema_editor):
    last = (0, "")
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(READ, [*last, PART])
            rows = cursor.fetchall()
            if not rows:
                return
            keys = keys_of(pl.Series([row[2] for row in rows], dtype=pl.String)).to_list()
            cursor.executemany(WRITE, [(found, row[0], row[1]) for found, row in zip(keys, rows)])
            last = rows[-1][:2]


class Migration(migrations.Migration):
    """In no one transaction: each part is committed by itself, and running it again does no harm."""

    atomic = False

    dependencies = [
        ('subjects', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(make_anew, migrations.RunPython.noop),
    ]
