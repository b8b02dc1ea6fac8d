"""The table of what a shield withholds."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The first table of this room."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.CreateModel(
            name="Shielded",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "case_id", "record_ref", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("case_id", models.UUIDField()),
                ("record_ref", models.UUIDField()),
                ("subject_id", models.BigIntegerField()),
                ("organ_code", models.CharField(db_collation="C", max_length=18)),
                ("fate", models.CharField(db_collation="C", max_length=16)),
                ("hidden_on", models.DateField()),
                ("over_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(fate="WITHHELD", over_on__isnull=True) | ~Q(fate="WITHHELD") & Q(over_on__isnull=False),
                        name="shielded_until_it_is_over",
                    ),
                    models.UniqueConstraint(
                        fields=["record_ref"], condition=Q(fate="WITHHELD"), name="shielded_by_one_plan"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["organ_code", "-hidden_on"], name="shielded_of_organ"),
                    models.Index(fields=["record_ref"], name="shielded_record"),
                ],
            },
        )
    ]
