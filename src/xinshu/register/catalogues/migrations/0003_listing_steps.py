"""The steps that the lists of an edition demand, where the database can ask them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands: an edition that was adopted before has no lists."""

    dependencies = [("catalogues", "0002_append_only")]

    operations = [
        migrations.AddField("edition", "listing_steps", models.JSONField(default=dict)),
    ]
