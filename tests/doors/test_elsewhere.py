"""Doubtful repairs of other windows at the desk: told to those concerned, settled by the operator alone, with a reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.test import Client

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, accepted, document, noon
from tests.journeys.conftest import on
from tests.kinds import ORGAN_CODE
from xinshu.parties.notices.models import Notice
from xinshu.proceedings.cases.queries import case, history
from xinshu.proceedings.repair.inbound import Outcome, receive
from xinshu.register.access.models import TrailLine
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/desk/repairs/elsewhere/"
WHY = "已核对卷宗"


@pytest.fixture(autouse=True)
def ready(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(document(), document(item="二"))
    with on(TODAY):
        yield


def in_doubt(number: str = "修〔2026〕7号") -> UUID:
    said = {"decider": MARKET.code, "subject_code": SUBJECT, "document_number": document()["document_number"]}
    row = orjson.dumps(said | {"case_number": number, "decided_on": TODAY.isoformat(), "result": "GRANTED"})
    (told,) = receive(lines=[row], sender=MARKET.code, actor="token:test", moment=noon(TODAY))
    assert told.outcome is Outcome.DOUBTFUL
    assert told.case is not None
    return told.case


def at_the_desk(role: Role, organ: str | None = None) -> Client:
    client = Client()
    assert client.login(username=factories.appointed(role, organ=organ), password=factories.PASSWORD)
    return client


def test_nothing_waits_and_it_says_so() -> None:
    assert "没有待核对的决定" in at_the_desk(Role.OPERATOR).get(LIST).content.decode()


def test_they_are_told_a_page_at_a_time() -> None:
    made = [in_doubt(f"修〔2026〕{place}号") for place in range(26)]
    client = at_the_desk(Role.OPERATOR)
    first, second = (client.get(LIST, {"page": page}).content.decode() for page in (1, 2))
    assert [sum(str(one) in text for one in made) for text in (first, second)] == [25, 1]
    assert f"{LIST}" in client.get("/desk/repairs/").content.decode()


def test_the_operator_says_which_was_meant_and_only_that_one_ends() -> None:
    made, client = in_doubt(), at_the_desk(Role.OPERATOR)
    one, other = Record.objects.order_by("record_ref").values_list("record_ref", flat=True)
    page = client.get(f"{LIST}{made}/").content.decode()
    assert str(one) in page
    assert str(other) in page
    assert client.post(f"{LIST}{made}/", {"record": str(other), "words": WHY}).status_code == 302
    assert [str(found.record_ref) for found in Record.objects.filter(ended="REPAIRED")] == [str(other)]
    assert Notice.objects.get().kind == "REPAIR_GRANTED"
    assert history(made)[-1].said["words"] == WHY
    assert TrailLine.objects.filter(act="LOOK_ELSEWHERE", matter=str(made)).exists()
    again = client.post(f"{LIST}{made}/", {"record": str(one), "words": WHY})
    assert again.status_code == 422
    assert Record.objects.filter(ended__isnull=True).count() == 1
    assert WHY in client.get(f"{LIST}{made}/").content.decode()


@pytest.mark.parametrize(
    "said", [{"words": WHY}, {"record": "none"}, {"record": "none", "words": "  "}, {"record": "x"}]
)
def test_without_a_choice_or_a_reason_nothing_is_settled(said: dict[str, str]) -> None:
    made = in_doubt()
    assert at_the_desk(Role.OPERATOR).post(f"{LIST}{made}/", said).status_code == 422
    found = case(made)
    assert found is not None
    assert (found.state, Record.objects.filter(ended__isnull=True).count()) == ("DOUBTFUL", 2)


def test_a_record_of_another_matter_cannot_be_chosen() -> None:
    made = in_doubt()
    accepted(document(document_number="示市监罚〔2026〕0099号"))
    other = Record.objects.get(document_number="示市监罚〔2026〕0099号")
    client = at_the_desk(Role.OPERATOR)
    for chosen in (other.record_ref, uuid4()):
        assert client.post(f"{LIST}{made}/", {"record": str(chosen), "words": WHY}).status_code == 422
    assert not Record.objects.filter(ended__isnull=False).exists()


def test_none_was_meant_ends_nothing() -> None:
    made = in_doubt()
    told = {"record": "none", "words": WHY}
    assert at_the_desk(Role.OPERATOR).post(f"{LIST}{made}/", told).status_code == 302
    found = case(made)
    assert found is not None
    assert (found.state, Record.objects.filter(ended__isnull=True).count()) == ("DISMISSED", 2)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("role", [Role.CLERK, Role.REVIEWER, Role.AUDITOR])
def test_others_concerned_see_and_do_not_settle(role: Role) -> None:
    made = in_doubt()
    client = at_the_desk(role, None if role is Role.AUDITOR else MARKET.code)
    assert "由运行管理人员核对" in client.get(f"{LIST}{made}/").content.decode()
    assert client.post(f"{LIST}{made}/", {"record": "none", "words": WHY}).status_code == 403
    assert str(made) in client.get(LIST).content.decode()


def test_another_unit_sees_nothing_of_it() -> None:
    made = in_doubt()
    other = factories.registered_organ(OrganRow(ORGAN_CODE, "示例市示范局", "990100", "TAX"))
    client = at_the_desk(Role.REVIEWER, other.code)
    assert client.get(f"{LIST}{made}/").status_code == client.get(f"{LIST}{uuid4()}/").status_code == 404
    assert str(made) not in client.get(LIST).content.decode()
