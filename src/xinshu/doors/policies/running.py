"""Compares a lawful draft with the rules in force over all that is shown today, and keeps the report by its hash."""

from collections.abc import Callable
from itertools import product
from typing import Any, Final

from xinshu.bulk.assessment import UNKNOWN, Assessing, Impact, whole_subjects
from xinshu.bulk.canonical import canonical
from xinshu.bulk.shown_rows import BANDS
from xinshu.bulk.small_cells import STEP, Number, Part, Published, Range, published
from xinshu.doors.policies.labels import Labels
from xinshu.doors.policies.proposals import Proposal
from xinshu.doors.portal.wording import Words
from xinshu.kit.moment import Moment
from xinshu.law.assessment import ChangeSort, findings, shifted_kinds, touches
from xinshu.law.catalogue import Catalogue
from xinshu.law.measure_rules import class_of
from xinshu.law.terms import Standing, SubjectKind
from xinshu.register.catalogues.actions import keep_assessment
from xinshu.register.records.queries import log_state
from xinshu.uses.disclosure.actions import shown_rows

FORMAT: Final = 1
OF_MEASURES: Final = (Impact.GAINS, Impact.LOSES, Impact.MINOR)
OF_TERMS: Final = (Impact.LONGER, Impact.SHORTER, Impact.GONE, Impact.UNSURE)
NAMED: Final = ("kinds", "measures", "lists", "powers")

Told = Callable[[int, int], None]
"""Told how many records and bodies were read so far."""


def assess(proposal: Proposal, *, actor: str, moment: Moment, told: Told = lambda _records, _bodies: None) -> str:
    """The hash of the report. The same draft on the same day of the same register gives the same report."""
    number = log_state().number
    old, new = proposal.against.catalogue, proposal.catalogue
    found = Assessing(old, new, on_date=moment.day)
    for part in whole_subjects(shown_rows(old, new, on_date=moment.day)):
        found.take(part)
        told(found.records, found.bodies)
    report = _report(proposal, found, moment, number)
    return keep_assessment(
        name=proposal.head["name"],
        content=proposal.content,
        against=proposal.against.hash,
        report=canonical(report),
        touches=touches(proposal.changes),
        actor=actor,
        moment=moment,
    )


def _report(proposal: Proposal, found: Assessing, moment: Moment, number: int) -> dict[str, Any]:
    """What is kept: plain data, in which no number below ten stands or can be computed (docs/adr/0014)."""
    old, new = proposal.against.catalogue, proposal.catalogue
    cells = found.cells()
    always = _always(proposal)
    keys = sorted({*always, *(cell.kind for cell in cells)})
    rows = Range(
        kinds=tuple(keys),
        divisions=tuple(sorted({f"{code}0000" for code in new.divisions} | found.provinces | {UNKNOWN})),
        months=tuple(f"{kind}/{band}" for kind, band in product(SubjectKind, (*BANDS, UNKNOWN))),
        industries=tuple(sorted(found.industries | {UNKNOWN})),
    )
    told = published(cells, rows)
    shown = [key for key in keys if key in always or Number(key, "", Part.TOTAL, "") in told.told]
    return {
        "format": FORMAT,
        "draft": {**proposal.head, "hash": proposal.draft_hash},
        "edition": proposal.edition,
        "against": proposal.against.hash,
        "day": moment.day.isoformat(),
        "log_number": number,
        "read": {"records": found.records - found.records % STEP, "bodies": found.bodies - found.bodies % STEP},
        "changes": [[change.chapter, change.layer, change.name, str(change.sort)] for change in proposal.changes],
        "findings": [[str(one.code), one.entry, one.other] for one in findings(proposal.changes, old, new)],
        "outcomes": [_outcome(key, told, rows, Labels(new)) for key in shown],
        "names": _names(proposal, shown),
        "classes": {name: _class(name, new) for change in proposal.changes if (name := change.name) in new.measures},
    }


def _always(proposal: Proposal) -> frozenset[str]:
    """The outcomes that a report names whatever their number is: of what the draft itself changes."""
    old, new = proposal.against.catalogue, proposal.catalogue
    measures = {change.name for change in proposal.changes if change.chapter == "measures"}
    in_use = {
        name
        for name in measures
        for rules in (old, new)
        if name in rules.measures and rules.measures[name].standing is Standing.ACTIVE
    }
    removed = {change.name for change in proposal.changes if change.sort is ChangeSort.REMOVED}
    told = {f"{effect} {name}" for effect, name in product(OF_MEASURES, in_use - removed)}
    told |= {f"{Impact.LOSES} {name}" for name in in_use & removed}
    return frozenset(told | {f"{effect} {name}" for effect, name in product(OF_TERMS, shifted_kinds(old, new))})


def _outcome(key: str, told: Published, rows: Range, labels: Labels) -> dict[str, Any]:
    effect, _, what = key.partition(" ")

    def table(numbers: list[tuple[str, Number]], words: Callable[[str], Words]) -> list[list[Any]]:
        return [[value, *words(value), told.told[number]] for value, number in numbers if number in told.told]

    return {
        "effect": effect,
        "what": what,
        "bodies": told.told.get(Number(key, "", Part.TOTAL, "")),
        "divisions": table([(one, Number(key, one, Part.TOTAL, "")) for one in rows.divisions], labels.division),
        "industries": table([(one, Number(key, "", Part.INDUSTRY, one)) for one in rows.industries], labels.industry),
        "sizes": table([(one, Number(key, "", Part.MONTH, one)) for one in rows.months], labels.size),
    }


def _names(proposal: Proposal, shown: list[str]) -> dict[str, list[str]]:
    """The names of everything that the report speaks of, so that it can be read by itself."""
    wanted = {change.name for change in proposal.changes}
    wanted |= {name for key in shown for name in key.partition(" ")[2].split("+")}
    found: dict[str, list[str]] = {}
    for rules in (proposal.against.catalogue, proposal.catalogue):
        for chapter in NAMED:
            entries = getattr(rules, chapter)
            found |= {name: [entries[name].name_zh, entries[name].name_en] for name in wanted & entries.keys()}
        for one in findings(proposal.changes, proposal.against.catalogue, proposal.catalogue):
            for entries in (rules.powers, rules.measures):
                for name in {one.entry, one.other} & entries.keys():
                    found[name] = [entries[name].name_zh, entries[name].name_en]
    return dict(sorted(found.items()))


def _class(name: str, rules: Catalogue) -> str | None:
    found = class_of(rules.measures[name], rules.national_list)
    return None if found is None else str(found)
