"""The table of claims: which record, for what cause, where it stands. Nothing says who lodged one."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from xinshu.law.terms import ClaimCause
from xinshu.proceedings.objections.states import ClaimState


class Claim(models.Model):
    """What someone said against a record; its `id` is the receipt, which nobody can guess.

    `version`: of the record's content, as it stood then. `organs`: who decided or filed the record, and so may review
    the claim. `masks`: whether it withheld something. `words` are erased 30 days after the decision.
    """

    id = models.UUIDField(primary_key=True)
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField()
    kind = models.CharField(max_length=40, db_collation="C")
    version = models.IntegerField()
    organs = ArrayField(models.CharField(max_length=18, db_collation="C"))
    cause = models.CharField(max_length=8, choices=[(value.value, value.value) for value in ClaimCause])
    masks = models.BooleanField()
    words = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=[(value.value, value.value) for value in ClaimState])
    received_on = models.DateField()
    received_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    decided_by = models.CharField(max_length=64, default="")
    reason = models.CharField(max_length=300, default="")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "record_ref", "cause"], name="claim_one_open", condition=Q(state="OPEN")
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", decided_on__isnull=True) | (~Q(state="OPEN") & Q(decided_on__isnull=False)),
                name="claim_decided_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_id", "record_ref"], name="claim_of_record"),
            models.Index(fields=["due_on", "received_at"], name="claim_waiting", condition=Q(state="OPEN")),
            GinIndex(fields=["organs"], name="claim_of_organ"),
        ]
