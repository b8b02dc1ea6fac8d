"""Tables of records: the present state, every version of the content, the filings, the append-only journal.

Every key begins with the subject, so that each table can be hash-partitioned or distributed by it (docs/scale.md).
"""

from typing import Final

from django.db import models
from django.db.models import F, Q

from xinshu.law.listing import LIST_KINDS
from xinshu.law.terms import Audience, Severity

LISTED_BY_DUE_PROCESS: Final = (
    ~Q(kind__in=LIST_KINDS)
    | Q(public_from__isnull=True)
    | Q(
        listed_in__isnull=False,
        decided_on__isnull=False,
        served_on__isnull=False,
        effective_from__isnull=False,
        served_on__gte=F("decided_on"),
        effective_from__gte=F("served_on"),
        public_from__gte=F("effective_from"),
    )
    & (
        ~Q(kind="SERIOUS_DISHONESTY")
        | Q(
            notified_on__isnull=False,
            defence_until__isnull=False,
            defence_until__gte=F("notified_on"),
            decided_on__gte=F("defence_until"),
        )
    )
)
"""No entry of a list is shown without decision and service, and of a department's without notice and defence (G6)."""


class Filing(models.Model):
    """One business transaction on the records: who filed what, when, and how many journal lines it wrote.

    It is written unnumbered, and what it wrote is shown to nobody before the sequencer has given its lines their
    numbers: `first_number` and the `lines - 1` that follow it, dense over all filings (Decision 8).
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.UUIDField()
    part = models.IntegerField()
    kind = models.CharField(max_length=40, db_collation="C")
    organ_code = models.CharField(max_length=18, db_collation="C")
    actor = models.CharField(max_length=64)
    on_day = models.DateField()
    at = models.DateTimeField()
    lines = models.BigIntegerField()
    withdraws = models.BooleanField()
    first_number = models.BigIntegerField(null=True)
    numbered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "part"], name="filing_once"),
            models.UniqueConstraint(fields=["first_number"], name="filing_number"),
            models.CheckConstraint(condition=Q(lines__gt=0), name="filing_writes_a_line"),
        ]
        indexes = [models.Index(fields=["id"], name="filing_unnumbered", condition=Q(first_number__isnull=True))]


class Record(models.Model):
    """A fact and its present derivation. `public_from` null = never public; `public_until` null = open.

    `recorded_on` is the legal day on which the fact first reached us; no correction moves it. `filing_id` is the filing
    that changed it last. `ended` says why it was ended for good; nothing ever brings such a record back (Decision 6).

    `public_form` is `law.public_form`, rendered once when derived; it is read through the gate only. `masked_form` is
    shown in its place while a part of it is withheld; `masked_for` are the marks that say why, in their order.

    `hidden_for`: why nothing of it is shown for now, though its period runs. `statement`: what the subject says to it,
    in its masked form. `ended_form`: of a repaired record what was shown, in case the repair is revoked.

    `entry_lot`, `entry_place`: the entry of the public log that shows it; null: the log shows nothing of it.

    `listed_in` and the days below it: of an entry of a list, its list in the catalogue and the steps that came before
    it; null for every other record. What its list demands beyond the floor, a trigger asks of the edition (G6).
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
    masked_form = models.TextField(null=True)
    masked_for = models.CharField(max_length=100, null=True, db_collation="C")
    hidden_for = models.CharField(max_length=20, null=True, db_collation="C")
    statement = models.TextField(null=True)
    ended_form = models.TextField(null=True)
    edition = models.BinaryField(max_length=32)
    version = models.IntegerField()
    filing_id = models.BigIntegerField()
    ended = models.CharField(max_length=16, null=True)
    ended_on = models.DateField(null=True)
    recorded_on = models.DateField()
    recorded_at = models.DateTimeField()
    entry_lot = models.BigIntegerField(null=True)
    entry_place = models.BigIntegerField(null=True)
    listed_in = models.CharField(max_length=60, null=True, db_collation="C")
    notified_on = models.DateField(null=True)
    defence_until = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    approved_on = models.DateField(null=True)
    served_on = models.DateField(null=True)
    effective_from = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=LISTED_BY_DUE_PROCESS, name="record_listed_by_due_process"),
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
            models.CheckConstraint(
                condition=Q(ended__isnull=True, ended_on__isnull=True)
                | Q(ended__isnull=False, ended_on__isnull=False, public_from__isnull=True),
                name="record_ended_is_not_public",
            ),
            models.CheckConstraint(
                condition=Q(masked_for__isnull=True, masked_form__isnull=True)
                | Q(masked_for__isnull=False, public_form__isnull=True, masked_form__isnull=True)
                | Q(masked_for__isnull=False, public_form__isnull=False, masked_form__isnull=False),
                name="record_mask_goes_with_form",
            ),
            models.CheckConstraint(
                condition=Q(ended_form__isnull=True) | Q(ended="REPAIRED"), name="record_kept_form_is_of_a_repair"
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "public_until"], name="record_gate"),
            models.Index(fields=["public_until"], name="record_log_ends", condition=Q(entry_lot__isnull=False)),
            models.Index(
                fields=["public_until", "public_from"],
                name="record_log_begins",
                condition=Q(entry_lot__isnull=True, audience="PUBLIC", public_from__isnull=False),
            ),
        ]


class RecordVersion(models.Model):
    """One version of a record's content, as canonical JSON; never changed, only followed by the next."""

    pk = models.CompositePrimaryKey("subject_id", "record_ref", "version")
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField()
    version = models.IntegerField()
    content_digest = models.BinaryField(max_length=32)
    content = models.TextField()
    source_code = models.CharField(max_length=18, null=True, db_collation="C")
    source_name = models.CharField(max_length=200, null=True)
    batch = models.UUIDField()
    recorded_at = models.DateTimeField()


class RecordSource(models.Model):
    """A further system that brought a record we already had: one fact, one record, several sources (Decision 6)."""

    pk = models.CompositePrimaryKey("subject_id", "record_ref", "source_code")
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField()
    source_code = models.CharField(max_length=18, db_collation="C")
    source_name = models.CharField(max_length=200, null=True)
    batch = models.UUIDField()
    recorded_at = models.DateTimeField()


class JournalLine(models.Model):
    """One change of a record: the line at `place` (from 0) of its filing. Keeps every period derived, and by what.

    Its number is the filing's first number and `place`. `words` say why a record was withdrawn, or by what a correction
    that lengthens or raises was made.
    """

    pk = models.CompositePrimaryKey("subject_id", "record_ref", "filing_id", "place")
    filing_id = models.BigIntegerField()
    place = models.BigIntegerField()
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
    words = models.CharField(max_length=500, default="", db_default="")
    edition = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["filing_id", "place"], name="journal_in_order")]


class NoticeDue(models.Model):
    """A notice that the subject is owed: a correction raised the class of its record, or lengthened its display.

    Append-only; written in the transaction of the correction (Decision 11). Whoever delivers it keeps its own account.
    """

    pk = models.CompositePrimaryKey("subject_id", "record_ref", "filing_id")
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField()
    filing_id = models.BigIntegerField()
    raises = models.BooleanField()
    lengthens = models.BooleanField()
    on_day = models.DateField()


class HeldBack(models.Model):
    """A record that a restore holds back from display until its organ files it again; append-only.

    It holds while filing `filing_id` is the last that changed the record. `known_from` and `known_until` are the period
    that the record was last known to have, which no new filing lengthens; both null: none.
    """

    pk = models.CompositePrimaryKey("subject_id", "record_ref", "filing_id")
    subject_id = models.BigIntegerField()
    record_ref = models.UUIDField()
    filing_id = models.BigIntegerField()
    known_from = models.DateField(null=True)
    known_until = models.DateField(null=True)
    on_day = models.DateField()
