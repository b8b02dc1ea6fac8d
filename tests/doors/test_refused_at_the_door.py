"""What is tried at the doors of the own space: each refused in both languages, nothing stored, nothing told to a stranger.

A script named .pdf, two gigabytes, an archive that swells, a name like a path, another's number in the address, a
captured mandate, a form that is sent again, a form that another site sends.
"""

import gc
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse

from tests import factories
from tests.doors.refusals import is_clear, nothing_stored, overheard, words
from tests.factories import OTHER_SUBJECT, SUBJECT, accepted, body, document, noon, registered_organ
from tests.journeys.conftest import on
from tests.measures import a_room
from tests.proceedings.listings import told
from tests.proceedings.repairs import events, record
from tests.proceedings.test_case_documents import archive, packed_pdf, png
from tests.spaces import signed_in_organisation
from xinshu.doors.space.telling import tell_revoked
from xinshu.doors.space.urls import urlpatterns
from xinshu.kit.clock import now
from xinshu.parties.mandates.actions import revoke
from xinshu.parties.mandates.models import Visit
from xinshu.parties.notices.actions import give_address
from xinshu.parties.notices.models import Notice
from xinshu.parties.notices.states import Means
from xinshu.proceedings import vault
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.files import LARGEST
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.lists.states import LISTING
from xinshu.proceedings.objections.states import OBJECTION
from xinshu.proceedings.repair.states import REPAIR
from xinshu.uses.measures.models import Check

pytestmark = pytest.mark.django_db
OPENS = date(2026, 7, 31)
FORM = {"duties_done": "yes", "words": "已缴清", "commitment": "yes", "signed_by": "示例乙"}
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
SECRET = "zq7-secret-content"
"""Stands in every file that is tried; no page and no line of the log may hold it."""

STRANGERS_NAME = "云汀另一示例有限公司"
ROUTES = {pattern.name: pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)}


@pytest.fixture(autouse=True)
def today(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()
    registered_organ()
    accepted(document(decided_on=date(2026, 4, 30)), on_day=date(2026, 5, 6))
    vault.put_returned(uuid4(), 0, b"so that the vault has its key")
    with on(OPENS):
        yield


class Own(NamedTuple):
    """A company that is signed in, its mandate, and the draft of its repair."""

    client: Client
    mandate: str
    case: UUID

    @property
    def place(self) -> str:
        return f"/own/repairs/{self.case}/"

    def sends(self, content: bytes, name: str = "缴款凭证.pdf") -> Any:
        """A document with the form of the case."""
        return self.client.post(f"{self.place}documents/", {"document": SimpleUploadedFile(name, content)})


def begun(client: Client) -> UUID:
    """The draft that the client's page begins."""
    place = client.post(f"/own/repairs/record/{record().record_ref}/").headers["Location"]
    return UUID(place.rstrip("/").rpartition("/")[2])


@pytest.fixture
def own() -> Own:
    client = Client()
    mandate = signed_in_organisation(client)
    return Own(client, mandate, begun(client))


def said_nothing(answer: Any, log: str, *more: str) -> bool:
    """Neither the page nor the log tells content, a place on the disk, or whatever else; no page tells of our code."""
    page = answer.content.decode()
    return not [word for word in (SECRET, str(vault.folder()), *more) if word in page + log] and ".py" not in page


# --- files ----------------------------------------------------------------------------------------

MARKED = f"({SECRET})".encode()
HOSTILE = {
    "a script named .pdf": f"#!/bin/sh\necho {SECRET}\n".encode(),
    "a page named .pdf": f"<html><script>alert('{SECRET}')</script></html>".encode(),
    "a script in a PDF": PDF.replace(b"<< >>", b"<< /OpenAction << /S /JavaScript /JS " + MARKED + b" >> >>"),
    "a script packed in a PDF": packed_pdf(b"1 0 << /S /JavaScript /JS " + MARKED + b" >>"),
    "a programme named .pdf": b"\x7fELF" + SECRET.encode(),
    "an archive that swells": archive(SECRET.encode() + bytes(50 << 20), "swells.txt"),
    "an archive of a path": archive(SECRET.encode(), "../../etc/cron.d/x"),
    "a PDF that swells": packed_pdf(SECRET.encode() + bytes(80 << 20)),
    "a picture that swells": png(100_000, 100_000),
    "a PDF that is an archive too": PDF + archive(SECRET.encode()),
    "nothing": b"",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_clearly_and_leaves_nothing(own: Own, content: bytes) -> None:
    with nothing_stored(), overheard() as log:
        answer = own.sends(content, "证明.pdf")
    assert (answer.status_code, is_clear(answer)) == (422, True), words(answer)
    assert said_nothing(answer, log.getvalue())
    assert documents_of(own.case) == ()


def test_a_form_without_a_file_says_so(own: Own) -> None:
    for said in ({}, {"document": "no file"}, {"another": SimpleUploadedFile("a.pdf", PDF)}):
        with nothing_stored():
            answer = own.client.post(f"{own.place}documents/", said)
        assert (answer.status_code, is_clear(answer)) == (422, True), words(answer)


class Endless:
    """The body of a form whose file never ends, made as it is read; it remembers how much of it was."""

    def __init__(self) -> None:
        head = f'--x\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n{SECRET}'
        self.head, self.drawn = head.encode(), 0

    def read(self, size: int) -> bytes:
        """More of it."""
        begun, self.head = self.head[:size], self.head[size:]
        self.drawn += size
        return begun + bytes(size - len(begun))

    readline = read


def poured(own: Own, declared: int | None) -> tuple[Any, Endless]:
    """A file that never ends is sent to that length, as far as it says; the answer, and what was read of it."""
    browser, stream = strict(own), Endless()
    said: dict[str, Any] = {
        "PATH_INFO": f"{own.place}documents/",
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "HTTP_X_CSRFTOKEN": token_of(browser, own.place),
        "wsgi.input": stream,
    }
    return browser.request(**said, **({} if declared is None else {"CONTENT_LENGTH": str(declared)})), stream


@pytest.mark.parametrize(
    ("declared", "status", "most"),
    [(2 << 30, 413, 0), (LARGEST + (1 << 17), 413, 0), (LARGEST + (1 << 16), 422, LARGEST + (1 << 17)), (None, 422, 0)],
    ids=["two gigabytes", "a little too much", "less than comes", "nothing declared"],
)
def test_two_gigabytes_are_refused_before_they_are_read(own: Own, declared: int | None, status: int, most: int) -> None:
    with nothing_stored(), overheard() as log:
        answer, stream = poured(own, declared)
    assert (answer.status_code, is_clear(answer)) == (status, True), words(answer)
    assert stream.drawn <= most
    assert said_nothing(answer, log.getvalue())
    assert ("10 MiB" in words(answer)) is (status == 413)
    assert documents_of(own.case) == ()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/cron.d/x.pdf", "C:\\x\\凭证.pdf"]
)
def test_of_a_name_like_a_path_no_part_is_a_place(own: Own, name: str, tmp_path: Path) -> None:
    """The file is a sound one: it is kept under its number, and of its name the last part is told."""
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert own.sends(PDF, name).status_code == 302
    (held,) = documents_of(own.case)
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert [path.name for path in new] == [f"{held.id}.age"]
    assert not re.search(r"[/\\:]|\.\.|etc|windows|cron", held.name), held.name
    told = (
        own.client.get(own.place).content.decode()
        + own.client.get(f"{own.place}documents/{held.id}/").headers["Content-Disposition"]
    )
    assert not re.search(r"\.\.|/etc/|windows|cron\.d|C:", told)


def test_a_form_that_breaks_off_leaves_nothing_open(own: Own) -> None:
    """Its file is a sound one as far as it came: it is nobody's."""
    head = b'--x\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n'
    for content in (head + b"\r\n" + PDF, head + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"JVBER", head):
        with nothing_stored():
            place = f"{own.place}documents/"
            answer = own.client.generic("POST", place, content, "multipart/form-data; boundary=x")
        assert answer.status_code in {400, 422}, content
        gc.collect()


@pytest.mark.parametrize("name", ["..", ".", "/", "\\", ""])
def test_a_name_that_is_a_path_and_nothing_else_is_refused(own: Own, name: str) -> None:
    content = f'--x\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'.encode() + PDF
    with nothing_stored():
        answer = own.client.generic(
            "POST", f"{own.place}documents/", content + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
        )
    assert (answer.status_code, is_clear(answer)) == (422, True), words(answer)


@pytest.mark.parametrize("climbing", ["../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/vault/key", "0"])
def test_an_address_that_climbs_leads_nowhere(own: Own, climbing: str) -> None:
    with nothing_stored():
        answers = [own.client.get(f"{own.place}{more}{climbing}") for more in ("", "documents/", "documents/../")]
        answers.append(own.client.get(f"/own/repairs/{climbing}/"))
    assert {answer.status_code for answer in answers} <= {404}


# --- another's number -----------------------------------------------------------------------------


@pytest.fixture
def theirs(own: Own) -> dict[str, list[str]]:
    """What the company has, by the name that an address gives it."""
    own.sends(PDF)
    (held,) = documents_of(own.case)
    speak = f"/own/records/{record().record_ref}/speak/"
    assert own.client.post(speak, {"way": "objection", "ground": "CONTENT", "words": "数额有误"}).status_code == 302
    given = {"subject": body(SUBJECT), "channel": Means.EMAIL, "value": "a@company.example", "actor": "test"}
    mail = give_address(moment=noon(OPENS), **given)
    reference = str(record().record_ref)
    told(OPENS)
    return {
        "tender": [str(a_room(SUBJECT))],
        "check": [str(Check.objects.get().id)],
        "case": [str(case.id) for case in Case.objects.filter(course__in=[LISTING.name, REPAIR.name, OBJECTION.name])],
        "place": ["1"],
        "document": [str(held.id)],
        "record": [reference],
        "record_ref": [reference],
        "mandate": [own.mandate],
        "address": [str(mail)],
        "visit": [str(visit.id) for visit in Visit.objects.filter(user__username="test-company")],
    }


def addresses(names: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every address of the own space that names something, by its route, with these names and with ones of nothing."""
    found: dict[str, list[str]] = {}
    for route, pattern in ROUTES.items():
        asked = list(pattern.pattern.converters)
        if asked:
            assert set(asked) <= names.keys(), f"{route} names {asked}: say whose it is"
            some = max(len(names[name]) for name in asked)
            chosen = [{name: names[name][turn % len(names[name])] for name in asked} for turn in range(some)]
            chosen.append({name: "999" if name == "place" else str(uuid4()) for name in asked})
            found[str(route)] = [reverse(f"space:{route}", kwargs=each) for each in chosen]
    return found


ACTS = {"step": "withdraw", "act": "take-back", "way": "statement", "words": SECRET, "said": "1", "mandate": "x"}


def test_another_s_number_in_any_address_is_the_same_as_none(own: Own, theirs: dict[str, list[str]]) -> None:
    """Every route that names anything, whoever adds one: the owner's real number and a number of nothing."""
    accepted(document(code=OTHER_SUBJECT, name=STRANGERS_NAME, document_number="示市监罚〔2026〕0002号"))
    stranger = Client()
    signed_in_organisation(stranger, OTHER_SUBJECT, username="test-stranger")
    tried = addresses(theirs)
    assert len(tried) > 10
    for route, found in tried.items():
        for ask in (
            stranger.get,
            lambda address: stranger.post(address, ACTS | {"document": SimpleUploadedFile("a.pdf", PDF)}),
        ):
            with nothing_stored(), overheard() as log:
                answers = [ask(address) for address in found]
            assert {answer.status_code for answer in answers} <= {404, 405}, route
            assert len({(answer.status_code, answer.content) for answer in answers}) == 1, route
            assert all(said_nothing(answer, log.getvalue(), SUBJECT, "0001号", "缴款凭证") for answer in answers), route
        assert 404 in {stranger.get(found[0]).status_code, stranger.post(found[0]).status_code}, route
    assert own.client.get(own.place).status_code == 200


# --- captured -------------------------------------------------------------------------------------


def forms(own: Own) -> list[tuple[str, dict[str, Any]]]:
    """What a thief would send: file, form, withdrawal, a word about the record, a new address of notices."""
    speak = f"/own/records/{record().record_ref}/speak/"
    return [
        (f"{own.place}documents/", {"document": SimpleUploadedFile("a.pdf", PDF)}),
        (own.place, {**FORM, "step": "lodge"}),
        (own.place, {"step": "withdraw"}),
        (speak, {"way": "objection", "ground": "CONTENT", "words": SECRET}),
        (speak, {"way": "not-us", "words": SECRET}),
        ("/own/notices/addresses/", {"channel": "EMAIL", "value": "thief@evil.example"}),
        (f"/own/mandates/{own.mandate}/revoke/", {}),
    ]


def revoked(own: Own) -> None:
    """Another holder revokes it, while the draft is open in the thief's window."""
    revoke(mandate=UUID(own.mandate), code=SUBJECT, actor="another", tell=tell_revoked, moment=now())


def signed_out(own: Own) -> None:
    """The owner signs out; the thief keeps the cookie."""
    kept = own.client.cookies["sessionid"].value
    own.client.post("/own/sign-out/")
    own.client.cookies.clear()
    own.client.cookies["sessionid"] = kept


def ended_elsewhere(own: Own) -> None:
    """The owner ends that visit from another place."""
    Visit.objects.filter(user__username="test-company").update(ended_at=now().instant)


@pytest.mark.parametrize("stolen", [revoked, signed_out, ended_elsewhere], ids=lambda how: how.__name__)
def test_a_captured_mandate_or_session_does_nothing_more(own: Own, stolen: Callable[[Own], None]) -> None:
    assert own.client.get(own.place).status_code == 200
    stolen(own)
    first = True
    for address, form in forms(own):
        with nothing_stored(), overheard() as log:
            answer = own.client.post(address, form)
        if first and stolen is revoked:
            assert (answer.status_code, is_clear(answer)) == (403, True), words(answer)
        else:
            assert answer.headers["Location"].startswith(("/own/prove/", "/own/sign-in/")), (
                address,
                answer.status_code,
            )
        assert said_nothing(answer, log.getvalue(), "0001号")
        first = False
    assert events(own.case) == ["begin"]
    assert Notice.objects.filter(kind__startswith="REPAIR").count() == 0


# --- sent again -----------------------------------------------------------------------------------


def test_every_form_that_is_sent_again_is_one_case_one_event_one_file(own: Own) -> None:
    speak = f"/own/records/{record().record_ref}/speak/"
    again: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        (f"/own/repairs/record/{record().record_ref}/", dict),
        (f"{own.place}documents/", lambda: {"document": SimpleUploadedFile("a.pdf", PDF)}),
        (own.place, lambda: {**FORM, "step": "lodge"}),
        (speak, lambda: {"way": "objection", "ground": "CONTENT", "words": "数额有误"}),
    ]
    for address, form in again:
        first = own.client.post(address, form())
        assert first.status_code == 302, address
        with nothing_stored():
            second = own.client.post(address, form())
        assert second.status_code in {302, 422}, address
        assert second.status_code == 302 or is_clear(second), words(second)
    assert Case.objects.filter(course=REPAIR.name).count() == 1
    assert (events(own.case), len(documents_of(own.case))) == (["begin", "lodge"], 1)
    assert Case.objects.filter(course=OBJECTION.name).count() == 1
    assert Notice.objects.filter(kind="REPAIR_LODGED").count() == 1
    assert own.client.post(own.place, {"step": "withdraw"}).status_code == 302
    with nothing_stored():
        assert own.client.post(own.place, {"step": "withdraw"}).status_code in {302, 422}
        assert own.client.post(own.place, {**FORM, "step": "lodge"}).status_code == 422
    assert events(own.case) == ["begin", "lodge", "withdraw"]


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_the_same_moment_make_one_case(own: Own) -> None:
    """Begun and lodged from several windows at once, with a file each: one case, one application, one copy."""
    assert own.client.post(own.place, {"step": "withdraw"}).status_code == 302
    start, cookies = Barrier(4), own.client.cookies["sessionid"].value

    def window(_: int) -> tuple[str, int, int]:
        client = Client()
        client.cookies["sessionid"] = cookies
        try:
            start.wait(timeout=30)
            place = client.post(f"/own/repairs/record/{record().record_ref}/").headers["Location"]
            file = client.post(f"{place}documents/", {"document": SimpleUploadedFile("a.pdf", PDF)}).status_code
            start.wait(timeout=30)
            return place, file, client.post(place, {**FORM, "step": "lodge"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(window, range(4)))
    assert len({place for place, _, _ in found}) == 1
    assert {file for _, file, _ in found} == {302}
    assert 302 in {lodged for _, _, lodged in found}
    (case,) = Case.objects.filter(course=REPAIR.name, state="LODGED")
    assert (events(case.id), len(documents_of(case.id))) == (["begin", "lodge"], 1)
    assert Notice.objects.filter(kind="REPAIR_LODGED").count() == 1


# --- sent by another site -------------------------------------------------------------------------


def strict(own: Own) -> Client:
    """The company's browser, as it really is."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = own.client.cookies["sessionid"].value
    return client


def token_of(client: Client, place: str) -> str:
    """What a form of that page carries against forgery."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(place).content.decode())
    assert found is not None
    return found[1]


def test_no_form_of_the_own_space_is_taken_from_another_site(own: Own, theirs: dict[str, list[str]]) -> None:
    """Without the page's token; with one of another visitor; with the right one from another origin."""
    browser, others = strict(own), token_of(Client(), "/own/sign-in/")
    right = token_of(browser, own.place)
    tried = {address for found in addresses(theirs).values() for address in found[:1]}
    tried |= {reverse(f"space:{route}") for route, pattern in ROUTES.items() if not pattern.pattern.converters}
    ways: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({}, {}),
        ({"csrfmiddlewaretoken": others}, {}),
        ({"csrfmiddlewaretoken": right}, {"Origin": "https://evil.example"}),
    )
    for address in sorted(tried):
        for form, headers in ways:
            with nothing_stored():
                answer = browser.post(address, ACTS | form, headers=headers)
            assert answer.status_code in {403, 405}, (address, answer.status_code)
            assert answer.status_code == 405 or is_clear(answer), (address, words(answer))
    assert browser.post(own.place, {"step": "withdraw", "csrfmiddlewaretoken": right}).status_code == 302
