"""The tables of notices: what a subject was told, where it wants to be told, and what became of each delivery."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinshu.parties.notices.states import Arrival, Means, NoticeKind


class Notice(models.Model):
    """One notice to a subject, written in the transaction of what it tells of. `said`: what its words need, no more.

    `once`: a key under which a subject is told one thing once only; `planned_at`: its deliveries are decided.
    """

    id = models.BigAutoField(primary_key=True)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=32, db_collation="C", choices=[(kind.value, kind.value) for kind in NoticeKind])
    record_ref = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    said = models.JSONField(default=dict)
    on_day = models.DateField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    once = models.CharField(max_length=120, null=True, db_collation="C")
    planned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_id", "once"], name="notice_told_once")]
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="notice_of_subject"),
            models.Index(fields=["record_ref"], name="notice_of_record", condition=Q(record_ref__isnull=False)),
            models.Index(fields=["id"], name="notice_unplanned", condition=Q(planned_at__isnull=True)),
        ]


class Address(models.Model):
    """Where a subject wants to be told. Before it is confirmed only a code goes there, once revoked its last warnings.

    `digest`: of the one code that confirms it, None when none is under way; `secret` signs what a webhook gets.
    """

    id = models.UUIDField(primary_key=True)
    subject_id = models.BigIntegerField()
    channel = models.CharField(max_length=8, db_collation="C", choices=[(one.value, one.value) for one in Means])
    value = models.CharField(max_length=500)
    secret = models.CharField(max_length=64, blank=True)
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    digest = models.BinaryField(max_length=32, null=True)
    code_until = models.DateTimeField(null=True)
    codes = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "channel", "value"], condition=Q(revoked_at__isnull=True), name="address_once"
            )
        ]


class Delivery(models.Model):
    """One message to one address: the notices of which it says that they are there, and what became of it."""

    id = models.UUIDField(primary_key=True)
    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="+")
    notices = ArrayField(models.BigIntegerField())
    outcome = models.CharField(max_length=12, db_collation="C", default=Arrival.WAITING.value)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    planned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
