"""Tables of disclosure: counts of what is shown, as they may be told, and who delivered what. No body, no record."""

from django.db import models


class ShownCount(models.Model):
    """One count of what was shown on a day, after the journal's line of that number. An older one is deleted."""

    day = models.DateField(primary_key=True)
    log_number = models.BigIntegerField()
    counted_at = models.DateTimeField()


class ShownNumber(models.Model):
    """A number of a count that may be told, rounded. What may not be told is not kept.

    `kind` and `division` are empty for all of them; `value` is a month (YYYY-MM) or a section of industry.
    """

    id = models.BigAutoField(primary_key=True)
    count = models.ForeignKey(ShownCount, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40, db_collation="C")
    division = models.CharField(max_length=8, db_collation="C")
    part = models.CharField(max_length=8)
    value = models.CharField(max_length=16, db_collation="C")
    number = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "kind", "division", "part", "value"], name="number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=10), name="number_is_not_small"),
        ]


class Delivery(models.Model):
    """The last day on which an organ delivered a kind, as it stood at the last count."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40, db_collation="C")
    organ_code = models.CharField(max_length=18, db_collation="C")
    last_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "organ_code"], name="delivery_once")]
