"""The table of what a shield withholds: which record, since when, and what became of it in the end."""

from django.db import models
from django.db.models import Q


class Shielded(models.Model):
    """A record under the shield of a case; no word of it stands here. `over_on`: since when the shield is off it.

    `organ_code`: whose record it is. One record is withheld for one plan at a time.
    """

    pk = models.CompositePrimaryKey("case_id", "record_ref")
    case_id = models.UUIDField()
    record_ref = models.UUIDField()
    subject_id = models.BigIntegerField()
    organ_code = models.CharField(max_length=18, db_collation="C")
    fate = models.CharField(max_length=16, db_collation="C")
    hidden_on = models.DateField()
    over_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fate="WITHHELD", over_on__isnull=True) | ~Q(fate="WITHHELD") & Q(over_on__isnull=False),
                name="shielded_until_it_is_over",
            ),
            models.UniqueConstraint(fields=["record_ref"], condition=Q(fate="WITHHELD"), name="shielded_by_one_plan"),
        ]
        indexes = [
            models.Index(fields=["organ_code", "-hidden_on"], name="shielded_of_organ"),
            models.Index(fields=["record_ref"], name="shielded_record"),
        ]
