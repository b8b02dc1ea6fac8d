"""Tables of the log: the lots in which entries were written, the entries, and the one state of the log."""

from django.db import models
from django.db.models import Q


class Lot(models.Model):
    """What one business transaction wrote: so many entries, numbered together or not yet.

    `filing_id` is the filing of the records whose numbering it waits for; null: the next one. Entry `place` of a
    numbered lot is entry `first_number + place` of the log, counted from 0 and without a gap.
    """

    id = models.BigAutoField(primary_key=True)
    filing_id = models.BigIntegerField(null=True)
    entries = models.BigIntegerField()
    ends = models.BooleanField()
    first_number = models.BigIntegerField(null=True)
    numbered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first_number"], name="lot_number"),
            models.CheckConstraint(condition=Q(entries__gt=0), name="lot_holds_an_entry"),
        ]
        indexes = [models.Index(fields=["id"], name="lot_unnumbered", condition=Q(first_number__isnull=True))]


class Entry(models.Model):
    """One leaf: event, reference and commitment stay for ever; the rest goes with the content, by the law's clock.

    The rest says whose it is (`subject_id`, `record_ref`, `subject_code`), by which salt it commits, and which entry it
    takes the place of (`of_lot`, `of_place`).
    """

    pk = models.CompositePrimaryKey("lot_id", "place")
    lot_id = models.BigIntegerField()
    place = models.BigIntegerField()
    event = models.SmallIntegerField()
    reference = models.UUIDField()
    commitment = models.BinaryField(max_length=32)
    salt = models.BinaryField(max_length=16, null=True)
    subject_id = models.BigIntegerField(null=True)
    record_ref = models.UUIDField(null=True)
    subject_code = models.CharField(max_length=32, null=True, db_collation="C")
    of_lot = models.BigIntegerField(null=True)
    of_place = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id", "record_ref"], name="entry_ends_record", condition=Q(event=3))]


class State(models.Model):
    """The one row: how many entries are in the tree, its root, and the checkpoint that was signed of it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    checkpoint = models.TextField()
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="log_has_one_state")]
