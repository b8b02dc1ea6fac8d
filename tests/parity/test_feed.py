"""Snapshot and changes are the site, at every number, for everyone and for subscribers; and what was over is not told.

Histories are drawn as in `test_representations`, within a month. A copy is begun from a snapshot after each step, and
every one of them goes on by the changes alone. Each line is checked against the signed log on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import accepted, adopted_catalogue, document, noon, registered_recipient
from tests.journeys.conftest import on
from tests.parity.test_gate import made_up_code
from tests.parity.test_representations import ADVERSE, KINDS, LAST, Filed, _becomes
from xinshu.bulk.canonical import canonical
from xinshu.law.terms import Severity, SubjectKind
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.leaf import commitment, parse
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day

NUMBERS = count(1)
BEGINS = LAST - timedelta(days=25)


@st.composite
def filings(draw: st.DrawFn) -> Filed:
    arrives = draw(st.dates(BEGINS, LAST - timedelta(days=1)))
    return Filed(
        body=draw(st.integers(0, 2)),
        kind=draw(st.sampled_from(KINDS)),
        decided_on=draw(st.dates(arrives - timedelta(days=90), arrives)),
        arrives=arrives,
        severity=draw(st.sampled_from([Severity.ORDINARY, Severity.SERIOUS])),
        fate=draw(st.sampled_from(["KEPT", "CORRECTED", "WITHDRAWN", "NAME", "BODY", "LIFTED"])),
    )


@dataclass
class Copy:
    """What a consumer holds: by number of the entry what it was told, and how far it read."""

    headers: dict[str, str]
    prefix: str
    cursor: int
    held: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def begun(cls, headers: dict[str, str], prefix: str) -> "Copy":
        answer = Client().get(f"/api/v1/{prefix}snapshot", headers=headers)
        head, *rows, end = map(orjson.loads, b"".join(answer.streaming_content).splitlines())
        assert end == {"end": len(rows)}
        found = cls(headers, prefix, head["size"])
        for row in rows:
            assert row["number"] < head["size"]
            _checked(row)
            found.held[row["number"]] = row["content"]
        return found

    def go_on(self, most: int) -> None:
        for line in self._lines(most):
            assert line["number"] == self.cursor
            self.cursor += 1
            _checked(line)
            self.held.pop(line["of"], None)
            if line["content"] is not None:
                assert line["event"] in {"SHOWN", "CHANGED"}
                self.held[line["number"]] = line["content"]

    def _lines(self, most: int) -> Iterator[dict[str, Any]]:
        while True:
            address = f"/api/v1/{self.prefix}changes?after={self.cursor}&most={most}"
            page = Client().get(address, headers=self.headers).json()
            assert page["after"] == self.cursor
            yield from page["changes"]
            if page["next"] == page["size"]:
                return

    def shows(self, day: date, codes: list[str]) -> list[bytes]:
        """What it shows of these bodies, itself honouring the last day of each record."""
        kept = [each for each in self.held.values() if (each["record"]["shown_until"] or "9999") >= day.isoformat()]
        return sorted(canonical(each) for each in kept if each["subject"] in codes)


def _checked(line: dict[str, Any]) -> None:
    if line["content"] is not None:
        committed = commitment(bytes.fromhex(line["salt"]), canonical(line["content"]))
        assert parse(bytes.fromhex(line["leaf"])).commitment == committed
    else:
        assert line["salt"] is None


def _site(codes: list[str]) -> list[tuple[str, bytes]]:
    """What the subject answer shows now, in the form of the feed, each with its kind."""
    return [
        (form["kind"], canonical({"record": form, "subject": code}))
        for code in codes
        for one in Client().get(f"/api/v1/subjects/{code}").json()["bodies"]
        for form in one["records"]
    ]


@pytest.fixture
def recipient(transactional_db: None) -> dict[str, str]:
    adopted_catalogue()
    return {"Authorization": f"Bearer {registered_recipient(on_day=LAST - timedelta(days=30), days=365)}"}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(filings(), min_size=2, max_size=5),
    most=st.integers(1, 5),
    later=st.integers(1, 420),
)
def test_snapshot_and_changes_are_the_site_at_every_number(
    recipient: dict[str, str], history: list[Filed], most: int, later: int
) -> None:
    numbers = [next(NUMBERS) for _ in range(3)]
    codes = [made_up_code(800_000 + number) for number in numbers]
    copies: list[Copy] = []
    said: list[dict[str, Any]] = []
    history = sorted(history, key=lambda filed: filed.arrives)
    for filed in history:
        said.append(_document(filed, codes, numbers))
        accepted(document(filed.kind, **said[-1]), on_day=filed.arrives)
        _all_are_the_site(copies, recipient, codes, filed.arrives, most)
    for filed, document_said in zip(history, said, strict=True):
        _becomes(filed, codes[filed.body], document_said)
        _all_are_the_site(copies, recipient, codes, LAST, most)
    day = LAST + timedelta(days=later)
    with on(day):
        _compared(copies, codes, day)  # before the feed says that anything ended
    _all_are_the_site(copies, recipient, codes, day, most)


def _all_are_the_site(copies: list[Copy], recipient: dict[str, str], codes: list[str], day: date, most: int) -> None:
    """Every copy goes on, and a new one of each sort is begun; all are what the site shows on that day."""
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))
    fits = day - LAST <= timedelta(days=300)
    copies[:] = [copy for copy in copies if fits or not copy.prefix]  # a registration holds for a year at most
    with on(day):
        for copy in copies:
            copy.go_on(most)
        copies += [Copy.begun({}, ""), *([Copy.begun(recipient, "subscription/")] if fits else [])]
        _compared(copies, codes, day)


def _compared(copies: list[Copy], codes: list[str], day: date) -> None:
    """What the copies hold of the bodies of this history; those of earlier ones stand in them too."""
    site = _site(codes)
    everyone = [content for kind, content in site if kind not in ADVERSE]
    for copy in copies:
        assert copy.shows(day, codes) == (sorted(content for _, content in site) if copy.prefix else sorted(everyone))


def _document(filed: Filed, codes: list[str], numbers: list[int]) -> dict[str, Any]:
    kinds = (SubjectKind.ENTERPRISE, SubjectKind.ENTERPRISE, SubjectKind.INDIVIDUAL_BUSINESS)
    return {
        "code": codes[filed.body],
        "name": f"云汀示例{numbers[filed.body]}号店",
        "subject_kind": kinds[filed.body],
        "document_number": f"示流〔2026〕{next(NUMBERS)}号",
        "decided_on": filed.decided_on,
        **({"severity": filed.severity} if filed.kind in ADVERSE else {}),
        **({"event_on": None, "valid_from": None} if filed.kind == "ENTERPRISE_REGISTRATION" else {}),
    }
