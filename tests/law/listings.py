"""A list of a department as cases and properties amend it: every step, five working days of defence, ten of waiting."""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from xinshu.law.catalogue import Catalogue
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import (
    Planned,
    against_end,
    against_exit,
    against_listing,
    defence_until,
    graver_than_notified,
    listing_period,
    missing_before,
    missing_steps,
    unruled,
)
from xinshu.law.reading import Page, Reader
from xinshu.law.terms import ListExit, ListingStep, SubjectKind

LAW = {"basis": "SAMR-44", "article": "12", "looked_at": "2026-11-27", "certainty": "ILLUSTRATIVE"}
NEVER = "NEVER"
RULE: dict[str, Any] = {
    **LAW,
    "from": "2021-09-01",
    **dict.fromkeys(("name_zh", "plain_zh"), "示例名单"),
    **dict.fromkeys(("name_en", "plain_en"), "A list"),
    "kind": "SERIOUS_DISHONESTY",
    "field": "LIST",
    "choice": "MARKET_REGULATION",
    "department": "MARKET_REGULATION",
    "subjects": ["ENTERPRISE", "SOCIAL_ORGANISATION"],
    "grounds": [{**LAW, "row": "GRAVE", "name_zh": "性质恶劣", "name_en": "Grave"}],
    "steps": [
        {**LAW, "step": "NOTICE"},
        {**LAW, "step": "DEFENCE", "working_days": 5},
        {**LAW, "step": "LEGAL_REVIEW"},
        {**LAW, "step": "APPROVAL"},
        {**LAW, "step": "DECISION"},
        {**LAW, "step": "SERVICE"},
        {**LAW, "step": "WAIT", "working_days": 10},
    ],
    "signed_by": "HEAD_OF_ORGAN",
    "term": {**LAW, "term": "FIXED", "months": 36},
    "exits": [{**LAW, "exit": "TERM_OVER"}, {**LAW, "exit": "REPAIRED", "after_months": 12}],
    "standing": "ACTIVE",
}


def rule_with(words: Mapping[str, Any]) -> ListRule:
    """That list, its keys changed; `without`: steps that it does not demand; a key given as "" is left out."""
    said = copy.deepcopy(RULE) | {key: value for key, value in words.items() if key != "without"}
    said = {key: value for key, value in said.items() if value != ""}
    said["steps"] = [step for step in said["steps"] if step["step"] not in words.get("without", ())]
    for part in ("term", "exits"):
        if part in words:
            given = words[part]
            said[part] = {**LAW, **given} if part == "term" else [{**LAW, **one} for one in given]
    reader = Reader(Page("case", "", "", {"given": said}))
    found = reader.entry(ListRule, ("given",))
    assert not reader.faults, "\n".join(f"{fault.key}: {fault.message}" for fault in reader.faults)
    rule: ListRule = found
    return rule


def days(words: Mapping[str, str]) -> dict[ListingStep, date]:
    """The days of steps as a case says them."""
    return {ListingStep(step): date.fromisoformat(str(day)) for step, day in words.items()}


def listing_answers(given: Mapping[str, Any], catalogue: Catalogue, on_date: date) -> dict[str, Any]:
    """What the law answers of a listing, in the words of `then`; `given` asks one thing at a time."""
    if "unruled" in given:
        return _reasons((unruled(given["unruled"], catalogue),))
    rule = rule_with(given.get("rule", {}))
    if "subject_kind" in given:
        return _reasons(against_listing(rule, SubjectKind(given["subject_kind"]), on_date=on_date))
    if "notified_on" in given:
        last = defence_until(rule, date.fromisoformat(given["notified_on"]), catalogue)
        return {"defence_until": str(last) if isinstance(last, date) else NEVER}
    if "until" in given:
        decided, end = date.fromisoformat(given["decided_on"]), given["until"]
        until = None if end == NEVER else date.fromisoformat(end)
        reasons, latest = against_end(rule, decided_on=decided, until=until)
        return {**_reasons(reasons), "listed_until": str(latest or NEVER)}
    if "served_on" in given:
        return _period(rule, given, catalogue)
    if "notified" in given:
        said = (Planned(**given["notified"]), Planned(**given["decided"]))
        return _reasons(graver_than_notified(rule, *said))
    if "exit" in given:
        decided = date.fromisoformat(given["decided_on"])
        reasons, opens = against_exit(rule, ListExit(given["exit"]), decided_on=decided, on_date=on_date)
        return {**_reasons(reasons), "opens_on": str(opens or NEVER)}
    return _missing_of(rule, given, catalogue, on_date)


def _missing_of(rule: ListRule, given: Mapping[str, Any], catalogue: Catalogue, on_date: date) -> dict[str, Any]:
    done = days(given["done"])
    if "before" in given:
        found = missing_before(rule, ListingStep(given["before"]), done, catalogue, on_date=on_date)
    else:
        found = missing_steps(rule, done, catalogue, on_date=on_date)
    opens = [one.opens_on for one in found if one.opens_on is not None]
    return {
        "complete": not found,
        "missing": [str(one.step) for one in found],
        "reasons": [str(one.reason.code) for one in found],
        "opens_on": str(max(opens, default=NEVER)) if opens else NEVER,
    }


def _period(rule: ListRule, given: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    found = listing_period(
        rule,
        decided_on=date.fromisoformat(given["decided_on"]),
        served_on=date.fromisoformat(given["served_on"]),
        months=given.get("months"),
        catalogue=catalogue,
    )
    return {
        "effective_from": str(found.effective_from or NEVER),
        "listed_until": str(found.last_day or NEVER),
        **_reasons(found.reasons),
    }


def _reasons(reasons: tuple[Any, ...]) -> dict[str, Any]:
    return {"reasons": [str(one.code) for one in reasons], "allowed": not reasons}
