"""Rule: keys point down the floors, begin with the subject where records lie, and history can only grow."""

import re
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import product
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import ForeignKey, Model
from django.test.utils import isolate_apps

from tests.house.tree import SOURCE, relative, stairs

OURS = [config for config in apps.get_app_configs() if config.name.startswith("xinshu.")]

APPEND_ONLY = {
    *("access_trailline", "catalogues_edition", "publog_entry", "records_journalline", "records_noticedue"),
    *("catalogues_assessment", "catalogues_consultation", "records_heldback"),
    "records_recordsource",
    "records_recordversion",
    "monitoring_reconciliation",
    "agencies_audit",
    "agencies_matterstep",
    "cases_caseevent",
    "measures_measureeffect",
}
"""Tables whose lines the database itself refuses to change: trail, editions, journal, sources, versions, reconciliations."""

OF_NO_SUBJECT = {"records_filing"}
"""Tables of the records that are about transactions, not about bodies: a few lines, on every machine."""


# --- keys -----------------------------------------------------------------------------------------


def test_foreign_keys_point_down() -> None:
    """Into the room itself, or strictly down the floors; and nothing reads a key backwards across rooms."""
    assert list(_wrong_keys(model for config in OURS for model in config.get_models())) == []


@isolate_apps("xinshu.register.access", "xinshu.register.subjects")
def test_a_planted_key_is_caught() -> None:
    """Upwards, and down but readable backwards."""

    class Upwards(Model):
        subject = ForeignKey("subjects.Subject", models.PROTECT, related_name="+")

        class Meta:
            app_label = "access"

    class Backwards(Model):
        user = ForeignKey("access.User", models.PROTECT)

        class Meta:
            app_label = "subjects"

    class Sound(Model):
        user = ForeignKey("access.User", models.PROTECT, related_name="+")
        other = ForeignKey("subjects.Backwards", models.PROTECT)

        class Meta:
            app_label = "subjects"

    assert list(_wrong_keys([Upwards, Backwards, Sound])) == [
        "access.Upwards.subject points up",
        "subjects.Backwards.user can be read backwards",
    ]


def test_every_key_of_records_begins_with_the_subject() -> None:
    """So that each table can be partitioned and distributed by it (docs/scale.md)."""
    tables = [
        model for model in apps.get_app_config("records").get_models() if model._meta.db_table not in OF_NO_SUBJECT
    ]
    keys = [key for model in tables for key in _keys(model)]
    assert len(keys) >= 4
    assert [f"{name}: {', '.join(columns)}" for name, columns in keys if columns[0] != "subject_id"] == []


@pytest.mark.django_db
def test_the_database_agrees_about_those_keys() -> None:
    """The unique indexes of the tables of records as PostgreSQL has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'records\\_%%' AND tablename <> ALL(%s)"
            " AND indexdef ~ 'UNIQUE'",
            [sorted(OF_NO_SUBJECT)],
        )
        found = [row[0] for row in cursor.fetchall()]
    assert len(found) >= 4
    assert [definition for definition in found if "(subject_id," not in definition] == []


# --- migrations -----------------------------------------------------------------------------------


def test_each_room_has_one_migration_head() -> None:
    """Two heads would mean two parallel histories of one table."""
    heads = [app for app, _ in MigrationLoader(None).graph.leaf_nodes()]
    ours = [config.label for config in OURS if list(config.get_models())]
    assert [heads.count(label) for label in ours] == [1] * len(ours)


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    """`makemigrations` finds nothing to write."""
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, verbosity=1)
    except SystemExit:
        pytest.fail(said.getvalue())


def test_migrations_are_numbered() -> None:
    """0001_..., each with its sentence of what it does, no number twice in a room."""
    files = sorted(SOURCE.glob("*/*/migrations/*.py"))
    numbered = [path for path in files if path.name != "__init__.py"]
    assert [relative(path) for path in numbered if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", path.name)] == []
    numbers = [(path.parent, path.name[:4]) for path in numbered]
    assert len(numbers) == len(set(numbers))


# --- history --------------------------------------------------------------------------------------


CHANGES = {"update": "UPDATE {} SET {} = {}", "delete": "DELETE FROM {} WHERE {} = {}"}


def test_history_cannot_be_changed(furnished: str, subtests: pytest.Subtests) -> None:
    """A line that is written stays as it is, whoever asks."""
    for table, (name, change) in product(sorted(APPEND_ONLY), CHANGES.items()):
        with subtests.test(table=table, change=name), connection.cursor() as cursor:
            column = "actor" if table == "access_trailline" else _columns(table)[0]
            cursor.execute(f"SELECT count(*) FROM {table}")
            (before,) = cursor.fetchone()
            assert before > 0
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                cursor.execute(change.format(table, column, column))
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (before,)


@pytest.mark.django_db
def test_the_list_of_histories_is_whole() -> None:
    """Every table with the trigger is tested above, and every model that says it is append-only has the trigger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' AND tgenabled <> 'D'"
        )
        assert {row[0] for row in cursor.fetchall()} == APPEND_ONLY
    said = [model for config in OURS for model in config.get_models() if "ppend-only" in (model.__doc__ or "")]
    assert {model._meta.db_table for model in said} <= APPEND_ONLY


def _wrong_keys(found: Iterable[type[Model]]) -> Iterator[str]:
    heights = stairs()
    for model in found:
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey) or field.model is not model:
                continue
            target = field.remote_field.model
            label = target.split(".")[0] if isinstance(target, str) else target._meta.app_label
            own, other = _room(model._meta.app_label), _room(label)
            if own != other and heights[other] >= heights[own]:
                yield f"{model._meta.label}.{field.name} points up"
            elif own != other and field.remote_field.related_name != "+":
                yield f"{model._meta.label}.{field.name} can be read backwards"


def _room(label: str) -> str:
    """The dotted name below `xinshu` of the room with that label."""
    return ".".join(Path(apps.get_app_config(label).path).relative_to(SOURCE).parts)


def _keys(model: type[Model]) -> Iterator[tuple[str, list[str]]]:
    """The primary key and every unique key of a table, with its columns."""
    meta = model._meta
    names = [getattr(meta.pk, "field_names", None) or [meta.pk.attname]]
    names += [list(found.fields) for found in meta.constraints if isinstance(found, models.UniqueConstraint)]
    names += [[field.name] for field in meta.fields if field.unique and field is not meta.pk]
    columns = {known: field.attname for field in meta.fields for known in (field.name, field.attname)}
    yield from ((meta.label, [columns[name] for name in key]) for key in names)


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]
