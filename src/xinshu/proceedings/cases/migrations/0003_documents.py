"""What is kept of the documents of cases; their content lies in the vault."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('cases', '0002_append_only'),
    ]

    operations = [
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
