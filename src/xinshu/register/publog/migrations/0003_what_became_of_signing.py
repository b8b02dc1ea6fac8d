"""Why the log cannot be signed, while it cannot, and how witnesses answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('publog', '0002_by_time'),
    ]

    operations = [
        migrations.CreateModel(
            name='Witness',
            fields=[
                ('key', models.CharField(db_collation='C', max_length=300, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(default=0)),
                ('cosigned_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('failure', models.CharField(default='', max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='Trouble',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('cause', models.CharField(max_length=16)),
                ('since', models.DateTimeField()),
                ('tried_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='log_has_one_trouble')],
            },
        ),
    ]
