"""Adopts an edition of the catalogue, by hash."""

from datetime import date
from pathlib import Path

from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.checks import build
from xinshu.law.listing import demanded
from xinshu.law.reading import Fault
from xinshu.law.terms import Standing
from xinshu.register.catalogues.files import canonical, edition_hash, read_pages
from xinshu.register.catalogues.models import Edition
from xinshu.register.publog.actions import enter_rules
from xinshu.register.publog.queries import tells_of_rules


class CatalogueRefused(XinshuError):
    """The files have faults; each is named."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class AssessmentMissing(XinshuError):
    """A later edition cannot be adopted without the hash of its assessment (G32, Decision 12)."""


@transaction.atomic
def adopt(folder: Path, *, in_force_from: date, actor: str, moment: Moment) -> bytes:
    """Adopt the founding edition from its files; an edition that is adopted already changes nothing.

    Returns its hash. Raises CatalogueRefused with every fault, or AssessmentMissing for a second edition.
    """
    pages, shape_faults = read_pages(folder)
    catalogue, faults = build(pages)
    if shape_faults or catalogue is None:
        raise CatalogueRefused(tuple(sorted({*shape_faults, *faults})))
    content = canonical(pages)
    content_hash = edition_hash(content)
    if Edition.objects.filter(hash=content_hash).exists():
        return content_hash
    if Edition.objects.exists():
        raise AssessmentMissing(
            "已有目录版本，后续版本须附评估。An edition is adopted already; a later one needs its recorded assessment."
        )
    Edition.objects.create(
        hash=content_hash,
        content=content.decode(),
        in_force_from=in_force_from,
        adopted_at=moment.instant,
        adopted_by=actor,
        founding=True,
        listing_steps=steps_of_lists(catalogue),
    )
    enter_rules(content_hash)
    return content_hash


def steps_of_lists(catalogue: Catalogue) -> dict[str, dict[str, list[str]]]:
    """By kind and list, the steps that each list in use demands."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, rule in catalogue.lists.items():
        if rule.standing is Standing.ACTIVE:
            found.setdefault(rule.kind, {})[name] = [str(step) for step in demanded(rule)]
    return found


def enter_editions() -> None:
    """Have the public log tell of editions that were adopted before there was a log."""
    for edition in Edition.objects.order_by("in_force_from"):
        if not tells_of_rules(bytes(edition.hash)):
            enter_rules(bytes(edition.hash))
