"""Tables of access: users, organs, posts, tokens, registered recipients, and the append-only trail."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Func

from xinshu.register.access.ranges import DateRange
from xinshu.register.access.roles import BULK, OF_A_BODY, Role


class User(AbstractBaseUser):
    """A person who signs in. What they may do is said by their posts."""

    username = models.CharField(max_length=64, unique=True)
    full_name = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name"]

    objects = BaseUserManager()

    def __str__(self) -> str:
        return self.username


class Organ(models.Model):
    """A public body that files or decides, by its unified social credit code."""

    code = models.CharField(max_length=18, primary_key=True, db_collation="C")
    name = models.CharField(max_length=200)
    division = models.CharField(max_length=6, db_collation="C")
    department = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class Post(models.Model):
    """A role that a user holds at an organ during a period; no organ for the operator and the auditor."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organ = models.ForeignKey(Organ, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=16, choices=[(role.value, role.value) for role in Role])
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
                name="post_period_holds_a_day",
            ),
            ExclusionConstraint(
                name="post_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Func(models.F("organ"), models.Value(""), function="COALESCE"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class ApiToken(models.Model):
    """A token by which an organ's own system files; only its SHA-256 is kept."""

    organ = models.ForeignKey(Organ, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=64)
    digest = models.BinaryField(max_length=32, unique=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "name"], condition=models.Q(revoked_at__isnull=True), name="token_name_once"
            )
        ]


class Recipient(models.Model):
    """An organisation that may fetch adverse records in bulk, bound to delete what ends; never public.

    Of its token only the SHA-256 is kept. It holds for a year at most, and says for what and since when its terms bind.
    """

    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    terms_accepted_on = models.DateField()
    digest = models.BinaryField(max_length=32, unique=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from")), name="recipient_period_holds_a_day"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(revoked_at__isnull=True), name="recipient_name_once"
            ),
        ]


class TrailLine(models.Model):
    """One look at non-public data, or one act: who, for which organ, what, why. Append-only (database trigger)."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    organ_code = models.CharField(max_length=18, blank=True, db_collation="C")
    act = models.CharField(max_length=40)
    matter = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(fields=["actor", "at"], name="trail_actor_at"),
            models.Index(
                fields=["matter", "-at"], name="trail_of_a_body", condition=models.Q(act__in=sorted(OF_A_BODY))
            ),
            models.Index(fields=["at"], name="trail_of_bulk", condition=models.Q(act=BULK)),
        ]
