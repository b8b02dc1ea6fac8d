"""A batch that cites by what its corrections lengthen or raise; its second person is not its first."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("intake", "0002_states")]

    operations = [
        migrations.AddField("batch", "citation", models.CharField(max_length=500, default="", db_default=""),
                            preserve_default=True),
        migrations.AddConstraint(
            "batch",
            models.CheckConstraint(
                condition=Q(citation="") | Q(attested_by__isnull=True) | ~Q(attested_by=F("actor")),
                name="a_citation_needs_two_persons",
            ),
        ),
    ]
