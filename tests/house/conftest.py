"""What the tests of the house start from: a day, and a house with a little in every cupboard."""

from collections.abc import Iterator
from datetime import date

import orjson
import pytest
import time_machine

from tests import factories
from xinshu.uses.disclosure.queries import subject_answer


@pytest.fixture
def today() -> Iterator[date]:
    """The world stands still at noon of a day."""
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False):
        yield factories.TODAY


@pytest.fixture
def furnished(db: None, today: date) -> str:
    """Catalogue, organ, and records: shown, ended, never public, and a licence; the reference of a shown one."""
    factories.adopted_catalogue()
    factories.registered_organ()
    document, accepted = factories.document, factories.accepted
    minor = document(penalties=["WARNING"], severity="MINOR", document_number="示市监罚〔2026〕0002号")
    ended = document(decided_on=date(2024, 1, 15), document_number="示市监罚〔2024〕0001号")
    accepted(ended, on_day=date(2024, 1, 20))
    accepted(document(), minor)
    accepted(document(source_code=factories.MARKET.code, source_name=factories.MARKET.name))
    graver = document(penalties=["LICENCE_REVOCATION"], severity="SERIOUS", document_number="示市监罚〔2026〕0003号")
    accepted(graver | {"penalties": ["CONFISCATION_OF_GAINS"], "severity": "ORDINARY"})
    accepted(graver, citation="示市监更〔2026〕1号更正决定书")
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
    answer = orjson.loads(subject_answer(factories.SUBJECT, on_date=today))
    return str(answer["bodies"][0]["records"][0]["ref"])
