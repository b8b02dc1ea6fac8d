"""The catalogue for machines: kinds, legal bases, class tables and complete code lists, on a day up to today.

Nothing here is about a subject, so a cache may keep it: until midnight at the latest, an hour at most (docs/adr/0015).
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from xinshu.doors.api.catalogue_forms import (
    BasesAnswer,
    CodesAnswer,
    CodesForm,
    InstrumentForm,
    KindForm,
    KindsAnswer,
    TableForm,
    TablesAnswer,
    basis_form,
    basis_item,
    codes_form,
    kind_form,
    kind_item,
    table_form,
    table_item,
)
from xinshu.doors.api.code_lists import own_lists
from xinshu.doors.lasting import kept_until_midnight
from xinshu.law.catalogue import Catalogue
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on

router = Router(tags=["catalogue 目录"])

OF_DAY: Final = "规则所在之日，不晚于今日；默认今日。The day of the rules, today at the latest."
Day = Annotated[date | None, Query(description=OF_DAY)]


NOT_FOUND: Final = ("目录中没有这一项。", "The catalogue of that day has no such entry.")
AHEAD: Final = ("日期不得晚于今日。", "The day cannot lie ahead: today at the latest.")

DATED: Final = may_say("NOT_A_DAY", "NO_CATALOGUE")
ONE: Final = may_say("NOT_A_DAY", "NO_CATALOGUE", "NOT_FOUND")

Teller = Callable[[Catalogue, date], dict[str, Any] | None]


@router.get(
    "/kinds",
    response=KindsAnswer,
    summary="信息类目 Kinds of records",
    operation_id="kinds",
    by_alias=True,
    openapi_extra=DATED,
)
@public
def kinds(request: HttpRequest, day: Day = None) -> HttpResponse:
    """Every kind of the edition in force on the day, in the official order; `in_force` tells those of the day."""
    return _told(request, day, lambda law, on: {"kinds": [kind_item(*item, law, on) for item in law.kinds.items()]})


@router.get(
    "/kinds/{kind}",
    response=KindForm,
    summary="一个信息类目 One kind, with its fields and terms",
    operation_id="kind",
    by_alias=True,
    openapi_extra=ONE,
)
@public
def kind(request: HttpRequest, kind: str, day: Day = None) -> HttpResponse:
    """What it is, who sees it by which article, its fields, and its terms under every regime."""
    return _one(request, day, lambda law, on: kind_form(kind, law.kinds[kind], law, on) if kind in law.kinds else None)


@router.get(
    "/bases",
    response=BasesAnswer,
    summary="法律依据 Legal bases",
    operation_id="bases",
    by_alias=True,
    openapi_extra=DATED,
)
@public
def bases(request: HttpRequest, day: Day = None) -> HttpResponse:
    """Every legal instrument on which something in the catalogue rests."""
    return _told(request, day, lambda law, on: {"bases": [basis_item(*item, on) for item in law.instruments.items()]})


@router.get(
    "/bases/{basis}",
    response=InstrumentForm,
    summary="一项法律依据 One legal basis, and what rests on it",
    operation_id="basis",
    by_alias=True,
    openapi_extra=ONE,
)
@public
def basis(request: HttpRequest, basis: str, day: Day = None) -> HttpResponse:
    """The instrument, with the kinds, regimes and class tables that name it."""

    def told(law: Catalogue, on: date) -> dict[str, Any] | None:
        found = law.instruments.get(basis)
        return None if found is None else basis_form(basis, found, law, on)

    return _one(request, day, told)


@router.get(
    "/class-tables",
    response=TablesAnswer,
    summary="失信程度分类表 Class tables",
    operation_id="class_tables",
    by_alias=True,
    openapi_extra=DATED,
)
@public
def class_tables(request: HttpRequest, day: Day = None) -> HttpResponse:
    """The tables by which departments class what they decide."""
    return _told(request, day, lambda law, on: {"tables": [table_item(*item, on) for item in law.class_tables.items()]})


@router.get(
    "/class-tables/{table}",
    response=TableForm,
    summary="一张失信程度分类表 One class table, row by row",
    operation_id="class_table",
    by_alias=True,
    openapi_extra=ONE,
)
@public
def class_table(request: HttpRequest, table: str, day: Day = None) -> HttpResponse:
    """Which matter is in which class. Fines in 10,000 yuan."""

    def told(law: Catalogue, on: date) -> dict[str, Any] | None:
        found = law.class_tables.get(table)
        return None if found is None else table_form(table, found, on)

    return _one(request, day, told)


@router.get(
    "/codes",
    response=CodesAnswer,
    summary="代码表 Code lists",
    operation_id="code_lists",
    by_alias=True,
    openapi_extra=DATED,
)
@public
def codes(request: HttpRequest, day: Day = None) -> HttpResponse:
    """Every code list: the catalogue's vocabularies, and the interface's own (errors, reasons, states)."""

    def told(law: Catalogue, _on: date) -> dict[str, Any]:
        lists = _lists(law).values()
        return {"vocabularies": [{key: told[key] for key in ("id", "name", "source", "size")} for told in lists]}

    return _told(request, day, told)


@router.get(
    "/codes/{vocabulary}",
    response=CodesForm,
    summary="一张代码表 One code list, complete",
    operation_id="code_list",
    by_alias=True,
    openapi_extra=ONE,
)
@public
def code_list(request: HttpRequest, vocabulary: str, day: Day = None) -> HttpResponse:
    """Every value with its names; those of API_ERROR with their statuses."""
    return _one(request, day, lambda law, _on: _lists(law).get(vocabulary))


def _lists(law: Catalogue) -> dict[str, dict[str, Any]]:
    """The catalogue's lists first; a name of its own is never taken by one of ours."""
    national = {name: codes_form(name, vocabulary) for name, vocabulary in law.vocabularies.items()}
    return {told["id"]: told for told in own_lists(law)} | national


def _told(request: HttpRequest, day: date | None, tell: Teller) -> HttpResponse:
    """A whole chapter, under its edition's name."""
    return _one(request, day, tell, headed=True)


def _one(request: HttpRequest, day: date | None, tell: Teller, *, headed: bool = False) -> HttpResponse:
    moment = moment_of(request)
    on = day or moment.day
    if on > moment.day:
        return error(422, "NOT_A_DAY", *AHEAD)
    edition = catalogue_on(on)
    found = tell(edition.catalogue, on)
    if found is None:
        return error(404, "NOT_FOUND", *NOT_FOUND)
    head = {"edition": edition.hash, "in_force_from": edition.in_force_from, "day": on} if headed else {}
    return kept_until_midnight(answer(head | found), edition, on, moment)
