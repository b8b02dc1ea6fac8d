"""The table of sharing: how far each subscriber has been told, and how far it has applied every ending."""

from django.db import models
from django.db.models import F, Q


class Subscription(models.Model):
    """A registered recipient at the feed, by its name. Both numbers are cursors: every entry before them."""

    recipient = models.CharField(max_length=200, primary_key=True)
    began_at = models.DateTimeField()
    told = models.BigIntegerField()
    told_at = models.DateTimeField()
    acknowledged = models.BigIntegerField(default=0, db_default=0)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(acknowledged__lte=F("told")), name="acknowledged_was_told"),
        ]
