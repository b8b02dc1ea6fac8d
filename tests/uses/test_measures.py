"""The check at the door: what stands, what does not any more, who may ask, and who may have the answer again."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client

from tests import factories
from tests.factories import OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, document, noon
from tests.journeys.conftest import on
from tests.measures import BARRED, LOOKED_AT, PURPOSE, SERIOUS, adopted_measures, asked, lines, organ_token, stands
from xinshu.kit.identifiers import lei_check_digits, uscc_check_character
from xinshu.law.terms import SubjectKind
from xinshu.register.access.models import TrailLine
from xinshu.register.records.models import Record
from xinshu.uses.measures.actions import erase_old
from xinshu.uses.measures.models import Check

pytestmark = pytest.mark.django_db

GRAVE = {**SERIOUS, "document_number": "示市监罚〔2026〕0003号"}


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    adopted_measures(tmp_path)
    factories.registered_organ()
    with on(TODAY):
        yield


@pytest.fixture
def token() -> dict[str, str]:
    return organ_token()


def test_each_measure_has_its_record_article_and_way_out(token: dict[str, str]) -> None:
    accepted(document(**GRAVE))
    head, one, end = lines(asked(token, SUBJECT))
    record = Record.objects.get()
    (body,) = one["bodies"]
    (measure,) = body["measures"]
    assert (one["code"], one["line"], one["outcome"], body["name"]) == (SUBJECT, 1, "MEASURES", "云汀示例商贸有限公司")
    assert [measure["measure"], measure["ground"]] == BARRED
    assert measure["class"] == "CLASS_I", "what is not in the closed list is class I"
    assert measure["until"] == (record.public_until - timedelta(days=1)).isoformat()  # type: ignore[operator]
    assert measure["record"]["ref"] == str(record.record_ref)
    assert measure["record"]["document_number"] == "示市监罚〔2026〕0003号"
    assert measure["record"]["organ"]["name"] == factories.MARKET.name
    assert measure["record"]["address"].endswith(f"/subjects/{SUBJECT}/records/{record.record_ref}/")
    assert measure["record"]["repair_from"] == record.repair_from.isoformat()  # type: ignore[union-attr]
    words = head["measures"]["EX_NO_TENDERS"]
    assert words["applied_by"] == {"zh": "采购人", "en": "the buyer"}
    why = words["grounds"]["1"]["why"]
    assert (why["code"], why["law"]["zh"]) == ("MEASURE_APPLIES", "《示例采购法》第22条")
    assert (head["edition"], head["applies"], head["asked"]) == (lines(asked(token, UNKNOWN))[0]["edition"], True, 1)
    assert head["ways"].keys() == {"REPAIR", "OBJECTION", "WHERE"}
    assert end == {"end": 1, "found": 1}


def test_none_says_what_was_looked_at_and_is_no_proof_of_good_standing(token: dict[str, str]) -> None:
    accepted(document())
    head, one, _ = lines(asked(token, UNKNOWN))
    assert one == {"code": UNKNOWN, "line": 1, "outcome": "NONE"}
    looked = {one["kind"]: one for one in head["looked_at"]}
    assert list(looked) == ["ADMIN_LICENCE", "ADMIN_PENALTY"]
    assert looked["ADMIN_LICENCE"]["sources"] == [], "nothing was delivered yet, and the answer says so"
    assert looked["ADMIN_PENALTY"]["sources"] == [{"organ": factories.MARKET.code, "last": TODAY.isoformat()}]
    assert "不是信用良好的证明" in head["none"]["zh"]
    said = "".join(one["zh"] for one in head["not_covered"])
    assert "尚未启用的措施" in said
    assert "自然人" in said


def test_an_unknown_code_and_one_with_nothing_are_the_same(token: dict[str, str]) -> None:
    accepted(document("ADMIN_LICENCE", code=OTHER_SUBJECT))
    _, unknown, known, _ = lines(asked(token, UNKNOWN, OTHER_SUBJECT, context="AWARDS"))
    assert {**unknown, "code": "", "line": 0} == {**known, "code": "", "line": 0}


def test_a_bad_code_has_its_own_line_and_nothing_is_lost(token: dict[str, str]) -> None:
    accepted(document(**GRAVE))
    lei = "5299001234567890AB"
    lei += lei_check_digits(lei)
    answer = asked(token, "9199", SUBJECT, 7, "11010519491231002X", lei, SUBJECT)
    head, *told, end = lines(answer)
    assert [one["outcome"] for one in told] == [
        *("NOT_A_CODE", "MEASURES", "NOT_A_CODE", "NOT_A_CODE", "FOREIGN", "MEASURES"),
    ]
    assert [one["line"] for one in told] == [1, 2, 3, 4, 5, 6]
    assert [one["code"] for one in told[:1] + told[2:4]] == [None, None, None]
    assert "位数不对" in told[0]["words"]["zh"]
    assert "LEI" in told[4]["words"]["en"]
    assert b"110105" not in answer.content
    assert (head["asked"], end) == (6, {"end": 6, "found": 2})


def test_ndjson_is_read_and_a_broken_line_is_told(token: dict[str, str]) -> None:
    accepted(document(**GRAVE))
    head = orjson.dumps({"context": "PUBLIC_TRADING", "purpose": PURPOSE})
    body = b"\n".join([head, orjson.dumps({"code": SUBJECT}), b"{", orjson.dumps(UNKNOWN), b""])
    answer = Client().post("/api/v1/check", body, content_type="application/x-ndjson", headers=token)
    assert [one.get("outcome") for one in lines(answer)[1:-1]] == ["MEASURES", "NOT_A_CODE", "NONE"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"[]", "body"),
        (b"{", "body"),
        (b'{"codes":[],"context":"AWARDS","purpose":"test"}', "body.codes"),
        (b'{"codes":["1"],"context":"NONE","purpose":"test"}', "body.context"),
        (b'{"codes":["1"],"context":"AWARDS"}', "body.purpose"),
        (b'{"codes":["1"],"context":"AWARDS","purpose":"test","more":1}', "body.more"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_place(token: dict[str, str], body: bytes, place: str) -> None:
    answer = Client().post("/api/v1/check", body, content_type="application/json", headers=token)
    assert (answer.status_code, answer.json()["reasons"]) == (422, [place])
    assert not Check.objects.exists()


def test_more_than_a_hundred_thousand_are_refused(token: dict[str, str]) -> None:
    assert asked(token, *["1"] * 100_001).status_code == 422
    assert Client().post("/api/v1/check", b"1" * (9 << 20), "application/json", headers=token).status_code == 413


def test_a_purpose_of_blanks_is_none(token: dict[str, str]) -> None:
    assert asked(token, SUBJECT, purpose="    ").status_code == 422


def test_who_does_not_say_who_asks_is_told_what_to_do() -> None:
    answer = asked({}, SUBJECT)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "/data/" in answer.json()["message"]["en"]


def test_a_bank_gets_information_and_never_that_a_measure_applies() -> None:
    accepted(document())
    bank = {"Authorization": f"Bearer {factories.registered_recipient()}"}
    head, one, _ = lines(asked(bank, SUBJECT, context="FINANCE", purpose="贷前核查"))
    assert (head["applies"], one["outcome"]) == (False, "MEASURES")
    assert head["note"]["en"].startswith("In this context the answer is information only")
    assert head["measures"]["EX_NO_FINES"]["grounds"]["1"]["why"]["code"] == "MEASURE_INFORMS"


def test_an_incentive_is_told_where_it_is_given_unprompted(token: dict[str, str]) -> None:
    accepted(document("ADMIN_LICENCE"))
    head, _, _ = lines(asked(token, SUBJECT, context="FAST_TRACK"))
    assert (head["measures"]["EX_FIRST"]["nature"], head["measures"]["EX_FIRST"]["unprompted"]) == ("INCENTIVE", True)


def test_a_measure_of_months_of_its_own_ends_before_its_record(token: dict[str, str]) -> None:
    accepted(document(decided_on=date(2026, 9, 30)))
    assert stands(asked(token, SUBJECT)) == [LOOKED_AT]
    with on(date(2026, 11, 30)):
        assert stands(asked(token, SUBJECT)) == [LOOKED_AT], "two months: the corresponding day is the last"
    with on(date(2026, 12, 1)):
        assert stands(asked(token, SUBJECT)) == []


def test_an_inactive_measure_never_applies_and_is_named(token: dict[str, str]) -> None:
    accepted(document(**GRAVE))
    assert "EX_ASLEEP" not in lines(asked(token, SUBJECT))[0]["measures"]


def test_a_measure_reaches_only_the_kinds_of_body_of_its_row(token: dict[str, str]) -> None:
    """Both rows look at penalties; one names enterprises alone, and no row names a public institution."""
    business, institution = "92999999TE5T00059L", "12999999TE5T00016"
    institution += uscc_check_character(institution)
    kinds = {business: SubjectKind.INDIVIDUAL_BUSINESS, institution: SubjectKind.PUBLIC_INSTITUTION}
    for number, (code, kind) in enumerate(kinds.items()):
        said = {"penalties": ["FINE", "LICENCE_REVOCATION"], "fine": Decimal(9), "severity": "SERIOUS"}
        accepted(
            document(
                code=code, subject_kind=kind, name=f"示例{number}", document_number=f"示〔2026〕{number}号", **said
            )
        )
    answer = asked(token, business, institution)
    assert stands(answer) == [BARRED]
    assert stands(answer, 2) == []


def test_each_check_is_logged_with_its_purpose(token: dict[str, str]) -> None:
    number = lines(asked(token, SUBJECT, UNKNOWN))[0]["check"]
    line = TrailLine.objects.get(act="CHECK")
    assert (line.organ_code, line.purpose) == (factories.MARKET.code, PURPOSE)
    assert line.matter == f"{number} PUBLIC_TRADING codes 2 found 0"
    assert SUBJECT not in line.matter


def test_only_the_caller_has_the_same_bytes_again(token: dict[str, str]) -> None:
    accepted(document(**GRAVE))
    answer = asked(token, SUBJECT)
    number = lines(answer)[0]["check"]
    same = Client().get(f"/api/v1/check/{number}", headers=token)
    assert (same.status_code, same.content) == (200, answer.content)
    bank = {"Authorization": f"Bearer {factories.registered_recipient()}"}
    assert Client().get(f"/api/v1/check/{number}", headers=bank).status_code == 404
    assert Client().get(f"/api/v1/check/{number}").status_code == 401
    assert TrailLine.objects.filter(act="REPLAY_CHECK").count() == 1


def test_what_is_kept_is_sealed_and_goes_when_its_time_is_over(token: dict[str, str], settings: Any) -> None:
    accepted(document(**GRAVE))
    number = lines(asked(token, SUBJECT))[0]["check"]
    kept = Check.objects.get()
    assert bytes(kept.sealed).startswith(b"age-encryption.org/v1")
    last = TODAY + timedelta(days=settings.CHECK_DAYS)
    with on(last):
        renewed = organ_token(last, "later")
        assert erase_old(moment=noon(last)) == 0
        assert Client().get(f"/api/v1/check/{number}", headers=renewed).status_code == 200
    with on(last + timedelta(days=1)):
        assert Client().get(f"/api/v1/check/{number}", headers=renewed).status_code == 404, "even before it is erased"
        assert erase_old(moment=noon(last + timedelta(days=1))) == 1
    assert not Check.objects.exists()
