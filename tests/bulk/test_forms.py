"""The public forms of a batch are those of the law, whatever the texts say: one by one, field by field."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import factories
from tests.catalogue import shipped
from tests.house.tree import ROOT
from xinshu.bulk.derivation import FORM_INPUTS, Derived, Forms, derive
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole
from xinshu.law.public_form import Content, public_form

CATALOGUE = ROOT / "catalogue"
KIND = "ADMIN_PENALTY"
# What may look like an entry, a list or an end of a text, and what a clerk may write; controls are no part of a cell.
TEXTS = st.text(
    st.sampled_from('"\\:,[]{}/ \n') | st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30
) | st.sampled_from(['","remark":"x', '"facts":"', '\\"facts\\":\\"', "\\", '"', '["a"]', "示例甲"])


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped()


def derived(catalogue: Catalogue, contents: list[dict[str, Any]], numbers: list[str]) -> Derived:
    rows = [
        factories.document(document_number=number)
        | {
            "index": at,
            "subject": 1,
            "recorded_on": factories.TODAY,
            "record_ref": f"00000000-0000-4000-8000-{at:012}",
            "content": orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode(),
            "source_code": None if at % 2 else factories.MARKET.code,
            "source_name": None if at % 2 else numbers[at],
        }
        for at, (said, number) in enumerate(zip(contents, numbers, strict=True))
    ]
    schema = factories.COLUMNS | {"recorded_on": pl.Date, "record_ref": pl.String}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    return derive(frame, kind=KIND, catalogue=catalogue, on_date=factories.TODAY)


def by_the_law(row: dict[str, Any], batch: Derived, catalogue: Catalogue) -> dict[str, Any] | None:
    rules = catalogue.kinds[KIND].fields
    fields = orjson.loads(row["content"])
    for role, column in ((FieldRole.SOURCE_CODE, "source_code"), (FieldRole.SOURCE_NAME, "source_name")):
        name = next(name for name, rule in rules.items() if rule.role is role)
        if row[column]:
            fields[name] = row[column]
    content = Content(
        record_ref=row["record_ref"],
        kind=KIND,
        severity=row["settled"],
        document_number=row["document_number"],
        decided_on=row["decided_on"],
        organ_code=row["organ_code"],
        organ_name=row["organ_name"],
        fields=fields,
    )
    return public_form(content, batch.answers[row["answer"]], catalogue)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_form_is_the_laws_own(catalogue: Catalogue, data: st.DataObject) -> None:
    rules = catalogue.kinds[KIND].fields
    senders = {FieldRole.SOURCE_CODE, FieldRole.SOURCE_NAME}
    names = [name for name, rule in rules.items() if rule.role not in senders]
    values = TEXTS | st.lists(st.sampled_from(["FINE", "WARNING"]), min_size=1, max_size=2)
    contents = data.draw(st.lists(st.dictionaries(st.sampled_from(names), values), min_size=1, max_size=6))
    numbers = data.draw(st.lists(TEXTS, min_size=len(contents), max_size=len(contents)))
    batch = derived(catalogue, contents, numbers)
    forms = Forms(batch, kind=KIND).rendered(batch.documents)
    for row, form in zip(batch.documents.iter_rows(named=True), forms, strict=True):
        assert (None if form is None else json.loads(form)) == by_the_law(row, batch, catalogue)


def test_a_field_that_the_kind_does_not_have_is_not_shown(catalogue: Catalogue) -> None:
    batch = derived(catalogue, [{"facts": "示例", "unheard_of": "示例"}], ["一号"])
    (form,) = Forms(batch, kind=KIND).rendered(batch.documents)
    assert "unheard_of" not in form


def test_what_is_never_public_has_no_form_beside_what_is(catalogue: Catalogue) -> None:
    batch = derived(catalogue, [{}, {}], ["一号", "二号"])
    batch.answers.append(replace(batch.answers[0], period=None))
    documents = batch.documents.with_columns(pl.Series("answer", [0, len(batch.answers) - 1], pl.UInt32))
    changed = Derived(documents, batch.answers, batch.verdicts, catalogue)
    shown, hidden = Forms(changed, kind=KIND).rendered(documents)
    assert shown is not None
    assert hidden is None
    assert set(FORM_INPUTS) <= set(documents.columns)
    assert date(2026, 9, 30).isoformat() in shown
