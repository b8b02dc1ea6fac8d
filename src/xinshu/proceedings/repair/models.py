"""The table of bans: until when a subject may not ask, after a false commitment, and in which case it was found."""

from django.db import models
from django.db.models import F, Q


class RepairBan(models.Model):
    """A subject may not ask from a day until a day (excluded), by a revocation; no word of the record stands here."""

    case_id = models.UUIDField(primary_key=True)
    subject_id = models.BigIntegerField()
    found_on = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("found_on")), name="ban_of_some_days")]
        indexes = [models.Index(fields=["subject_id", "until"], name="ban_of_subject")]
