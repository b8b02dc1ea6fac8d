"""The three doors by which a file comes in; each says in the same words what became of it."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import openpyxl
import polars as pl
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from xinshu.bulk.files import REASONS_HEADER
from xinshu.doors.cli.intake import intake
from xinshu.kit.errors import XinshuError

COUNTS: Final = ("received", "accepted", "unchanged", "corrected", "returned", "outside")
MORE: Final = ("dropped_personal", "masked", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a door told: the receipt, the sentences beside each returned row, and why a whole file was refused.

    `rows`: (row, field, code) of each reason, where the door tells them.
    """

    counts: dict[str, int]
    more: dict[str, int]
    told: tuple[tuple[str, ...], ...]
    refusal: str
    notices: int
    questions: int
    rows: tuple[tuple[int, str, str], ...] | None = None
    answers: tuple[bytes, ...] = ()


Deliver = Callable[[str, bytes, str, bool], Seen]
"""File name, content, kind, attested."""


def by_command_line(folder: Path, organ: str) -> Deliver:
    """`xinshu intake`."""

    def deliver(name: str, content: bytes, kind: str, attested: bool) -> Seen:
        path = folder / name
        path.write_bytes(content)
        arguments = [str(path), "--organ", organ, "--kind", kind, "--json", *(["--attested"] if attested else [])]
        result = CliRunner().invoke(intake, arguments)
        if isinstance(result.exception, XinshuError):
            return _refused(str(result.exception), result.output.encode())
        assert result.exception is None, result.exception
        receipt = json.loads(result.stdout)
        back = receipt["returned_file"]
        file = Path(back).read_bytes() if back else b""
        return _seen(receipt, file, (result.output.encode(),))

    return deliver


@dataclass(frozen=True, slots=True)
class Desk:
    """The clerk's upload form, the page of the batch, attesting and filing."""

    client: Client
    organ: str

    def __call__(self, name: str, content: bytes, kind: str, attested: bool) -> Seen:
        """What it tells in the end."""
        return self.steps(name, content, kind, attested=attested)[-1]

    def steps(self, name: str, content: bytes, kind: str, *, attested: bool) -> list[Seen]:
        """What it tells of the dry run, and of the same batch once it is filed."""
        form = {"organ": self.organ, "kind": kind, "file": _upload(name, content)}
        answers = [self.client.post(reverse("desk:upload"), form, headers={"accept": "application/json"})]
        if answers[0].status_code == 422:
            return [_refused(answers[0].json()["refused"], answers[0].content)]
        assert answers[0].status_code == 200, answers[0].content.decode()
        batch = answers[0].json()["batch"].rstrip("/").rsplit("/", 1)[-1]
        answers.append(self.client.get(reverse("desk:batch", args=[batch])))
        seen = [self._told(batch, answers)]
        if attested and _receipt(self.client, batch)["state"] == "CHECKED":
            review = {"secrecy": "yes", "trade": "yes", "privacy": "yes"}
            answers.append(self.client.post(reverse("desk:file", args=[batch]), review))
            answers.append(self.client.get(reverse("desk:batch", args=[batch])))
            seen.append(self._told(batch, answers))
        return seen

    def _told(self, batch: str, answers: Sequence[Any]) -> Seen:
        assert all(answer.status_code in {200, 302} for answer in answers)
        receipt = _receipt(self.client, batch)
        returned = self.client.get(reverse("desk:returned", args=[batch])) if receipt["returned"] else None
        assert returned is None or returned.status_code == 200
        file = returned.content if returned is not None else b""
        return _seen(receipt, file, tuple(answer.content for answer in answers))


def by_api(client: Client, token: str) -> Deliver:
    """`POST /api/v1/batches` with the organ's token."""
    held = {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def deliver(name: str, content: bytes, kind: str, attested: bool) -> Seen:
        query = {"kind": kind, "file_name": name, "attested": str(attested).lower()}
        answer = client.post(
            "/api/v1/batches",
            content,
            content_type="application/octet-stream",
            query_params=query,
            HTTP_IDEMPOTENCY_KEY=str(uuid4()),
            **held,
        )
        assert answer.status_code in {200, 422}, answer.content.decode()
        receipt = answer.json()
        assert answer.status_code == 200 or receipt.get("refusal"), receipt
        back = f"/api/v1/batches/{receipt['id']}/returned"
        rows = client.get(back, {"form": "json"}, **held).json()
        file = client.get(back, **held).content if receipt["returned"] else b""
        seen = _seen(receipt, file, (answer.content,))
        reasons = sorted((row["row"], why[0], why[2]) for row in rows for why in row["reasons"])
        told = tuple(tuple(f"{why[3]} {why[4]}" for why in row["reasons"]) for row in rows)
        assert told == seen.told, "the returned file and its JSON say the same"
        return Seen(**{name: getattr(seen, name) for name in seen.__slots__} | {"rows": tuple(reasons)})

    return deliver


def _receipt(client: Client, batch: str) -> dict[str, Any]:
    answer = client.get(reverse("desk:receipt-json", args=[batch]))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def _upload(name: str, content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def _refused(sentence: str, output: bytes) -> Seen:
    nothing = dict.fromkeys(COUNTS, 0)
    return Seen(
        counts=nothing,
        more=dict.fromkeys(MORE, 0),
        told=(),
        refusal=sentence,
        notices=0,
        questions=0,
        answers=(output,),
    )


def _seen(receipt: dict[str, Any], file: bytes, answers: tuple[bytes, ...]) -> Seen:
    why = receipt.get("refusal")
    if why:
        return _refused(f"{why['zh']} {why['en']}", b"".join(answers))
    return Seen(
        counts={name: receipt[name] for name in COUNTS},
        more={name: receipt[name] for name in MORE},
        told=tuple(_sentences(file)) if file else (),
        refusal="",
        notices=len(receipt["notices"]),
        questions=len(receipt["questions"]),
        answers=answers,
    )


def _sentences(file: bytes) -> Iterator[tuple[str, ...]]:
    """The reasons beside each row of a returned file, in whatever form it has."""
    for cell in _last_cells(file):
        yield tuple(line for line in cell.split("\n") if line)


def _last_cells(file: bytes) -> Iterator[str]:
    if file.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                yield from _last_cells_of_workbook(file)
                return
            for name in names:
                assert name == Path(name).name
                yield from _last_cells(archive.read(name))
    elif file.startswith(b"PAR1"):
        yield from pl.read_parquet(io.BytesIO(file))[REASONS_HEADER].to_list()
    elif file.startswith(b"{"):
        yield from (json.loads(line)[REASONS_HEADER] for line in file.splitlines())
    else:
        yield from _last_cells_of_csv(file)


def _last_cells_of_workbook(file: bytes) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(io.BytesIO(file)):
        header, *rows = sheet.iter_rows(values_only=True)
        assert header[-1] == REASONS_HEADER
        yield from (str(row[-1]) for row in rows)


def _last_cells_of_csv(file: bytes) -> Iterator[str]:
    for encoding in ("utf-16" if file[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "gb18030", "cp950"):
        try:
            text = file.decode(encoding)
        except UnicodeDecodeError:
            continue
        if REASONS_HEADER in text:
            delimiter = text[text.index(REASONS_HEADER) - 1]
            before = csv.field_size_limit(1 << 24)
            header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            csv.field_size_limit(before)
            assert header[-1] == REASONS_HEADER
            yield from (row[-1] for row in rows)
            return
    raise AssertionError("the returned file cannot be read")
