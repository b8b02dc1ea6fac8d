"""What follows from a body's own records is asked of every place: local measures reach it wherever it meets them."""

import pytest

from tests.factories import SUBJECT, TODAY, accepted, adopted_catalogue, document
from xinshu.law.catalogue import NATIONAL
from xinshu.law.terms import UseContext
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.measures.queries import following

pytestmark = pytest.mark.django_db


def test_local_measures_are_told_to_the_body_itself() -> None:
    adopted_catalogue()
    accepted(document("JUDGMENT_DEFAULTER", document_number="（2026）示执1号"))
    edition = catalogue_on(TODAY)
    found = following(SUBJECT, edition=edition, on_date=TODAY)[UseContext.SUPERVISION]
    local = [one for one in found if edition.catalogue.layers[one.measure] != NATIONAL]
    assert [one.measure for one in local] == ["DEMO_KEY_SUPERVISION"]
    assert len({tuple(one.key) for one in found}) == len(found), "each once, however many places there are"
