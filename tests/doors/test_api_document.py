"""The OpenAPI document is the API: drawn requests of every operation meet no fault of ours and nothing undocumented."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
import schemathesis
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from jsonschema_rs import validator_for
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests import factories
from tests.filings import penalty, write_csv
from xinshu.doors.api.document import document
from xinshu.doors.api.examples import PARAMETERS
from xinshu.doors.api.faults import FAULTS
from xinshu.doors.api.intake import STATUS
from xinshu.doors.api.v1 import ROUTERS, api
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.states import Door
from xinshu.project.wsgi import application
from xinshu.register.access.actions import issue_token
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.queries import subject_answer

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = 5
"""Drawn for each operation, beside the boundary values and the examples of the document."""


@pytest.fixture
def seeded(transactional_db: None, tmp_path: Path) -> Iterator[UUID]:
    """Records shown and ended, and a filed batch with a row that went back, whose identifier it is."""
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False):
        factories.adopted_catalogue()
        factories.registered_organ()
        ended = factories.document(decided_on=date(2024, 1, 15), document_number="示市监罚〔2024〕0001号")
        factories.accepted(ended, on_day=date(2024, 1, 20))
        factories.accepted(factories.document())
        factories.accepted(factories.document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
        rows = [penalty(), penalty(number="示市监罚〔2026〕0009号", decided_on="2026-02-30")]
        receipt = receive(
            path=write_csv(tmp_path / "rows.csv", rows),
            organ_code=factories.MARKET.code,
            kind="ADMIN_PENALTY",
            door=Door.API,
            actor="test",
            attested=True,
            moment=factories.noon(factories.TODAY),
            progress=lambda step: None,
        )
        yield receipt.batch


@pytest.fixture
def told(seeded: UUID, settings: Settings) -> dict[str, Any]:
    settings.RATE_LIMIT = 0
    return document(api, ROUTERS, catalogue_on(factories.TODAY).catalogue)


@pytest.fixture
def token(seeded: UUID) -> str:
    moment = factories.noon(factories.TODAY)
    own = {"organ_code": factories.MARKET.code, "name": "drawn"}
    return issue_token(**own, from_day=moment.day, until=None, actor="test", moment=moment)


@pytest.fixture
def known(seeded: UUID) -> dict[str, str]:
    """What is there, by the names that the document's parameters have."""
    answer = orjson.loads(subject_answer(factories.SUBJECT, on_date=factories.TODAY))
    names = {name: str(value) for (_, name), value in PARAMETERS.items()}
    return names | {"batch": str(seeded), "record_ref": answer["bodies"][0]["records"][0]["ref"]}


@pytest.mark.slow
def test_every_operation_answers_as_the_document_says(told: dict[str, Any], token: str, known: dict[str, str]) -> None:
    """Sound requests, for what is there and what is not, and broken ones: no fault of ours, nothing undocumented."""
    faults = faults_of(told, token, known, modes=tuple(GenerationMode))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("planted", ["status", "header", "shape"])
def test_what_the_document_does_not_say_is_found(
    told: dict[str, Any], token: str, known: dict[str, str], planted: str
) -> None:
    path = "/subjects/{code}/records/{record_ref}"
    told["paths"] = {path: told["paths"][path]}
    responses = told["paths"][path]["get"]["responses"]
    if planted == "status":
        responses.pop("400")
    elif planted == "header":
        responses["200"]["headers"]["Never-Sent"] = {"required": True, "schema": {"type": "string"}}
    else:
        told["components"]["schemas"]["AdminPenaltyFields"]["properties"] = {}
        told["components"]["schemas"]["AdminLicenceFields"]["properties"] = {}
    assert faults_of(told, token, known, modes=(GenerationMode.POSITIVE,))


def faults_of(
    told: dict[str, Any], token: str, known: dict[str, str], *, modes: tuple[GenerationMode, ...]
) -> list[str]:
    schema = schemathesis.openapi.from_dict(told)
    schema.app = application
    headers = {"Authorization": f"Bearer {token}"}
    faults = []
    for operation in (result.ok() for result in schema.get_all_operations()):
        for mode in modes:
            try:
                draw(operation, mode, headers, known)
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE  # whatever is sent there is a text
            except (AssertionError, BaseExceptionGroup) as failure:
                faults.append(f"{operation.label}: {failure}")
    return faults


def draw(operation: Any, mode: GenerationMode, headers: dict[str, str], known: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
    )
    @given(case=operation.as_strategy(generation_mode=mode), there=booleans())
    def answered(case: Any, there: bool) -> None:
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        if mode is GenerationMode.POSITIVE:
            for place in (case.path_parameters, case.query):
                place.update({name: known[name] for name in {*place} & {*known} if there or name == "code"})
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    answered()


def test_the_document_is_whole(told: dict[str, Any]) -> None:
    """Every operation has its tag, words in both languages, examples, statuses of every error, and is named once."""
    operations = [one for methods in told["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) > 25
    tags = {tag["name"] for tag in told["tags"]}
    for operation in operations:
        assert {*operation["tags"]} <= tags
        assert re.search("[\u4e00-\u9fff]", operation["summary"]), operation["operationId"]
        assert operation["description"]
        assert {"405", "500", "503"} <= {*operation["responses"]}
        assert operation["security"] == ([] if "429" in operation["responses"] else [{"organToken": []}])
        assert "x-errors" not in operation
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                assert "schema" in content
                assert (
                    "examples" in content
                    or "example" in content
                    or response["description"] in {"OK", "Created", "Accepted"}
                )


def test_its_examples_are_what_it_says(told: dict[str, Any]) -> None:
    components = {"components": told["components"]}
    counted = 0
    for methods in told["paths"].values():
        for operation in methods.values():
            for response in operation["responses"].values():
                content = response.get("content", {}).get("application/json", {})
                given = [one["value"] for one in content.get("examples", {}).values()]
                for example in [*given, *([content["example"]] if "example" in content else [])]:
                    validator_for(content["schema"] | components).validate(example)
                    counted += 1
    assert counted > 200


def test_every_error_of_the_source_is_in_the_list(told: dict[str, Any]) -> None:
    """Those written out; those named after an exception are met by the drawn requests and by the tests of intake."""
    written = set()
    for path in (ROOT / "src" / "xinshu").rglob("*.py"):
        for status, name in re.findall(r"\berror\(\s*(\d{3}), \"([A-Z_]+)\"", path.read_text(encoding="utf-8")):
            assert FAULTS[name].status == int(status), name
            written.add(name)
    assert len(written) > 15
    assert {type_.__name__.upper() for type_ in STATUS} <= {*FAULTS}
    assert {FAULTS[type_.__name__.upper()].status == status for type_, status in STATUS.items()} == {True}
    assert told["components"]["schemas"]["ErrorForm"]["properties"]["error"]["enum"] == sorted(FAULTS)


def test_public_forms_are_told_kind_by_kind(told: dict[str, Any]) -> None:
    """Fields by their names; nothing that may not be public is among them."""
    schemas = told["components"]["schemas"]
    kinds = catalogue_on(factories.TODAY).catalogue.kinds
    shapes = [one["$ref"].rsplit("/", 1)[1] for one in schemas["RecordForm"]["anyOf"]]
    assert len(shapes) == sum(kind.audience == "PUBLIC" for kind in kinds.values()) + 1
    fields = schemas["AdminPenaltyFields"]["properties"]
    assert {name for name in fields if not kinds["ADMIN_PENALTY"].fields[name].public} == set()
    assert "代码表" in fields["CF_CFLB"]["description"]
    assert schemas["AdminPenaltyRecord"]["properties"]["kind"]["const"] == "ADMIN_PENALTY"
