"""History of this room is append-only."""

from django.db import migrations

from xinshu.register.access.append_only import append_only


class Migration(migrations.Migration):
    """Guards the tables that hold history."""

    dependencies = [("catalogues", "0001_initial")]

    operations = append_only("catalogues", "catalogues_edition")
