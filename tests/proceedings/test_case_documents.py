"""Documents of a case: what is taken, whatever a hostile sender tries, what lies on the disk, and what is erased with it."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.faults.test_disk_full import disk
from tests.proceedings.test_cases import COURSE
from xinshu.kit.durable import NoRoom
from xinshu.proceedings import vault
from xinshu.proceedings.cases import actions, documents, files
from xinshu.proceedings.cases.documents import DocumentRow, NoSuchDocument
from xinshu.proceedings.cases.files import DocumentRefused
from xinshu.proceedings.cases.models import Case, CaseDocument
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.intake.running import erase_old

NOON = factories.noon(factories.TODAY)


def pdf(inside: bytes = b"", *, head: bytes = b"%PDF-1.7\n", end: bytes = b"%%EOF\n") -> bytes:
    return head + b"1 0 obj\n<< /Type /Catalog " + inside + b" >>\nendobj\ntrailer << /Root 1 0 R >>\n" + end


def packed_pdf(text: bytes, packed: bytes | None = None) -> bytes:
    inner = zlib.compress(text) if packed is None else packed
    return (
        pdf()[:-6]
        + b"2 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n"
        + inner
        + b"\nendstream\nendobj\n%%EOF\n"
    )


def png(width: int = 2, height: int = 2) -> bytes:
    frame = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    parts = [(b"IHDR", frame), (b"IDAT", zlib.compress(bytes(6))), (b"IEND", b"")]
    chunks = (len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4) for name, body in parts)
    return files.PNG + b"".join(chunks)


def jpeg(width: int = 8, height: int = 8) -> bytes:
    start = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0\x00\x0b\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x01\x01\x11\x00"
    return start + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\x34" + b"\xff\xd9"


def archive(content: bytes = b"", name: str = "a.txt") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return made.getvalue()


@pytest.fixture(autouse=True)
def ready(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()


def opened_case(record_ref: UUID | None = None) -> UUID:
    about = {"subject": 7, "record_ref": record_ref or uuid4(), "organ": factories.MARKET.code}
    return actions.open_case(course=COURSE, event="ASKED", side=Side.SUBJECT, actor="someone", moment=NOON, **about)


def sent(case: UUID, content: bytes | Iterator[bytes], name: str = "材料.pdf") -> UUID:
    chunks = [content] if isinstance(content, bytes) else content
    return documents.attach(case=case, name=name, chunks=chunks, side=Side.SUBJECT, actor="someone", moment=NOON)


def on_disk() -> list[str]:
    """Every file under the vault but its key."""
    return sorted(path.name for path in vault.folder().rglob("*") if path.is_file() and path.name != "key")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), "application/pdf"),
        (packed_pdf(b"1 0 << /Type /Page >>"), "application/pdf"),
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (jpeg() + jpeg(), "image/jpeg"),
    ],
)
def test_what_is_taken_is_given_back_as_it_was_and_lies_sealed(content: bytes, kind: str) -> None:
    case = opened_case()
    number = sent(case, content)
    (row,) = documents.documents_of(case)
    assert (row.id, row.content_type, row.size, row.side) == (number, kind, len(content), "SUBJECT")
    assert documents.opened(number) == content
    assert on_disk() == [f"{number}.age"]
    assert content[:9] not in (vault.folder() / "documents" / str(case) / f"{number}.age").read_bytes()


HOSTILE = {
    "nothing": b"",
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a page": b"<html><script>alert(1)</script></html>",
    "a script in a picture of vectors": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "a programme": b"\x7fELF" + bytes(100),
    "an archive": archive(b"x"),
    "an archive that swells": archive(bytes(50 << 20)),
    "a PDF after something": b"#!/bin/sh\n" + pdf(),
    "a PDF that is cut off": pdf(end=b""),
    "a PDF and an archive": pdf() + archive(b"x"),
    "a PDF in an archive's remark": pdf()[:-6] + archive(b"x")[:-2] + b"\x06\x00%%EOF\n",
    "a script in a PDF": pdf(b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
    "a script, its name written in code": pdf(b"/AcroForm << /S /J#61vaScr#69pt >>"),
    "a short name": pdf(b"/AA << >>"),
    "a short name in code": pdf(b"/#4a#53 (x)"),
    "a launch": pdf(b"/Names << /S/Launch/F(cmd.exe) >>"),
    "a file inside": pdf(b"/Type /EmbeddedFile"),
    "a script in what looks like a stream": pdf(b"% stream\n/S /JavaScript\n% endstream"),
    "a packed script": packed_pdf(b"1 0 << /S /JavaScript >>"),
    "a packed short name": packed_pdf(b"1 0 << /AA 3 0 R >>"),
    "a PDF that swells": packed_pdf(bytes(80 << 20)),
    "a PDF that is packed badly": packed_pdf(b"", b"not packed"),
    "a locked PDF": pdf(b"/Encrypt 9 0 R"),
    "a picture cut off": png()[:-5],
    "a picture with something behind": png() + b"<?php ?>",
    "a picture with a wrong sum": png().replace(zlib.compress(bytes(6)), zlib.compress(bytes([1] * 6))),
    "a picture that swells": png(100_000, 100_000),
    "a picture of no width": png(0, 4),
    "a photograph that swells": jpeg(65_535, 65_535),
    "a photograph cut off": jpeg()[:-2],
    "a photograph and an archive": jpeg() + archive(b"x"),
    "a photograph without a frame": b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\xff\xd9",
    "a GIF": b"GIF89a" + bytes(20),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_refused_clearly_and_nothing_stays(content: bytes) -> None:
    case = opened_case()
    with pytest.raises(DocumentRefused, match=r"[；。].*[;.]"):
        sent(case, content, "材料.pdf")
    assert on_disk() == []
    assert documents.documents_of(case) == ()


def test_two_gigabytes_are_read_to_the_limit_and_no_further() -> None:
    drawn = 0

    def stream() -> Iterator[bytes]:
        nonlocal drawn
        yield b"%PDF-1.7\n"
        for _ in range(2 << 14):
            drawn += 1 << 16
            yield bytes(1 << 16)

    with pytest.raises(DocumentRefused, match="10 MiB"):
        sent(opened_case(), stream())
    assert drawn <= files.LARGEST + (1 << 16)
    assert on_disk() == []


def test_one_chunk_of_more_than_the_limit_is_refused_and_the_limit_itself_is_taken() -> None:
    case = opened_case()
    full = pdf(b"/Info (" + bytes(files.LARGEST - len(pdf(b"/Info ()"))) + b")")
    assert len(full) == files.LARGEST
    assert documents.opened(sent(case, full)) == full
    with pytest.raises(DocumentRefused, match="10 MiB"):
        sent(case, full + b"\n")


NAMES = {
    "../../etc/passwd": "passwd.pdf",
    "..\\..\\windows\\a.pdf": "a.pdf",
    "/etc/cron.d/x.pdf": "x.pdf",
    "a\0b.pdf": "a b.pdf",
    "付款\u202efdp.exe": "付款 fdp.exe.pdf",
    "x" * 300 + ".pdf": "x" * 96 + ".pdf",
    "": "document.pdf",
    "....": "document.pdf",
    ".pdf": "document.pdf",
    "凭证.PDF.pdf": "凭证.pdf",
    "a\r\nSet-Cookie: b.pdf": "a Set-Cookie: b.pdf",
    "\ud800.pdf": "document.pdf",
}


@pytest.mark.parametrize(("name", "told"), NAMES.items())
def test_a_name_is_told_and_is_never_a_place(name: str, told: str, tmp_path: Path) -> None:
    case = opened_case()
    number = sent(case, pdf(), name)
    assert documents.document_of(case, number).name == told
    assert on_disk() == [f"{number}.age"]
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and vault.folder() not in path.parents]
    assert outside == []


@given(name=st.text(max_size=400))
@example(name="\u2028/\u2028")
@settings(max_examples=150, deadline=None)
def test_any_name_is_short_visible_and_of_one_part(name: str) -> None:
    told = files.clean_name(name, "jpg")
    assert 5 <= len(told) <= files.NAME
    assert told.endswith(".jpg")
    assert not set("/\\\0\r\n\u202e") & set(told)
    assert told.isprintable()
    assert files.clean_name(told, "jpg") == told


@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_come_the_answer_is_a_kind_or_a_refusal(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([pdf(), packed_pdf(b"1 0"), png(), jpeg(), b""]))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    content = whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]
    with suppress(DocumentRefused):
        assert files.kind_of(content) in files.KINDS


def test_the_same_file_twice_is_one_and_in_another_case_another() -> None:
    case, other = opened_case(), opened_case()
    first = sent(case, pdf())
    assert sent(case, pdf(), "又一次.pdf") == first
    assert sent(other, pdf()) != first
    assert len(on_disk()) == 2


def test_a_case_takes_so_many_and_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened_case()
    for number in range(documents.MOST):
        sent(case, pdf(b"/N %d" % number))
    with pytest.raises(DocumentRefused, match="20"):
        sent(case, pdf(b"/N 99"))
    other = opened_case()
    monkeypatch.setattr(documents, "ALL", len(pdf()) * 2)
    sent(other, pdf())
    with pytest.raises(DocumentRefused):
        sent(other, pdf(b"/N" * 100))
    assert len(documents.documents_of(other)) == 1
    assert len(on_disk()) == documents.MOST + 1


def test_another_cases_document_is_none() -> None:
    mine, other = opened_case(), opened_case()
    number = sent(other, pdf())
    for asked in (mine, uuid4()):
        with pytest.raises(NoSuchDocument):
            documents.document_of(asked, number)
        with pytest.raises(NoSuchDocument):
            removed(asked, number)
    with pytest.raises(NoSuchDocument):
        documents.opened(uuid4())
    with pytest.raises(NoSuchDocument):
        sent(uuid4(), pdf())
    assert documents.opened(number) == pdf()


def removed(case: UUID, number: UUID, side: Side = Side.SUBJECT) -> None:
    documents.remove(case=case, document=number, states={"ASKED"}, side=side, actor="someone", moment=NOON)


@pytest.mark.django_db(transaction=True)
def test_it_is_taken_back_by_who_attached_it_while_a_draft_only() -> None:
    case = opened_case()
    number = sent(case, pdf())
    with pytest.raises(NoSuchDocument):
        removed(case, number, Side.ORGAN)
    removed(case, number)
    assert (documents.documents_of(case), on_disk()) == ((), [])
    kept = sent(case, png())
    actions.advance(case=case, course=COURSE, event="ANSWERED", side=Side.ORGAN, actor="officer", moment=NOON)
    for refused in (lambda: removed(case, kept), lambda: sent(case, pdf())):
        with pytest.raises(NotNow):
            refused()
    assert on_disk() == [f"{kept}.age"]


@pytest.mark.django_db(transaction=True)
def test_it_is_erased_with_the_record_of_its_case_and_only_when_that_is_certain() -> None:
    gone, stays = uuid4(), uuid4()
    sent(opened_case(gone), pdf())
    kept = sent(opened_case(stays), pdf())
    with transaction.atomic():
        actions.forget([str(gone)])
        transaction.set_rollback(True)
    assert len(on_disk()) == 2
    actions.forget([str(gone)])
    assert on_disk() == [f"{kept}.age"]
    assert [row.id for row in CaseDocument.objects.all()] == [kept]
    assert Case.objects.count() == 1


def test_a_refused_line_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened_case()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_casedocument ADD CONSTRAINT none CHECK (size < 0) NOT VALID")
    with pytest.raises(Exception, match="none"), transaction.atomic():
        sent(case, pdf())
    assert on_disk() == []


def test_what_a_kill_left_is_swept_and_nothing_else() -> None:
    """Killed between the file and its line, and in the midst of the file: both are without a line."""
    case, never = opened_case(), uuid4()
    kept = sent(case, pdf())
    for place in (case, never):
        vault.put_document(place, uuid4(), pdf())
    (vault.folder() / "documents" / str(case) / f".{uuid4()}.age.0a1b").write_bytes(b"half")
    real = factories.Moment.of(factories.datetime.now(tz=factories.LEGAL_ZONE))
    assert documents.sweep(moment=real) == 0
    assert documents.sweep(moment=factories.Moment.of(real.instant + timedelta(days=2))) == 3
    assert on_disk() == [f"{kept}.age"]
    assert not (vault.folder() / "documents" / str(never)).exists()


def test_the_sweep_of_uploads_leaves_documents_alone() -> None:
    number = sent(opened_case(), pdf())
    erase_old(NOON, before=NOON.instant)
    assert on_disk() == [f"{number}.age"]


def test_on_a_full_disk_it_is_whole_or_absent(settings: Any, tmp_path: Path) -> None:
    case, outcomes = opened_case(), set()
    with disk(tmp_path / "small") as small:
        settings.DATA_FOLDER = tmp_path / "small"
        vault.put_returned(uuid4(), 0, b"so that the key is made")
        for left in (0, 4, 16, 40, 80, 200):
            small.fill(left)
            content = pdf(b"/N (" + bytes([left]) * 30_000 + b")")
            before: tuple[DocumentRow, ...] = documents.documents_of(case)
            try:
                with transaction.atomic():
                    number = sent(case, content)
            except NoRoom:
                assert documents.documents_of(case) == before
                outcomes.add("refused")
            else:
                assert documents.opened(number) == content
                outcomes.add("kept")
            small.empty()
    assert outcomes == {"refused", "kept"}
