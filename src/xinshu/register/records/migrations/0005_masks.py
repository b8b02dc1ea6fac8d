"""What is shown of a record while a part of it is withheld, and why."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("records", "0004_notices_due")]

    operations = [
        migrations.AddField("record", "masked_form", models.TextField(null=True)),
        migrations.AddField("record", "masked_for", models.CharField(db_collation="C", max_length=40, null=True)),
        migrations.AddConstraint(
            "record",
            models.CheckConstraint(
                condition=Q(masked_for__isnull=True, masked_form__isnull=True)
                | Q(masked_for__isnull=False, public_form__isnull=True, masked_form__isnull=True)
                | Q(masked_for__isnull=False, public_form__isnull=False, masked_form__isnull=False),
                name="record_mask_goes_with_form",
            ),
        ),
    ]
