"""The catalogue as readable pages: kinds, terms, classes and bases, with who looked at each and how sure we are."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import Kind, Scheme
from xinshu.law.terms import Rank
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import EditionRow, catalogue_on


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The edition in force: its categories and kinds, terms, class tables and bases."""
    edition, context = _edition(request)
    catalogue = edition.catalogue
    kinds = catalogue.kinds.items()
    categories = [
        (category, [(name, kind, catalogue.layers[name]) for name, kind in kinds if kind.category == category.number])
        for category in sorted(catalogue.categories.values(), key=lambda category: category.number)
    ]
    instruments = catalogue.instruments.items()
    ranks = [(rank, [(name, found) for name, found in instruments if found.rank is rank]) for rank in Rank]
    context |= {"categories": categories, "ranks": ranks, "tables": list(catalogue.class_tables.items())}
    return render(request, "portal/catalogue.html", context)


@public
@require_safe
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """One kind: what it is, who sees it, its fields, and its terms under each regime."""
    edition, context = _edition(request)
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
    }
    return render(request, "portal/kind.html", context)


@public
@require_safe
def basis(request: HttpRequest, name: str) -> HttpResponse:
    """One legal basis, and what rests on it."""
    edition, context = _edition(request)
    found = edition.catalogue.instruments.get(name)
    if found is None:
        raise Http404
    context |= {"name": name, "basis": found, **_resting(edition.catalogue, name)}
    return render(request, "portal/basis.html", context)


@public
@require_safe
def class_table(request: HttpRequest, name: str) -> HttpResponse:
    """One class table, row by row."""
    edition, context = _edition(request)
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


def _edition(request: HttpRequest) -> tuple[EditionRow, dict[str, Any]]:
    """The edition of the day, and what every page of it needs."""
    edition = catalogue_on(moment_of(request).day)
    return edition, {"edition": edition, "wording": Wording(edition.catalogue)}


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
    """What rests on a basis: kinds, regimes of publicity, class tables."""
    schemes = catalogue.schemes.values()
    return {
        "kinds": [(key, entry) for key, entry in catalogue.kinds.items() if name in _bases(entry)],
        "regimes": [regime for scheme in schemes for regime in scheme.regimes.values() if regime.basis == name],
        "tables": [(key, table) for key, table in catalogue.class_tables.items() if table.basis == name],
    }


def _bases(entry: Kind) -> set[str]:
    """The bases that a kind names for itself, for its publication and for its retention."""
    publication = {entry.publication.basis} if entry.publication else set()
    return {entry.basis, entry.retention.basis, *publication}
