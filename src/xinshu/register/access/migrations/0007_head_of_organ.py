"""The head of an organ signs; a look at a listing is a look at a body."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

ROLES = ("CLERK", "REVIEWER", "OPERATOR", "AUDITOR", "SUPERVISOR", "HEAD")
ACTS = [
    "DOCUMENT_OPEN",
    "LOOK_ELSEWHERE",
    "LOOK_LISTING",
    "LOOK_OBJECTION",
    "LOOK_OWN_RECORDS",
    "LOOK_PAST",
    "LOOK_REPAIR",
    "LOOK_SHIELD",
    "MAKE_REPAIR_NOTICE",
]


class Migration(migrations.Migration):
    """Expands; the tables stay open meanwhile."""

    atomic = False
    dependencies = [("access", "0006_who_looked")]

    operations = [
        migrations.AlterField(
            "post", "role", models.CharField(max_length=16, choices=[(role, role) for role in ROLES])
        ),
        RemoveIndexConcurrently("trailline", "trail_of_a_body"),
        AddIndexConcurrently(
            "trailline",
            models.Index(fields=["matter", "-at"], name="trail_of_a_body", condition=models.Q(act__in=ACTS)),
        ),
    ]
