"""`xinshu repair doubtful`, `settle` and `hand-off`: what a person says of a doubtful decision, and what goes to another window."""

import hashlib
import stat
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from click.testing import CliRunner, Result

from tests import factories
from tests.factories import MARKET, SUBJECT, accepted, document, noon, registered_organ
from tests.journeys.conftest import on
from tests.proceedings.repairs import OWNER, drafted, lodged, officer, record, row
from tests.proceedings.test_case_documents import pdf
from xinshu.doors.cli.repair_elsewhere import repair
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.actions import NoSuchCase
from xinshu.proceedings.cases.documents import attach
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.repair.actions import note_national_case
from xinshu.proceedings.repair.inbound import Back, Outcome, receive
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db
COMMITTED = pytest.mark.django_db(transaction=True)
"""A command opens the store itself, and closes it."""

OPENS = date(2026, 7, 31)
NUMBER = "示市监罚〔2026〕0001号"


@pytest.fixture(autouse=True)
def today(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.EMBEDDED_DATABASE = False
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"
    factories.adopted_catalogue()
    registered_organ()
    accepted(document(decided_on=date(2026, 4, 30)), on_day=date(2026, 5, 6))
    with on(OPENS):
        yield


def run(*words: object) -> Result:
    return CliRunner().invoke(repair, [str(word) for word in words])


def told(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


# --- doubtful decisions ---------------------------------------------------------------------------


@pytest.fixture
def doubtful() -> UUID:
    """A decision that fits two records."""
    accepted(document(decided_on=date(2026, 4, 30), item="二"), on_day=date(2026, 5, 6))
    said = {"decider": MARKET.code, "case_number": "修〔2026〕7号", "decided_on": OPENS.isoformat()}
    said |= {"subject_code": SUBJECT, "document_number": NUMBER, "result": "GRANTED"}
    (answer,) = receive(lines=[orjson.dumps(said)], sender=MARKET.code, actor="token:test", moment=noon(OPENS))
    assert (answer.outcome, answer.case is None) == (Outcome.DOUBTFUL, False)
    assert answer.case is not None
    return answer.case


def ended() -> set[UUID]:
    return set(Record.objects.filter(ended="REPAIRED").values_list("record_ref", flat=True))


@COMMITTED
def test_none_is_doubtful_at_first() -> None:
    assert told("doubtful") == ""


@COMMITTED
def test_it_lists_the_decision_with_the_records_that_it_may_mean(doubtful: UUID) -> None:
    said = told("doubtful")
    assert f"{doubtful}  {MARKET.code} 修〔2026〕7号" in said
    for found in Record.objects.all():
        assert f"{found.record_ref}  ADMIN_PENALTY {NUMBER}" in said
    assert ended() == set()


@COMMITTED
def test_a_person_says_which_was_meant_and_it_ends_once(doubtful: UUID) -> None:
    chosen = record().record_ref
    assert told("settle", doubtful, "--record", chosen, "--words", "核对卷宗").strip() == "APPLIED"
    assert ended() == {chosen}
    assert told("doubtful") == ""
    for again in (("--record", chosen), ()):
        assert isinstance(run("settle", doubtful, *again, "--words", "再来").exception, XinshuError)
    assert ended() == {chosen}
    assert TrailLine.objects.filter(act="ELSEWHERE_match", actor__startswith="cli:").count() == 1


@COMMITTED
def test_or_that_none_was_meant(doubtful: UUID) -> None:
    assert told("settle", doubtful, "--words", "案号与卷宗不符").strip() == "DISMISSED"
    assert (ended(), told("doubtful")) == (set(), "")


@COMMITTED
def test_another_record_and_another_case_are_refused_with_the_way_out(doubtful: UUID) -> None:
    refused = run("settle", doubtful, "--record", uuid4(), "--words", "核对")
    assert isinstance(refused.exception, Back)
    assert "请核对" in str(refused.exception)
    for case in (uuid4(), drafted(OPENS)):
        assert isinstance(run("settle", case, "--words", "核对").exception, NoSuchCase)
    assert (ended(), row(doubtful).state) == (set(), "DOUBTFUL")


# --- the hand-off ---------------------------------------------------------------------------------


@pytest.fixture
def relayed(settings: Any) -> UUID:
    """An application with a document, which the national window decides."""
    settings.REPAIR_WINDOW = "RELAY"
    made = drafted(OPENS)
    who = {"side": Side.SUBJECT, "actor": OWNER, "moment": noon(OPENS)}
    attach(case=made, name="../../缴款凭证.pdf", chunks=[pdf()], **who)
    assert (lodged(OPENS), row(made).state) == (made, "RELAYED")
    return made


@COMMITTED
def test_the_archive_holds_the_case_its_documents_and_their_sums(relayed: UUID, tmp_path: Path) -> None:
    target = tmp_path / "case.zip"
    digest = told("hand-off", relayed, target).strip()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        content = {name: archive.read(name) for name in archive.namelist()}
    manifest = orjson.loads(content["manifest.json"])
    assert hashlib.sha256(content["manifest.json"]).hexdigest() == digest
    assert manifest["case"] == str(relayed)
    rest = {name: hashlib.sha256(octets).hexdigest() for name, octets in content.items() if name != "manifest.json"}
    assert manifest["files"] == rest
    head, *events = (orjson.loads(line) for line in content["case.jsonl"].splitlines())
    assert (head["subject_codes"], head["organ"]) == ([SUBJECT], MARKET.code)
    assert head["record_ref"] == str(record().record_ref)
    assert head["form"]["commitment"] is True
    assert [event["event"] for event in events] == ["begin", "relay"]
    (one,) = head["documents"]
    assert (one["name"], one["type"], content[one["file"]]) == ("缴款凭证.pdf", "application/pdf", pdf())
    assert not [name for name in content if ".." in name or name.startswith("/")]
    assert TrailLine.objects.get(act="REPAIR_HAND_OFF").matter == f"{relayed} {digest}"


@COMMITTED
def test_the_same_case_is_the_same_archive(relayed: UUID, tmp_path: Path) -> None:
    """So that a second hand-off can be told to be one."""
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    assert told("hand-off", relayed, first) == told("hand-off", relayed, second)
    assert first.read_bytes() == second.read_bytes()
    note_national_case(case=relayed, number="XZ-2026-1", actor=officer("经办一", Role.CLERK), moment=noon(OPENS))
    assert told("hand-off", relayed, second)
    assert first.read_bytes() != second.read_bytes(), "the number of the national case stands in the later one"


@COMMITTED
def test_what_is_not_relayed_and_what_is_no_case_leave_no_file(tmp_path: Path) -> None:
    target = tmp_path / "case.zip"
    for case, why in ((lodged(OPENS), NotNow), (uuid4(), NoSuchCase)):
        refused = run("hand-off", case, target)
        assert isinstance(refused.exception, why)
        assert "。" in str(refused.exception)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
    assert not TrailLine.objects.filter(act="REPAIR_HAND_OFF").exists()


@COMMITTED
def test_a_failed_hand_off_leaves_the_earlier_archive_as_it_was(relayed: UUID, tmp_path: Path) -> None:
    target = tmp_path / "case.zip"
    told("hand-off", relayed, target)
    before = target.read_bytes()
    assert isinstance(run("hand-off", uuid4(), target).exception, NoSuchCase)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["case.zip"]


# --- wrong arguments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("settle",),
        ("settle", "5f6e0c1e-8d6e-4f4e-9a57-0c6f5a5f3c11"),
        ("settle", "no-number", "--words", "核对"),
        ("settle", "5f6e0c1e-8d6e-4f4e-9a57-0c6f5a5f3c11", "--record", "none", "--words", "核对"),
        ("hand-off",),
        ("hand-off", "5f6e0c1e-8d6e-4f4e-9a57-0c6f5a5f3c11"),
        ("hand-off", "no-number", "case.zip"),
        ("hand-off", "5f6e0c1e-8d6e-4f4e-9a57-0c6f5a5f3c11", "."),
        ("doubtful", "more"),
        ("receive", "no-such-file.jsonl", "--sender", MARKET.code),
        ("grant",),
    ],
)
def test_wrong_arguments_are_told_in_words(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert Case.objects.count() == 0


@pytest.mark.parametrize("name", ["doubtful", "settle", "hand-off", "receive"])
def test_each_has_an_example(name: str) -> None:
    said = " ".join(told(name, "--help").split())
    assert f"例 Example: xinshu repair {name}" in said
