"""Page, API, every download and `xinshu shown` tell the same set of every body, on every day, to every audience.

Histories are drawn: documents of several kinds come in on several days, are corrected, withdrawn, masked and shown again;
among the bodies is an individual business. What each form tells is read back as a user would read it.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import polars as pl
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.factories import MARKET, accepted, adopted_catalogue, body, document, noon, registered_recipient
from tests.journeys.conftest import on, told
from tests.parity.test_gate import made_up_code
from xinshu.law.terms import ClaimCause, Mark, Severity, SubjectKind
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.actions import number_filings, withdraw
from xinshu.register.records.withholding import mask, unmask

NUMBERS = count(1)
FIRST, LAST = date(2026, 6, 1), date(2026, 11, 23)
KINDS = ("ADMIN_PENALTY", "ADMIN_LICENCE", "ENTERPRISE_REGISTRATION")
ADVERSE = frozenset({"ADMIN_PENALTY"})
OPEN_SETS = {"registration": {"ENTERPRISE_REGISTRATION"}, "licences": {"ADMIN_LICENCE"}}
FORMS = ("csv", "ndjson", "parquet", "xlsx")
REFERENCE = re.compile(r"/records/([0-9a-f-]{36})/")


class Filed(NamedTuple):
    """One document that comes in, and what becomes of it later."""

    body: int
    kind: str
    decided_on: date
    arrives: date
    severity: Severity
    fate: str


@st.composite
def filings(draw: st.DrawFn) -> Filed:
    decided_on = draw(st.dates(FIRST, LAST - timedelta(days=1)))
    return Filed(
        body=draw(st.integers(0, 2)),
        kind=draw(st.sampled_from(KINDS)),
        decided_on=decided_on,
        arrives=draw(st.dates(decided_on, LAST)),
        severity=draw(st.sampled_from([Severity.ORDINARY, Severity.SERIOUS, Severity.MINOR])),
        fate=draw(st.sampled_from(["KEPT", "KEPT", "CORRECTED", "WITHDRAWN", "NAME", "BODY", "LIFTED"])),
    )


@pytest.fixture
def recipient(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """A house, and the header of a registered recipient of it."""
    adopted_catalogue()
    token = registered_recipient(on_day=LAST, days=365)
    return {"Authorization": f"Bearer {token}"}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(filings(), min_size=2, max_size=7), later=st.integers(1, 360))
def test_every_representation_tells_the_same(recipient: dict[str, str], history: list[Filed], later: int) -> None:
    codes = _happened(sorted(history, key=lambda filed: filed.arrives))
    for day in (LAST, LAST + timedelta(days=later)):
        shown = {code: told(code, day)["bodies"] for code in codes}
        with on(day):
            open_files = {form: _open_files(form) for form in FORMS}
            bulk = {form: _rows(form, _sent(f"/api/v1/bulk/{form}", recipient)) for form in FORMS}
            for code in codes:
                forms = {form["ref"]: form for one in shown[code] for form in one["records"]}
                assert _by_answer(code) == forms
                assert _by_pages_of_the_api(code) == forms
                assert _by_page(code) == set(forms)
                _by_their_own_addresses(code, forms)
                for form in FORMS:
                    adverse = {ref: told for ref, told in forms.items() if told["kind"] in ADVERSE}
                    assert _of(bulk[form], code) == _facts(adverse), form
                    for name, kinds in OPEN_SETS.items():
                        of_set = {ref: told for ref, told in forms.items() if told["kind"] in kinds}
                        assert _of(open_files[form][name], code) == _facts(of_set), (form, name)
            assert Client().get("/api/v1/bulk/csv").status_code == 401


def _happened(history: list[Filed]) -> list[str]:
    """Let the history happen, and the codes of its bodies."""
    numbers = [next(NUMBERS) for _ in range(3)]
    codes = [made_up_code(900_000 + number) for number in numbers]
    kinds = (SubjectKind.ENTERPRISE, SubjectKind.ENTERPRISE, SubjectKind.INDIVIDUAL_BUSINESS)
    for filed in history:
        number = next(NUMBERS)
        said = {
            "code": codes[filed.body],
            "name": f"云汀示例{numbers[filed.body]}号店",
            "subject_kind": kinds[filed.body],
            "document_number": f"示〔2026〕{number}号",
            "decided_on": filed.decided_on,
            **({"severity": filed.severity} if filed.kind in ADVERSE else {}),
            **({"event_on": None, "valid_from": None} if filed.kind == "ENTERPRISE_REGISTRATION" else {}),
        }
        accepted(document(filed.kind, **said), on_day=filed.arrives)
        _becomes(filed, codes[filed.body], said)
    return codes


def _becomes(filed: Filed, code: str, said: dict[str, Any]) -> None:
    """What its fate brings, on the last day."""
    if filed.fate == "CORRECTED":
        accepted(document(filed.kind, **said | {"organ_name": "示范市市场监督管理局（更正）"}), on_day=LAST)
    forms = [form for one in told(code, LAST)["bodies"] for form in one["records"]]
    refs = [UUID(form["ref"]) for form in forms if form["document_number"] == said["document_number"]]
    if not refs or filed.fate in {"KEPT", "CORRECTED"}:
        return
    if filed.fate == "WITHDRAWN":
        withdraw(
            subjects=[body(code)],
            record_ref=refs[0],
            organ=MARKET.code,
            ground="ENTERED_WRONGLY",
            words="",
            actor="test",
            moment=noon(LAST),
        )
    else:
        _masked(filed.fate, body(code), refs[0])
    number_filings(moment=noon(LAST))


def _masked(fate: str, subject: int, record_ref: UUID) -> None:
    mark = Mark.BODY_CLAIMED if fate == "BODY" else Mark.NAME_CLAIMED
    common = {"actor": "test", "catalogue": catalogue_on(LAST).catalogue, "moment": noon(LAST), "organ": ""}
    mask(subject=subject, record_ref=record_ref, mark=mark, **common)
    if fate == "LIFTED":
        number_filings(moment=noon(LAST))
        unmask(subject=subject, record_ref=record_ref, cause=ClaimCause.NAME, **common)


def _by_answer(code: str) -> dict[str, Any]:
    said = Client().get(f"/api/v1/subjects/{code}").json()
    return {form["ref"]: form for one in said["bodies"] for form in one["records"]}


def _by_pages_of_the_api(code: str) -> dict[str, Any]:
    """By cursor, two at a time."""
    found, cursor = {}, ""
    while True:
        said = Client().get(f"/api/v1/subjects/{code}/records?limit=2{cursor}").json()
        found |= {one["record"]["ref"]: one["record"] for one in said["records"]}
        if said["next"] is None:
            return found
        cursor = f"&cursor={said['next']}"


def _by_page(code: str) -> set[str]:
    """The body's page, and the pages of each kind that it leads to."""
    first = Client().get(f"/subjects/{code}/").content.decode()
    found = set(REFERENCE.findall(first))
    for kind in set(re.findall(r'href="\?kind=([A-Z_]+)"', first)):
        listed = set(REFERENCE.findall(Client().get(f"/subjects/{code}/?kind={kind}").content.decode()))
        found |= listed
    return found


def _by_their_own_addresses(code: str, forms: dict[str, Any]) -> None:
    for ref, form in forms.items():
        assert Client().get(f"/api/v1/subjects/{code}/records/{ref}").json() == form
        page = Client().get(f"/subjects/{code}/records/{ref}/").content.decode()
        assert form["why"]["zh"] in page
        if form["document_number"] is not None:
            assert form["document_number"] in page


def _sent(address: str, headers: dict[str, str] | None = None) -> bytes:
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def _open_files(form: str) -> dict[str, list[dict[str, Any]]]:
    return {name: _rows(form, _sent(f"/data/{name}.{form}")) for name in OPEN_SETS}


def _rows(form: str, content: bytes) -> list[dict[str, Any]]:
    """The rows of a file as its reader has them: reference, body's code, number of the document, last shown day."""
    if form == "ndjson":
        rows = [orjson.loads(line) for line in content.splitlines()]
        return [
            {"ref": row["ref"], "subject_code": row["subject"]["code"], "subject_name": row["subject"]["name"]}
            | {"document_number": row["document_number"], "shown_until": row["shown_until"]}
            for row in rows
            if "ref" in row
        ]
    return [_plain(row) for row in _table(form, content)]


def _table(form: str, content: bytes) -> Iterator[dict[str, Any]]:
    if form == "xlsx":
        for sheet in load_workbook(BytesIO(content), read_only=True):
            lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
            heads = [place for place, line in enumerate(lines) if line and line[0] == "ref"]
            for line in lines[heads[0] + 1 :] if heads else []:
                yield dict(zip(lines[heads[0]], line, strict=False))
    elif form == "csv":
        yield from pl.read_csv(content, infer_schema=False, encoding="utf8-lossy").iter_rows(named=True)
    else:
        yield from pl.read_parquet(BytesIO(content)).iter_rows(named=True)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    wanted = ("ref", "subject_code", "subject_name", "document_number", "shown_until")
    said = {name.lstrip("\ufeff"): value for name, value in row.items()}
    return {name: None if said[name] in {None, ""} else str(said[name])[:36] for name in wanted}


def _of(rows: list[dict[str, Any]], code: str) -> dict[str, tuple[str | None, ...]]:
    return {
        row["ref"]: (row["document_number"] or None, row["shown_until"]) for row in rows if row["subject_code"] == code
    }


def _facts(forms: dict[str, Any]) -> dict[str, tuple[str | None, ...]]:
    return {ref: (form["document_number"] or None, form["shown_until"]) for ref, form in forms.items()}
