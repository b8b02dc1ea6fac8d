"""What a subject is told of a listing."""

from django.db import migrations, models


KINDS = [
    "RECORD_FIRST_SHOWN",
    "CLASS_RAISED",
    "MANDATE_GIVEN",
    "MANDATE_REVOKED",
    "ADDRESS_GIVEN",
    "ADDRESS_REVOKED",
    "REPAIR_LODGED",
    "REPAIR_ACCEPTED",
    "REPAIR_RETURNED",
    "REPAIR_EXTENDED",
    "REPAIR_GRANTED",
    "REPAIR_REFUSED",
    "REPAIR_FILED_ITSELF",
    "REPAIR_LAPSED",
    "REPAIR_STANDS",
    "REPAIR_RELAYED",
    "REPAIR_REVOCATION_PLANNED",
    "REPAIR_REVOKED",
    "OBJECTION_RECEIVED",
    "OBJECTION_ANSWERED",
    "APPEAL_ANSWERED",
    "NOT_US_ANSWERED",
    "SHIELD_LODGED",
    "SHIELD_RETURNED",
    "SHIELD_GRANTED",
    "SHIELD_REFUSED",
    "SHIELD_GOES_ON",
    "SHIELD_COMPLETED",
    "SHIELD_PARTLY_COMPLETED",
    "SHIELD_FAILURE_PLANNED",
    "SHIELD_FAILED",
    "LISTING_NOTICED",
    "LISTING_HEARING",
    "LISTING_ANSWERED",
    "LISTING_DROPPED",
    "LISTING_DECIDED",
    "LISTING_ENTERED",
    "LISTING_EXPOSED",
    "LISTING_LEFT",
    "RECORD_CHANGED",
    "TENDER_CHECKED",
    "TENDER_CHANGED",
    "TENDER_EXCLUDED",
    "REMINDER",
]


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("notices", "0004_tender_kinds")]

    operations = [
        migrations.AlterField(
            "notice",
            "kind",
            models.CharField(
                choices=[(kind, kind) for kind in KINDS], db_collation="C", max_length=32
            ),
        ),
    ]
