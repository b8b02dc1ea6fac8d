"""Finds the ending of a record: an index over the endings alone."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands, without holding up whoever writes."""

    atomic = False

    dependencies = [("publog", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("event", 3)), fields=["subject_id", "record_ref"], name="entry_ends_record"
            ),
        ),
    ]
