"""How far each subscriber was told, and how far it acknowledged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('recipient', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('told', models.BigIntegerField()),
                ('told_at', models.DateTimeField()),
                ('acknowledged', models.BigIntegerField(db_default=0, default=0)),
                ('acknowledged_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('acknowledged__lte', models.F('told'))), name='acknowledged_was_told')],
            },
        ),
    ]
