"""Ledgers: the canonical form to the byte, what is read of a file, and what is refused and why."""

import hashlib
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.catalogue import shipped
from tests.filings import OTHER_SUBJECT, SUBJECT, penalty, write_csv, write_xlsx
from xinshu.bulk.ledgers import LedgerRefused, digest_of, in_memory, ledger_of, line_of, read_ledger
from xinshu.law.entries import Kind

ROOT = Path(__file__).resolve().parents[2]
ORGAN = "11999999TE5T001041"
KIND = "ADMIN_PENALTY"
MONTH = date(2026, 10, 1)


@pytest.fixture(scope="module")
def kind() -> Kind:
    return shipped().kinds[KIND]


def ledger(*documents: dict[str, str | None]):
    return ledger_of(documents, organ=ORGAN, kind_name=KIND, month=MONTH)


def document(number: str = "示市监罚〔2026〕1号", code: str | None = SUBJECT, **more: str) -> dict[str, str | None]:
    return {"number": number, "code": code, **more}


def by_hand(number: str, code: str, organ: str = ORGAN, item: str = "") -> bytes:
    """The line as docs/quality.md says it, worked out without our code."""
    key = "\x1f".join((organ, KIND, number, item))
    return f"{hashlib.sha256(key.encode()).hexdigest()} {code}\n".encode()


def test_the_canonical_form_to_the_byte() -> None:
    found = ledger(document("示市监罚〔２０２６〕 1号"), document("示市监罚[2026]2号", OTHER_SUBJECT.lower()))
    lines = sorted([by_hand("示市监罚(2026)1号", SUBJECT), by_hand("示市监罚(2026)2号", OTHER_SUBJECT)])
    assert found.count == 2
    assert found.digest == hashlib.sha256(b"".join(lines)).digest()


def test_the_worked_example_of_the_document(tmp_path: Path, kind: Kind) -> None:
    """docs/quality.md: its ledger, its lines and its digest, computed by us and by the shell commands that it gives."""
    text = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    example, lines, digest = re.findall(r"```(?:csv|text|digest)\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "ledger.csv"
    path.write_text(example, encoding="utf-8")
    found = read_ledger(path, organ=ORGAN, kind_name=KIND, kind=kind, month=MONTH)
    made = [line_of(*row).decode() for row in found.documents.select("identity", "code").iter_rows()]
    assert "".join(sorted(made)) == lines
    assert found.digest.hex() == digest.strip()
    summed = subprocess.run(["sha256sum"], input=lines.encode(), capture_output=True, check=True).stdout
    assert summed.split()[0].decode() == digest.strip()


def test_an_empty_ledger_has_the_digest_of_nothing() -> None:
    found = ledger()
    assert (found.count, found.digest) == (0, hashlib.sha256(b"").digest())


@given(st.lists(st.tuples(st.binary(min_size=32, max_size=32), st.sampled_from([SUBJECT, OTHER_SUBJECT]))))
def test_order_and_repetition_do_not_matter(pairs: list[tuple[bytes, str]]) -> None:
    lines = [line_of(*pair) for pair in pairs]
    assert digest_of(lines) == digest_of([*reversed(lines), *lines])
    if lines:
        assert digest_of(lines) != digest_of(set(lines) - {lines[0]})


def test_what_differs_in_writing_only_is_one_document() -> None:
    found = ledger(
        document("示市监罚〔2026〕1号"), document("示市监罚（2026）1 号"), document(code=f" {SUBJECT.lower()} ")
    )
    assert (found.count, found.repeated) == (1, 2)


def test_another_subject_item_or_deciding_organ_is_another_document() -> None:
    more = ({"code": OTHER_SUBJECT}, {"item": "第二项"}, {"organ": "11999999TE5T003026"})
    found = ledger(document(), *(document(**one) for one in more))
    assert found.count == 4


def test_persons_and_rows_without_a_code_are_outside_and_in_no_digest() -> None:
    alone = ledger(document())
    found = ledger(document(), document("人1号", "11010519491231002X"), document("人2号", None))
    assert (found.count, found.outside, found.digest) == (1, 2, alone.digest)


def test_rows_of_other_months_are_left_out_and_counted() -> None:
    found = ledger(document(decided_on="2026-10-31"), document("2号", decided_on="2026-11-01"), document("3号"))
    assert (found.count, found.of_other_months) == (2, 1)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"decided_on": "2026-02-30"}, "决定日期"),
        ({"number": ""}, "文书号"),
        ({"content_digest": "abc"}, "SHA-256"),
    ],
)
def test_a_row_that_cannot_be_read_is_told(given: dict[str, str], told: str) -> None:
    with pytest.raises(LedgerRefused, match=told):
        ledger(document() | given)


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_the_template_itself_will_do(tmp_path: Path, kind: Kind, write) -> None:
    """A clerk sends the very file of penalties; columns of persons are not read."""
    rows = [penalty(decided_on="2026-10-09"), penalty(number="2号", code=OTHER_SUBJECT, decided_on="2026-09-30")]
    path = write(tmp_path / "file", rows)
    found = read_ledger(path, organ=ORGAN, kind_name=KIND, kind=kind, month=MONTH)
    assert (found.count, found.of_other_months) == (1, 1)
    assert "11010519491231002X" not in str(found.documents.to_dicts())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("文书号\n1号\n", "主体代码"),
        ("name,code\nA,B\n", "document_number"),
        (f"文书号,number,主体代码\n1号,1号,{SUBJECT}\n", "文书号、number"),
    ],
)
def test_a_file_without_its_columns_is_refused(tmp_path: Path, kind: Kind, text: str, told: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LedgerRefused, match=told):
        read_ledger(path, organ=ORGAN, kind_name=KIND, kind=kind, month=MONTH)


def test_a_ledger_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(LedgerRefused, match="1 MB"), in_memory([b"x" * (1 << 20), b"y"], most=1 << 20):
        pytest.fail("it was let in")


def test_a_ledger_in_memory_is_gone_afterwards() -> None:
    with in_memory([b"a,b\n"], most=10) as path:
        assert path.read_bytes() == b"a,b\n"
    assert not path.exists()
