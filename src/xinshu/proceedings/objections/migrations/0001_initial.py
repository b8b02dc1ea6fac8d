"""Claims on records, without a word of who lodged them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The first table of the room."""

    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("subject_id", models.BigIntegerField()),
                ("record_ref", models.UUIDField()),
                ("kind", models.CharField(db_collation="C", max_length=40)),
                ("version", models.IntegerField()),
                ("organs", ArrayField(base_field=models.CharField(db_collation="C", max_length=18), size=None)),
                ("cause", models.CharField(choices=[("NAME", "NAME"), ("BODY", "BODY")], max_length=8)),
                ("masks", models.BooleanField()),
                ("words", models.CharField(max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[(name, name) for name in ("OPEN", "UPHELD", "REJECTED", "LAPSED")], max_length=8
                    ),
                ),
                ("received_on", models.DateField()),
                ("received_at", models.DateTimeField()),
                ("due_on", models.DateField(null=True)),
                ("decided_on", models.DateField(null=True)),
                ("decided_by", models.CharField(default="", max_length=64)),
                ("reason", models.CharField(default="", max_length=300)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_id", "record_ref"], name="claim_of_record"),
                    models.Index(fields=["due_on", "received_at"], name="claim_waiting", condition=Q(state="OPEN")),
                    GinIndex(fields=["organs"], name="claim_of_organ"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["subject_id", "record_ref", "cause"], name="claim_one_open", condition=Q(state="OPEN")
                    ),
                    models.CheckConstraint(
                        condition=Q(state="OPEN", decided_on__isnull=True)
                        | (~Q(state="OPEN") & Q(decided_on__isnull=False)),
                        name="claim_decided_on_a_day",
                    ),
                ],
            },
        ),
    ]
