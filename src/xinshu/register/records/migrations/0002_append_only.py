"""History of this room is append-only."""

from django.db import migrations

from xinshu.register.access.append_only import append_only


class Migration(migrations.Migration):
    """Guards the tables that hold history."""

    dependencies = [("records", "0001_initial")]

    operations = append_only("records", "records_recordversion", "records_journalline")
