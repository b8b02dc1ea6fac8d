"""The one record of a listing: a row as any file has it, checked as any row is, and filed by the register's own action.

Nothing else in the house makes a record of a listing that was decided here (tests/house/test_listings.py, G5).
"""

from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

import polars as pl

from xinshu.bulk.checks import check_table
from xinshu.bulk.files import Format, Table
from xinshu.bulk.rules import OPEN_END
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType
from xinshu.law.list_rules import ListingGround, ListRule
from xinshu.law.listing import STEP_FIELDS, listing_period
from xinshu.law.public_form import law_phrase
from xinshu.law.terms import ListingStep, SubjectKind
from xinshu.proceedings.lists.queries import ListingCase
from xinshu.proceedings.lists.states import NotListable
from xinshu.register.access.queries import OrganRow, organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.actions import Filing, accept_batch
from xinshu.register.subjects.queries import SubjectRow, described

PROSE: Final = ("FACTS", "PENALTY")


def file_entry(found: ListingCase, *, actor: str, moment: Moment) -> UUID:
    """Store the record of a decided and served listing, in the caller's transaction; its reference.

    Raises NotListable with what the checks or the register say against it.
    """
    edition = catalogue_on(moment.day)
    unit, rule = must_be_unit(found.row.organ), must_be_ruled(found)
    (body,) = described([found.row.subject])
    row = _row(found, unit, body, edition.catalogue)
    good = checked(row, rule, unit, edition.catalogue, on_date=moment.day)
    department = pl.lit(unit.department, pl.String).alias("department")
    documents = good.with_columns(pl.lit(body.subject, pl.Int64).alias("subject"), department)
    filing = Filing(
        batch=uuid4(),
        kind=rule.kind,
        organ=unit.code,
        actor=actor,
        moment=moment,
        edition=bytes.fromhex(edition.hash),
        catalogue=edition.catalogue,
    )
    outcome = accept_batch(filing=filing, documents=documents)
    if not outcome.accepted:
        raise NotListable(
            "登记簿没有收录：同一文号的决定已经在册或者已经终止；请核对决定书文号。"
            " The register did not take it: a decision of that number is held already, or has ended; check the number."
        )
    return UUID(outcome.stored["record_ref"][0])


def prose_faults(
    form: dict[str, str], rule: ListRule, unit: OrganRow, body: SubjectRow, catalogue: Catalogue, *, on_date: date
) -> dict[str, str]:
    """What the checks of every file say against the texts of a proposal, by field of the form."""
    row = {name: form.get(name.lower(), "") for name in PROSE} | _whose(unit, body, rule, catalogue)
    kind = catalogue.kinds[rule.kind]
    found = check_table(_table(row, rule, catalogue), **_asked(rule, unit, catalogue, on_date))
    told: dict[str, str] = {}
    for reason in (reason for back in found.returned for reason in back.reasons):
        if reason.field in PROSE and form.get(reason.field.lower()):
            told.setdefault(reason.field.lower(), str(reason))
        if reason.field in kind.fields and kind.fields[reason.field].role is FieldRole.SUBJECT_CODE:
            told.setdefault("code", str(reason))
    return told


def checked(
    row: dict[str, str], rule: ListRule, unit: OrganRow, catalogue: Catalogue, *, on_date: date
) -> pl.DataFrame:
    """The document of that one row, as the checks of every file leave it. Raises NotListable with their reasons."""
    found = check_table(_table(row, rule, catalogue), **_asked(rule, unit, catalogue, on_date))
    if len(found.good) != 1:
        said = " ".join(str(reason) for back in found.returned for reason in back.reasons)
        raise NotListable(said or "主体是自然人，本平台不受理。The subject is a natural person; none is listed here.")
    return found.good


def must_be_unit(code: str) -> OrganRow:
    """The organ of a case. Raises NotListable once it is registered no more."""
    found = organ(code)
    if found is None:
        raise NotListable("列入机关已不在登记的机关中。The listing organ is registered no more.")
    return found


def must_be_ruled(found: ListingCase) -> ListRule:
    """The rule of the list. Raises NotListable once the catalogue of the day has it no more."""
    if found.rule is None:
        raise NotListable("目录中已没有这一名单，不得据此列入。The catalogue has this list no more.")
    return found.rule


def ground_of(rule: ListRule, row: str) -> ListingGround | None:
    """The ground of that row, or None."""
    return next((one for one in rule.grounds if one.row == row), None)


def _asked(rule: ListRule, unit: OrganRow, catalogue: Catalogue, on_date: date) -> dict[str, Any]:
    return {
        "kind_name": rule.kind,
        "kind": catalogue.kinds[rule.kind],
        "catalogue": catalogue,
        "division": unit.division,
        "on_date": on_date,
    }


def _row(found: ListingCase, unit: OrganRow, body: SubjectRow, catalogue: Catalogue) -> dict[str, str]:
    """The fields of the record, by identifier, as the decision says them."""
    rule, decided = must_be_ruled(found), found.happened("decide")
    if decided is None:
        raise NotListable("还没有列入决定。There is no decision yet.")
    said, done = decided.said, found.done
    ground = ground_of(rule, said["ground"])
    period = listing_period(
        rule,
        decided_on=decided.on_day,
        served_on=done[ListingStep.SERVICE],
        months=said["months"],
        catalogue=catalogue,
    )
    basis = "" if ground is None else f"{law_phrase(ground.basis, ground.article, catalogue)[0]}：{ground.name_zh}"
    days = {STEP_FIELDS[step]: day.isoformat() for step, day in done.items() if step in STEP_FIELDS}
    return {
        **_whose(unit, body, rule, catalogue),
        **days,
        "FACTS": said["facts"],
        "PENALTY": said["penalty"],
        "ENTRY_BASIS": basis,
        "DOCUMENT_NUMBER": said["number"],
        "LISTED_UNTIL": (period.last_day or OPEN_END).isoformat(),
        "REMOVAL_TERMS": said["leaving"],
    }


def _whose(unit: OrganRow, body: SubjectRow, rule: ListRule, catalogue: Catalogue) -> dict[str, str]:
    individual = body.kind is SubjectKind.INDIVIDUAL_BUSINESS
    kind = catalogue.kinds[rule.kind]
    types = kind.fields["SUBJECT_TYPE"].vocabulary or ""
    choices = catalogue.vocabularies[types].choices
    row = {
        "SUBJECT_NAME": body.name,
        "SUBJECT_TYPE": choices["INDIVIDUAL_BUSINESS" if individual else "ORGANISATION"].name_zh,
        "SUBJECT_CODE": body.code,
        "ORGAN_NAME": unit.name,
        "ORGAN_CODE": unit.code,
        "SOURCE_NAME": unit.name,
        "SOURCE_CODE": unit.code,
    }
    if rule.in_field is not None:
        lists = catalogue.vocabularies[kind.fields[rule.in_field].vocabulary or ""].choices
        row[rule.in_field] = lists[rule.choice or ""].name_zh
    return row


def _table(row: dict[str, str], rule: ListRule, catalogue: Catalogue) -> Table:
    fields = catalogue.kinds[rule.kind].fields
    kept = {name: held for name, held in fields.items() if held.type is not FieldType.PERSONAL}
    cells = {held.name_zh: row.get(name) or None for name, held in kept.items()}
    frame = pl.DataFrame([cells], schema=dict.fromkeys(cells, pl.String))
    return Table(frame=frame, rows=pl.Series("row", [1], pl.UInt32), format=Format.NDJSON)
