"""Rule: there is one way to a record for the public, and it goes through the gate; no room reads another's tables."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path as route_to

from tests import factories
from tests.house.routes import addresses, configuration, of_audience, visited
from tests.house.statements import heard, past_the_gate
from tests.house.tree import SOURCE, parsed, relative, told
from xinshu.register.access.audience import public
from xinshu.register.access.roles import RouteAudience
from xinshu.register.records import queries
from xinshu.register.records.gate import SHOWN
from xinshu.register.records.models import Record

PLANTED = {
    "no predicate": "SELECT public_form FROM records_record r WHERE r.subject_id = 1",
    "half of the predicate": "SELECT public_form FROM records_record r WHERE r.public_from <= %(day)s",
    "made harmless by OR": f"SELECT public_form FROM records_record r WHERE {SHOWN} OR r.subject_id = 1",
    "made harmless in brackets": f"SELECT public_form FROM records_record r WHERE (({SHOWN}) OR (TRUE))",
    "turned round": f"SELECT public_form FROM records_record r WHERE NOT ({SHOWN})",
    "of another row": f"SELECT x.public_form FROM records_record x, records_record r WHERE {SHOWN}",
    "a second read beside it": f"SELECT 1 FROM records_record r WHERE {SHOWN} UNION SELECT 2 FROM records_record r",
    "the history": f"SELECT v.content FROM records_recordversion v, records_record r WHERE {SHOWN}",
    "the journal": "SELECT reasons FROM records_journalline",
    "quoted": 'SELECT "records_record"."public_form" FROM "records_record"',
}

SOUND = {
    "brackets of its own": f"SELECT 1 FROM records_record r WHERE (r.kind = 'A' OR r.kind = 'B') AND {SHOWN}",
    "inside a subquery": f"SELECT 1 FROM subjects_subject s WHERE EXISTS (SELECT FROM records_record r WHERE {SHOWN})",
    "another room's table": "SELECT name FROM subjects_subjectname WHERE TRUE OR FALSE",
}

FINDERS = frozenset({"get_model", "get_models", "get_registered_model", "model_class", "related_model"})
"""Ways to another room's models that the import contracts do not see."""


@pytest.fixture
def spoken(client: Client, furnished: str) -> list[str]:
    """Every statement of a visit to every public page and API route, found and not found."""
    with heard() as statements:
        for route in of_audience(RouteAudience.PUBLIC):
            for address in addresses(route, furnished):
                assert visited(client, address) < 500, address
    return statements


def test_every_public_answer_goes_through_the_gate(spoken: list[str]) -> None:
    """No statement behind a public page or API route reads records otherwise."""
    assert [statement for statement in spoken if past_the_gate(statement)] == []


def test_the_visit_reaches_every_form_of_the_gate(spoken: list[str]) -> None:
    """The statements were heard at all: each form of the gate that a page uses is among them."""
    assert {queries.OF_SUBJECT, queries.PAGE, queries.ONE, queries.COUNTS} <= set(spoken)


def test_a_stream_is_heard_too(furnished: str) -> None:
    """A named cursor goes past Django's own logging of queries, not past this ear."""
    with heard() as statements:
        assert sum(len(batch) for batch in queries.shown_stream(on_date=factories.TODAY)) == 7
    assert queries.STREAM in statements


def test_where_the_journal_stands_names_no_record() -> None:
    """The one statement that is let past the gate reads filings, and of them nothing but their order."""
    assert set(re.findall(r"\w+_\w+", queries.LOG_STATE)) == {"records_filing", "first_number", "array_agg"}
    assert past_the_gate(queries.LOG_STATE.replace("records_filing", "records_record"))
    assert past_the_gate(f"{queries.LOG_STATE} UNION SELECT public_form FROM records_record r")


@pytest.mark.parametrize("statement", PLANTED.values(), ids=PLANTED)
def test_a_query_past_the_gate_is_caught(statement: str) -> None:
    """Each way round."""
    assert past_the_gate(statement)


@pytest.mark.parametrize("statement", SOUND.values(), ids=SOUND)
def test_a_sound_query_is_not(statement: str) -> None:
    """The check does not cry wolf."""
    assert not past_the_gate(statement)


def test_planted_views_are_caught(client: Client, furnished: str) -> None:
    """A page with its own SQL, and one that opens the model."""

    @public
    def raw(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT public_form FROM records_record WHERE public_form IS NOT NULL")
            return HttpResponse(str(cursor.fetchone()))

    @public
    def model(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(Record.objects.filter(public_form__isnull=False).first()))

    for view in (raw, model):
        with override_settings(ROOT_URLCONF=configuration(route_to("", view))), heard() as statements:
            assert client.get("/").status_code == 200
        assert any(past_the_gate(statement) for statement in statements)


def test_every_statement_of_the_records_holds_the_predicate() -> None:
    """Those that no page uses yet as well. What an organ reads of its own filings stands in `own`, not here."""
    statements = {name: value for name, value in vars(queries).items() if "records_record" in str(value)}
    assert {"OF_SUBJECT", "STREAM"} <= statements.keys()
    assert [name for name, statement in statements.items() if past_the_gate(statement)] == []


def test_the_tables_of_records_are_named_in_their_room_only() -> None:
    """By nobody else: neither in SQL nor in prose, in no kind of file."""
    outside = [path for path in SOURCE.rglob("*") if path.suffix in {".py", ".html", ".sql"}]
    room = SOURCE / "register" / "records"
    naming = [path for path in outside if "records_record" in path.read_text(encoding="utf-8")]
    assert room / "queries.py" in naming
    assert [relative(path) for path in naming if not path.is_relative_to(room)] == []


def test_no_room_reads_the_tables_of_another() -> None:
    """Raw SQL names the tables of its own room; models are found by import, which the contracts see."""
    assert told(lambda path: _foreign(parsed(path), path)) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "SQL = 'SELECT name FROM subjects_subjectname'",
        "SQL = f'SELECT {columns} FROM access_user WHERE id = %s'",
        "SQL = 'DELETE FROM django_session'",
        "Record = apps.get_model('records', 'Record')",
        "Record = ContentType.objects.get(model='record').model_class()",
    ],
)
def test_a_planted_foreign_table_is_caught(planted: str) -> None:
    """As if it stood in a use."""
    assert list(_foreign(ast.parse(planted), SOURCE / "uses" / "disclosure" / "queries.py"))


def _owners() -> dict[str, Path]:
    """Every table, with the folder of the room (or library) that keeps it."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: Path(apps.get_app_config(model._meta.app_label).path) for model in models}


def _foreign(tree: ast.AST, path: Path) -> Iterator[str]:
    """Tables of others that the module's texts name, and ways round the imports."""
    foreign = [table for table, owner in _owners().items() if not path.is_relative_to(owner)]
    named = re.compile(rf"\b({'|'.join(foreign)})\b")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from named.findall(node.value)
        if isinstance(node, ast.Attribute) and node.attr in FINDERS and "migrations" not in path.parts:
            yield node.attr
