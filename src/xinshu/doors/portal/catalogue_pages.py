"""The catalogue as readable pages: kinds, terms, classes and bases, with who looked at each and how sure we are."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The edition in force: its categories and kinds, terms, class tables and bases."""
    edition = catalogue_on(moment_of(request).day)
    catalogue = edition.catalogue
    kinds = catalogue.kinds.items()
    categories = [
        (category, [(name, kind, catalogue.layers[name]) for name, kind in kinds if kind.category == category.number])
        for category in sorted(catalogue.categories.values(), key=lambda category: category.number)
    ]
    context = {"edition": edition, "categories": categories, "catalogue": catalogue, "wording": Wording(catalogue)}
    return render(request, "portal/catalogue.html", context)


@public
@require_safe
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """One kind: what it is, who sees it, its fields, and its terms under each regime."""
    edition = catalogue_on(moment_of(request).day)
    catalogue = edition.catalogue
    found = catalogue.kinds.get(name)
    if found is None:
        raise Http404
    wording = Wording(catalogue)
    context = {
        "name": name,
        "kind": found,
        "layer": catalogue.layers[name],
        "scheme": catalogue.schemes.get(found.publicity or ""),
        "wording": wording,
        "instruments": catalogue.instruments,
        "edition": edition,
    }
    return render(request, "portal/kind.html", context)


@public
@require_safe
def basis(request: HttpRequest, name: str) -> HttpResponse:
    """One legal basis, and what rests on it."""
    catalogue = catalogue_on(moment_of(request).day).catalogue
    found = catalogue.instruments.get(name)
    if found is None:
        raise Http404
    resting = [(key, entry) for key, entry in catalogue.kinds.items() if name in _bases(entry)]
    context = {"name": name, "basis": found, "kinds": resting, "wording": Wording(catalogue)}
    return render(request, "portal/basis.html", context)


def _bases(entry: object) -> set[str]:
    """The bases that a kind names for itself and for its publication."""
    publication = getattr(entry, "publication", None)
    return {getattr(entry, "basis", ""), getattr(publication, "basis", "")}


@public
@require_safe
def class_table(request: HttpRequest, name: str) -> HttpResponse:
    """One class table, row by row."""
    catalogue = catalogue_on(moment_of(request).day).catalogue
    found = catalogue.class_tables.get(name)
    if found is None:
        raise Http404
    return render(request, "portal/class-table.html", {"name": name, "table": found, "wording": Wording(catalogue)})
