"""What units report of measures is never changed."""

from django.db import migrations

from xinshu.register.access.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial")]

    operations = append_only("measures", "measures_measureeffect")
