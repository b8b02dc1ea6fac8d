"""How far the log is erased; entries are found by their subject."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [
        ('publog', '0003_what_became_of_signing'),
    ]

    operations = [
        migrations.AddField(
            model_name='state',
            name='erased_through',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('subject_id__isnull', False)), fields=['subject_id'], name='entry_of_subject'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(
                condition=models.Q(('salt__isnull', False), ('subject_id__isnull', True)),
                fields=['lot_id'],
                name='entry_of_nobody',
            ),
        ),
    ]
