"""The made-up country: whole, believable, nobody's, the same for the same seed, and taken in through intake itself."""

import csv
import gzip
import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from random import Random

import orjson
import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pytest_django import DjangoDbBlocker

from tests import factories
from tests.catalogue import shipped
from xinshu.doors.cli.country.bodies import bodies
from xinshu.doors.cli.country.codes import identity_number, registration_number, social_credit_code
from xinshu.doors.cli.country.files import file_name, write
from xinshu.doors.cli.country.making import Country, country
from xinshu.doors.cli.country.organs import CENTRE, FIRE, MARKET, ORGANS, SAFETY
from xinshu.doors.cli.country.planted import decided_for
from xinshu.doors.cli.country.rows import Row
from xinshu.doors.cli.country.schedule import RHYTHMS
from xinshu.doors.cli.country.sowing import Sown, sow
from xinshu.doors.cli.demo import COMPANY, STAFF, open_demo_accounts
from xinshu.doors.cli.seed import NotEmpty, refuse_unless_empty, sow_if_empty
from xinshu.kit.identifiers import CodeWarning, check_code, check_uscc, is_identity_number, is_old_identity_number
from xinshu.kit.legal_dates import Rounding, last_day_of_term
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.law.subject_kinds import subject_kind_of
from xinshu.law.terms import Penalty, Procedure, Severity, SubjectKind
from xinshu.proceedings.intake.own import returned_file
from xinshu.proceedings.intake.queries import batches_of
from xinshu.uses.disclosure.queries import subject_answer
from xinshu.uses.disclosure.statistics import choices, statistics

ROOT = Path(__file__).resolve().parents[2]
ORGANISATIONS = ROOT.parent / "shared" / "data" / "orgs"
TODAY = date(2026, 11, 23)
FIRST = date(2019, 7, 1)
SUBJECTS, RECORDS = 60, 300

MAKE_FILES = """
import hashlib, sys
from pathlib import Path
import django
django.setup()
from tests.doors.test_seed import country_of, files_of
for name, digest in files_of(country_of(seed=int(sys.argv[1])), Path(sys.argv[2])).items():
    print(name, digest)
"""


def country_of(*, subjects: int = SUBJECTS, records: int = RECORDS, seed: int = 1, day: date = TODAY) -> Country:
    return country(subjects=subjects, records=records, seed=seed, first=FIRST, day=day, catalogue=shipped())


@cache
def small() -> Country:
    return country_of()


def files_of(made: Country, folder: Path) -> dict[str, str]:
    """Each file's digest by name."""
    paths = [write(filing, rows, shipped().kinds[filing.kind], folder) for filing, rows in made.files]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def rows_of(made: Country, kind: str) -> Iterator[Row]:
    for filing, rows in made.files:
        if filing.kind == kind:
            yield from rows


def said(made: Country, kind: str, field: str, vocabulary: str) -> set[str]:
    """The choices that occur in a field, by identifier."""
    words = {choice.name_zh: name for name, choice in shipped().vocabularies[vocabulary].choices.items()}
    found = (str(row[field]).split(";") for row in rows_of(made, kind) if row.get(field))
    return {words[word] for several in found for word in several if word in words}


# what is in it


def test_every_kind_of_subject_that_a_code_can_tell_occurs() -> None:
    kinds = {body.kind for body in small().bodies}
    assert kinds == set(SubjectKind) - {SubjectKind.JUDICIAL_BODY}


def test_every_kind_of_record_severity_penalty_and_procedure_occurs() -> None:
    made = small()
    assert {filing.kind for filing, _ in made.files} == set(RHYTHMS)
    assert said(made, "ADMIN_PENALTY", "CF_CFLB", "PENALTY") == set(Penalty)
    assert said(made, "ADMIN_PENALTY", "SEVERITY", "SEVERITY") == set(Severity)
    assert said(made, "ADMIN_PENALTY", "PROCEDURE", "PROCEDURE") == set(Procedure)
    assert said(made, "ADMIN_LICENCE", "XK_ZT", "LICENCE_STATUS") == {"VALID", "INVALID"}


def test_minor_matters_come_with_and_without_a_reason_and_penalties_alone_and_together() -> None:
    rows = list(rows_of(small(), "ADMIN_PENALTY"))
    minor = [row for row in rows if row["SEVERITY"] == "轻微"]
    assert {row["PUBLICITY_REASON"] is None for row in minor} == {True, False}
    assert {";" in str(row["CF_CFLB"]) for row in rows} == {True, False}
    assert {row["SERVED_ON"] is None for row in rows} == {True, False}


def test_decisions_are_of_every_age_and_of_hard_days() -> None:
    days = {row["CF_JDRQ"] for row in rows_of(small(), "ADMIN_PENALTY") if isinstance(row["CF_JDRQ"], date)}
    assert {day.year for day in days if isinstance(day, date)} == set(range(2019, 2027))
    assert {date(2020, 2, 29), date(2024, 2, 29), date(2025, 12, 31), date(2026, 3, 31), date(2026, 4, 1)} <= days


def test_every_document_has_one_number_of_its_own() -> None:
    rows = [row for row in rows_of(country_of(records=1000), "ADMIN_PENALTY") if row["CF_WSH"]]
    numbers = Counter(row["CF_WSH"] for row in rows)
    assert [number for number, times in numbers.items() if times > 1] == []
    assert all(str(number).endswith("号") for number in numbers)


@settings(max_examples=25, deadline=None)
@given(
    day=st.dates(FIRST + timedelta(days=2), date(2031, 12, 31)),
    seed=st.integers(0, 2**32),
    subjects=st.integers(1, 40),
    records=st.integers(1, 120),
)
def test_a_country_of_any_day_is_sound(day: date, seed: int, subjects: int, records: int) -> None:
    """Files arrive before the day, decisions before their file; there are as many sound rows as were asked for."""
    made = country_of(subjects=subjects, records=records, seed=seed, day=day)
    assert len(made.bodies) <= subjects
    arrivals = [filing.arrives_on for filing, _ in made.files]
    assert arrivals == sorted(arrivals)
    assert all(FIRST <= arrival < day for arrival in arrivals)
    assert len(made.files) <= 42
    decided = [
        (row[field], filing.arrives_on)
        for filing, rows in made.files
        for field, row in ((DECIDED_ON[filing.kind], row) for row in rows)
    ]
    assert sum(isinstance(one, date) and one <= arrival for one, arrival in decided) >= records


DECIDED_ON = {
    "ADMIN_PENALTY": "CF_JDRQ",
    "ADMIN_LICENCE": "XK_JDRQ",
    "ABNORMAL_OPERATION": "LISTED_ON",
    "HONOUR": "AWARDED_ON",
    "ENTERPRISE_REGISTRATION": "DECIDED_ON",
}


@given(last_day=st.dates(date(2020, 1, 1), date(2040, 1, 1)), months=st.sampled_from([3, 12, 36]))
def test_a_term_is_planted_to_the_day(last_day: date, months: int) -> None:
    decided_on = decided_for(last_day, months)
    if decided_on is None:
        assert last_day.day > 28
    else:
        assert last_day_of_term(decided_on, months=months, rounding=Rounding.DOWN) == last_day


# whose it is: nobody's


@given(st.integers(), st.sampled_from(["11", "12", "51", "52", "53", "91", "92", "93", "N2", "N3", "Y1"]))
def test_a_code_is_valid_made_up_and_no_persons(seed: int, prefix: str) -> None:
    rng = Random(seed)
    for sound in (True, False):
        code = social_credit_code(rng, prefix, "990101", inner_sound=sound)
        check = check_uscc(code)
        assert check.valid
        assert check.warnings == (() if sound else (CodeWarning.INNER_CHECK,))
        assert not is_identity_number(code)


@given(st.integers())
def test_an_old_number_is_valid_and_an_identity_number_is_nobodys(seed: int) -> None:
    number = registration_number(Random(seed), "990102")
    assert check_code(number).valid
    assert not is_old_identity_number(number)
    assert is_identity_number(identity_number(Random(seed)))
    assert identity_number(Random(seed)).startswith("999999")


def test_codes_of_a_real_division_are_refused() -> None:
    with pytest.raises(ValueError, match="110000"):
        social_credit_code(Random(1), "91", "110000")


def test_bodies_and_organs_have_codes_of_divisions_that_do_not_exist() -> None:
    made = bodies(Random(3), 1000)
    assert len({body.known_by for body in made}) == len({body.name for body in made}) == 1000
    for body in made:
        check = check_code(body.known_by)
        assert check.valid
        assert (body.code[2:4] or body.registration_number[:2]) == "99"
        assert body.code == "" or subject_kind_of(body.code) is body.kind
    warned = [body for body in made if check_code(body.known_by).warnings]
    assert 0 < len(warned) < 50
    assert all(check_uscc(organ.code).warnings == () and organ.code[2:4] == "99" for organ in ORGANS)
    departments = shipped().vocabularies["DEPARTMENT"].choices
    assert {organ.department for organ in ORGANS} <= set(departments)


def test_identity_numbers_in_the_files_are_nobodys() -> None:
    values = {str(value) for kind in RHYTHMS for row in rows_of(small(), kind) for value in row.values() if value}
    persons = {value for value in values if is_identity_number(value)}
    assert persons
    assert all(number.startswith("999999") for number in persons)


def test_names_are_in_no_list_of_real_organisations() -> None:
    files = [ORGANISATIONS / "cn_company_names_jobads.csv.gz", ORGANISATIONS / "cn_brand_short_names.csv.gz"]
    if not all(file.exists() for file in files):
        pytest.skip(f"no lists of real names in {ORGANISATIONS}")
    real: set[str] = set()
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
            real |= {row[0] for row in csv.reader(text)}
    made = bodies(Random(4), 3000)
    assert len(real) > 100_000
    assert real.isdisjoint(body.name for body in made)
    assert real.isdisjoint(body.brand for body in made)
    assert real.isdisjoint(organ.name for organ in ORGANS)


# the files


def test_files_look_as_their_senders_write_them(tmp_path: Path) -> None:
    """GB18030, UTF-8 with its mark, and XLSX; Chinese headers of the template, in the catalogue's order."""
    files_of(small(), tmp_path)
    contents = {
        (filing.kind, filing.sender): (tmp_path / file_name(filing)).read_bytes() for filing, _ in small().files
    }
    headers = [rule.name_zh for rule in shipped().kinds["ADMIN_PENALTY"].fields.values()]
    for sender, encoding in ((MARKET, "gb18030"), (FIRE, "gb18030"), (SAFETY, "utf-8-sig")):
        text = contents["ADMIN_PENALTY", sender].decode(encoding)
        assert next(csv.reader(StringIO(text))) == headers
    with pytest.raises(UnicodeDecodeError):
        contents["ADMIN_PENALTY", MARKET].decode("utf-8")
    assert contents["ADMIN_PENALTY", SAFETY].startswith(b"\xef\xbb\xbf")
    sheet = load_workbook(BytesIO(contents["ADMIN_PENALTY", CENTRE])).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == headers


def test_the_same_seed_gives_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    """In another process too, whose sets are ordered otherwise; another seed gives others."""
    (tmp_path / "here").mkdir()
    here = files_of(small(), tmp_path / "here")
    for hash_seed in ("1", "2"):
        there = tmp_path / hash_seed
        there.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", MAKE_FILES, "1", str(there)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert dict(line.split() for line in done.stdout.splitlines()) == here
    (tmp_path / "other").mkdir()
    assert set(files_of(country_of(seed=2), tmp_path / "other").values()).isdisjoint(here.values())


# taken in


def test_an_empty_store_may_be_sown(db: None) -> None:
    """Before any other here: what `sown_once` sows stays to the end of the file."""
    refuse_unless_empty()


@pytest.fixture(scope="module")
def sown_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sown]:
    """The country, made once for all that look at it, and undone at the end."""
    named = str(connection.settings_dict["NAME"])
    assert named.startswith("test_"), "the test database is made for tests that are marked: run the whole file"
    with django_db_blocker.unblock(), transaction.atomic():
        factories.adopted_catalogue()
        folder = tmp_path_factory.mktemp("country")
        yield sow(moment=factories.noon(TODAY), subjects=SUBJECTS, records=RECORDS, seed=1, folder=folder)
        transaction.set_rollback(True)


@pytest.fixture
def sown(sown_once: Sown) -> Iterator[Sown]:
    """The country as it was sown; whatever a test does to it is undone after it."""
    with transaction.atomic():
        yield sown_once
        transaction.set_rollback(True)


def records_of(code: str, day: date) -> list[dict[str, object]]:
    bodies = orjson.loads(subject_answer(code, on_date=day))["bodies"]
    return [record for body in bodies for record in body["records"]]


def test_all_of_it_goes_through_intake(sown: Sown, tmp_path: Path) -> None:
    """Every sound row is accepted, every spoilt one returned; sown again, nothing changes."""
    counts = sown.counts
    parts = ("accepted", "unchanged", "corrected", "returned", "outside")
    assert counts["received"] == sum(counts[part] for part in parts)
    assert counts["accepted"] == RECORDS + sown.registrations
    assert sown.registrations == len(list(rows_of(small(), "ENTERPRISE_REGISTRATION"))) > SUBJECTS // 3
    assert all(counts[part] > 0 for part in (*parts, "dropped_personal", "questions"))
    assert sown.subjects == SUBJECTS
    assert sown.batches == len(small().files)
    returned = [returned_file(batch.id) for batch in batches_of(None, most=1000) if batch.returned]
    assert {Path(file[0]).suffix for file in returned if file} == {".csv", ".xlsx"}
    again = sow(moment=factories.noon(TODAY), subjects=SUBJECTS, records=RECORDS, seed=1, folder=tmp_path).counts
    assert (again["accepted"], again["corrected"]) == (0, 0)
    assert (again["returned"], again["outside"]) == (counts["returned"], counts["outside"])


def test_something_is_shown_today_and_something_has_ended(sown: Sown) -> None:
    assert sown.registrations < sown.shown < RECORDS + sown.registrations
    examples = sown.examples
    assert examples.penalties is not None
    assert examples.ending is not None
    assert examples.nothing is not None
    assert sum(record["kind"] == "ADMIN_PENALTY" for record in records_of(examples.penalties, TODAY)) > 1
    today, tomorrow = (len(records_of(examples.ending, day)) for day in (TODAY, TODAY + timedelta(days=1)))
    assert tomorrow < today
    assert records_of(examples.nothing, TODAY) == []


def test_every_enterprise_is_registered_and_no_representative_surfaces(sown: Sown) -> None:
    """Each with a code, once; the names of those who represent them are in the files, and in no answer."""
    made = small()
    rows = {str(row["SUBJECT_CODE"]): row for row in rows_of(made, "ENTERPRISE_REGISTRATION")}
    kinds = (SubjectKind.ENTERPRISE, SubjectKind.FARMERS_COOPERATIVE)
    assert set(rows) == {body.code for body in made.bodies if body.kind in kinds}
    assert len({row["INDUSTRY"] for row in rows.values()}) > 4
    for code, row in rows.items():
        answer = subject_answer(code, on_date=TODAY).decode()
        assert answer.count('"kind":"ENTERPRISE_REGISTRATION"') == 1
        assert str(row["REPRESENTATIVE"]) not in answer


def test_the_statistics_are_counted_once_it_is_sown(sown: Sown) -> None:
    found = statistics(choices(on_date=TODAY), on_date=TODAY)
    assert found.total is not None
    assert sown.shown - 5 < found.total <= sown.shown


def test_batches_are_received_on_their_days(sown: Sown) -> None:
    received = sorted(row.received_at.date() for row in batches_of(None, most=100))
    assert received == [filing.arrives_on for filing, _ in small().files]


def test_nothing_is_sown_over_what_is_there(sown: Sown) -> None:
    before = batches_of(None, most=100)
    with pytest.raises(NotEmpty, match="--add"):
        refuse_unless_empty()
    sow_if_empty(factories.noon(TODAY))
    assert batches_of(None, most=100) == before


def test_whoever_tries_a_demonstration_may_sign_in_on_both_sides(sown: Sown, client: Client) -> None:
    """The organisation with a recovery code, as one without an authenticator does; its unit at the desk."""
    code = sown.examples.penalties
    assert code is not None
    with time_machine.travel(datetime.combine(TODAY, time(12), LEGAL_ZONE), tick=True):
        _signed_in_on_both_sides(code, client)


def _signed_in_on_both_sides(code: str, client: Client) -> None:
    demo = open_demo_accounts(code, moment=factories.noon(TODAY))
    told = "\n".join(demo.lines())
    assert all(said in told for said in (code, demo.password, demo.secret, demo.recovery[0], demo.unit.name))
    client.post("/own/sign-in/", {"username": COMPANY, "password": demo.password})
    client.post("/own/factor/", {"said": demo.recovery[0]})
    assert code in client.get("/own/", follow=True).content.decode()
    for username in STAFF:
        desk = Client()
        signed = desk.post("/desk/sign-in/", {"username": username, "password": demo.password})
        assert signed.status_code == 302
        assert demo.unit.name in desk.get("/desk/").content.decode()
