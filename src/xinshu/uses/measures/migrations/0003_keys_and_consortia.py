"""A check may carry its caller's own key; an exclusion of a consortium says on which text it rests."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("measures", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="check",
            name="key",
            field=models.CharField(db_collation="C", max_length=100, null=True),
        ),
        migrations.AddField(
            model_name="check",
            name="question",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="bidder",
            name="joint_text",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddConstraint(
            model_name="check",
            constraint=models.UniqueConstraint(fields=("caller", "key"), name="check_key_once"),
        ),
    ]
