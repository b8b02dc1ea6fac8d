"""Tables of subjects: the body, its codes, its names, and its dated details. Every key begins with the subject."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from xinshu.law.terms import SubjectKind
from xinshu.register.access.ranges import DateRange


class Subject(models.Model):
    """One body. `is_shell` until a registration confirms what a record only mentioned."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24, choices=[(kind.value, kind.value) for kind in SubjectKind])
    is_shell = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()


class SubjectCode(models.Model):
    """A code that names, or once named, a body. A body may have several; a code may be carried by several."""

    pk = models.CompositePrimaryKey("subject_id", "scheme", "code")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    scheme = models.CharField(max_length=24, db_collation="C")
    code = models.CharField(max_length=32, db_collation="C")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code", "subject"], name="subject_code_lookup")]


class SubjectName(models.Model):
    """A name with the days on which it held; open-ended while it is the present one.

    `bigrams` are all keys by which it is found (names.py): of its characters, and of its sound. A name that is not
    searchable has no folded form and no key.
    """

    pk = models.CompositePrimaryKey("subject_id", "name")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    searchable = models.BooleanField(default=True)
    folded = models.TextField(default="")
    bigrams = ArrayField(models.IntegerField(), default=list)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [GinIndex(fields=["bigrams"], name="subject_name_bigrams", fastupdate=False)]


class SubjectDetail(models.Model):
    """A dated detail: STATUS, DIVISION (GB/T 2260) or INDUSTRY (GB/T 4754)."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_index=False)
    attribute = models.CharField(max_length=16)
    value = models.CharField(max_length=40)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attribute__in=["STATUS", "DIVISION", "INDUSTRY"]), name="subject_detail_attribute"
            ),
            ExclusionConstraint(
                name="subject_detail_no_overlap",
                expressions=[
                    ("subject", RangeOperators.EQUAL),
                    ("attribute", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class BodyDecision(models.Model):
    """That a document is this body's, or is not, as a unit decided; it holds until someone undoes it, and stays.

    `document`: digest of the deciding organ and the normalised number, so that another item or kind of that document
    is meant too. `record_ref`: the record it was decided about, with which it is erased.
    """

    id = models.BigAutoField(primary_key=True)
    subject_id = models.BigIntegerField()
    document = models.BinaryField(max_length=32)
    record_ref = models.UUIDField()
    same = models.BooleanField()
    organ_code = models.CharField(max_length=18, blank=True, db_collation="C")
    actor = models.CharField(max_length=64)
    on_day = models.DateField()
    at = models.DateTimeField()
    undone_by = models.CharField(max_length=64, default="")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "document"],
                name="body_decision_one_holds",
                condition=models.Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by="")
                | (models.Q(undone_at__isnull=False) & ~models.Q(undone_by="")),
                name="body_decision_undone_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["record_ref"], name="body_decision_of_record")]


class Declined(models.Model):
    """That a body declines to have records of a kind that speaks for it, until it says otherwise."""

    id = models.BigAutoField(primary_key=True)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=40, db_collation="C")
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    taken_back_by = models.CharField(max_length=64, default="")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "kind"], name="declined_once", condition=models.Q(taken_back_at__isnull=True)
            ),
        ]
