"""Notices that a subject is owed when a correction raises a class or lengthens a display."""

from django.db import migrations, models

from xinshu.register.access.append_only import GUARD


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("records", "0003_filings")]

    operations = [
        migrations.CreateModel(
            name="NoticeDue",
            fields=[
                ("pk", models.CompositePrimaryKey("subject_id", "record_ref", "filing_id", blank=True,
                                                  editable=False, primary_key=True, serialize=False)),
                ("subject_id", models.BigIntegerField()),
                ("record_ref", models.UUIDField()),
                ("filing_id", models.BigIntegerField()),
                ("raises", models.BooleanField()),
                ("lengthens", models.BooleanField()),
                ("on_day", models.DateField()),
            ],
        ),
        migrations.RunSQL(GUARD.format(app="records", table="records_noticedue"),
                          "DROP TRIGGER append_only ON records_noticedue"),
    ]
