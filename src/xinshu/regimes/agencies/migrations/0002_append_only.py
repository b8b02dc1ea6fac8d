"""What was audited, and what happened in a matter, stays as it was said."""

from django.db import migrations

from xinshu.register.access.append_only import append_only


class Migration(migrations.Migration):
    """Guards the tables that hold history."""

    dependencies = [("agencies", "0001_initial")]

    operations = append_only("agencies", "agencies_audit", "agencies_matterstep")
