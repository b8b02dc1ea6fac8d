"""Tables of catalogues: editions whole and by hash, the assessment that each later one needs, and what is said of it.

Editions, assessments and consultations are append-only, by a trigger of the database; another one refuses an edition
without an assessment of exactly that content (guard-rail G32).
"""

from django.db import models
from django.db.models import Q

from xinshu.register.catalogues.states import CommentState, Speaker


class Assessment(models.Model):
    """A report on a draft, by its hash (SHA-256 of the canonical JSON), with the edition that the draft would make.

    `edition`, `content`: that edition. `against`: the one in force it was compared with. `touches`: it may change what
    a body meets, so that it is laid open for comments first.
    """

    hash = models.BinaryField(primary_key=True, max_length=32)
    name = models.CharField(max_length=60)
    edition = models.BinaryField(max_length=32)
    content = models.TextField()
    against = models.BinaryField(max_length=32)
    report = models.TextField()
    touches = models.BooleanField()
    on_day = models.DateField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)


class Edition(models.Model):
    """An adopted edition: SHA-256 of its canonical content, the content itself, and from which day it is in force.

    `assessment`: the report by which it was adopted; the founding edition alone has none.
    `listing_steps`: by kind and list, the steps that it demands of an entry; the database asks them of every record.
    """

    hash = models.BinaryField(primary_key=True, max_length=32)
    content = models.TextField()
    in_force_from = models.DateField()
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=64)
    founding = models.BooleanField()
    assessment = models.BinaryField(max_length=32, null=True)
    listing_steps = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["founding"], condition=Q(founding=True), name="one_founding_edition"),
            models.UniqueConstraint(fields=["in_force_from"], name="one_edition_a_day"),
            models.CheckConstraint(
                condition=Q(founding=True, assessment__isnull=True) | Q(founding=False, assessment__isnull=False),
                name="edition_later_is_assessed",
            ),
        ]


class Consultation(models.Model):
    """That a draft is laid open for comments; `last_on`: the last day for them, null while no calendar says it."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, primary_key=True, related_name="+")
    opened_on = models.DateField()
    last_on = models.DateField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)


class Comment(models.Model):
    """What somebody says of a draft: without a name, free of personal data, and shown once it was read by somebody.

    A comment that is not shown loses its words with that decision; `ground` says why.
    """

    id = models.UUIDField(primary_key=True)
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="+")
    speaker = models.CharField(max_length=12, choices=[(value.value, value.value) for value in Speaker])
    words = models.TextField()
    said_on = models.DateField()
    at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=[(value.value, value.value) for value in CommentState])
    ground = models.CharField(max_length=200, default="", db_default="")
    decided_by = models.CharField(max_length=64, default="", db_default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="WAITING", decided_at__isnull=True)
                | Q(state="SHOWN", decided_at__isnull=False)
                | (Q(state="NOT_SHOWN", decided_at__isnull=False, words="") & ~Q(ground="")),
                name="comment_is_decided_with_a_ground",
            ),
        ]
        indexes = [models.Index(fields=["consultation", "state", "at"], name="comment_of_consultation")]
