"""Made-up data for tests, put in through the real actions: the catalogue, an organ, staff, bodies, their documents.

Codes are valid by arithmetic and belong to nobody; names are invented.
"""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import polars as pl
from django.conf import settings

from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType
from xinshu.law.listing import LIST_KINDS
from xinshu.law.terms import SubjectKind
from xinshu.register.access.actions import appoint, register_organs, register_recipient, register_user
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.actions import adopt
from xinshu.register.catalogues.models import Edition
from xinshu.register.catalogues.queries import EditionRow, catalogue_on
from xinshu.register.publog.actions import enter_rules
from xinshu.register.records.actions import Filing, Outcome, accept_batch, number_filings, withdraw
from xinshu.register.subjects.actions import Mention, open_shells
from xinshu.register.subjects.queries import known

TODAY = date(2026, 11, 23)
FOUNDING_DAY = date(2019, 7, 1)
MARKET = OrganRow("11999999TE5T001041", "示范市市场监督管理局", "990100", "MARKET_REGULATION")
SUBJECT = "919999990000002110"
SUBJECT_NAME = "云汀示例商贸有限公司"
OTHER_SUBJECT = "91999999000010030B"
UNKNOWN = "9199999900001009XB"
"""A code that nothing has ever been filed for."""

ADOPTED: dict[str, Any] = {}
"""The row of the founding edition, once it was made."""

PASSWORD = "made-up-for-tests-only"

COLUMNS: dict[str, Any] = {
    "index": pl.UInt32,
    "subject": pl.Int64,
    "subject_code": pl.String,
    "subject_kind": pl.String,
    "organ_code": pl.String,
    "organ_name": pl.String,
    "source_code": pl.String,
    "source_name": pl.String,
    "department": pl.String,
    "document_number": pl.String,
    "decided_on": pl.Date,
    "served_on": pl.Date,
    "event_on": pl.Date,
    "penalties": pl.List(pl.String),
    "procedure": pl.String,
    "fine": pl.Decimal(18, 6),
    "area": pl.String,
    "severity": pl.String,
    "severity_row": pl.String,
    "publicity_reason": pl.String,
    "duty_unmet": pl.Boolean,
    "already_ended": pl.Boolean,
    "identity": pl.Binary,
    "content_digest": pl.Binary,
    "content": pl.String,
}
"""What `records.actions.accept_batch` asks of a batch."""

PENALTY = {"penalties": ["CONFISCATION_OF_GAINS"], "procedure": "ORDINARY", "severity": "ORDINARY"}
LICENCE = {"valid_from": date(2026, 9, 30), "event_on": date(2031, 9, 29)}


def noon(day: date) -> Moment:
    """Noon of a legal day."""
    return Moment.of(datetime.combine(day, time(12), LEGAL_ZONE))


def adopted_catalogue() -> EditionRow:
    """The shipped catalogue, adopted as the founding edition."""
    return adopted_once(ADOPTED, lambda: settings.CATALOGUE_FOLDER)


def adopted_once(kept: dict[str, Any], folder: Callable[[], Path]) -> EditionRow:
    """A catalogue, adopted as the founding edition.

    Its files are read and checked by the real action the first time; afterwards the row that this made, which is kept,
    is put back (a test of the catalogues holds that the action finds nothing to add to it).
    """
    if not kept:
        made = adopt(folder(), in_force_from=FOUNDING_DAY, actor="test", moment=noon(TODAY))
        kept.update(Edition.objects.values().get(hash=made))
    elif not Edition.objects.filter(hash=kept["hash"]).exists():
        Edition.objects.create(**kept)
        enter_rules(bytes(kept["hash"]))
    return catalogue_on(TODAY)


def registered_organ(organ: OrganRow = MARKET) -> OrganRow:
    """An organ that may file."""
    register_organs([organ], actor="test", moment=noon(TODAY))
    return organ


def registered_recipient(*, on_day: date = TODAY, days: int = 30) -> str:
    """The token of a recipient of bulk data that is registered on that day, for so many days."""
    return register_recipient(
        name="示范银行",
        contact="data@bank.example",
        purpose="贷前核查",
        accepts_terms=True,
        until=on_day + timedelta(days=days),
        actor="test",
        moment=noon(on_day),
    )


def appointed(role: Role, *, organ: str | None = None, from_day: date = TODAY) -> str:
    """A member of staff who holds that post; returns the user's name, whose password is PASSWORD."""
    username = f"test-{role.lower()}"
    register_user(username=username, full_name="示例甲", password=PASSWORD, actor="test", moment=noon(from_day))
    appoint(username=username, role=role, organ=organ, from_day=from_day, actor="test", moment=noon(from_day))
    return username


def document(kind: str = "ADMIN_PENALTY", **changes: Any) -> dict[str, Any]:
    """One sound document of a kind, in the columns of a batch; say what is to be otherwise.

    `code` and `name` are the body's; `item` tells apart several items of one decision; `fields` by their identifiers.
    """
    usual = PENALTY if kind == "ADMIN_PENALTY" else LICENCE
    if kind in LIST_KINDS:
        usual = {"served_on": changes.get("decided_on", date(2026, 9, 30)), "event_on": date(2028, 9, 29)}
    return {
        "kind": kind,
        "code": SUBJECT,
        "name": SUBJECT_NAME,
        "subject_kind": SubjectKind.ENTERPRISE,
        "organ_code": MARKET.code,
        "organ_name": MARKET.name,
        "department": MARKET.department,
        "document_number": "示市监罚〔2026〕0001号",
        "decided_on": date(2026, 9, 30),
        "item": "",
        **usual,
        **changes,
    }


def accepted(*documents: dict[str, Any], on_day: date = TODAY, citation: str = "", told: bool | None = None) -> Outcome:
    """Store documents of one kind as a batch received on that day; the catalogue must be adopted.

    `told`: whether somebody can answer for their bodies, as intake asks (None: nobody was asked).
    """
    (kind,) = {given["kind"] for given in documents}
    edition = catalogue_on(on_day)
    rows = [_row(index, given, edition.catalogue) for index, given in enumerate(documents)]
    frame = pl.DataFrame([{name: row.get(name) for name in COLUMNS} for row in rows], schema=COLUMNS)
    filing = Filing(
        batch=uuid4(),
        kind=kind,
        organ=MARKET.code,
        actor="test",
        moment=noon(on_day),
        edition=bytes.fromhex(edition.hash),
        catalogue=edition.catalogue,
        citation=citation,
    )
    asked = frame if told is None else frame.with_columns(is_told=pl.lit(told))
    outcome = accept_batch(filing=filing, documents=asked)
    number_filings(moment=noon(on_day))
    return outcome


def taken_back(subject: int, record_ref: UUID) -> None:
    """The organ withdraws one of its records; without a number yet."""
    taken_back_by(subject, record_ref, MARKET.code)


def taken_back_by(subject: int, record_ref: UUID, organ: str) -> None:
    """That organ withdraws it."""
    withdraw(
        subjects=[subject],
        record_ref=record_ref,
        organ=organ,
        ground="ENTERED_WRONGLY",
        words="",
        actor="test",
        moment=noon(TODAY),
    )


def body(code: str, *, name: str = SUBJECT_NAME, kind: SubjectKind = SubjectKind.ENTERPRISE) -> int:
    """Our reference of the body with that code; it is opened if the code is not known yet."""
    found = known([code])
    if code in found:
        return found[code].subjects[0]
    return open_shells([Mention(code, "USCC", name, kind)], moment=noon(TODAY))[code]


def _row(index: int, given: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    content = orjson.dumps(_content(given, catalogue), option=orjson.OPT_SORT_KEYS)
    named = "|".join(str(given[part]) for part in ("organ_code", "kind", "document_number", "item"))
    return given | {
        "index": index,
        "subject_code": given["code"],
        "subject": body(given["code"], name=given["name"], kind=given["subject_kind"]),
        "identity": hashlib.sha256(named.encode()).digest(),
        "content_digest": hashlib.sha256(content).digest(),
        "content": content.decode(),
    }


def _content(given: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The document's fields by identifier: what its columns say, by the field's role, and made-up words for the rest."""
    said = {
        FieldRole.SUBJECT_NAME: given["name"],
        FieldRole.SUBJECT_TYPE: "ORGANISATION",
        FieldRole.SUBJECT_CODE: given["code"],
        FieldRole.SOURCE_NAME: given["organ_name"],
        FieldRole.SOURCE_CODE: given["organ_code"],
    }
    content = {}
    for name, rule in catalogue.kinds[given["kind"]].fields.items():
        value = said[rule.role] if rule.role in said else given.get(str(rule.role).lower())
        if rule.role is None and rule.type is FieldType.TEXT:
            value = f"示例{rule.name_zh}"
        elif rule.role is None and rule.vocabulary is not None:
            value = next(iter(catalogue.vocabularies[rule.vocabulary].choices))
        if value is not None and value != "":
            content[name] = value if isinstance(value, list) else str(value)
    return content | _steps(given, catalogue) | given.get("fields", {})


def _steps(given: dict[str, Any], catalogue: Catalogue) -> dict[str, str]:
    """Of an entry of a list the days before its decision, each in its time."""
    before = {"NOTIFIED_ON": 40, "DEFENCE_UNTIL": 10, "REVIEWED_ON": 1, "APPROVED_ON": 0}
    names = before.keys() & catalogue.kinds[given["kind"]].fields.keys() if given["kind"] in LIST_KINDS else ()
    return {name: str((given["decided_on"] or TODAY) - timedelta(days=before[name])) for name in names}
