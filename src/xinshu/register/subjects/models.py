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
