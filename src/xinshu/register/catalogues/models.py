"""Table of catalogues: the editions adopted, whole and by hash. Append-only (database trigger)."""

from django.db import models


class Edition(models.Model):
    """An adopted edition: SHA-256 of its canonical content, the content itself, and from which day it is in force.

    `listing_steps`: by kind and list, the steps that it demands of an entry; the database asks them of every record.
    """

    hash = models.BinaryField(primary_key=True, max_length=32)
    content = models.TextField()
    in_force_from = models.DateField()
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=64)
    founding = models.BooleanField()
    listing_steps = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["founding"], condition=models.Q(founding=True), name="one_founding_edition"
            ),
            models.UniqueConstraint(fields=["in_force_from"], name="one_edition_a_day"),
        ]
