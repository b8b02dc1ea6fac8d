from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0005_recipients'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='trailline',
            index=models.Index(condition=models.Q(('act__in', ['DOCUMENT_OPEN', 'LOOK_ELSEWHERE', 'LOOK_OBJECTION', 'LOOK_OWN_RECORDS', 'LOOK_PAST', 'LOOK_REPAIR', 'LOOK_SHIELD', 'MAKE_REPAIR_NOTICE'])), fields=['matter', '-at'], name='trail_of_a_body'),
        ),
        migrations.AddIndex(
            model_name='trailline',
            index=models.Index(condition=models.Q(('act', 'FETCH_BULK')), fields=['at'], name='trail_of_bulk'),
        ),
    ]
