"""Tables of measures: what was answered, sealed; what is watched for one procedure; effects; the rooms of tenders."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from xinshu.law.terms import UseContext
from xinshu.uses.measures.states import EffectKind, TenderEvent, TenderState


class Check(models.Model):
    """One answer: who asked in which context and why, by which edition and line of the journal; it goes when its time
    is over. `sealed`: the answer's bytes, encrypted; `subjects`: the bodies of which it tells a measure; `key`: the
    caller's own, under which a second sending of the same `question` (its digest) has the same answer."""

    id = models.UUIDField(primary_key=True)
    caller = models.CharField(max_length=240)
    organ_code = models.CharField(max_length=18, blank=True, db_collation="C")
    context = models.CharField(max_length=24, db_collation="C", choices=[(one.value, one.value) for one in UseContext])
    purpose = models.CharField(max_length=200)
    on_day = models.DateField()
    at = models.DateTimeField()
    edition = models.BinaryField(max_length=32)
    journal = models.BigIntegerField()
    codes = models.IntegerField()
    found = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    subjects = ArrayField(models.BigIntegerField())
    kept_until = models.DateField()
    key = models.CharField(max_length=100, null=True, db_collation="C")
    question = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="check_key_once")]
        indexes = [
            GinIndex(fields=["subjects"], name="check_of_subject", fastupdate=False),
            models.Index(fields=["kept_until"], name="check_kept_until"),
        ]


class Watch(models.Model):
    """Bodies that are watched for one procedure and no longer. `through`: the entry of the public log up to which it
    followed; `asked_on`: the day on which all were asked about last."""

    id = models.UUIDField(primary_key=True)
    caller = models.CharField(max_length=240)
    organ_code = models.CharField(max_length=18, blank=True, db_collation="C")
    context = models.CharField(max_length=24, db_collation="C", choices=[(one.value, one.value) for one in UseContext])
    purpose = models.CharField(max_length=200)
    reference = models.CharField(max_length=200)
    ends_on = models.DateField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    through = models.BigIntegerField()
    asked_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["ends_on"], name="watch_open", condition=Q(ended_at__isnull=True))]


class WatchedCode(models.Model):
    """A code that is watched, and what stood for it when it was asked about last: [measure, ground, record] each."""

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE)
    code = models.CharField(max_length=32, db_collation="C")
    stands = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "code"], name="watched_once")]


class Alert(models.Model):
    """What stands for a watched code has changed: what came and what went."""

    id = models.BigAutoField(primary_key=True)
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE)
    code = models.CharField(max_length=32, db_collation="C")
    came = models.JSONField(default=list)
    went = models.JSONField(default=list)
    on_day = models.DateField()
    at = models.DateTimeField()


class MeasureEffect(models.Model):
    """A unit applied a measure or lifted it. Of whom is kept as a keyed digest only, so that it is counted once."""

    id = models.BigAutoField(primary_key=True)
    organ_code = models.CharField(max_length=18, db_collation="C")
    measure = models.CharField(max_length=64, db_collation="C")
    effect = models.CharField(max_length=8, db_collation="C", choices=[(one.value, one.value) for one in EffectKind])
    done_on = models.DateField()
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    once = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["once"], name="effect_once")]
        indexes = [models.Index(fields=["measure", "effect"], name="effect_of_measure")]


class Tender(models.Model):
    """A buyer's procedure. `power`: the row of the catalogue that lets bidders be checked; `opens_on`: the day of bid
    opening; `evidence`: the answer that was frozen then."""

    id = models.UUIDField(primary_key=True)
    organ_code = models.CharField(max_length=18, db_collation="C")
    reference = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    power = models.CharField(max_length=64, db_collation="C")
    basis = models.CharField(max_length=64, db_collation="C")
    article = models.CharField(max_length=32, blank=True)
    opens_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=8, db_collation="C", choices=[(one.value, one.value) for one in TenderState])
    watch = models.ForeignKey(Watch, on_delete=models.PROTECT)
    evidence = models.ForeignKey(Check, on_delete=models.SET_NULL, null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organ_code", "reference"], name="tender_once")]


class Bidder(models.Model):
    """One bidder, or one member of a consortium (`party`: their common name). `told`: the measures that it was told of,
    with the code of another member where it is that one's; `answer_by`: the last day of its window, null while nothing
    stands against its bid; `joint_text`: on which text the buyer lets a member's measure count for the bid."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE)
    place = models.IntegerField()
    party = models.CharField(max_length=64)
    code = models.CharField(max_length=32, db_collation="C")
    outcome = models.CharField(max_length=12, db_collation="C")
    told = models.JSONField(default=list)
    answer_by = models.DateField(null=True)
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True)
    excluded_on = models.DateField(null=True)
    excluded_for = models.JSONField(null=True)
    excluded_words = models.TextField(blank=True)
    joint_text = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tender", "code"], name="bidder_once")]
        indexes = [models.Index(fields=["code"], name="bidder_of_code")]


class TenderStep(models.Model):
    """What happened in a tender's room, in order; it names no measure."""

    id = models.BigAutoField(primary_key=True)
    tender = models.UUIDField(db_index=True)
    bidder = models.CharField(max_length=32, blank=True, db_collation="C")
    event = models.CharField(max_length=12, db_collation="C", choices=[(one.value, one.value) for one in TenderEvent])
    actor = models.CharField(max_length=64)
    on_day = models.DateField()
    at = models.DateTimeField()
