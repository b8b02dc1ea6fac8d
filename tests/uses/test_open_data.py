"""Open data: each file holds exactly what the gate shows at that moment, never a row longer; nothing half, nobody's name."""

import csv
import fcntl
import io
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, accepted, adopted_catalogue, document, noon
from tests.house.statements import heard, past_the_gate
from tests.kinds import made_up_code
from xinshu.law.terms import Effect, SubjectKind
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records import queries as records
from xinshu.register.records.actions import number_filings, withdraw
from xinshu.register.records.models import Filing, RecordVersion
from xinshu.register.records.queries import log_state, shown_record
from xinshu.register.subjects.queries import named_by
from xinshu.uses.disclosure import open_data, tasks
from xinshu.uses.disclosure.data_sets import ADVERSE, CATALOGUE, LICENCES, OPEN_SETS, REGISTRATION, DataSet
from xinshu.uses.disclosure.open_data import FORMS, BeingMade, TooManyRows, file_at_hand, file_for_reader, make_file
from xinshu.uses.disclosure.queries import subject_answer

pytestmark = pytest.mark.django_db
NUMBERS = count(1)
NUMBER = "示市监许〔2026〕0001号"
REGISTERED = {"event_on": None, "subject_kind": SubjectKind.ENTERPRISE}


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_FOLDER = tmp_path
    adopted_catalogue()
    return tmp_path / "open-data"


def rebuilt(data_set: DataSet, form: str, octets: bytes) -> list[dict[str, Any]]:
    """The public forms with their subjects that a file says, whatever its form."""
    if form == "ndjson":
        return [orjson.loads(line) for line in octets.splitlines()]
    if form == "parquet":
        rows = pl.read_parquet(octets).rows(named=True)
        return [_form({**row, **_iso(row)}, orjson.loads(row["fields"])) for row in rows]
    if form == "csv":
        table = [list(line) for line in csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline=""))]
        header, *lines = [[cell.removeprefix("'") for cell in line] for line in table]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(octets))["data"]
        header, *lines = [[cell or "" for cell in line] for line in sheet.iter_rows(values_only=True)]
    return [_flat(dict(zip(header, line, strict=True))) for line in lines]


def _flat(row: dict[str, str]) -> dict[str, Any]:
    fields = {name: cell for name, cell in row.items() if name.isupper() and cell}
    read = {name: orjson.loads(cell) if cell.startswith("[") else cell for name, cell in fields.items()}
    return _form({name: cell or None for name, cell in row.items()}, read | orjson.loads(row["other_fields"] or "{}"))


def _iso(row: dict[str, Any]) -> dict[str, str]:
    return {name: day.isoformat() for name, day in row.items() if isinstance(day, date)}


def _form(row: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    plain = ("ref", "kind", "severity", "document_number", "decided_on", "shown_from", "shown_until", "repair_from")
    return {
        **{name: row[name] for name in (*plain, "regime")},
        "organ": {"code": row["organ_code"], "name": row["organ_name"]},
        "basis": {"id": row["basis"], "article": row["article"]},
        "why": {"zh": row["why_zh"], "en": row["why_en"]},
        "fields": fields,
        **({"mark": {"code": row["mark"], "zh": row["mark_zh"], "en": row["mark_en"]}} if row["mark"] else {}),
        "subject": {"code": row["subject_code"], "name": row["subject_name"], "kind": row["subject_kind"]},
    }


def content(data_set: DataSet, form: str = "ndjson", *, on_date: date = TODAY) -> list[dict[str, Any]]:
    return rebuilt(data_set, form, file_for_reader(data_set, form, on_date=on_date).path.read_bytes())


def on_the_pages(code: str, kinds: set[str], day: date) -> list[dict[str, Any]]:
    """What the API answers for a code, with the body beside each record as a file has it."""
    bodies = orjson.loads(subject_answer(code, on_date=day))["bodies"]
    return [
        {**form, "subject": {name: body[name] for name in ("code", "name", "kind")}}
        for body in bodies
        for form in body["records"]
        if form["kind"] in kinds
    ]


def licence(**changes: Any) -> dict[str, Any]:
    return document("ADMIN_LICENCE", **{"document_number": NUMBER, **changes})


def registration(**changes: Any) -> dict[str, Any]:
    return document("ENTERPRISE_REGISTRATION", **{"document_number": "示登〔2026〕1号", **REGISTERED, **changes})


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Documents of several kinds about bodies of several kinds, decided and ending on whatever day."""
    drawn = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from([licence, registration, document]))
        body = made_up_code(draw(st.integers(1, 3)))
        days = {"decided_on": TODAY - timedelta(draw(st.integers(0, 1200)))}
        if kind is licence:
            days["event_on"] = TODAY + timedelta(draw(st.integers(-2, 3)))
        drawn.append(kind(code=body, name=f"云汀{body}", document_number=f"=示〔{next(NUMBERS)}〕", **days))
    return drawn


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), later=st.integers(0, 4))
def test_each_file_holds_what_the_api_shows(history: list[dict[str, Any]], later: int) -> None:
    """On that day, at that number, in every form: no record more or less, and not a word other."""
    for given_document in history:
        accepted(given_document)
    day = TODAY + timedelta(later)
    for data_set in (REGISTRATION, LICENCES, ADVERSE):
        kinds = set(data_set.kinds(catalogue_on(day).catalogue))
        codes = [made_up_code(number) for number in (1, 2, 3)]
        expected = sorted((form for code in codes for form in on_the_pages(code, kinds, day)), key=_by_reference)
        for form in FORMS:
            found = file_for_reader(data_set, form, on_date=day)
            told = sorted(rebuilt(data_set, form, found.path.read_bytes()), key=_by_reference)
            # A cell of a table does not tell an empty text from none; the other two forms do.
            assert told == (expected if form in ("ndjson", "parquet") else [_without_blanks(one) for one in expected])
            assert (found.rows, found.day, found.log_number) == (len(expected), day, log_state().number)


def _without_blanks(form: dict[str, Any]) -> dict[str, Any]:
    return {**form, "fields": {name: value for name, value in form["fields"].items() if value}}


def _by_reference(form: dict[str, Any]) -> str:
    return str(form["ref"])


def test_a_record_of_ndjson_is_the_stored_form_byte_for_byte() -> None:
    accepted(licence())
    (line,) = file_for_reader(LICENCES, "ndjson", on_date=TODAY).path.read_bytes().splitlines()
    answer = subject_answer(SUBJECT, on_date=TODAY)
    form, _, subject = line.rpartition(b',"subject":')
    assert form + b"}" in answer
    assert orjson.loads(subject[:-1])["code"] == SUBJECT


def test_the_catalogue_is_a_file_too() -> None:
    catalogue = catalogue_on(TODAY).catalogue
    found = pl.read_parquet(file_for_reader(CATALOGUE, "parquet", on_date=TODAY).path)
    assert set(found.filter(entry="KIND")["id"]) == set(catalogue.kinds)
    assert set(found.filter(entry="BASIS")["id"]) == set(catalogue.instruments)
    assert set(found.filter(entry="VOCABULARY")["id"]) == set(catalogue.vocabularies)
    assert set(found.filter(entry="KIND")["part_of"]) <= set(catalogue.categories)
    lines = file_for_reader(CATALOGUE, "ndjson", on_date=TODAY).path.read_bytes().splitlines()
    assert len(lines) == len(found) > 500


def test_no_adverse_kind_is_in_a_set_for_everyone() -> None:
    """By its effect, whatever its category; and every adverse kind that is shown is there for recipients."""
    catalogue = catalogue_on(TODAY).catalogue
    for data_set in OPEN_SETS.values():
        assert data_set.is_open
        assert [kind for kind in data_set.kinds(catalogue).values() if kind.effect is Effect.ADVERSE] == []
    assert list(REGISTRATION.kinds(catalogue)) == ["ENTERPRISE_REGISTRATION"]
    assert list(LICENCES.kinds(catalogue)) == ["ADMIN_LICENCE"]
    assert {"ADMIN_PENALTY", "SERIOUS_DISHONESTY"} <= set(ADVERSE.kinds(catalogue))
    everything = DataSet(name="all", title=("", ""), holds=("", ""), includes=lambda _name, _kind: True)
    assert "ADMIN_PENALTY" not in everything.kinds(catalogue)


def test_what_is_withdrawn_is_gone_from_the_next_download_even_before_it_is_numbered() -> None:
    accepted(licence(), licence(document_number="示市监许〔2026〕0002号"))
    before = file_for_reader(LICENCES, "csv", on_date=TODAY)
    (row,) = named_by(SUBJECT)
    (reference,) = [form["ref"] for form in content(LICENCES) if form["document_number"] == NUMBER]
    number = log_state().number
    words = {"ground": "ENTERED_WRONGLY", "words": "录入错误", "actor": "test", "moment": noon(TODAY)}
    withdraw(subjects=[row.subject], record_ref=UUID(reference), organ=MARKET.code, **words)
    assert log_state().number == number, "it waits for its number"
    assert shown_record(subject=row.subject, record_ref=UUID(reference), on_date=TODAY) is None
    for form in FORMS:
        assert reference not in {one["ref"] for one in content(LICENCES, form)}
    number_filings(moment=noon(TODAY))
    assert [one["document_number"] for one in content(LICENCES)] == ["示市监许〔2026〕0002号"]
    assert not before.path.exists(), "the older file has left the disk"


def test_what_ends_at_midnight_is_gone_after_midnight() -> None:
    last = TODAY + timedelta(3)
    accepted(licence(event_on=last), licence(document_number="示市监许〔2026〕0002号"))
    assert len(content(LICENCES, on_date=last)) == 2
    yesterday = file_for_reader(LICENCES, "csv", on_date=last)
    assert yesterday.good_until.isoformat() == f"{last + timedelta(1)}T00:00:00+08:00"
    assert len(content(LICENCES, "csv", on_date=last + timedelta(1))) == 1
    assert not yesterday.path.exists()


def test_an_older_file_that_still_lies_there_is_never_served(folder: Path) -> None:
    """Of another day, another number, another history with the same number, another edition: each by its key."""
    accepted(licence())
    made = file_for_reader(LICENCES, "csv", on_date=TODAY)
    kept = {path: path.read_bytes() for path in (made.path, made.path.with_name(f"{made.path.name}.json"))}
    accepted(licence(document_number="示市监许〔2026〕0002号"))
    tomorrow = open_data.state_on(TODAY + timedelta(1))
    for path, octets in kept.items():
        path.write_bytes(octets)
    now = open_data.state_on(TODAY)
    assert file_at_hand(LICENCES, "csv", state=now) is None
    assert file_at_hand(LICENCES, "csv", state=tomorrow) is None
    assert len(content(LICENCES, "csv")) == 2
    left = [path.name for path in folder.iterdir() if path.suffix == ".csv"]
    assert left == [file_for_reader(LICENCES, "csv", on_date=TODAY).path.name]


def test_a_store_put_back_that_numbers_anew_has_another_mark() -> None:
    """The same number given to another filing: what was made before the restore is not served after it."""
    accepted(licence())
    first = log_state()
    Filing.objects.update(batch=uuid4())
    second = log_state()
    assert first.number == second.number == 1
    assert first.mark != second.mark


def test_a_file_made_once_is_found_again() -> None:
    accepted(licence())
    first = file_for_reader(LICENCES, "csv", on_date=TODAY)
    made_at = first.path.stat().st_mtime_ns
    assert file_for_reader(LICENCES, "csv", on_date=TODAY) == make_file(LICENCES, "csv", on_date=TODAY) == first
    assert first.path.stat().st_mtime_ns == made_at
    assert first.path.stat().st_mode & 0o777 == 0o600


def test_who_comes_second_is_told_to_come_again(folder: Path) -> None:
    """While another makes that very file; any other is made meanwhile."""
    accepted(licence())
    folder.mkdir()
    with (folder / "licences.csv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BeingMade, match="try again") as told:
            file_for_reader(LICENCES, "csv", on_date=TODAY)
        assert told.value.seconds > 0
        assert file_for_reader(LICENCES, "ndjson", on_date=TODAY).rows == 1
    assert file_for_reader(LICENCES, "csv", on_date=TODAY).rows == 1


def test_a_file_that_the_journal_outran_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record comes in while the rows are read, again and again: no file is better than one of neither state."""
    accepted(licence())
    writers = open_data.WRITERS

    def outrun(file: Any, layout: Any, parts: Any, scratch: Path) -> None:
        writers["csv"](file, layout, parts, scratch)
        accepted(licence(document_number=f"示市监许〔2027〕{next(NUMBERS)}号"))

    monkeypatch.setattr(open_data, "WRITERS", {**writers, "csv": outrun})
    with pytest.raises(BeingMade):
        file_for_reader(LICENCES, "csv", on_date=TODAY)
    assert [path.name for path in folder.iterdir() if path.suffix != ".asked"] == ["licences.csv.lock"]
    monkeypatch.undo()
    assert file_for_reader(LICENCES, "csv", on_date=TODAY).rows == 1 + open_data.ATTEMPTS


@pytest.mark.parametrize("form", FORMS)
def test_a_maker_that_is_cut_off_leaves_nothing_half(form: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the middle of the rows leaves no file; what a kill left lying goes with the next making."""
    accepted(licence(), licence(document_number="示市监许〔2026〕0002号"))
    with monkeypatch.context() as patch:
        patch.setattr(records, "CHUNK", 1)
        patch.setattr(LICENCES.__class__, "parts", _cut_off)
        with pytest.raises(ConnectionError):
            file_for_reader(LICENCES, form, on_date=TODAY)
    assert {path.name for path in folder.iterdir() if path.suffix != ".asked"} == {f"licences.{form}.lock"}
    (folder / f".licences.{form}.scratch").mkdir()
    (folder / f".licences.2026-01-01-1-a-b.{form}.ab12cd34").write_bytes(b"half")
    (folder / f"licences.2026-01-01-1-a-b.{form}").write_bytes(b"without its facts")
    found = file_for_reader(LICENCES, form, on_date=TODAY)
    assert found.rows == 2
    names = {f"licences.{form}.asked", f"licences.{form}.lock", found.path.name, f"{found.path.name}.json"}
    assert {path.name for path in folder.iterdir()} == names


def _cut_off(data_set: DataSet, catalogue: Any, *, on_date: date) -> Iterator[Any]:
    for batch in records.shown_stream(on_date=on_date, kinds=list(data_set.kinds(catalogue))):
        assert batch.num_rows == 1
        raise ConnectionError


def test_many_rows_come_by_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CHUNK", 3)
    monkeypatch.setattr("xinshu.uses.disclosure.data_sets.PART", 2)
    accepted(*(licence(document_number=f"示市监许〔2026〕{number}号") for number in range(8)))
    state = open_data.state_on(TODAY)
    parts = [len(part) for part in LICENCES.parts(state.edition.catalogue, on_date=TODAY)]
    assert parts == [2, 1, 2, 1, 2]


def test_no_person_has_a_name_in_any_file() -> None:
    """An individual business is its code, and a legal representative is nobody."""
    individual = {"code": OTHER_SUBJECT, "name": "云汀示例甲面馆", "subject_kind": SubjectKind.INDIVIDUAL_BUSINESS}
    accepted(licence(document_number="示市监许〔2026〕0003号", **individual))
    accepted(document(document_number="示市监罚〔2026〕0003号", **individual))
    accepted(registration())
    for data_set in (REGISTRATION, LICENCES, ADVERSE):
        representative = "示例法定代表人"
        for form in FORMS:
            told = content(data_set, form)
            assert len(told) == 1
            said = orjson.dumps(told).decode()
            assert "示例甲面馆" not in said
            assert representative not in said
            assert (told[0]["subject"]["name"] is None) == (data_set is not REGISTRATION)
    assert RecordVersion.objects.filter(content__contains="示例法定代表人").exists(), "it was there to be left out"


def test_every_statement_behind_a_file_goes_through_the_gate() -> None:
    accepted(licence())
    with heard() as statements:
        file_for_reader(LICENCES, "csv", on_date=TODAY)
        file_for_reader(ADVERSE, "csv", on_date=TODAY)
    assert records.STREAM in statements
    assert [statement for statement in statements if past_the_gate(statement)] == []


def test_a_large_file_is_left_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data, "MOST_AT_ONCE", 1)
    accepted(licence())
    assert file_for_reader(LICENCES, "csv", on_date=TODAY).rows == 1
    accepted(licence(document_number="示市监许〔2026〕0002号"))
    with pytest.raises(TooManyRows):
        file_for_reader(LICENCES, "csv", on_date=TODAY)
    for _ in range(2):
        tasks.make_later("licences", "csv")
    jobs = ProcrastinateJob.objects.filter(task_name="disclosure.make_file")
    assert [job.args for job in jobs] == [{"data_set": "licences", "form": "csv"}]
    make_file(LICENCES, "csv", on_date=TODAY)
    assert file_for_reader(LICENCES, "csv", on_date=TODAY).rows == 2
