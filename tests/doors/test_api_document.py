"""The OpenAPI document is the API: drawn requests of every operation meet no fault of ours and nothing undocumented."""

import re
from collections.abc import Iterator, Mapping
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
from jsonschema_rs import validator_for
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests import factories
from tests.filings import penalty, write_csv
from tests.measures import a_room, a_watch
from xinshu.doors.api.document import document
from xinshu.doors.api.examples import PARAMETERS
from xinshu.doors.api.faults import FAULTS
from xinshu.doors.api.intake_answers import STATUS
from xinshu.doors.api.v1 import ROUTERS, api
from xinshu.proceedings.intake.actions import add_content, open_batch, receive
from xinshu.proceedings.intake.states import Door
from xinshu.project.wsgi import application
from xinshu.register.access.actions import issue_token
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import stand
from xinshu.uses.disclosure.queries import subject_answer
from xinshu.uses.measures.rooms import tender

Known = dict[tuple[str, str], Any]
Tokens = tuple[str, str]
OFFSET = "Upload-Offset"
BODIES: Known = {
    ("withdraw", "subject_code"): factories.SUBJECT,
    ("map_headers", "mapping"): {"处罚的日子": "CF_JDRQ"},
    ("file_batch", "attested"): True,
    ("answer_alarm", "words"): "已逐行补报。",
    ("acknowledge", "through"): 0,
    ("begin_watch", "codes"): [factories.SUBJECT],
    ("begin_watch", "ends_on"): factories.TODAY.isoformat(),
    ("begin_watch", "purpose"): "示例",
    ("begin_watch", "reference"): "示采〔2026〕1号",
    ("check", "codes"): [factories.SUBJECT],
    ("check", "purpose"): "示例",
    ("report_effect", "done_on"): factories.TODAY.isoformat(),
    ("report_effect", "matter"): "示采〔2026〕1号",
    ("reconcile", "documents"): None,
    ("reconcile", "count"): 1,
    ("reconcile", "digest"): "0" * 64,
}
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = 4
REFUSED_ONLY = {
    "POST /reconciliations/ledger",
    "POST /alarms/{batch}/answer",
    "POST /slips/check",
    "POST /slips/copies",
    "GET /slips/{slip}",
}
"""No drawn bytes are a ledger, and no alarm is raised on the first day; the tests of monitoring have both."""
"""Drawn for each operation, beside the boundary values and the examples of the document."""


@pytest.fixture
def seeded(transactional_db: None, tmp_path: Path, settings: Settings) -> Iterator[dict[str, UUID]]:
    """Records shown and ended, in a signed log; batches filed, refused and open, by the operation that meets them."""
    settings.PUBLOG_FOLDER, settings.SECRETS_FOLDER = tmp_path / "publog", tmp_path / "secrets"
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False):
        factories.adopted_catalogue()
        factories.registered_organ()
        ended = factories.document(decided_on=date(2024, 1, 15), document_number="示市监罚〔2024〕0001号")
        factories.accepted(ended, on_day=date(2024, 1, 20))
        factories.accepted(factories.document())
        factories.accepted(factories.document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
        own = {"organ_code": factories.MARKET.code, "kind": "ADMIN_PENALTY", "door": Door.API, "actor": "test"}
        moment = factories.noon(factories.TODAY)
        rows = [penalty(), penalty(number="示市监罚〔2026〕0009号", decided_on="2026-02-30")]
        strange = tmp_path / "strange.csv"
        strange.write_text("行政相对人名称,奇怪的列\n一,二\n", encoding="utf-8")
        sent = {"progress": lambda step: None, "moment": moment, **own}
        filed = receive(path=write_csv(tmp_path / "rows.csv", rows), attested=True, **sent)
        refused = receive(path=strange, attested=False, **sent)
        integrate(moment=moment)
        opened = [open_batch(file_name="rows.csv", moment=moment, **own).id for _ in range(3)]
        add_content(batch=opened[2], offset=0, chunks=[(tmp_path / "rows.csv").read_bytes()])
        yield {
            "": filed.batch,
            "check_batch": opened[2],
            "header_questions": refused.batch,
            "content": opened[0],
            "discard_batch": opened[1],
        }


@pytest.fixture
def told(seeded: dict[str, UUID], settings: Settings) -> dict[str, Any]:
    settings.RATE_LIMIT = 0
    return document(api, ROUTERS, catalogue_on(factories.TODAY).catalogue)


@pytest.fixture
def tokens(seeded: dict[str, UUID]) -> Tokens:
    """Of an organ's own system, and of a registered recipient."""
    moment = factories.noon(factories.TODAY)
    own = {"organ_code": factories.MARKET.code, "name": "drawn"}
    of_an_organ = issue_token(**own, from_day=moment.day, until=None, actor="test", moment=moment)
    return of_an_organ, factories.registered_recipient()


@pytest.fixture
def known(seeded: dict[str, UUID]) -> Known:
    """What is there, by operation ("" = any) and by the names that the document's parameters have."""
    answer = orjson.loads(subject_answer(factories.SUBJECT, on_date=factories.TODAY))
    batches = {(operation, "batch"): str(batch) for operation, batch in seeded.items()}
    ref = answer["bodies"][0]["records"][0]["ref"]
    room = tender(a_room(factories.SUBJECT))
    assert room is not None
    measure = next(iter(catalogue_on(factories.TODAY).catalogue.measures))
    asked = {("", "number"): str(room.evidence), ("", "watch"): str(a_watch(factories.SUBJECT))}
    BODIES[("report_effect", "measure")] = measure
    own = asked | {("", "record_ref"): ref, ("content", OFFSET): "0", ("", "after"): stand().size - 1}
    return PARAMETERS | batches | own


@pytest.mark.slow
def test_every_operation_answers_as_the_document_says(told: dict[str, Any], tokens: Tokens, known: Known) -> None:
    """Sound requests, for what is there and what is not, and broken ones: no fault of ours, nothing undocumented."""
    answered: dict[str, set[int]] = {}
    faults = faults_of(told, tokens, known, modes=tuple(GenerationMode), answered=answered)
    assert not faults, "\n".join(faults)
    refused_only = {label for label, statuses in answered.items() if min(statuses) >= 300}
    assert sorted(refused_only) == sorted(REFUSED_ONLY), answered


@pytest.mark.parametrize("planted", ["status", "header", "shape"])
def test_what_the_document_does_not_say_is_found(
    told: dict[str, Any], tokens: Tokens, known: Known, planted: str
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
    assert faults_of(told, tokens, known, modes=(GenerationMode.POSITIVE,))


def faults_of(
    told: dict[str, Any],
    tokens: Tokens,
    known: Known,
    *,
    modes: tuple[GenerationMode, ...],
    answered: dict[str, set[int]] | None = None,
) -> list[str]:
    """What drawn requests met that the document does not say; `answered` gathers the statuses of each operation."""
    schema = schemathesis.openapi.from_dict(told)
    schema.app = application
    faults = []
    for operation in (result.ok() for result in schema.get_all_operations()):
        (tag,) = operation.definition.raw["tags"]
        headers = {"Authorization": f"Bearer {tokens[tag == 'bulk']}"}
        for mode in modes:
            try:
                statuses = draw(operation, mode, headers, known)
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE  # whatever is sent there is a text
            except (AssertionError, BaseExceptionGroup) as failure:
                faults.append(f"{operation.label}: {failure}")
            else:
                (answered if answered is not None else {}).setdefault(operation.label, set()).update(statuses)
    return faults


def draw(operation: Any, mode: GenerationMode, headers: dict[str, str], known: Known) -> set[int]:
    """The statuses of requests as they are drawn; of sound ones also for a valid code, and for what is there."""
    statuses: set[int] = set()

    def asked(case: Any) -> None:
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        statuses.add(answer.status_code)

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: Any) -> None:
        asked(case)
        if mode is GenerationMode.POSITIVE:
            for there in (False, True):
                replace(case, operation.definition.raw["operationId"], known, there=there)
                asked(case)

    answered()
    return statuses


def replace(case: Any, own: str, known: Known, *, there: bool) -> None:
    """Put a valid code where one is asked for; if `there`, all of what is there."""
    places = [case.path_parameters, case.query, case.headers, case.body]
    for place in places if there else places[:1]:
        if isinstance(place, Mapping):
            place.update(replaced(own, place, known, there=there))
    if there and isinstance(case.body, Mapping):
        case.body.update({name: value for (operation, name), value in BODIES.items() if operation == own})
    if there and own == "send_batch":
        case.query["upload"] = "later"


def replaced(own: str, place: Mapping[str, Any], known: Known, *, there: bool) -> dict[str, Any]:
    """The code is always one that is valid; whether the rest is there is drawn."""
    found = {name: known.get((own, name), known.get(("", name))) for name in place if there or name == "code"}
    return {name: value for name, value in found.items() if value is not None}


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
