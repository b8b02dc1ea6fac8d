"""The public API: validators, HEAD, other origins, one shape of refusal, cursors, search, the catalogue of a day."""

from datetime import date, time
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests import factories
from tests.factories import OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, adopted_catalogue, document
from tests.journeys.conftest import on
from xinshu.doors.api.code_lists import LISTS, enumerations, own_lists
from xinshu.kit.cursors import write_cursor
from xinshu.register.access.actions import issue_token
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.queries import subject_answer

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
PUBLIC = (
    *("/kinds", "/kinds/ADMIN_PENALTY", "/bases", "/bases/PRC-APL", "/codes", "/codes/API_ERROR", "/class-tables"),
    *("/openapi.json", "/quality", f"/subjects/{SUBJECT}", f"/subjects/{SUBJECT}/records", "/subjects?name=云汀示例"),
)


@pytest.fixture(autouse=True)
def today(db: None) -> Any:
    with on(TODAY):
        adopted_catalogue()
        factories.registered_organ()
        yield


def get(address: str, **headers: str) -> Any:
    return Client().get(V1 + address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def penalties(count: int, **changes: Any) -> None:
    accepted(*(document(document_number=f"示市监罚〔2026〕{n:04d}号", **changes) for n in range(1, count + 1)))


# --- 验证器、HEAD、跨源 validators, HEAD, other origins ---


@pytest.mark.parametrize("address", PUBLIC)
def test_a_validator_is_the_digest_of_the_bytes(address: str) -> None:
    accepted(document())
    first = get(address)
    tag = first.headers["ETag"]
    assert first.status_code == 200
    assert tag == f'"{blake2b(first.content, digest_size=16).hexdigest()}"'
    for asked in (tag, f'"other", W/{tag}', "*"):
        again = get(address, If_None_Match=asked)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert get(address, If_None_Match='"other"').status_code == 200
    head = Client().head(V1 + address)
    assert (head.status_code, head.content) == (200, b"")
    assert {head.headers[name] == first.headers[name] for name in ("ETag", "Content-Length", "Content-Type")} == {True}


def test_a_validator_tells_nothing_beyond_the_answer() -> None:
    """Known without anything shown, and never heard of: equal but for the code, and the same before and after."""
    accepted(document())
    accepted(document(code=OTHER_SUBJECT, penalties=["WARNING"], severity="MINOR"))
    with on(date(2027, 10, 1)):
        for code in (SUBJECT, OTHER_SUBJECT, UNKNOWN):
            for end in ("", "/records"):
                answer = get(f"/subjects/{code}{end}")
                made = answer.content.replace(code.encode(), UNKNOWN.encode())
                assert made == get(f"/subjects/{UNKNOWN}{end}").content
                assert answer.headers["ETag"] == f'"{blake2b(answer.content, digest_size=16).hexdigest()}"'


def test_a_validator_ends_with_what_it_was_made_of() -> None:
    accepted(document())
    tag = get(f"/subjects/{SUBJECT}").headers["ETag"]
    with on(date(2027, 10, 1)):
        later = get(f"/subjects/{SUBJECT}", If_None_Match=tag)
    assert (later.status_code, later.json()["bodies"]) == (200, [])


def test_what_is_about_a_subject_is_stored_by_no_cache() -> None:
    for address in (f"/subjects/{SUBJECT}", f"/subjects/{SUBJECT}/records", "/subjects?name=云汀示例"):
        answer = get(address)
        assert (answer.headers["Cache-Control"], "Xinshu-State" in answer.headers) == ("no-store", False)


def test_the_catalogue_may_be_kept_until_midnight() -> None:
    edition = catalogue_on(TODAY).hash
    answer = get("/kinds")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Xinshu-State"] == f"edition={edition}, day=2026-11-23, log=0"
    with on(TODAY, time(23, 59, 30)):
        assert get("/kinds").headers["Cache-Control"] == "public, max-age=30"


def test_any_origin_may_read_what_is_public_and_nothing_else() -> None:
    client = Client()
    for address in (*PUBLIC, "/subjects/1", "/nothing"):
        answer = client.get(V1 + address, headers={"Origin": "https://example.org"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    moment = factories.noon(TODAY)
    own = {"organ_code": factories.MARKET.code, "name": "t"}
    token = issue_token(**own, from_day=TODAY, until=None, actor="test", moment=moment)
    answer = client.get(f"{V1}/batches", headers={"Authorization": f"Bearer {token}", "Origin": "https://example.org"})
    assert (answer.status_code, answer.headers["Vary"]) == (200, "Authorization")
    assert {"Access-Control-Allow-Origin", "ETag"} & {*answer.headers} == set()


def test_a_preflight_says_the_same_everywhere_and_lets_no_token_through() -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answers = [Client().options(V1 + address, headers=asked) for address in ("/kinds", "/batches", "/nothing")]
    assert {answer.status_code for answer in answers} == {204}
    assert {answer.headers["Access-Control-Allow-Methods"] for answer in answers} == {"GET, HEAD"}
    assert {answer.headers["Access-Control-Allow-Headers"] for answer in answers} == {"If-None-Match"}


# --- 一种错误形状 one shape of refusal ---


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("POST", "/kinds", "GET, HEAD"),
        ("DELETE", f"/subjects/{SUBJECT}", "GET, HEAD"),
        ("OPTIONS", "/kinds", "GET, HEAD"),
        ("PUT", "/openapi.json", "GET, HEAD"),
        ("PUT", "/batches", "GET, POST"),
    ],
)
def test_a_wrong_method_is_refused_in_the_one_shape(method: str, address: str, allowed: str) -> None:
    answer = Client().generic(method, V1 + address)
    assert (answer.status_code, answer.json()["error"]) == (405, "METHOD_NOT_ALLOWED")
    assert sorted(answer.headers["Allow"].split(", ")) == allowed.split(", ")


@pytest.mark.parametrize(
    ("address", "status", "name"),
    [
        ("/subjects/1", 400, "NOT_A_CODE"),
        ("/subjects?name=云", 400, "NAME_TOO_SHORT"),
        ("/subjects", 422, "INVALID_PARAMETER"),
        ("/subjects?name=云汀&page=0", 422, "INVALID_PARAMETER"),
        ("/subjects?name=%00%00", 400, "NOT_TEXT"),
        ("/kinds/NONE", 404, "NOT_FOUND"),
        ("/kinds/a%00b", 400, "NOT_TEXT"),
        ("/kinds?day=2019-06-30", 404, "NO_CATALOGUE"),
        ("/kinds?day=2026-11-24", 422, "NOT_A_DAY"),
        ("/kinds?day=yesterday", 422, "INVALID_PARAMETER"),
        ("/nothing", 404, "NOT_FOUND"),
        (f"/subjects/{SUBJECT}/records/none", 422, "INVALID_PARAMETER"),
        (f"/subjects/{SUBJECT}/records?kind=x y", 422, "INVALID_PARAMETER"),
        (f"/subjects/{SUBJECT}/records?limit=101", 422, "INVALID_PARAMETER"),
        (f"/subjects/{SUBJECT}/records?cursor=x", 400, "BAD_CURSOR"),
        ("/batches", 401, "NO_TOKEN"),
    ],
)
def test_every_refusal_has_one_shape(address: str, status: int, name: str) -> None:
    answer = get(address)
    assert (answer.status_code, answer.json()["error"]) == (status, name)
    assert {*answer.json()} == {"error", "message", "reasons"}
    assert {*answer.json()["message"]} == {"zh", "en"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "kind", "status", "name"),
    [
        ("{", "application/json", 400, "NOT_JSON"),
        ('{"attested": NaN}', "application/json", 400, "NOT_JSON"),
        ('{"attested": "\\u0000"}', "application/json", 400, "NOT_JSON"),
        ('{"attested": "\\ud800"}', "application/json", 400, "NOT_JSON"),
        ("<a/>", "application/xml", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ('{"attested": "perhaps"}', "application/json", 422, "INVALID_PARAMETER"),
        ('{"attested": "%s"}' % ("a" * 3_000_000), "application/json", 413, "TOO_LARGE"),
        ('{"attested": false}', "application/x-www-form-urlencoded", 422, "NOTATTESTED"),
    ],
)
def test_a_body_that_cannot_be_read(body: str, kind: str, status: int, name: str) -> None:
    moment = factories.noon(TODAY)
    own = {"organ_code": factories.MARKET.code, "name": "t"}
    token = issue_token(**own, from_day=TODAY, until=None, actor="test", moment=moment)
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().post(f"{V1}/batches/{uuid4()}/file", body, content_type=kind, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, name)


# --- 游标 cursors ---


def walk(limit: int, query: str = "") -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        page = get(f"/subjects/{SUBJECT}/records?limit={limit}{query}{cursor}").json()
        assert len(page["records"]) <= limit
        found += page["records"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 100])
def test_pages_are_the_whole_answer_in_its_order(limit: int) -> None:
    """Each once, newest first, whatever the size of a page; equal to the subject's answer to the byte."""
    penalties(4)
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号", decided_on=date(2026, 10, 1)))
    found = walk(limit)
    whole = get(f"/subjects/{SUBJECT}").json()["bodies"][0]["records"]
    assert [one["record"] for one in found] == whole
    assert {one["body"] for one in found} == {SUBJECT}
    assert [one["record"]["kind"] for one in walk(limit, "&kind=ADMIN_LICENCE")] == ["ADMIN_LICENCE"]


def test_pages_stand_still_while_records_come_and_go() -> None:
    penalties(4, decided_on=date(2026, 9, 30))
    first = get(f"/subjects/{SUBJECT}/records?limit=2").json()
    whole = [one["record"]["ref"] for one in walk(100)]
    accepted(document(document_number="示市监罚〔2026〕0099号", decided_on=date(2026, 11, 1)))
    rest = get(f"/subjects/{SUBJECT}/records?limit=2&cursor={first['next']}").json()
    assert [one["record"]["ref"] for one in rest["records"]] == whole[2:]
    with on(date(2027, 10, 1)):  # what the cursor stands on has ended; what came later is still shown
        again = get(f"/subjects/{SUBJECT}/records?limit=2&cursor={first['next']}").json()
        assert len(get(f"/subjects/{SUBJECT}/records").json()["records"]) == 1
    assert (again["records"], again["next"]) == ([], None)


def test_a_cursor_is_of_one_list_and_made_by_us(settings: Settings) -> None:
    penalties(2)
    cursor = get(f"/subjects/{SUBJECT}/records?limit=1").json()["next"]
    of = f"records {SUBJECT} "
    made = write_cursor([None, str(UUID(int=0))], of=of, key="guessed")
    addresses = (
        f"/subjects/{UNKNOWN}/records?cursor={cursor}",
        f"/subjects/{SUBJECT}/records?kind=ADMIN_PENALTY&cursor={cursor}",
        f"/subjects/{SUBJECT}/records?cursor={cursor[:-1]}",
        f"/subjects/{SUBJECT}/records?cursor={made}",
        f"/subjects/{SUBJECT}/records?cursor=",
    )
    for address in addresses:
        answer = get(address)
        assert (answer.status_code, answer.json()["error"]) == (400, "BAD_CURSOR"), address
    sound = write_cursor([None, str(UUID(int=0))], of=of, key=settings.SECRET_KEY)
    assert get(f"/subjects/{SUBJECT}/records?cursor={sound}").json()["records"] == []


def test_the_last_page_knows_that_it_is_the_last() -> None:
    """No cursor leads to an empty page: that would tell that something is there which is not shown."""
    penalties(2)
    accepted(
        document(
            document_number="示市监罚〔2025〕0001号",
            penalties=["WARNING"],
            severity="MINOR",
            decided_on=date(2025, 9, 1),
        )
    )
    assert get(f"/subjects/{SUBJECT}/records?limit=2").json()["next"] is None


# --- 查找 search ---


def test_search_is_paged_and_tells_no_person() -> None:
    accepted(document())
    answer = get("/subjects?name=云汀示例").json()
    assert [hit["code"] for hit in answer["hits"]] == [SUBJECT]
    assert answer["hits"][0]["counts"] == [{"kind": "ADMIN_PENALTY", "count": 1}]
    assert (answer["page"], answer["last_page"], answer["total"], answer["more"]) == (1, 1, 1, False)
    beyond = get("/subjects?name=云汀示例&page=2").json()
    assert (beyond["hits"], beyond["total"]) == ([], 1)


# --- 目录 catalogue ---


def test_a_kind_is_told_whole() -> None:
    kind = get("/kinds/ADMIN_PENALTY").json()
    known = catalogue_on(TODAY).catalogue.kinds["ADMIN_PENALTY"]
    assert (kind["name"]["zh"], kind["layer"]) == (known.name_zh, "national")
    assert [field["id"] for field in kind["fields"]] == [*known.fields]
    assert [regime["in_force"]["in_force"] for regime in kind["regimes"]].count(True) == 1
    assert all(
        row["article"] or row["note"] or regime["source"]["basis"]
        for regime in kind["regimes"]
        for row in regime["rows"]
    )


def test_another_day_has_its_own_rules() -> None:
    def in_force(day: str) -> list[str]:
        regimes = get(f"/kinds/ADMIN_PENALTY?day={day}").json()["regimes"]
        return [regime["id"] for regime in regimes if regime["in_force"]["in_force"]]

    assert in_force("2022-01-01") != in_force("2026-11-23")
    assert get("/kinds?day=2022-01-01").json()["day"] == "2022-01-01"


def test_a_basis_names_what_rests_on_it() -> None:
    assert "ADMIN_PENALTY" in get("/bases/PRC-APL").json()["kinds"]
    listed = get("/bases").json()["bases"]
    assert [one["id"] for one in listed] == [*catalogue_on(TODAY).catalogue.instruments]
    tables = get("/class-tables").json()["tables"]
    assert get(f"/class-tables/{tables[0]['id']}").json()["rows"]


def test_code_lists_are_complete() -> None:
    law = catalogue_on(TODAY).catalogue
    listed = {one["id"]: one for one in get("/codes").json()["vocabularies"]}
    assert {*listed} == {*law.vocabularies, *LISTS, "LAW_REASON", "FIELD_ROLE"}
    assert not {*law.vocabularies} & {*LISTS}
    for name, item in listed.items():
        told = get(f"/codes/{name}").json()
        assert len(told["choices"]) == item["size"] > 0
        assert all(one["name"]["zh"] and one["name"]["en"] for one in told["choices"])
    errors = {one["code"]: one["status"] for one in get("/codes/API_ERROR").json()["choices"]}
    assert (errors["NOT_A_CODE"], errors["TOO_MANY_REQUESTS"]) == (400, 429)
    told_codes = {choice["code"] for one in own_lists(law) for choice in one["choices"]}
    for enumeration in enumerations():
        assert {*enumeration} <= told_codes, enumeration


def test_page_api_and_answer_are_one_form() -> None:
    """Each representation is the stored public form."""
    accepted(document())
    whole = get(f"/subjects/{SUBJECT}")
    assert whole.content == subject_answer(SUBJECT, on_date=TODAY)
    record = whole.json()["bodies"][0]["records"][0]
    assert get(f"/subjects/{SUBJECT}/records/{record['ref']}").json() == record
    assert get(f"/subjects/{SUBJECT}/records").json()["records"] == [{"body": SUBJECT, "record": record}]
