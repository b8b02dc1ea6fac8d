"""Digests of what is erased."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Erased',
            fields=[
                ('digest', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
            ],
        ),
    ]
