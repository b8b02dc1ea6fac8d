"""A slip whose record is erased tells of no record."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('agencies', '0002_append_only'),
    ]

    operations = [
        migrations.AlterField(model_name='slip', name='record_ref', field=models.UUIDField(null=True)),
        migrations.AlterField(model_name='slip', name='salt', field=models.BinaryField(max_length=16, null=True)),
        migrations.AlterField(model_name='slip', name='subject_id', field=models.BigIntegerField(null=True)),
    ]
