"""Table of intake: one line for each batch received, with its counts. The rows themselves are not kept here."""

from django.db import models
from django.db.models import F, Q


class Batch(models.Model):
    """A batch and what became of its rows: every row received is counted once."""

    id = models.UUIDField(primary_key=True)
    organ_code = models.CharField(max_length=18, db_collation="C")
    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    file_digest = models.BinaryField(max_length=32)
    actor = models.CharField(max_length=64)
    on_day = models.DateField()
    received_at = models.DateTimeField()
    received = models.IntegerField()
    accepted = models.IntegerField()
    unchanged = models.IntegerField()
    corrected = models.IntegerField()
    returned = models.IntegerField()
    outside = models.IntegerField()
    dropped_personal = models.IntegerField()
    questions = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received=F("accepted") + F("unchanged") + F("corrected") + F("returned") + F("outside")),
                name="every_row_counted_once",
            )
        ]
        indexes = [models.Index(fields=["organ_code", "-received_at"], name="batch_of_organ")]
