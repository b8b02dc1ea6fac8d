"""The catalogue as readable pages: kinds, terms, classes and bases, with who looked at each and how sure we are."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.lasting import lasting
from xinshu.doors.portal.wording import Wording
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import Kind, Scheme
from xinshu.law.terms import Rank
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import EditionRow, NoCatalogue, catalogue_on
from xinshu.uses.disclosure.statistics import coverage

Named = ParamSpec("Named")
Page = Callable[Concatenate[HttpRequest, EditionRow, dict[str, Any], Named], HttpResponse]


def of_a_day(page: Page[Named]) -> Callable[Concatenate[HttpRequest, Named], HttpResponse]:
    """The page of the edition in force today, or on the past day that `?day=` asks for.

    What is no day, or lies ahead, is told so; so is a day on which no catalogue was in force.
    """

    @wraps(page)
    def answered(request: HttpRequest, /, *given: Named.args, **named: Named.kwargs) -> HttpResponse:
        today, text = moment_of(request).day, request.GET.get("day", "")
        day = _day(text) if text else today
        if day is None or day > today:
            return render(request, "portal/catalogue-day.html", {"ahead": day is not None, "today": today}, status=400)
        try:
            edition = catalogue_on(day)
        except NoCatalogue:
            if not text:
                raise
            return render(request, "portal/catalogue-day.html", {"none": True, "today": today}, status=404)
        context = {
            "edition": edition,
            "wording": Wording(edition.catalogue),
            "day": day,
            "today": today,
            "asked": f"?day={day.isoformat()}" if text else "",
        }
        return page(request, edition, context, *given, **named)

    return answered


def _day(text: str) -> date | None:
    """YYYY-MM-DD and nothing else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


@public
@require_safe
@lasting
@of_a_day
def overview(request: HttpRequest, edition: EditionRow, context: dict[str, Any]) -> HttpResponse:
    """The edition in force: its categories and kinds, terms, class tables and bases."""
    catalogue = edition.catalogue
    kinds = catalogue.kinds.items()
    categories = [
        (category, [(name, kind, catalogue.layers[name]) for name, kind in kinds if kind.category == category.number])
        for category in sorted(catalogue.categories.values(), key=lambda category: category.number)
    ]
    instruments = catalogue.instruments.items()
    ranks = [(rank, [(name, found) for name, found in instruments if found.rank is rank]) for rank in Rank]
    context |= {"categories": categories, "ranks": ranks, "tables": list(catalogue.class_tables.items())}
    if not context["asked"]:
        known = coverage()
        context |= {
            "coverage": known,
            "covered": [(name, kind, known.sources[name]) for name, kind in kinds if name in known.sources],
            "uncovered": [(name, kind) for name, kind in kinds if name not in known.sources],
        }
    return render(request, "portal/catalogue.html", context)


@public
@require_safe
@lasting
@of_a_day
def kind(request: HttpRequest, edition: EditionRow, context: dict[str, Any], name: str) -> HttpResponse:
    """One kind: what it is, who sees it, its fields, and its terms under each regime."""
    found = edition.catalogue.kinds.get(name)
    if found is None:
        raise Http404
    scheme = edition.catalogue.schemes.get(found.publicity or "")
    context |= {
        "name": name,
        "kind": found,
        "layer": edition.catalogue.layers[name],
        "subjects": context["wording"].chosen("SUBJECT_KIND", found.subjects),
        "scheme": scheme,
        "regimes": _regimes(scheme, context["wording"]),
        "coverage": None if context["asked"] else coverage(),
    }
    context["sources"] = context["coverage"].sources.get(name, ()) if context["coverage"] else ()
    return render(request, "portal/kind.html", context)


@public
@require_safe
@lasting
@of_a_day
def basis(request: HttpRequest, edition: EditionRow, context: dict[str, Any], name: str) -> HttpResponse:
    """One legal basis, and what rests on it."""
    found = edition.catalogue.instruments.get(name)
    if found is None:
        raise Http404
    context |= {"name": name, "basis": found, **_resting(edition.catalogue, name)}
    return render(request, "portal/basis.html", context)


@public
@require_safe
@lasting
@of_a_day
def class_table(request: HttpRequest, edition: EditionRow, context: dict[str, Any], name: str) -> HttpResponse:
    """One class table, row by row."""
    found = edition.catalogue.class_tables.get(name)
    if found is None:
        raise Http404
    wording = context["wording"]
    rows = [
        (row, wording.chosen("PROCEDURE", row.procedure), wording.chosen("PENALTY", row.any_penalty))
        for row in found.rows
    ]
    context |= {"name": name, "table": found, "rows": rows}
    return render(request, "portal/class-table.html", context)


def _regimes(scheme: Scheme | None, wording: Wording) -> list[dict[str, Any]]:
    """The regimes of a scheme, newest first, each row with its condition in words."""
    regimes = sorted(scheme.regimes.values(), key=lambda regime: regime.start, reverse=True) if scheme else []
    return [
        {
            "regime": regime,
            "rows": [(row, wording.condition(row.when), wording.departments(row)) for row in regime.rows],
        }
        for regime in regimes
    ]


def _resting(catalogue: Catalogue, name: str) -> dict[str, Any]:
    """What rests on a basis: kinds, terms, class tables, measures, lists, and what an article is read to allow."""
    schemes = catalogue.schemes.values()
    return {
        "kinds": [(key, entry) for key, entry in catalogue.kinds.items() if name in _bases(entry)],
        "regimes": [regime for scheme in schemes for regime in scheme.regimes.values() if regime.basis == name],
        "tables": [(key, table) for key, table in catalogue.class_tables.items() if table.basis == name],
        "measures": [(key, one) for key, one in catalogue.measures.items() if one.basis == name],
        "lists": [(key, one) for key, one in catalogue.lists.items() if one.basis == name],
        "powers": [(key, one) for key, one in catalogue.powers.items() if one.basis == name],
    }


def _bases(entry: Kind) -> set[str]:
    """The bases that a kind names for itself, for its publication and for its retention."""
    publication = {entry.publication.basis} if entry.publication else set()
    return {entry.basis, entry.retention.basis, *publication}
