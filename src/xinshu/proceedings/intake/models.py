"""Tables of intake: a batch with its counts, what an organ said of headers, withdrawals, and cursors of connectors.

Uploads and returned rows are not here: they lie encrypted in the vault, and go after 30 days.
"""

from django.db import models
from django.db.models import F, Q

from xinshu.proceedings.intake.states import Door, State, WithdrawalReason


class Batch(models.Model):
    """A batch and what became of its rows: every row of a part that is done is counted once.

    `parts` of it are stored. `key`: the sender's own key, under which a second sending is the first again. `asked`:
    the questions about classes; `notices`: what else the organ should know; `unknown_headers`: what it may explain.
    `filled` of `fillable` cells say something. `returned_due_on`: the first working-day deadline of a returned row.
    `citation`: by what its corrections may lengthen a display or raise a class; then a second person attests it.
    """

    id = models.UUIDField(primary_key=True)
    organ_code = models.CharField(max_length=18, db_collation="C")
    kind = models.CharField(max_length=40)
    door = models.CharField(max_length=12, choices=[(door.value, door.value) for door in Door])
    key = models.CharField(max_length=100, null=True)
    parent = models.UUIDField(null=True)
    citation = models.CharField(max_length=500, default="", db_default="")
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField(default=0)
    file_digest = models.BinaryField(max_length=32, null=True)
    actor = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in State])
    on_day = models.DateField()
    received_at = models.DateTimeField()
    attested_by = models.CharField(max_length=64, null=True)
    filed_at = models.DateTimeField(null=True)
    parts = models.IntegerField(default=0)
    step_zh = models.CharField(max_length=20, default="")
    step_en = models.CharField(max_length=40, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    refusal_zh = models.TextField(default="")
    refusal_en = models.TextField(default="")
    unknown_headers = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    asked = models.JSONField(default=list)
    received = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    corrected = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    outside = models.BigIntegerField(default=0)
    dropped_personal = models.BigIntegerField(default=0)
    masked = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)
    filled = models.BigIntegerField(default=0)
    fillable = models.BigIntegerField(default=0)
    questions = models.BigIntegerField(default=0)
    returned_due_on = models.DateField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received=F("accepted") + F("unchanged") + F("corrected") + F("returned") + F("outside")),
                name="every_row_counted_once",
            ),
            models.UniqueConstraint(fields=["organ_code", "key"], name="batch_key_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[State.FILING, State.FILED]) | Q(attested_by__isnull=False),
                name="nothing_is_filed_unattested",
            ),
            models.CheckConstraint(
                condition=Q(citation="") | Q(attested_by__isnull=True) | ~Q(attested_by=F("actor")),
                name="a_citation_needs_two_persons",
            ),
        ]
        indexes = [
            models.Index(fields=["organ_code", "-received_at"], name="batch_of_organ"),
            models.Index(fields=["state", "received_at"], name="batch_in_state"),
        ]


class HeaderMapping(models.Model):
    """What an organ says that a header of its files stands for: a field of the kind, or nothing ("")."""

    pk = models.CompositePrimaryKey("organ_code", "kind", "header")
    organ_code = models.CharField(max_length=18, db_collation="C")
    kind = models.CharField(max_length=40)
    header = models.CharField(max_length=100)
    field = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()


class Withdrawal(models.Model):
    """One record taken back by its organ, for the count of the month."""

    id = models.BigAutoField(primary_key=True)
    organ_code = models.CharField(max_length=18, db_collation="C")
    kind = models.CharField(max_length=40)
    record_ref = models.UUIDField()
    reason = models.CharField(max_length=20, choices=[(reason.value, reason.value) for reason in WithdrawalReason])
    actor = models.CharField(max_length=64)
    on_day = models.DateField()
    at = models.DateTimeField()


class ConnectorCursor(models.Model):
    """How far a connector has read its source; moved in the transaction that ends the filing."""

    connector = models.CharField(max_length=64, primary_key=True)
    cursor = models.TextField()
    batch = models.UUIDField()
    moved_at = models.DateTimeField()
