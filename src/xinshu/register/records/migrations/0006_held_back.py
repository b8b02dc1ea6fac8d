"""Records that a restore holds back until their organ files them again."""

from django.db import migrations, models

from xinshu.register.access.append_only import GUARD


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("records", "0005_masks")]

    operations = [
        migrations.CreateModel(
            name="HeldBack",
            fields=[
                ("pk", models.CompositePrimaryKey("subject_id", "record_ref", "filing_id", blank=True,
                                                  editable=False, primary_key=True, serialize=False)),
                ("subject_id", models.BigIntegerField()),
                ("record_ref", models.UUIDField()),
                ("filing_id", models.BigIntegerField()),
                ("known_from", models.DateField(null=True)),
                ("known_until", models.DateField(null=True)),
                ("on_day", models.DateField()),
            ],
        ),
        migrations.RunSQL(GUARD.format(app="records", table="records_heldback"),
                          "DROP TRIGGER append_only ON records_heldback"),
    ]
