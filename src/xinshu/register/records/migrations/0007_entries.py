"""The entry of the public log that shows a record."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('records', '0006_held_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='record',
            name='entry_lot',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='record',
            name='entry_place',
            field=models.BigIntegerField(null=True),
        ),
    ]
