"""The doors of agencies and slips: command line, feed, late list, an agency's notices, the public check and the desk."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from click.testing import CliRunner, Result
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from tests import factories
from tests.factories import PASSWORD, SUBJECT, SUBJECT_NAME, TODAY, accepted, appointed, document, noon
from tests.journeys.conftest import on
from tests.regimes.agencies.made_up import NAME, agency_of, lines, reference, whole
from xinshu.doors.agency_feeds import FeedFault, audit_all, fetched
from xinshu.doors.cli.agencies import agency as agency_command
from xinshu.doors.cli.slips import slip as slip_command
from xinshu.regimes.agencies.actions import AgencyRefused, UnknownAgency, audit, decide, register_agency
from xinshu.regimes.agencies.clearing import NoSlip, issue_slip
from xinshu.regimes.agencies.models import Agency, Audit, Matter
from xinshu.regimes.agencies.queries import last_audit, late_list, matters
from xinshu.regimes.agencies.states import Event, MatterState, Source
from xinshu.register.access.roles import Role
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings

pytestmark = pytest.mark.django_db
SECOND = "示市监罚〔2026〕0002号"
SignedIn = Callable[[Role], Client]


@pytest.fixture(autouse=True)
def today(transactional_db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(document(), document(document_number=SECOND))
    register_agency(name=NAME, contact="x", site="agency.example", actor="test", moment=noon(TODAY))
    with on(TODAY):
        yield


@pytest.fixture
def gone() -> dict[str, Any]:
    """A copy of the second penalty, taken while it was shown; it was withdrawn since."""
    copy = whole(SECOND)
    factories.taken_back(factories.body(SUBJECT), reference(SECOND))
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))
    return copy


@pytest.fixture
def slip(gone: dict[str, Any]) -> dict[str, Any]:
    return issue_slip(code=SUBJECT, record_ref=UUID(gone["record"]["ref"]), actor="counter", moment=noon(TODAY))


@pytest.fixture
def signed_in() -> SignedIn:
    def opened(role: Role) -> Client:
        client = Client()
        organ = None if role in {Role.OPERATOR, Role.AUDITOR} else factories.MARKET.code
        assert client.login(username=appointed(role, organ=organ), password=PASSWORD)
        return client

    return opened


def run(command: Any, *arguments: Any) -> Result:
    return CliRunner().invoke(command, [str(part) for part in arguments])


def named(copy: dict[str, Any]) -> None:
    """The agency is on the late list."""
    audit(name=NAME, content=lines(copy), source=Source.SAMPLE, actor="test", moment=noon(TODAY))
    (row,) = matters(on_date=TODAY)
    operator = appointed(Role.OPERATOR)
    decide(matter=row.id, event=Event.LISTED, reason="逾期未改", actor=operator, moment=noon(date(2026, 12, 1)))


# --- the command line -----------------------------------------------------------------------------


def test_an_agency_is_registered_listed_audited_and_ended(tmp_path: Path, gone: dict[str, Any]) -> None:
    added = run(agency_command, "add", "另一机构", "--contact", "y", "--site", "other.example")
    assert added.stdout.strip() == f"/agencies/notices/{Agency.objects.get(name='另一机构').box}/"
    assert "另一机构\t\t\tother.example\t\ty" in run(agency_command, "list").stdout
    file = tmp_path / "copies.ndjson"
    file.write_bytes(lines(whole(), gone, b"[]"))
    told = run(agency_command, "audit", NAME, "--file", file)
    assert told.exit_code == 1
    assert "一致 same 1" in told.stdout
    assert f"{gone['record']['ref']}\tNOT_SHOWN" in told.stdout
    assert "第 3 行 row\t\tNOT_JSON" in told.stdout
    file.write_bytes(lines(whole()))
    assert run(agency_command, "audit", NAME, "--file", file).exit_code == 0
    assert run(agency_command, "end", NAME).exit_code == 0
    assert isinstance(run(agency_command, "audit", NAME).exception, UnknownAgency)
    assert isinstance(run(agency_command, "add", "另一机构", "--contact", "y").exception, AgencyRefused)


def test_a_slip_is_issued_at_the_counter_and_checked_offline(tmp_path: Path, gone: dict[str, Any]) -> None:
    file, copies, ref = tmp_path / "slip.json", tmp_path / "copies.ndjson", gone["record"]["ref"]
    paper = tmp_path / "slip.pdf"
    assert run(slip_command, "issue", SUBJECT, ref, "--to", file, "--pdf", paper).exit_code == 0
    assert paper.read_bytes().startswith(b"%PDF")
    assert ref.encode() not in paper.read_bytes()
    key = tiles.key()
    told = run(slip_command, "check", file, "--key", key)
    assert told.exit_code == 0
    assert "成立" in told.stdout
    assert ref not in told.stdout + file.read_text()
    copies.write_bytes(lines(whole(), gone))
    told = run(slip_command, "check", file, "--key", key, "--copy", copies)
    assert f"第 2 行 row 2\t{ref}" in told.stdout
    copies.write_bytes(lines(whole()))
    assert run(slip_command, "check", file, "--key", key, "--copy", copies).exit_code == 1
    shown = run(slip_command, "issue", SUBJECT, reference(), "--to", tmp_path / "no.json")
    assert isinstance(shown.exception, NoSlip)
    assert not (tmp_path / "no.json").exists()


# --- the feed -------------------------------------------------------------------------------------


class Serving(BaseHTTPRequestHandler):
    """An agency's own server: a feed, one that leads elsewhere, and one without an end."""

    feed = b""

    def do_GET(self) -> None:
        status = {"/feed": 200, "/elsewhere": 302, "/endless": 200}.get(self.path, 404)
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        if self.path == "/feed":
            self.wfile.write(self.feed)
        try:
            while self.path == "/endless":
                self.wfile.write(b" " * (1 << 20))
        except OSError:
            return

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


@pytest.fixture
def server(settings: Settings) -> Iterator[str]:
    settings.AGENCY_NETWORKS = ("127.0.0.0/8",)
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Serving)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_address[1]}"
    serving.shutdown()
    thread.join()
    serving.server_close()


def test_a_feed_is_fetched_and_audited_by_command_and_by_night(server: str, gone: dict[str, Any]) -> None:
    Agency.objects.update(feed=f"{server}/feed")
    Serving.feed = lines(gone)
    assert run(agency_command, "audit", NAME).exit_code == 1
    assert matters(on_date=TODAY)[0].count == 1
    Serving.feed = lines(whole())
    assert audit_all(noon(TODAY)) == 1
    assert matters(on_date=TODAY) == ()


def test_a_feed_that_is_away_is_noted_and_nothing_follows(server: str, gone: dict[str, Any]) -> None:
    Agency.objects.update(feed=f"{server}/nothing")
    assert audit_all(noon(TODAY)) == 0
    assert "404" in Audit.objects.get().failure
    told = last_audit(agency_of().id)
    assert told is not None
    assert not told.clean
    assert not Matter.objects.exists()


@pytest.mark.parametrize(("path", "said"), [("/elsewhere", "302"), ("/nothing", "404"), ("/endless", "64 MiB")])
def test_no_redirect_is_followed_and_nothing_without_end_is_read(server: str, path: str, said: str) -> None:
    with pytest.raises(FeedFault, match=said):
        fetched(f"{server}{path}", lambda done, total: None)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:1/", "private network"),
        ("http://localhost/", "private network"),
        ("http://[::1]/", "private network"),
        ("http://[::ffff:127.0.0.1]/", "private network"),
        ("http://169.254.169.254/latest", "private network"),
        ("http://10.0.0.1/", "private network"),
        ("http://192.168.1.1/", "private network"),
        ("http://0.0.0.0/", "private network"),
        ("http://224.0.0.1/", "private network"),
        ("http://user:word@agency.example/", "user"),
        ("file:///etc/passwd", "http"),
    ],
)
def test_no_private_address_is_asked(address: str, said: str) -> None:
    with pytest.raises(FeedFault, match=said):
        fetched(address, lambda done, total: None)


# --- for everyone ---------------------------------------------------------------------------------


def test_the_late_list_names_the_agency_and_never_a_body(gone: dict[str, Any]) -> None:
    named(gone)
    page = Client().get("/agencies/late/").content.decode()
    answer = Client().get("/api/v1/agencies/late").json()
    assert answer["late"] == [{"agency": NAME, "cause": "COPIES", "copies": 1, "since": "2026-12-01"}]
    for said in (page, orjson.dumps(answer).decode()):
        assert NAME in said
        for secret in (SUBJECT, SUBJECT_NAME, gone["record"]["ref"], "逾期未改", factories.MARKET.name):
            assert secret not in said
    audit(name=NAME, content=lines(whole()), source=Source.SAMPLE, actor="test", moment=noon(TODAY))
    assert Client().get("/api/v1/agencies/late").json()["late"] == []
    assert NAME not in Client().get("/agencies/late/").content.decode()


def test_an_agency_reads_its_notices_at_its_own_address_and_replies(gone: dict[str, Any]) -> None:
    audit(name=NAME, content=lines(gone), source=Source.SAMPLE, actor="test", moment=noon(TODAY))
    box = f"/agencies/notices/{agency_of().box}/"
    told = Client().get(f"{box}notices.json").json()
    assert told["findings"] == [{"ref": gone["record"]["ref"], "found": "NOT_SHOWN", "fields": []}]
    (matter,) = told["matters"]
    assert (matter["state"], matter["due_on"], matter["slip"]) == ("NOTICED", "2026-11-30", None)
    page = Client().get(box).content.decode()
    assert gone["record"]["ref"] in page
    for secret in (SUBJECT, SUBJECT_NAME, "示例处罚"):
        assert secret not in page
    client = Client()
    assert client.post(box, {"matter": matter["id"], "words": " "}).status_code == 422
    assert client.post(box, {"matter": "1", "words": "改"}).status_code == 404
    assert client.post(box, {"matter": str(uuid4()), "words": "改"}).status_code == 422
    assert client.post(box, {"matter": matter["id"], "words": "已删除"}).status_code == 302
    assert "已删除" in orjson.dumps(client.get(f"{box}notices.json").json()).decode()
    assert client.get(f"/agencies/notices/{uuid4()}/").status_code == 404


def test_anyone_checks_a_slip_by_upload_or_text_with_a_copy_beside_it(
    slip: dict[str, Any], gone: dict[str, Any]
) -> None:
    text, ref = orjson.dumps(slip).decode(), gone["record"]["ref"]
    upload = SimpleUploadedFile("slip.json", text.encode(), content_type="application/json")
    for sent in ({"file": upload}, {"slip": text}):
        page = Client().post("/slips/", sent)
        assert page.status_code == 200
        assert slip["number"] in page.content.decode()
        assert 'name="slip" value="' in page.content.decode()
    for asked, said in (
        ({"reference": ref, "code": SUBJECT}, "说的正是这一份副本"),
        ({"reference": str(reference()), "code": SUBJECT}, "不是这一份副本"),
        ({"reference": "x", "code": SUBJECT}, "不是这一份副本"),
    ):
        assert said in Client().post("/slips/", {"slip": text} | asked).content.decode()
    forged = Client().post("/slips/", {"slip": text.replace(slip["mark"], "0" * 64)})
    assert (forged.status_code, "签名不符" in forged.content.decode()) == (422, True)
    assert Client().post("/slips/", {"slip": "x" * (300 << 10)}).status_code == 413


def test_the_bearer_reports_a_copy_and_sees_what_became_of_it(slip: dict[str, Any]) -> None:
    client, text = Client(), orjson.dumps(slip).decode()
    said = {"slip": text, "act": "report"}
    wrong = client.post("/slips/", said | {"address": "agency.example"})
    assert (wrong.status_code, "完整网址" in wrong.content.decode()) == (422, True)
    done = client.post("/slips/", said | {"address": "https://agency.example/company/7"})
    assert (done.status_code, done.headers["Location"]) == (302, f"/slips/{slip['number']}/")
    page = client.get(done.headers["Location"]).content.decode()
    assert "已通知该网站" in page
    assert "/company/7" not in page
    assert client.get(f"/slips/{uuid4()}/").status_code == 404


def test_the_api_checks_reports_and_tells(slip: dict[str, Any], gone: dict[str, Any]) -> None:
    def posted(path: str, content: dict[str, Any]) -> Any:
        return Client().post(f"/api/v1{path}", content, content_type="application/json")

    asked = {"slip": slip, "reference": gone["record"]["ref"], "code": SUBJECT}
    told = posted("/slips/check", asked).json()
    assert (told["matches"], told["shown_again"], told["number"]) == (True, False, slip["number"])
    assert posted("/slips/check", {"slip": slip}).json()["matches"] is None
    assert posted("/slips/check", {"slip": slip | {"entry": "0"}}).json()["error"] == "NOTASLIP"
    done = posted("/slips/copies", {"slip": slip, "address": "https://other.example/x"})
    assert (done.status_code, done.json()["reported"][0]["registered"]) == (201, False)
    assert done.json() == Client().get(f"/api/v1/slips/{slip['number']}").json()
    assert posted("/slips/copies", {"slip": slip, "address": "x"}).json()["error"] == "NOTREPORTED"
    assert Client().get(f"/api/v1/slips/{uuid4()}").status_code == 404


def test_what_a_slip_tells_is_limited_like_searches(settings: Settings) -> None:
    settings.RATE_LIMIT = 2
    client = Client()
    statuses = [client.get("/slips/").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


# --- the desk -------------------------------------------------------------------------------------


def test_the_desk_is_for_the_platform_and_operators_alone_act(signed_in: SignedIn, gone: dict[str, Any]) -> None:
    audit(name=NAME, content=lines(gone), source=Source.SAMPLE, actor="test", moment=noon(TODAY))
    (matter,) = matters(on_date=TODAY)
    pages = ("/desk/agencies/", f"/desk/agencies/{agency_of().id}/", f"/desk/matters/{matter.id}/")
    clerk, auditor = signed_in(Role.CLERK), signed_in(Role.AUDITOR)
    assert {clerk.get(page).status_code for page in pages} == {403}
    assert {auditor.get(page).status_code for page in pages} == {200}
    assert str(agency_of().box) not in auditor.get(pages[1]).content.decode()
    assert {auditor.post(page).status_code for page in pages} == {403}
    assert "/desk/agencies/" in auditor.get("/desk/").content.decode()
    assert "/desk/agencies/" not in clerk.get("/desk/").content.decode()


def test_an_operator_registers_compares_decides_and_ends(signed_in: SignedIn, gone: dict[str, Any]) -> None:
    operator = signed_in(Role.OPERATOR)
    assert operator.post("/desk/agencies/", {"name": NAME, "contact": "x"}).status_code == 422
    assert operator.post("/desk/agencies/", {"name": "另一机构", "contact": "x"}).status_code == 302
    page = f"/desk/agencies/{agency_of().id}/"
    assert operator.post(page, {}).status_code == 422
    sent = SimpleUploadedFile("copies.ndjson", lines(gone, b"{"))
    assert operator.post(page, {"file": sent}).status_code == 302
    assert gone["record"]["ref"] in operator.get(page).content.decode()
    (matter,) = matters(on_date=TODAY)
    place = f"/desk/matters/{matter.id}/"
    early = operator.post(place, {"event": "LISTED", "reason": "逾期"})
    assert (early.status_code, "不能列名" in early.content.decode()) == (422, True)
    assert operator.post(place, {"event": "NONE", "reason": "逾期"}).status_code == 422
    with on(date(2026, 12, 1)):
        assert operator.login(username="test-operator", password=PASSWORD)
        assert "期限已满" in operator.get(place).content.decode()
        assert operator.post(place, {"event": "LISTED", "reason": "逾期未改"}).status_code == 302
        assert [row.agency for row in late_list()] == [NAME]
        assert operator.post(page, {"act": "end"}).status_code == 302
    assert late_list() == ()
    assert Matter.objects.get().state == MatterState.CLOSED
    assert operator.get(page).status_code == 404
