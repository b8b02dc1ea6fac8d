"""What is kept of the documents of cases, whose content lies in the vault; and another's number for a case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('cases', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='key',
            field=models.CharField(blank=True, db_collation='C', default='', max_length=160),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('course', 'key'), name='case_once_of_a_key'),
        ),
        migrations.CreateModel(
            name='CaseDocument',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(db_collation='C', max_length=4)),
                ('size', models.IntegerField()),
                ('digest', models.CharField(db_collation='C', max_length=64)),
                ('side', models.CharField(db_collation='C', max_length=8)),
                ('actor', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cases.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'digest'), name='case_document_once')],
            },
        ),
    ]
