"""The one runner of the law's cases: each case in cases/*.yaml is read strictly and answered without a database.

How a case is written stands in docs/law-cases.md.
"""

import copy
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.catalogue import shipped_pages
from tests.law.listings import listing_answers
from xinshu.law.case_terms import CaseTerm, case_due, extended_due
from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.checks import build
from xinshu.law.deadlines import due_on, overdue
from xinshu.law.measures import Fact, MeasuresVerdict, measures_for
from xinshu.law.publicity import publicity
from xinshu.law.reading import Page, Reader
from xinshu.law.repair import Asked, Ban, RepairEligibility, ban_after_false_commitment, repair_eligibility
from xinshu.law.retention import Keeping, Kept, retention
from xinshu.law.severity import severity
from xinshu.law.terms import Audience, Channel, Condition, CountedFrom, Decision, Record, SubjectKind, UseContext
from xinshu.law.verdict import Publicity, Reason, ReasonCode, SeverityVerdict

CASES = Path(__file__).parent / "cases"
CATALOGUE = Path(__file__).parents[2] / "catalogue"

REQUIRED = {"name", "article", "on_date", "given", "then"}
KNOWN = REQUIRED | {"amend", "note"}
WORDS = {"shown", "from", "last_day", "repair_from", "regime", "severity", "question", "erase_from", "erased"}
WORDS |= {"due_on", "overdue"}
WORDS |= {"lodged", "prelodged", "grantable", "opens_on", "channel", "conditions_of", "shielded"}
WORDS |= {"banned_until", "cut_short"}
WORDS |= {"class", "ends"}
WORDS |= {"complete", "allowed", "defence_until", "effective_from", "listed_until"}
ALL_THERE = {"reasons", "withheld", "met", "unmet", "unknown", "also", "applied", "missing"}
NONE_THERE = {"not_reasons", "not_withheld", "not_also", "not_applied", "not_missing"}
LISTS = ALL_THERE | NONE_THERE
OPEN, NEVER = "OPEN", "NEVER"

Case = Mapping[str, Any]
Answers = Mapping[str, Any]


# --- reading --------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Days and decimals stay text; a key that stands twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        twice = [key for key, count in Counter(key.value for key, _ in node.value).items() if count > 1]
        assert not twice, f"stands twice: {', '.join(twice)}{node.start_mark}"
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_cases(folder: Path) -> list[Case]:
    """Every case of the folder, with the file it stands in."""
    return [
        {**case, "file": path.name}
        for path in sorted(folder.glob("*.yaml"))
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    ]


def check_shape(case: Case) -> None:
    """A case states all that it must, nothing unknown, and expects something."""
    keys = case.keys() - {"file"}
    assert keys >= REQUIRED, f"not stated: {', '.join(sorted(REQUIRED - keys))}"
    assert keys <= KNOWN, f"not known: {', '.join(sorted(keys - KNOWN))}"
    for key in ("name", "article"):
        assert str(case[key]).strip(), f"{key} must be a text"
    then = case["then"]
    assert isinstance(then, dict), "then is a mapping of expectations"
    assert then, "then must expect something"
    assert then.keys() <= WORDS | LISTS, f"not known in then: {', '.join(sorted(then.keys() - WORDS - LISTS))}"
    assert all(isinstance(then[key], list) and then[key] for key in then.keys() & LISTS), "a list is wanted"


def check_words(case: Case, catalogue: Catalogue) -> None:
    """Reasons and fields that a case says are not there must at least exist."""
    then = case["then"]
    unknown = {*then.get("reasons", ()), *then.get("not_reasons", ())} - set(ReasonCode)
    assert not unknown, f"no such reason: {', '.join(sorted(unknown))}"
    conditions = {condition for key in ("met", "unmet", "unknown") for condition in then.get(key, ())}
    assert conditions <= set(Condition), f"no such condition: {', '.join(sorted(conditions - set(Condition)))}"
    channels = {*then.get("also", ()), *then.get("not_also", ())}
    assert channels <= set(Channel), f"no such channel: {', '.join(sorted(channels - set(Channel)))}"
    fields = {*then.get("withheld", ()), *then.get("not_withheld", ())}
    if fields:
        missing = fields - set(catalogue.kinds[case["given"]["kind"]].fields)
        assert not missing, f"no such field: {', '.join(sorted(missing))}"


def read_as(shape: type[Any], words: Mapping[str, Any]) -> Any:
    """The words as that noun of the law, by the catalogue's own strict reader."""
    reader = Reader(Page("case", "", "", {"given": words}))
    value = reader.entry(shape, ("given",))
    assert not reader.faults, "\n".join(f"{fault.key}: {fault.message}" for fault in reader.faults)
    return value


def record_of(given: Mapping[str, Any]) -> Record:
    """The record of a case; without a word it is an enterprise's, and arrives on the day of its document."""
    assert "decided_on" in given or "recorded_on" in given, "a record has a day of decision or of arrival"
    usual = {"subject_kind": "ENTERPRISE", "decided_on": None, "recorded_on": given.get("decided_on")}
    record: Record = read_as(Record, {**usual, **given})
    return record


# --- the catalogue, as it stands or amended -------------------------------------------------------


@cache
def catalogue_with(amendments: str) -> Catalogue:
    """The catalogue with these amendments (JSON: file -> dotted path -> value); it must stay sound."""
    pages = {page.file: page for page in shipped_pages()}
    for file, changes in json.loads(amendments).items():
        data = copy.deepcopy(pages[file].data)
        for path, value in changes.items():
            amend(data, path.split("."), value)
        pages[file] = Page(file, pages[file].layer, pages[file].chapter, data, pages[file].lines)
    catalogue, faults = build(pages.values())
    assert catalogue is not None, "\n".join(map(str, faults))
    return catalogue


def amend(data: Any, path: list[str], value: Any) -> None:
    """Put the value at the path; a row of a list is named by its `row`. Nothing but the last step may be new."""
    *above, last = path
    for step in above:
        data = next(item for item in data if item["row"] == step) if isinstance(data, list) else data[step]
    data[last] = value


# --- asking and comparing -------------------------------------------------------------------------


def answers_of(case: Case, catalogue: Catalogue) -> Answers:
    """What the law answers, in the words of `then`."""
    on_date = date.fromisoformat(case["on_date"])
    given = case["given"]
    if case["then"].keys() & {"erase_from", "erased"}:
        return retention_answers(retention(kept_of(given), catalogue), on_date)
    if "repair" in given:
        return repair_answers(repair_eligibility(asked_of(given, catalogue), catalogue, on_date=on_date))
    if "ban" in given:
        return ban_answers(ban_after_false_commitment(date.fromisoformat(given["ban"]), catalogue))
    if given.keys() & {"days", "extended"}:
        return case_deadline_answers(given, catalogue, on_date)
    named = {"listing": listing_answers, "stands": measures_answers, "deadline": deadline_answers}
    if word := next((word for word in named if word in given), None):
        return named[word](given["listing"] if word == "listing" else given, catalogue, on_date)
    if "kind" in given:
        record = record_of(given)
        return publicity_answers(publicity(record, catalogue), on_date)
    return severity_answers(severity(read_as(Decision, given), catalogue, on_date=on_date))


def deadline_answers(given: Mapping[str, Any], catalogue: Catalogue, on_date: date) -> Answers:
    """The last day of a term by its name, and whether it is over."""
    last = due_on(
        date.fromisoformat(given["since"]), catalogue.deadline_on(given["deadline"], on_date), catalogue.calendar
    )
    return {"due_on": str(last or NEVER), "overdue": overdue(last, on_date)}


def case_deadline_answers(given: Mapping[str, Any], catalogue: Catalogue, on_date: date) -> Answers:
    """The last day of a deadline of a case, from the days of its events; or of a result that is to be extended."""
    if "extended" in given:
        told_on = given["told_on"] and date.fromisoformat(given["told_on"])
        last = extended_due(date.fromisoformat(given["extended"]), told_on, catalogue, on_date=on_date)
    else:
        days = {CountedFrom(event): date.fromisoformat(day) for event, day in given["days"].items()}
        last = case_due(CaseTerm(given["deadline"]), days, catalogue, on_date=on_date)
    return {"due_on": str(last or NEVER), "overdue": overdue(last, on_date)}


def asked_of(given: Mapping[str, Any], catalogue: Catalogue) -> Asked:
    """What is asked of repair: the record with publicity's own answer about it, and what is known of its subject."""
    record = record_of({key: value for key, value in given.items() if key != "repair"})
    verdict = publicity(record, catalogue)
    said: Asked = read_as(Asked, {"kind": record.kind, **given["repair"]})
    return replace(
        said,
        **{name: getattr(record, name) for name in ("severity", "department", "decided_on", "penalties", "area")},
        procedure=record.procedure,
        period=verdict.period,
        repair_from=verdict.repair_from,
        regime=verdict.regime,
    )


def repair_answers(answer: RepairEligibility) -> Answers:
    found = {
        met: [finding.condition for finding in answer.findings if finding.met is met] for met in (True, False, None)
    }
    return {
        "lodged": answer.may_be_lodged,
        "prelodged": answer.may_be_prelodged,
        "grantable": answer.grantable,
        "opens_on": str(answer.opens_on or NEVER),
        "channel": answer.channel,
        "also": answer.also,
        "conditions_of": answer.regime or NEVER,
        "shielded": answer.shielded,
        "met": found[True],
        "unmet": found[False],
        "unknown": found[None],
        "reasons": codes((*answer.reasons, *(reason for finding in answer.findings for reason in finding.reasons))),
    }


def measures_answers(given: Mapping[str, Any], catalogue: Catalogue, on_date: date) -> Answers:
    """What the records that stand lead to; `class` and `ends` are those of the only measure, where there is one."""
    answer: MeasuresVerdict = measures_for(
        SubjectKind(given.get("subject_kind", "ENTERPRISE")),
        [fact_of(number, words) for number, words in enumerate(given["stands"])],
        UseContext(given["context"]),
        catalogue,
        on_date=on_date,
        division=given.get("division"),
    )
    only = answer.applied[0] if len(answer.applied) == 1 else None
    return {
        "applied": [one.measure for one in answer.applied],
        "class": NEVER if only is None or only.measure_class is None else str(only.measure_class),
        "ends": NEVER if only is None else str(only.last_day or OPEN),
        "reasons": codes((*answer.reasons, *(reason for one in answer.applied for reason in one.reasons))),
    }


def fact_of(number: int, words: Mapping[str, Any]) -> Fact:
    """A record that stands, in the words of a case: its traits, and the days that it was decided on and is shown until."""
    trait = {name: words[name] for name in words.keys() - {"decided_on", "last_day"}}
    days = {name: words.get(name) for name in ("decided_on", "last_day")}
    fact: Fact = read_as(Fact, {"ref": str(number), "trait": trait, **days})
    return fact


def ban_answers(ban: Ban | None) -> Answers:
    if ban is None:
        return {"banned_until": NEVER, "cut_short": NEVER, "reasons": []}
    return {"banned_until": str(ban.until), "cut_short": ban.cut_short, "reasons": codes(ban.reasons)}


def publicity_answers(verdict: Publicity, on_date: date) -> Answers:
    period = verdict.period
    last_day = NEVER if period is None else str(period.last_day or OPEN)
    return {
        "shown": verdict.shown_on(on_date),
        "from": NEVER if period is None else str(period.start),
        "last_day": last_day,
        "repair_from": str(verdict.repair_from or NEVER),
        "regime": verdict.regime or NEVER,
        "reasons": codes(verdict.reasons_on(on_date)),
        "withheld": verdict.withheld,
    }


def kept_of(given: Mapping[str, Any]) -> Kept:
    """The record of a case of retention; unsaid, it came in on the day of its document and was changed by nothing."""
    arrived = given.get("recorded_on", given.get("decided_on"))
    kept: Kept = read_as(Kept, {"recorded_on": arrived, "changed_on": arrived, **given})
    return kept


def retention_answers(keeping: Keeping, on_date: date) -> Answers:
    return {
        "erase_from": str(keeping.erase_from or NEVER),
        "erased": keeping.erased_on(on_date),
        "reasons": codes(keeping.reasons),
    }


def severity_answers(verdict: SeverityVerdict) -> Answers:
    return {"severity": verdict.severity, "question": verdict.question, "reasons": codes(verdict.reasons)}


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code.value for reason in reasons]


def differences(then: Mapping[str, Any], answers: Answers) -> list[str]:
    """Each expectation that the law's answer does not meet; every reason and field listed must (not) be there."""
    found = []
    for key, wanted in then.items():
        actual = answers[key.removeprefix("not_")]
        if key in ALL_THERE:
            met = set(wanted) <= set(actual)
        elif key in NONE_THERE:
            met = set(wanted).isdisjoint(actual)
        else:
            met = wanted == actual
        if not met:
            found.append(f"{key}: the case says {wanted}, the law answers {actual}")
    return found


CASE_LIST = read_cases(CASES)


@pytest.mark.parametrize("case", CASE_LIST, ids=lambda case: str(case.get("name")))
def test_case(case: Case) -> None:
    check_shape(case)
    catalogue = catalogue_with(json.dumps(case.get("amend", {}), sort_keys=True))
    check_words(case, catalogue)
    found = differences(case["then"], answers_of(case, catalogue))
    assert not found, "\n".join([f"{case['file']}: {case['name']} ({case['article']})", *found])


# --- the runner itself is strict ------------------------------------------------------------------


def test_there_are_enough_cases_and_no_name_stands_twice() -> None:
    names = Counter(case["name"] for case in CASE_LIST)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) >= 400


def test_repair_has_enough_cases_of_its_own() -> None:
    asked = [case for case in CASE_LIST if case["given"].keys() & {"repair", "ban", "days", "extended"}]
    assert len(asked) >= 150
    met = {condition for case in asked for condition in case["then"].get("met", ())}
    unmet = {condition for case in asked for condition in case["then"].get("unmet", ())}
    assert (met, unmet) == (set(Condition), set(Condition))
    assert {case["then"].get("channel") for case in asked} >= set(Channel)


def test_every_reason_of_publicity_and_severity_is_met_by_a_case() -> None:
    met = {code for case in CASE_LIST for code in case["then"].get("reasons", ())}
    assert sorted(set(ReasonCode) - met) == []


def test_every_public_kind_has_both_sides() -> None:
    """A last day shown, a day after it, and a record that is never shown."""
    catalogue = catalogue_with("{}")
    public = {name for name, kind in catalogue.kinds.items() if kind.audience is Audience.PUBLIC}
    national = {name for name in public if catalogue.layers[name] == NATIONAL}
    asked = [case for case in CASE_LIST if "amend" not in case and "kind" in case["given"]]
    last = {case["given"]["kind"] for case in asked if case["then"].get("last_day") == case["on_date"]}
    after = {case["given"]["kind"] for case in asked if "TERM_ENDED" in case["then"].get("reasons", ())}
    never = {case["given"]["kind"] for case in asked if case["then"].get("from") == NEVER}
    assert (national - last, national - after, national - never) == (set(), set(), set())


SOUND_CASE = """
- name: one
  article: NDRC-36 art. 1
  on_date: 2026-05-01
  given: {kind: ADMIN_PENALTY, decided_on: 2026-04-10, severity: ORDINARY}
  then: {shown: true}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("article:", "artikel:"),
        ("  article: NDRC-36 art. 1\n", ""),
        ("  on_date: 2026-05-01\n", ""),
        ("then: {shown: true}", "then: {}"),
        ("then: {shown: true}", "then: {shown: false}"),
        ("then: {shown: true}", "then: {visible: true}"),
        ("then: {shown: true}", "then: {not_shown: false}"),
        ("then: {shown: true}", "then: {not_reasons: [TERM_ENDS]}"),
        ("then: {shown: true}", "then: {not_withheld: [NAME]}"),
        ("then: {shown: true}", "then: {reasons: []}"),
        ("severity: ORDINARY", "severity: USUAL"),
        ("severity: ORDINARY", "sevrity: ORDINARY"),
        ("severity: ORDINARY", "severity: ORDINARY, severity: ORDINARY"),
        ("decided_on: 2026-04-10", "decided_on: 2026-04-31"),
        ("decided_on: 2026-04-10, ", ""),
    ],
)
def test_a_faulty_case_fails(tmp_path: Path, old: str, new: str) -> None:
    assert old in SOUND_CASE
    (tmp_path / "case.yaml").write_text(SOUND_CASE.replace(old, new) if old else SOUND_CASE)
    if not old:
        test_case(read_cases(tmp_path)[0])
        return
    with pytest.raises((AssertionError, KeyError, ValueError)):
        test_case(read_cases(tmp_path)[0])
