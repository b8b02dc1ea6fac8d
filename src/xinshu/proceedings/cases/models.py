"""The tables of cases: where each stands, its history, which only grows, and what is kept of its documents."""

from django.db import models
from django.db.models import Q


class Case(models.Model):
    """A case about a subject, mostly about one record of it; `organ_code` is the unit that decides ("" for none).

    `form` is what was asked for, as the asker left it; it may be changed while the case is a draft. `due_on`: the last
    day of the deadline `due_what` (a name in the catalogue), None where none runs or its year is not announced. `key`
    is another's number for the same matter: a second sending of it begins no second case; "" where there is none.
    """

    id = models.UUIDField(primary_key=True)
    course = models.CharField(max_length=16, db_collation="C")
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField(null=True)
    organ_code = models.CharField(max_length=18, blank=True, db_collation="C")
    state = models.CharField(max_length=24, db_collation="C")
    key = models.CharField(max_length=160, blank=True, db_collation="C")
    form = models.JSONField(default=dict)
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    due_what = models.CharField(max_length=32, blank=True, db_collation="C")
    due_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(due_what="") | Q(due_on__isnull=True), name="case_due_for_something"),
            models.UniqueConstraint(fields=["course", "key"], condition=~Q(key=""), name="case_once_of_a_key"),
        ]
        indexes = [
            models.Index(fields=["subject_id", "-opened_at"], name="case_of_subject"),
            models.Index(fields=["record_ref"], name="case_of_record"),
            models.Index(fields=["organ_code", "due_on"], name="case_open", condition=Q(closed_on__isnull=True)),
        ]


class CaseEvent(models.Model):
    """What happened in a case, by which side, what was said then; append-only, and erased only with its whole case.

    `actor` is the user's name; `until` the last day of the deadline that ran from then on.
    """

    pk = models.CompositePrimaryKey("case_id", "place")
    case_id = models.UUIDField()
    place = models.IntegerField()
    event = models.CharField(max_length=32, db_collation="C")
    before = models.CharField(max_length=24, blank=True, db_collation="C")
    after = models.CharField(max_length=24, db_collation="C")
    side = models.CharField(max_length=8, db_collation="C")
    actor = models.CharField(max_length=64)
    organ_code = models.CharField(max_length=18, blank=True, db_collation="C")
    said = models.JSONField(default=dict)
    until = models.DateField(null=True)
    on_day = models.DateField()
    at = models.DateTimeField()


class CaseDocument(models.Model):
    """A document of a case; its content lies in the vault. `name` is told and is no path; it goes with its case."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=4, db_collation="C")
    size = models.IntegerField()
    digest = models.CharField(max_length=64, db_collation="C")
    side = models.CharField(max_length=8, db_collation="C")
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "digest"], name="case_document_once")]
