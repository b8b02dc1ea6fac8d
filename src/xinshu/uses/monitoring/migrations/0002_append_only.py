"""What was reconciled stays as it was said."""

from django.db import migrations

from xinshu.register.access.append_only import append_only


class Migration(migrations.Migration):
    """Guards the table that holds history."""

    dependencies = [("monitoring", "0001_initial")]

    operations = append_only("monitoring", "monitoring_reconciliation")
