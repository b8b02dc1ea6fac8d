"""A subject is told of each address that is given or revoked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('notices', '0002_addresses'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='kind',
            field=models.CharField(choices=[('RECORD_FIRST_SHOWN', 'RECORD_FIRST_SHOWN'), ('CLASS_RAISED', 'CLASS_RAISED'), ('MANDATE_GIVEN', 'MANDATE_GIVEN'), ('MANDATE_REVOKED', 'MANDATE_REVOKED'), ('ADDRESS_GIVEN', 'ADDRESS_GIVEN'), ('ADDRESS_REVOKED', 'ADDRESS_REVOKED'), ('REPAIR_LODGED', 'REPAIR_LODGED'), ('REPAIR_ACCEPTED', 'REPAIR_ACCEPTED'), ('REPAIR_RETURNED', 'REPAIR_RETURNED'), ('REPAIR_EXTENDED', 'REPAIR_EXTENDED'), ('REPAIR_GRANTED', 'REPAIR_GRANTED'), ('REPAIR_REFUSED', 'REPAIR_REFUSED'), ('REPAIR_FILED_ITSELF', 'REPAIR_FILED_ITSELF'), ('REPAIR_RELAYED', 'REPAIR_RELAYED'), ('REPAIR_REVOCATION_PLANNED', 'REPAIR_REVOCATION_PLANNED'), ('REPAIR_REVOKED', 'REPAIR_REVOKED'), ('OBJECTION_RECEIVED', 'OBJECTION_RECEIVED'), ('OBJECTION_ANSWERED', 'OBJECTION_ANSWERED'), ('APPEAL_ANSWERED', 'APPEAL_ANSWERED'), ('NOT_US_ANSWERED', 'NOT_US_ANSWERED'), ('RECORD_CHANGED', 'RECORD_CHANGED'), ('REMINDER', 'REMINDER')], db_collation='C', max_length=32),
        ),
    ]
