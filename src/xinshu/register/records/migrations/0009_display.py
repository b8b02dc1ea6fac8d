"""What proceedings do to the display of a record: hidden for a while, answered by its subject, repaired."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("records", "0008_erasure")]

    operations = [
        migrations.AddField("record", "hidden_for", models.CharField(db_collation="C", max_length=20, null=True)),
        migrations.AddField("record", "statement", models.TextField(null=True)),
        migrations.AddField("record", "ended_form", models.TextField(null=True)),
        migrations.AlterField("record", "masked_for", models.CharField(db_collation="C", max_length=100, null=True)),
        migrations.AddConstraint(
            "record",
            models.CheckConstraint(
                condition=Q(ended_form__isnull=True) | Q(ended="REPAIRED"), name="record_kept_form_is_of_a_repair"
            ),
        ),
    ]
