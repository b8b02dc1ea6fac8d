"""A notice is written with what it tells of, or not at all."""

from uuid import uuid4

import pytest
from django.db import transaction

from tests import factories
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.models import Notice
from xinshu.parties.notices.states import NoticeKind

NOON = factories.noon(factories.TODAY)


@pytest.mark.django_db
def test_it_is_written_in_the_transaction_of_what_it_tells() -> None:
    reference = uuid4()
    with transaction.atomic():
        notify(subject=7, kind=NoticeKind.REPAIR_GRANTED, record_ref=reference, moment=NOON)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    notify(subject=7, kind=NoticeKind.REPAIR_GRANTED, record_ref=reference, said={"number": "一号"}, moment=NOON)
    told = Notice.objects.get()
    assert (told.subject_id, told.kind, told.record_ref, told.said) == (
        7,
        "REPAIR_GRANTED",
        reference,
        {"number": "一号"},
    )
    assert (told.on_day, told.read_at) == (factories.TODAY, None)
