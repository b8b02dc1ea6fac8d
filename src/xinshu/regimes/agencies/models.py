"""Tables of agencies: who copies, what audits found, matters and their history, slips. Never a content of a record."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xinshu.regimes.agencies.states import Cause, Event, Found, MatterState, Source, Who


class Agency(models.Model):
    """Someone who copies what is shown. `box` is the address of its notices, which nobody can guess.

    `feed`: where its copies can be read; `site`: the host on which they stand; `recipient`: its name among the
    registered recipients.
    """

    id = models.BigAutoField(primary_key=True)
    box = models.UUIDField(unique=True)
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=18, default="", db_collation="C")
    contact = models.CharField(max_length=200)
    feed = models.CharField(max_length=500, default="")
    site = models.CharField(max_length=253, default="", db_collation="C")
    recipient = models.CharField(max_length=100, default="")
    valid_from = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="agency_name", condition=Q(ended_on__isnull=True)),
            models.UniqueConstraint(
                fields=["recipient"], name="agency_recipient", condition=Q(ended_on__isnull=True) & ~Q(recipient="")
            ),
        ]


class Audit(models.Model):
    """One comparison, in numbers; append-only. `faults`: rows that could not be read, by number, field and rule.

    `failure`: why nothing could be read at all.
    """

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=6, choices=[(value.value, value.value) for value in Source])
    on_day = models.DateField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    rows = models.BigIntegerField(default=0)
    same = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)
    altered = models.BigIntegerField(default=0)
    not_shown = models.BigIntegerField(default=0)
    faulty = models.BigIntegerField(default=0)
    faults = models.JSONField(default=list)
    failure = models.CharField(max_length=300, default="")


class Finding(models.Model):
    """A copy that differs: which reference, how, in which fields; no value. Deleted by the agency's next audit."""

    id = models.BigAutoField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    record_ref = models.UUIDField()
    found = models.CharField(max_length=10, choices=[(value.value, value.value) for value in Found])
    fields = ArrayField(models.CharField(max_length=80))


class Slip(models.Model):
    """A clean-up slip: for which record, by which salt it is marked, and the entry that says that it ended.

    Record and salt go when the record is erased: what is left says nothing of either.
    """

    id = models.UUIDField(primary_key=True)
    subject_id = models.BigIntegerField(null=True)
    record_ref = models.UUIDField(null=True)
    mark = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16, null=True)
    entry = models.BigIntegerField()
    issued_on = models.DateField()


class Matter(models.Model):
    """Something that an agency is to mend, or a reported copy that is to go: where it stands (states.COURSE).

    `count`: of copies found; `through`: the number of the oldest ending that is not acknowledged. A reported copy has
    its `slip`, and until it is erased its `address`; its agency is null where none is registered for that site.
    """

    id = models.UUIDField(primary_key=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True)
    cause = models.CharField(max_length=8, choices=[(value.value, value.value) for value in Cause])
    state = models.CharField(max_length=8, choices=[(value.value, value.value) for value in MatterState])
    opened_on = models.DateField()
    due_on = models.DateField(null=True)
    listed_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    count = models.BigIntegerField(default=1)
    through = models.BigIntegerField(null=True)
    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, related_name="+", null=True)
    address = models.CharField(max_length=500, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "cause"],
                name="matter_one_open",
                condition=~Q(state="CLOSED") & Q(cause__in=["COPIES", "ENDINGS"]),
            ),
            models.CheckConstraint(condition=Q(listed_on__isnull=False) | ~Q(state="LISTED"), name="matter_listed_on"),
            models.CheckConstraint(condition=Q(closed_on__isnull=False) | ~Q(state="CLOSED"), name="matter_closed_on"),
            models.CheckConstraint(
                condition=Q(cause="REPORTED", slip__isnull=False) | (~Q(cause="REPORTED") & Q(agency__isnull=False)),
                name="matter_is_about_something",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="matter_open", condition=~Q(state="CLOSED"))]


class MatterStep(models.Model):
    """What happened in a matter, and by whom; append-only. `words`: without names of persons."""

    pk = models.CompositePrimaryKey("matter_id", "place")
    matter_id = models.UUIDField()
    place = models.IntegerField()
    event = models.CharField(max_length=8, choices=[(value.value, value.value) for value in Event])
    state = models.CharField(max_length=8, choices=[(value.value, value.value) for value in MatterState])
    who = models.CharField(max_length=6, choices=[(value.value, value.value) for value in Who])
    actor = models.CharField(max_length=64)
    on_day = models.DateField()
    at = models.DateTimeField()
    words = models.CharField(max_length=500, default="")
