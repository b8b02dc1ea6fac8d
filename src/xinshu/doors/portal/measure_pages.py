"""奖惩措施和名单 for everyone: what a record may lead to, by which article, for whom, until when; in use or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.lasting import lasting
from xinshu.doors.portal.catalogue_pages import of_a_day
from xinshu.doors.portal.wording import Wording, Words
from xinshu.law.articles import anchor
from xinshu.law.catalogue import Catalogue
from xinshu.law.measure_rules import Ground, Measure, class_of
from xinshu.law.terms import Nature, Standing
from xinshu.register.access.audience import public
from xinshu.register.catalogues.queries import EditionRow
from xinshu.uses.disclosure.statistics import counts_of_measures

NATURES: Final[Mapping[Nature, Words]] = {
    Nature.PENALTY: ("失信惩戒", "Measures that restrain"),
    Nature.INCENTIVE: ("守信激励", "Incentives"),
}


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article with its text where the catalogue holds it (None: it does not)."""

    basis: str
    article: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class GroundTold:
    """One reason for a measure, in words."""

    ground: Ground
    target: Words
    conditions: list[tuple[str, list[Words]]]
    says: list[tuple[Words, list[Words]]]
    subjects: list[Words]
    relations: list[Words]
    power: Words
    law: ArticleText


@public
@require_safe
@lasting
@of_a_day
def overview(request: HttpRequest, edition: EditionRow, context: dict[str, Any]) -> HttpResponse:
    """Every measure and list of the edition, those in use apart from those that are not."""
    catalogue = edition.catalogue
    told = [_line(name, measure, catalogue, context["wording"]) for name, measure in catalogue.measures.items()]
    context |= {
        "natures": [
            (names, [one for one in told if one["active"] and one["measure"].nature is nature])
            for nature, names in NATURES.items()
        ],
        "unused": [one for one in told if not one["active"]],
        "lists": [(name, rule) for name, rule in catalogue.lists.items() if rule.standing is Standing.ACTIVE],
        "unused_lists": [(name, rule) for name, rule in catalogue.lists.items() if rule.standing is Standing.INACTIVE],
        "items": [
            (item, context["wording"].chosen("USE_CONTEXT", item.contexts)) for item in catalogue.national_list.values()
        ],
        "powers": list(catalogue.powers.items()),
    }
    return render(request, "portal/measures.html", context)


@public
@require_safe
@lasting
@of_a_day
def measure(request: HttpRequest, edition: EditionRow, context: dict[str, Any], name: str) -> HttpResponse:
    """One measure: what it does, its class, who applies it in which matters, on which grounds, and how it ends."""
    catalogue = edition.catalogue
    found = catalogue.measures.get(name)
    if found is None:
        raise Http404
    counts = None if context["asked"] else counts_of_measures(on_date=context["day"])
    context |= {
        **_line(name, found, catalogue, context["wording"]),
        "name": name,
        "item": catalogue.national_list.get(found.item or ""),
        "grounds": [_ground(one, context["wording"]) for one in found.grounds],
        "law": _article(found.basis, found.article, catalogue),
        "counted": counts is not None,
        "number": (counts or {}).get(name),
    }
    return render(request, "portal/measure.html", context)


@public
@require_safe
@lasting
@of_a_day
def listing(request: HttpRequest, edition: EditionRow, context: dict[str, Any], name: str) -> HttpResponse:
    """One list: who may be on it and for what, the steps before that, how long, the ways off, what it leads to."""
    catalogue = edition.catalogue
    found = catalogue.lists.get(name)
    if found is None:
        raise Http404
    wording: Wording = context["wording"]
    measures = [
        (key, one) for key, one in catalogue.measures.items() if any(ground.listed == name for ground in one.grounds)
    ]
    context |= {
        "name": name,
        "list": found,
        "layer": catalogue.layers[name],
        "kind": catalogue.kinds[found.kind],
        "subjects": wording.chosen("SUBJECT_KIND", found.subjects),
        "steps": [(wording.choice("LISTING_STEP", one.step), one) for one in found.steps],
        "exits": [(wording.choice("LIST_EXIT", one.exit), one) for one in found.exits],
        "names": [(wording.choice("RELATION", one.relation), one) for one in found.names],
        "law": _article(found.basis, found.article, catalogue),
        "measures": measures,
    }
    return render(request, "portal/list.html", context)


@public
@require_safe
@lasting
@of_a_day
def power(request: HttpRequest, edition: EditionRow, context: dict[str, Any], name: str) -> HttpResponse:
    """What one article allows, as it is read here, and which measures use it."""
    catalogue = edition.catalogue
    found = catalogue.powers.get(name)
    if found is None:
        raise Http404
    wording: Wording = context["wording"]
    context |= {
        "name": name,
        "power": found,
        "law": _article(found.basis, found.article, catalogue),
        "natures": wording.chosen("NATURE", found.natures),
        "contexts": wording.chosen("USE_CONTEXT", found.contexts),
        "subjects": wording.chosen("SUBJECT_KIND", found.subjects),
        "relations": wording.chosen("RELATION", found.relations),
        "kinds": [(key, catalogue.kinds[key]) for key in sorted(found.kinds) if key in catalogue.kinds],
        "lists": [(key, catalogue.lists[key]) for key in sorted(found.lists) if key in catalogue.lists],
        "measures": [
            (key, one) for key, one in catalogue.measures.items() if any(ground.power == name for ground in one.grounds)
        ],
    }
    return render(request, "portal/power.html", context)


def _line(name: str, measure: Measure, catalogue: Catalogue, wording: Wording) -> dict[str, Any]:
    found = class_of(measure, catalogue.national_list)
    return {
        "name": name,
        "measure": measure,
        "active": measure.standing is Standing.ACTIVE,
        "measure_class": None if found is None else wording.choice("MEASURE_CLASS", found),
        "contexts": wording.chosen("USE_CONTEXT", measure.contexts),
        "layer": catalogue.layers[name],
    }


def _ground(ground: Ground, wording: Wording) -> GroundTold:
    catalogue = wording.catalogue
    target = catalogue.lists[ground.listed] if ground.listed else catalogue.kinds[ground.kind or ""]
    found = catalogue.powers[ground.power]
    return GroundTold(
        ground=ground,
        target=(target.name_zh, target.name_en),
        conditions=wording.condition(ground.when),
        says=list(_says(ground, wording)),
        subjects=wording.chosen("SUBJECT_KIND", ground.subjects),
        relations=wording.chosen("RELATION", ground.relations),
        power=(found.name_zh, found.name_en),
        law=_article(found.basis, found.article, catalogue),
    )


def _says(ground: Ground, wording: Wording) -> list[tuple[Words, list[Words]]]:
    """Which fields must have which choices, in words."""
    told = []
    for name, choices in ground.says.items():
        rule = wording.catalogue.kinds[ground.kind or ""].fields[name]
        told.append(((rule.name_zh, rule.name_en), wording.chosen(rule.vocabulary or "", choices)))
    return told


def _article(basis: str, article: str | None, catalogue: Catalogue) -> ArticleText:
    number = anchor(article or "")
    held = catalogue.instruments[basis].articles.get(number)
    return ArticleText(basis, article, None if held is None else held.text)
