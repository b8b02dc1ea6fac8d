"""The table of notices: what a subject was told, about which record or case. Its words are made when it is read."""

from django.db import models

from xinshu.parties.notices.states import NoticeKind


class Notice(models.Model):
    """One notice to a subject, written in the transaction of what it tells of. `said`: what its words need, no more."""

    id = models.BigAutoField(primary_key=True)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=32, db_collation="C", choices=[(kind.value, kind.value) for kind in NoticeKind])
    record_ref = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    said = models.JSONField(default=dict)
    on_day = models.DateField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="notice_of_subject"),
            models.Index(fields=["record_ref"], name="notice_of_record", condition=models.Q(record_ref__isnull=False)),
        ]
