"""Tables of monitoring: counts of months, reconciliations, alarms. Counts and digests only, no document and no body."""

from django.db import models
from django.db.models import F, Q

from xinshu.uses.monitoring.states import Ending


class MonthTally(models.Model):
    """What an organ filed of a kind in a month of receipt, counted anew until the month is settled."""

    id = models.BigAutoField(primary_key=True)
    organ_code = models.CharField(max_length=18, db_collation="C")
    kind = models.CharField(max_length=40, db_collation="C")
    month = models.DateField()
    batches = models.BigIntegerField()
    received = models.BigIntegerField()
    accepted = models.BigIntegerField()
    unchanged = models.BigIntegerField()
    corrected = models.BigIntegerField()
    returned = models.BigIntegerField()
    outside = models.BigIntegerField()
    late = models.BigIntegerField()
    termed = models.BigIntegerField()
    withdrawn = models.BigIntegerField()
    filled = models.BigIntegerField()
    fillable = models.BigIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "organ_code", "kind"], name="tally_once"),
            models.CheckConstraint(
                condition=Q(received=F("accepted") + F("unchanged") + F("corrected") + F("returned") + F("outside")),
                name="tally_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(late__lte=F("termed"), termed__lte=F("accepted"), filled__lte=F("fillable")),
                name="tally_is_a_share",
            ),
        ]
        indexes = [models.Index(fields=["organ_code", "month"], name="tally_of_organ")]


class Reconciliation(models.Model):
    """What an organ said of a month of decision, beside what is held here; append-only. The last one counts.

    `held` to `withdrawn` are null when the digests differ and no list was sent: then nothing is known of documents.
    """

    id = models.BigAutoField(primary_key=True)
    organ_code = models.CharField(max_length=18, db_collation="C")
    kind = models.CharField(max_length=40, db_collation="C")
    month = models.DateField()
    their_count = models.BigIntegerField()
    their_digest = models.BinaryField(max_length=32)
    our_count = models.BigIntegerField()
    our_digest = models.BinaryField(max_length=32)
    listed = models.BooleanField()
    held = models.BigIntegerField(null=True)
    missing_here = models.BigIntegerField(null=True)
    missing_there = models.BigIntegerField(null=True)
    different = models.BigIntegerField(null=True)
    withdrawn = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=64)
    on_day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held__isnull=True)
                | Q(their_count=F("held") + F("missing_here") + F("withdrawn"), different__lte=F("held")),
                name="reconciled_documents_add_up",
            )
        ]
        indexes = [
            models.Index(fields=["organ_code", "month", "kind", "id"], name="reconciliation_of_organ"),
            models.Index(fields=["month", "organ_code", "kind", "id"], name="reconciliation_of_month"),
        ]


class Alarm(models.Model):
    """One warning to an organ: so many working days are left for the returned rows of a batch. It ends once."""

    id = models.BigAutoField(primary_key=True)
    batch = models.UUIDField()
    organ_code = models.CharField(max_length=18, db_collation="C")
    kind = models.CharField(max_length=40, db_collation="C")
    rows = models.BigIntegerField()
    due_on = models.DateField()
    lead = models.IntegerField()
    raised_on = models.DateField()
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, null=True, choices=[(ending.value, ending.value) for ending in Ending])
    ended_by = models.CharField(max_length=64, null=True)
    words = models.CharField(max_length=500, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "lead"], name="alarm_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending__isnull=True)
                | Q(ended_at__isnull=False, ending__isnull=False),
                name="alarm_ends_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["batch"], name="alarm_open", condition=Q(ended_at__isnull=True))]
