"""What a template is handed: finished values only, never a row that can still reach into the database."""

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from django.db.models import Manager, Model, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import RawQuerySet
from django.template import Context, Template
from django.test.signals import template_rendered

DATABASE = (Model, QuerySet, RawQuerySet, Manager, BaseManager)
UNFINISHED = (Iterator, FunctionType, MethodType, partial)


@contextmanager
def rendered() -> Iterator[list[tuple[str, list[str]]]]:
    """For each template rendered meanwhile, its name and the places in its context at which a model lies open."""
    found: list[tuple[str, list[str]]] = []
    clean: dict[int, Any] = {}

    def look(sender: object, template: Template, context: Context, **_: Any) -> None:
        found.append((template.name or "", list(open_models(context.flatten(), "context", clean))))

    template_rendered.connect(look)
    try:
        yield found
    finally:
        template_rendered.disconnect(look)


def open_models(value: Any, place: str, clean: dict[int, Any]) -> Iterator[str]:
    """Places at which a value is, or holds, a model, query set or manager, or what may yet become one.

    Looks into collections, dataclasses and objects of our own; a function or an unfinished iterator is told too, since
    a template would call it or run it. Objects of libraries are not looked into. `clean` keeps the frozen objects that
    were looked into already (the catalogue is large, and handed to every page).
    """
    if isinstance(value, (str, bytes, int, float)) or value is None or id(value) in clean:
        return
    if isinstance(value, DATABASE) or (isinstance(value, type) and issubclass(value, Model)):
        yield f"{place}: {type(value).__name__}"
    elif isinstance(value, UNFINISHED):
        yield f"{place}: {type(value).__name__}, not a finished value"
    else:
        found = [told for name, part in _parts(value) for told in open_models(part, f"{place}.{name}", clean)]
        if not found and getattr(vars(type(value)).get("__dataclass_params__"), "frozen", False):
            clean[id(value)] = value
        yield from found


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), part) for key, part in value.items())
        yield from (("key", key) for key in value)
    elif isinstance(value, (list, tuple, Set)):
        yield from ((str(index), part) for index, part in enumerate(value))
    elif is_dataclass(value) and not isinstance(value, type):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))
    elif type(value).__module__.partition(".")[0] in {"xinshu", "tests"}:
        yield from getattr(value, "__dict__", {}).items()
