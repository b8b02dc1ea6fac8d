"""The index by which the feed finds how far back it goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('publog', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(fields=['numbered_at', 'first_number'], name='lot_by_time'),
        ),
    ]
