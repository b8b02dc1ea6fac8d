"""What ends or begins with a day is found without reading every record; the tables stay open meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Expands."""

    atomic = False
    dependencies = [("records", "0009_display")]

    operations = [
        AddIndexConcurrently(
            "record",
            models.Index(fields=["public_until"], name="record_log_ends", condition=Q(entry_lot__isnull=False)),
        ),
        AddIndexConcurrently(
            "record",
            models.Index(
                fields=["public_until", "public_from"],
                name="record_log_begins",
                condition=Q(entry_lot__isnull=True, audience="PUBLIC", public_from__isnull=False),
            ),
        ),
    ]
