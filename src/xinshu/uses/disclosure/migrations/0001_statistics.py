"""The counts of what is shown, and who delivered what."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first tables of the room."""

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ShownCount',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('log_number', models.BigIntegerField()),
                ('counted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(db_collation='C', max_length=40)),
                ('organ_code', models.CharField(db_collation='C', max_length=18)),
                ('last_on', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'organ_code'), name='delivery_once')],
            },
        ),
        migrations.CreateModel(
            name='ShownNumber',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(db_collation='C', max_length=40)),
                ('division', models.CharField(db_collation='C', max_length=8)),
                ('part', models.CharField(max_length=8)),
                ('value', models.CharField(db_collation='C', max_length=16)),
                ('number', models.BigIntegerField()),
                ('count', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='disclosure.showncount')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('count', 'kind', 'division', 'part', 'value'), name='number_once'), models.CheckConstraint(condition=models.Q(('number__gte', 10)), name='number_is_not_small')],
            },
        ),
    ]
