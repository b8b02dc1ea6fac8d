"""奖惩措施和名单 for everyone: what a record may lead to, by which article, for whom, until when; in use or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.lasting import lasting
from xinshu.doors.portal.catalogue_pages import of_a_day
from xinshu.doors.portal.wording import Wording, Words
from xinshu.kit.moment import Moment
from xinshu.law.articles import anchor
from xinshu.law.catalogue import Catalogue
from xinshu.law.measure_rules import Ground, Measure, class_of
from xinshu.law.terms import Nature, Standing
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import EditionRow
from xinshu.uses.disclosure.statistics import RULE, choices, counts_of_measures
from xinshu.uses.measures.queries import YEARS, effects_told
from xinshu.uses.measures.states import EffectKind

APPLIED, LIFTED = EffectKind.APPLIED, EffectKind.LIFTED
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
    """One reason for a measure, in words. `since`: of a restraint, what was decided before leads to nothing."""

    ground: Ground
    target: Words
    conditions: list[tuple[str, list[Words]]]
    says: list[tuple[Words, list[Words]]]
    subjects: list[Words]
    relations: list[Words]
    power: Words
    law: ArticleText
    since: date | None


@dataclass(frozen=True, slots=True)
class EffectLine:
    """How often something was applied, and lifted; None: it is not told. `measure`: whose line it is."""

    names: Words
    applied: int | None
    lifted: int | None
    measure: str = ""

    @property
    def told(self) -> bool:
        """Whether either is told."""
        return self.applied is not None or self.lifted is not None


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
        "effects": [] if context["asked"] else _effects(catalogue, moment_of(request)),
        "rule": RULE,
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
    context |= {} if context["asked"] else _effects_of(name, catalogue, moment_of(request))
    counts = None if context["asked"] else counts_of_measures(on_date=context["day"])
    context |= {
        **_line(name, found, catalogue, context["wording"]),
        "name": name,
        "item": catalogue.national_list.get(found.item or ""),
        "grounds": [_ground(one, found.nature, context["wording"]) for one in found.grounds],
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


def _effects(catalogue: Catalogue, moment: Moment) -> list[EffectLine]:
    """The measures of which it may be told how often they were applied or lifted."""
    told = effects_told(measures=catalogue.measures, moment=moment)
    found = [
        EffectLine((row.name_zh, row.name_en), told.times.get((name, APPLIED)), told.times.get((name, LIFTED)), name)
        for name, row in catalogue.measures.items()
    ]
    return [one for one in found if one.told]


def _effects_of(name: str, catalogue: Catalogue, moment: Moment) -> dict[str, Any]:
    """How often one measure was applied and lifted, by year and by division of the organ, as it may be told."""
    told = effects_told(measures=catalogue.measures, moment=moment)

    def lines(tables: Mapping[tuple[str, str], Mapping[str, int]], names: Mapping[str, Words]) -> list[EffectLine]:
        applied, lifted = tables.get((name, APPLIED), {}), tables.get((name, LIFTED), {})
        found = [EffectLine(said, applied.get(value), lifted.get(value)) for value, said in names.items()]
        return [one for one in found if one.told]

    years: Mapping[str, Words] = {str(year): (str(year), "") for year in range(moment.day.year, 0, -1)[:YEARS]}
    return {
        "effects": EffectLine(("合计", "all"), told.times.get((name, APPLIED)), told.times.get((name, LIFTED))),
        "years": lines(told.years, years),
        "divisions": lines(told.divisions, choices(on_date=moment.day).divisions),
        "rule": RULE,
    }


def _ground(ground: Ground, nature: Nature, wording: Wording) -> GroundTold:
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
        since=found.start if nature is Nature.PENALTY else None,
    )


def _says(ground: Ground, wording: Wording) -> list[tuple[Words, list[Words]]]:
    """Which fields must have which choices, in words."""
    told = []
    for name, says in ground.says.items():
        rule = wording.catalogue.kinds[ground.kind or ""].fields[name]
        told.append(((rule.name_zh, rule.name_en), wording.chosen(rule.vocabulary or "", says)))
    return told


def _article(basis: str, article: str | None, catalogue: Catalogue) -> ArticleText:
    number = anchor(article or "")
    held = catalogue.instruments[basis].articles.get(number)
    return ArticleText(basis, article, None if held is None else held.text)
