"""What follows today from the records of the organisation: every measure, why, until when, and what can be done."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording, Words
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated
from xinshu.law.measures import INFORMING
from xinshu.law.public_form import law_phrase, sentence
from xinshu.law.terms import Nature, UseContext
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.measures.queries import Found, following


@mandated
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Incentives first, those that come without being applied for marked; then restraints; then what is in doubt."""
    leave_line(request, "LOOK_OWN_MEASURES")
    day = moment_of(request).day
    edition, acting = catalogue_on(day), acting_for(request)
    words = Wording(edition.catalogue)
    standing = following(acting.code, edition=edition, on_date=day)
    told = [_told(one, contexts, words) for one, contexts in _by_measure(standing)]
    said = {
        "day": day,
        "incentives": [one for one in told if one["nature"] is Nature.INCENTIVE],
        "restraints": [one for one in told if one["nature"] is Nature.PENALTY],
        "held": _held(standing, words),
    }
    return render(request, "space/measures.html", said | {"acting": acting, "username": actor_of(request)})


def _by_measure(standing: Mapping[UseContext, Sequence[Found]]) -> list[tuple[Found, list[UseContext]]]:
    """Each measure with its ground and record once, and the contexts in which it is asked for."""
    found: dict[tuple[str, ...], tuple[Found, list[UseContext]]] = {}
    for context, several in standing.items():
        for one in several:
            if not one.held:
                found.setdefault(tuple(one.key), (one, []))[1].append(context)
    return list(found.values())


def _told(found: Found, contexts: Sequence[UseContext], words: Wording) -> dict[str, Any]:
    row = words.catalogue.measures[found.measure]
    return {
        "measure": found.measure,
        "nature": row.nature,
        "name": (row.name_zh, row.name_en),
        "plain": (row.plain_zh, row.plain_en),
        "unprompted": row.unprompted,
        "informs": all(context in INFORMING for context in contexts),
        "contexts": [words.choice("USE_CONTEXT", str(context)) for context in contexts],
        "applied_by": (row.applied_by_zh, row.applied_by_en),
        "law": law_phrase(found.reason.basis, found.reason.article, words.catalogue),
        "why": _why(found, words),
        "until": found.last_day,
        "event": None if row.ending.zh is None else (row.ending.zh, row.ending.en or ""),
        **_record(found, words),
    }


def _held(standing: Mapping[UseContext, Sequence[Found]], words: Wording) -> list[dict[str, Any]]:
    """Each record from which nothing follows for now, since it is in doubt or its decision is stayed."""
    several = {str(one.record["record_ref"]): one for found in standing.values() for one in found if one.held}
    return [{**_record(one, words), "why": _why(one, words)} for one in several.values()]


def _why(found: Found, words: Wording) -> Words:
    said = sentence(found.reason, words.catalogue, start=None, last_day=found.last_day)
    return said["zh"], said["en"]


def _record(found: Found, words: Wording) -> dict[str, Any]:
    kind = words.catalogue.kinds[found.record["kind"]]
    named: Words = (kind.name_zh, kind.name_en)
    told = ("record_ref", "document_number", "organ_name", "decided_on", "repair_from")
    return {"kind": named, **{name: found.record[name] for name in told}}
