"""Open data: the page that says what there is and by which terms, the files, and their manifest."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from xinshu.doors.downloads import as_download, wanted
from xinshu.doors.portal.wording import Wording
from xinshu.register.access.answers import answer
from xinshu.register.access.audience import moment_of, public
from xinshu.uses.disclosure.data_sets import ADVERSE, LICENCE, OPEN_SETS, TERMS, DataSet
from xinshu.uses.disclosure.open_data import FORMS, BeingMade, State, file_at_hand, manifest, state_on


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Each set with its files, its columns and fields, the terms, and how to become a registered recipient."""
    state = state_on(moment_of(request).day)
    context = {
        "state": state,
        "wording": Wording(state.edition.catalogue),
        "sets": [_set(data_set, state) for data_set in OPEN_SETS.values()],
        "licence": LICENCE,
        "terms": TERMS,
        "adverse": ADVERSE.kinds(state.edition.catalogue).items(),
        "forms": FORMS,
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "portal/data.html", context)


@public
@require_safe
def offered(request: HttpRequest) -> HttpResponse:
    """The manifest: day, edition, terms, and of each file its address, rows, size and SHA-256."""
    told = manifest(OPEN_SETS.values(), on_date=moment_of(request).day)
    for file_ in told["files"]:
        file_["address"] = reverse("portal:data-file", args=(file_["data_set"], file_["form"]))
    return answer(told)


@public
@require_safe
def file(request: HttpRequest, data_set: str, form: str) -> HttpResponseBase:
    """One file, whole or a range of it; it says where its manifest is."""
    if data_set not in OPEN_SETS or form not in FORMS:
        raise Http404
    try:
        told = as_download(request, wanted(request, OPEN_SETS[data_set], form))
    except BeingMade as wait:
        told = HttpResponse(f"{wait}\n", content_type="text/plain; charset=utf-8", status=503)
        told.headers["Retry-After"] = str(wait.seconds)
    told.headers["Link"] = f'<{reverse("portal:data-manifest")}>; rel="describedby"'
    return told


def _set(data_set: DataSet, state: State) -> dict[str, Any]:
    catalogue = state.edition.catalogue
    return {
        "name": data_set.name,
        "title": data_set.title,
        "holds": data_set.holds,
        "kinds": data_set.kinds(catalogue).items(),
        "files": [(form, file_at_hand(data_set, form, state=state)) for form in FORMS],
        "columns": data_set.columns().items(),
        "fields": data_set.fields(catalogue).items(),
    }
