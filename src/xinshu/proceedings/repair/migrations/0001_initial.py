"""The table of bans."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """The first tables of this room."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.CreateModel(
            name="RepairBan",
            fields=[
                ("case_id", models.UUIDField(primary_key=True, serialize=False)),
                ("subject_id", models.BigIntegerField()),
                ("found_on", models.DateField()),
                ("until", models.DateField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=Q(until__gt=F("found_on")), name="ban_of_some_days")],
                "indexes": [models.Index(fields=["subject_id", "until"], name="ban_of_subject")],
            },
        )
    ]
