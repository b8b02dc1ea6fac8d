"""A small catalogue of measures for tests: the shipped pages, with measures, powers and lists of our own beside them."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings

from xinshu.law.catalogue import Catalogue, assemble, read
from xinshu.law.reading import Page
from xinshu.register.catalogues.files import read_pages

SOURCED = {"basis": "OPINIONS-2025", "looked_at": "2026-11-27", "certainty": "SOURCE", "from": "2019-07-01"}
CONTEXTS = ["PUBLIC_TRADING", "SUPERVISION", "FINANCE", "FAST_TRACK"]
SUBJECTS = ["ENTERPRISE", "INDIVIDUAL_BUSINESS", "SOCIAL_ORGANISATION"]

POWER = {
    **SOURCED,
    "name_zh": "示例权限",
    "name_en": "Made-up power",
    "natures": ["INCENTIVE", "PENALTY"],
    "contexts": CONTEXTS,
    "subjects": SUBJECTS,
    "kinds": ["ADMIN_PENALTY", "HONOUR", "ABNORMAL_OPERATION"],
}


def measure(name_zh: str = "示例措施", **said: Any) -> dict[str, Any]:
    """An entry of measures/*.yaml; say its grounds, contexts and nature."""
    return {
        **SOURCED,
        "name_zh": name_zh,
        "name_en": "Made-up measure",
        "plain_zh": "示例。",
        "plain_en": "Made up.",
        "nature": "PENALTY",
        "contexts": ["PUBLIC_TRADING"],
        "applied_by_zh": "招标人",
        "applied_by_en": "the buyer",
        "standing": "ACTIVE",
        **said,
    }


def ground(row: str = "A", kind: str = "ADMIN_PENALTY", **said: Any) -> dict[str, Any]:
    """A ground on records of a kind."""
    return {"row": row, "power": "TEST-POWER", "kind": kind, "subjects": SUBJECTS, **said}


@cache
def shipped() -> tuple[Page, ...]:
    """The shipped pages, read once."""
    pages, faults = read_pages(settings.CATALOGUE_FOLDER)
    assert not faults
    return tuple(pages)


def catalogue_with(
    measures: Mapping[str, Any],
    *,
    local: Mapping[str, Mapping[str, Any]] | None = None,
    without: frozenset[str] = frozenset(),
) -> Catalogue:
    """The shipped catalogue with these measures and no other; `without`: its chapters that are left out."""
    kept = [page for page in shipped() if page.chapter not in {"measures", *without}]
    kept.append(Page("test/powers.yaml", "national", "powers", {"TEST-POWER": POWER}))
    kept.append(Page("test/measures.yaml", "national", "measures", measures))
    for division, own in (local or {}).items():
        kept.append(Page(f"test/{division}.yaml", division, "measures", own))
    entries, wrong = read(kept)
    assert not wrong, wrong
    return assemble(entries)


DAY = date(2026, 11, 23)
