"""Editions: adopted by hash, never edited, told by the day, refused with every fault."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import FOUNDING_DAY, TODAY, adopted_catalogue, noon
from xinshu.law.catalogue import Catalogue
from xinshu.law.public_form import sentence
from xinshu.law.verdict import Reason, ReasonCode
from xinshu.register.catalogues.actions import AssessmentMissing, CatalogueRefused, adopt
from xinshu.register.catalogues.files import canonical, edition_hash, load_catalogue, read_pages
from xinshu.register.catalogues.models import Edition
from xinshu.register.catalogues.queries import NoCatalogue, catalogue_on

pytestmark = pytest.mark.django_db


def shipped() -> Catalogue:
    catalogue, faults = load_catalogue(settings.CATALOGUE_FOLDER)
    assert catalogue is not None, faults
    return catalogue


def copy_of(folder: Path) -> Path:
    place = folder / "catalogue"
    shutil.copytree(settings.CATALOGUE_FOLDER, place)
    return place


def take(folder: Path) -> bytes:
    return adopt(folder, in_force_from=FOUNDING_DAY, actor="test", moment=noon(TODAY))


def test_what_is_adopted_is_what_the_files_say_in_their_order() -> None:
    adopted = adopted_catalogue()
    assert adopted.catalogue == shipped()
    assert list(adopted.catalogue.kinds) == list(shipped().kinds)
    fields = [list(kind.fields) for kind in adopted.catalogue.kinds.values()]
    assert fields == [list(kind.fields) for kind in shipped().kinds.values()]


def test_an_edition_is_known_by_the_hash_of_its_content() -> None:
    pages, _ = read_pages(settings.CATALOGUE_FOLDER)
    assert adopted_catalogue().hash == edition_hash(canonical(pages)).hex()


def test_adopting_the_same_files_again_changes_nothing() -> None:
    assert take(settings.CATALOGUE_FOLDER) == take(settings.CATALOGUE_FOLDER)
    assert Edition.objects.count() == 1


def test_a_later_edition_needs_its_assessment(tmp_path: Path) -> None:
    take(settings.CATALOGUE_FOLDER)
    folder = copy_of(tmp_path)
    page = folder / "national" / "reasons.yaml"
    page.write_text(page.read_text(encoding="utf-8").replace("期满自动停止公示", "期满即停止公示"), encoding="utf-8")
    with pytest.raises(AssessmentMissing):
        take(folder)


def test_a_catalogue_with_a_fault_is_refused_with_the_fault(tmp_path: Path) -> None:
    folder = copy_of(tmp_path)
    page = folder / "national" / "publicity" / "administrative-penalty.yaml"
    page.write_text(page.read_text(encoding="utf-8").replace("max_months: 12", "max_months: 2", 1), encoding="utf-8")
    with pytest.raises(CatalogueRefused, match="OUT_OF_RANGE"):
        take(folder)
    assert Edition.objects.count() == 0


def test_no_catalogue_before_the_first_day() -> None:
    adopted_catalogue()
    assert catalogue_on(FOUNDING_DAY).in_force_from == FOUNDING_DAY
    with pytest.raises(NoCatalogue):
        catalogue_on(date(2019, 6, 30))


def test_an_old_edition_stays_readable_when_a_reason_is_new_to_it() -> None:
    pages, _ = read_pages(settings.CATALOGUE_FOLDER)
    for page in pages:
        if page.chapter == "reasons":
            del page.data["TERM_FIXED"]  # type: ignore[attr-defined]
    content = canonical(pages)
    Edition.objects.create(
        hash=edition_hash(content),
        content=content.decode(),
        in_force_from=FOUNDING_DAY,
        adopted_at=noon(TODAY).instant,
        adopted_by="test",
        founding=True,
    )
    catalogue = catalogue_on(TODAY).catalogue
    said = sentence(Reason(ReasonCode.TERM_FIXED, "NDRC-36", "12"), catalogue, start=None, last_day=None)
    assert said["zh"] == "依据《信用修复管理办法》第12条。"


def test_the_tests_own_edition_is_that_of_the_files() -> None:
    """Whatever way it came into the store: adopting the shipped files finds nothing to do."""
    adopted_catalogue()
    first = Edition.objects.values().get()
    adopted_catalogue()
    assert take(settings.CATALOGUE_FOLDER) == bytes(first["hash"])
    assert Edition.objects.values().get() == first
