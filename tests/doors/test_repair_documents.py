"""Documents of a repair through the real doors: hostile files, whose they are, and until when they may be taken back."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, accepted, document, registered_organ
from tests.journeys.conftest import on
from tests.proceedings.repairs import drafted, officer, record
from tests.spaces import signed_in_organisation
from xinshu.proceedings import vault
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.files import LARGEST
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.repair.queries import open_case_of
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db
OPENS = date(2026, 7, 31)
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
FORM = {"duties_done": "yes", "words": "已缴清", "commitment": "yes", "signed_by": "示例乙"}


@pytest.fixture(autouse=True)
def today(db: None, settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path
    factories.adopted_catalogue()
    registered_organ()
    accepted(document(decided_on=date(2026, 4, 30)), on_day=date(2026, 5, 6))
    with on(OPENS):
        yield


@pytest.fixture
def company() -> Client:
    client = Client()
    signed_in_organisation(client)
    return client


def staff(name: str, role: Role, organ: str | None = MARKET.code) -> Client:
    client = Client()
    assert client.login(username=officer(name, role, organ=organ), password=factories.PASSWORD)
    return client


def begun(company: Client) -> UUID:
    company.post(f"/own/repairs/record/{record().record_ref}/")
    case = open_case_of(record().record_ref)
    assert case is not None
    return case.id


def sent(client: Client, place: str, name: str = "缴款凭证.pdf", content: bytes = PDF) -> Any:
    return client.post(f"{place}documents/", {"document": SimpleUploadedFile(name, content)})


def test_attached_listed_given_to_both_sides_and_to_nobody_else(company: Client) -> None:
    case = begun(company)
    own, desk = f"/own/repairs/{case}/", f"/desk/repairs/{case}/"
    assert sent(company, own).headers["Location"] == own
    (held,) = documents_of(case)
    assert "缴款凭证.pdf" in company.get(own).content.decode()
    clerk, reviewer = staff("经办一", Role.CLERK), staff("复核一", Role.REVIEWER)
    assert clerk.get(f"{desk}documents/{held.id}/").status_code == 404, "a draft is the applicant's own"
    assert company.post(own, {**FORM, "step": "lodge"}).status_code == 302
    for client, place in ((company, own), (reviewer, desk), (clerk, desk)):
        answer = client.get(f"{place}documents/{held.id}/")
        assert answer.content == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert "缴款凭证.pdf" in reviewer.get(desk).content.decode()
    assert TrailLine.objects.filter(act="DOCUMENT_OPEN").count() == 2
    for name, role in (("审计", Role.AUDITOR), ("运行", Role.OPERATOR)):
        other = staff(name, role, organ=None)
        assert "缴款凭证" not in other.get(desk).content.decode()
        assert other.get(f"{desk}documents/{held.id}/").status_code == 404
    assert Client().get(f"{own}documents/{held.id}/").status_code == 302


def test_another_organisations_documents_are_the_same_404_as_none(company: Client) -> None:
    case = begun(company)
    own = f"/own/repairs/{case}/"
    sent(company, own)
    (held,) = documents_of(case)
    stranger = Client()
    signed_in_organisation(stranger, OTHER_SUBJECT, username="a-stranger")
    answers = [stranger.get(f"/own/repairs/{which}/documents/{held.id}/") for which in (case, uuid4())]
    answers.append(company.get(f"{own}documents/{uuid4()}/"))
    answers += [sent(stranger, f"/own/repairs/{which}/") for which in (case, uuid4())]
    answers.append(stranger.post(f"{own}documents/{held.id}/remove/"))
    assert {answer.status_code for answer in answers} == {404}
    assert len(documents_of(case)) == 1


@pytest.mark.parametrize(
    "content",
    [b"#!/bin/sh\nrm -rf /\n", b"<script>alert(1)</script>", PDF.replace(b"<< >>", b"<< /OpenAction 2 0 R >>"), b""],
    ids=["shell", "page", "acting pdf", "empty"],
)
def test_a_script_named_pdf_is_refused_with_the_way_out_and_not_kept(company: Client, content: bytes) -> None:
    case = begun(company)
    answer = sent(company, f"/own/repairs/{case}/", "证明.pdf", content)
    assert answer.status_code == 422
    assert "PDF" in answer.content.decode() or "空" in answer.content.decode()
    assert documents_of(case) == ()


def test_what_is_too_large_is_refused_and_not_kept(company: Client) -> None:
    case = begun(company)
    place = f"/own/repairs/{case}/"
    over = sent(company, place, content=PDF + bytes(LARGEST - len(PDF) + 1))
    assert (over.status_code, "10 MiB" in over.content.decode()) == (422, True)
    far_over = sent(company, place, content=PDF + bytes(LARGEST + (1 << 17)))
    assert (far_over.status_code, "10 MiB" in far_over.content.decode()) == (413, True)
    assert documents_of(case) == ()


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\凭证.pdf", "/etc/凭证.html", "a\u202efdp.exe"])
def test_a_name_like_a_path_is_told_as_a_name_and_no_place(company: Client, name: str) -> None:
    case = begun(company)
    assert sent(company, f"/own/repairs/{case}/", name).status_code == 302
    (held,) = documents_of(case)
    assert not set("/\\\u202e") & set(held.name)
    assert held.name.endswith(".pdf")
    assert not held.name.startswith(".")
    answer = company.get(f"/own/repairs/{case}/documents/{held.id}/")
    assert ".." not in answer.headers["Content-Disposition"]
    folder = vault.folder() / "documents"
    assert {path.stem for path in folder.rglob("*") if path.is_file()} == {str(held.id)}


def test_taken_back_while_a_draft_and_not_after(company: Client) -> None:
    case = begun(company)
    own = f"/own/repairs/{case}/"
    sent(company, own)
    (held,) = documents_of(case)
    away = f"{own}documents/{held.id}/remove/"
    assert away in company.get(own).content.decode()
    assert company.post(away).status_code == 302
    assert documents_of(case) == ()
    sent(company, own)
    company.post(own, {**FORM, "step": "lodge"})
    (held,) = documents_of(case)
    assert company.post(f"{own}documents/{held.id}/remove/").status_code == 422
    assert sent(company, own, content=PDF + b"%%EOF\n").status_code == 422
    assert [one.id for one in documents_of(case)] == [held.id]
    assert 'documents/" enctype' not in company.get(own).content.decode()


def test_returned_it_may_be_completed_with_a_document_that_then_stays(company: Client) -> None:
    case = begun(company)
    own, reviewer = f"/own/repairs/{case}/", staff("复核一", Role.REVIEWER)
    company.post(own, {**FORM, "step": "lodge"})
    assert reviewer.post(f"/desk/repairs/{case}/", {"step": "return", "words": "请附缴款凭证"}).status_code == 302
    assert sent(company, own).status_code == 302
    (held,) = documents_of(case)
    assert company.post(f"{own}documents/{held.id}/remove/").status_code == 422
    assert sent(reviewer, f"/desk/repairs/{case}/").status_code == 403


def test_at_the_counter_the_signed_commitment_is_attached_and_the_page_says_by_whom() -> None:
    case = drafted(OPENS, side=Side.COUNTER, actor=officer("经办二", Role.CLERK))
    clerk, place = staff("经办一", Role.CLERK), f"/desk/repairs/{case}/"
    assert 'type="file"' in clerk.get(place).content.decode()
    assert sent(clerk, place, "签署的承诺.pdf").headers["Location"] == place
    (held,) = documents_of(case)
    assert held.side == Side.COUNTER
    told = clerk.get(place).content.decode()
    assert "签署的承诺.pdf" in told
    assert "窗口代填" in told
    assert clerk.get(f"{place}documents/{held.id}/").content == PDF
    other = registered_organ(type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")).code
    stranger = staff("外单位", Role.CLERK, organ=other)
    assert stranger.get(f"{place}documents/{held.id}/").status_code == 404
    assert sent(stranger, place).status_code == 404
    assert clerk.post(f"{place}documents/{held.id}/remove/").status_code == 302
    assert documents_of(case) == ()
