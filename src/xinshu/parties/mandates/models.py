"""Tables of mandates: who may act for which code, letters on their way, second factors, and who is signed in.

No number of a person and no network address is kept here, and of what a provider of electronic licences tells the
organisation's code alone (G15, G18).
"""

from uuid import uuid4

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from xinshu.parties.mandates.states import Proof
from xinshu.register.access.ranges import DateRange


class Mandate(models.Model):
    """A user may act for the organisation of a code from a day until a day; once revoked, at no time after.

    It names the code and not our reference of a body, since a code may be proved of which nothing is recorded.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=18, db_collation="C")
    proof = models.CharField(max_length=16, choices=[(proof.value, proof.value) for proof in Proof])
    paper = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["code"], name="mandate_of_code")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from")), name="mandate_period_holds_a_day"
            ),
            ExclusionConstraint(
                name="mandate_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(revoked_at__isnull=True),
            ),
        ]


class PostCode(models.Model):
    """A letter to the registered address, asked for by a user; its code exists on the paper only, here its digest."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=18, db_collation="C")
    asked_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True, blank=True)
    digest = models.BinaryField(max_length=32, null=True)
    expires_on = models.DateField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code"], condition=models.Q(ended_at__isnull=True), name="letter_under_way_once"
            )
        ]


class LicenceLink(models.Model):
    """The electronic licence by which a user proved control of a code last, and may sign in: of whom the provider
    means a keyed digest only."""

    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=500)
    digest = models.BinaryField(max_length=32)
    code = models.CharField(max_length=18, db_collation="C")
    on_day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "digest"], name="licence_of_one_user")]


class SecondFactor(models.Model):
    """The secret of a user's authenticator, sealed, and the last time step that passed: no step passes twice."""

    user = models.OneToOneField("access.User", on_delete=models.PROTECT, primary_key=True, related_name="+")
    sealed = models.BinaryField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)


class RecoveryCode(models.Model):
    """A code that stands in for the authenticator once; only its SHA-256 is kept."""

    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]


class Visit(models.Model):
    """A user is signed in: since when, seen when, and whether the second factor has passed. No address, no device."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "begun_at"], name="visit_of_user")]
