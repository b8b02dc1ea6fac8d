"""Cases, and what happened in each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('pk', models.CompositePrimaryKey('case_id', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField()),
                ('place', models.IntegerField()),
                ('event', models.CharField(db_collation='C', max_length=32)),
                ('before', models.CharField(blank=True, db_collation='C', max_length=24)),
                ('after', models.CharField(db_collation='C', max_length=24)),
                ('side', models.CharField(db_collation='C', max_length=8)),
                ('actor', models.CharField(max_length=64)),
                ('organ_code', models.CharField(blank=True, db_collation='C', max_length=18)),
                ('said', models.JSONField(default=dict)),
                ('until', models.DateField(null=True)),
                ('on_day', models.DateField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('course', models.CharField(db_collation='C', max_length=16)),
                ('subject_id', models.BigIntegerField()),
                ('record_ref', models.UUIDField(null=True)),
                ('organ_code', models.CharField(blank=True, db_collation='C', max_length=18)),
                ('state', models.CharField(db_collation='C', max_length=24)),
                ('form', models.JSONField(default=dict)),
                ('opened_on', models.DateField()),
                ('opened_at', models.DateTimeField()),
                ('due_what', models.CharField(blank=True, db_collation='C', max_length=32)),
                ('due_on', models.DateField(null=True)),
                ('closed_on', models.DateField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_id', '-opened_at'], name='case_of_subject'), models.Index(fields=['record_ref'], name='case_of_record'), models.Index(condition=models.Q(('closed_on__isnull', True)), fields=['organ_code', 'due_on'], name='case_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('due_what', ''), _negated=True), ('due_on__isnull', True), _connector='OR'), name='case_due_for_something')],
            },
        ),
    ]
