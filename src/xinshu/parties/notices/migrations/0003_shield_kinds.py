"""Notices about the shield of a plan have kinds of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Changes nothing in the database: the kinds are the code's."""

    dependencies = [("notices", "0002_addresses")]
    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("RECORD_FIRST_SHOWN", "RECORD_FIRST_SHOWN"),
                    ("CLASS_RAISED", "CLASS_RAISED"),
                    ("MANDATE_GIVEN", "MANDATE_GIVEN"),
                    ("MANDATE_REVOKED", "MANDATE_REVOKED"),
                    ("REPAIR_LODGED", "REPAIR_LODGED"),
                    ("REPAIR_ACCEPTED", "REPAIR_ACCEPTED"),
                    ("REPAIR_RETURNED", "REPAIR_RETURNED"),
                    ("REPAIR_EXTENDED", "REPAIR_EXTENDED"),
                    ("REPAIR_GRANTED", "REPAIR_GRANTED"),
                    ("REPAIR_REFUSED", "REPAIR_REFUSED"),
                    ("REPAIR_FILED_ITSELF", "REPAIR_FILED_ITSELF"),
                    ("REPAIR_RELAYED", "REPAIR_RELAYED"),
                    ("REPAIR_REVOCATION_PLANNED", "REPAIR_REVOCATION_PLANNED"),
                    ("REPAIR_REVOKED", "REPAIR_REVOKED"),
                    ("OBJECTION_RECEIVED", "OBJECTION_RECEIVED"),
                    ("OBJECTION_ANSWERED", "OBJECTION_ANSWERED"),
                    ("APPEAL_ANSWERED", "APPEAL_ANSWERED"),
                    ("NOT_US_ANSWERED", "NOT_US_ANSWERED"),
                    ("SHIELD_LODGED", "SHIELD_LODGED"),
                    ("SHIELD_RETURNED", "SHIELD_RETURNED"),
                    ("SHIELD_GRANTED", "SHIELD_GRANTED"),
                    ("SHIELD_REFUSED", "SHIELD_REFUSED"),
                    ("SHIELD_GOES_ON", "SHIELD_GOES_ON"),
                    ("SHIELD_COMPLETED", "SHIELD_COMPLETED"),
                    ("SHIELD_PARTLY_COMPLETED", "SHIELD_PARTLY_COMPLETED"),
                    ("SHIELD_FAILURE_PLANNED", "SHIELD_FAILURE_PLANNED"),
                    ("SHIELD_FAILED", "SHIELD_FAILED"),
                    ("RECORD_CHANGED", "RECORD_CHANGED"),
                    ("REMINDER", "REMINDER"),
                ],
                db_collation="C",
                max_length=32,
            ),
        )
    ]
