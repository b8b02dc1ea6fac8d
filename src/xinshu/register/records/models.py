"""Tables of records: the present state, every version of the content, the append-only journal.

Every key begins with the subject, so that each table can be hash-partitioned or distributed by it (docs/scale.md).
"""

from django.db import models
from django.db.models import F, Func, Q, Value

from xinshu.law.terms import Audience, Severity


class NextLine(Func):
    """The journal's next number; one sequence for all lines, so that the key itself may begin with the subject."""

    function = "nextval"
    output_field = models.BigIntegerField()

    def __init__(self) -> None:
        super().__init__(Value("records_journal_sequence"))


class Record(models.Model):
    """A fact and its present derivation. `public_from` null = never public; `public_until` null = open.

    `recorded_on` is the legal day on which the fact first reached us; no correction moves it.

    `public_form` is `law.public_form`, rendered once when derived; it is read through the gate only.
    """

    pk = models.CompositePrimaryKey("subject_id", "record_ref")
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+", db_index=False)
    record_ref = models.UUIDField()
    kind = models.CharField(max_length=40, db_collation="C")
    identity = models.BinaryField(max_length=32)
    organ_code = models.CharField(max_length=18, db_collation="C")
    document_number = models.CharField(max_length=64)
    decided_on = models.DateField(null=True)
    severity = models.CharField(max_length=10, null=True, choices=[(value.value, value.value) for value in Severity])
    question = models.BooleanField(default=False)
    audience = models.CharField(max_length=12, choices=[(value.value, value.value) for value in Audience])
    public_from = models.DateField(null=True)
    public_until = models.DateField(null=True)
    repair_from = models.DateField(null=True)
    public_form = models.TextField(null=True)
    edition = models.BinaryField(max_length=32)
    version = models.IntegerField()
    recorded_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "identity"], name="record_identity"),
            models.CheckConstraint(
                condition=Q(public_until__isnull=True) | Q(public_until__gt=F("public_from")),
                name="record_period_holds_a_day",
            ),
            models.CheckConstraint(
                condition=Q(public_from__isnull=True, public_until__isnull=True, public_form__isnull=True)
                | Q(public_from__isnull=False, public_form__isnull=False),
                name="record_form_goes_with_period",
            ),
        ]
        indexes = [models.Index(fields=["subject", "public_until"], name="record_gate")]


class RecordVersion(models.Model):
    """One version of a record's content, as canonical JSON; never changed, only followed by the next."""

    pk = models.CompositePrimaryKey("subject_id", "record_ref", "version")
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField()
    version = models.IntegerField()
    content_digest = models.BinaryField(max_length=32)
    content = models.TextField()
    batch = models.UUIDField()
    recorded_at = models.DateTimeField()


class JournalLine(models.Model):
    """One change of a record, in order of `sequence`. Keeps every period derived, with the edition that derived it."""

    pk = models.CompositePrimaryKey("subject_id", "record_ref", "sequence")
    sequence = models.BigIntegerField(db_default=NextLine())
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField()
    change = models.CharField(max_length=16)
    version = models.IntegerField()
    on_day = models.DateField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    organ_code = models.CharField(max_length=18, db_collation="C")
    public_from = models.DateField(null=True)
    public_until = models.DateField(null=True)
    repair_from = models.DateField(null=True)
    severity = models.CharField(max_length=10, null=True)
    regime = models.CharField(max_length=40, null=True)
    reasons = models.TextField()
    edition = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["sequence"], name="journal_in_order")]
