"""What subjects are told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subject_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('RECORD_FIRST_SHOWN', 'RECORD_FIRST_SHOWN'), ('CLASS_RAISED', 'CLASS_RAISED'), ('MANDATE_GIVEN', 'MANDATE_GIVEN'), ('MANDATE_REVOKED', 'MANDATE_REVOKED'), ('REPAIR_LODGED', 'REPAIR_LODGED'), ('REPAIR_ACCEPTED', 'REPAIR_ACCEPTED'), ('REPAIR_RETURNED', 'REPAIR_RETURNED'), ('REPAIR_EXTENDED', 'REPAIR_EXTENDED'), ('REPAIR_GRANTED', 'REPAIR_GRANTED'), ('REPAIR_REFUSED', 'REPAIR_REFUSED'), ('REPAIR_FILED_ITSELF', 'REPAIR_FILED_ITSELF'), ('REPAIR_RELAYED', 'REPAIR_RELAYED'), ('REPAIR_REVOCATION_PLANNED', 'REPAIR_REVOCATION_PLANNED'), ('REPAIR_REVOKED', 'REPAIR_REVOKED'), ('OBJECTION_RECEIVED', 'OBJECTION_RECEIVED'), ('OBJECTION_ANSWERED', 'OBJECTION_ANSWERED'), ('APPEAL_ANSWERED', 'APPEAL_ANSWERED'), ('NOT_US_ANSWERED', 'NOT_US_ANSWERED'), ('RECORD_CHANGED', 'RECORD_CHANGED'), ('REMINDER', 'REMINDER')], db_collation='C', max_length=32)),
                ('record_ref', models.UUIDField(null=True)),
                ('case_id', models.UUIDField(null=True)),
                ('said', models.JSONField(default=dict)),
                ('on_day', models.DateField()),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_id', '-id'], name='notice_of_subject'), models.Index(condition=models.Q(('record_ref__isnull', False)), fields=['record_ref'], name='notice_of_record')],
            },
        ),
    ]
