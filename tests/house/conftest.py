"""What the tests of the house start from: a day, and a house with a little in every cupboard."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
import time_machine

from tests import factories, filings
from xinshu.proceedings.intake.actions import receive, remember_headers
from xinshu.proceedings.intake.states import Door
from xinshu.uses.disclosure.queries import subject_answer


@pytest.fixture
def today() -> Iterator[date]:
    """The world stands still at noon of a day."""
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False):
        yield factories.TODAY


@pytest.fixture
def furnished(db: None, today: date, tmp_path: Path) -> str:
    """Catalogue, organ, records shown, ended and never public, batches; the reference of a record that is shown."""
    factories.adopted_catalogue()
    factories.registered_organ()
    document, accepted = factories.document, factories.accepted
    minor = document(penalties=["WARNING"], severity="MINOR", document_number="示市监罚〔2026〕0002号")
    ended = document(decided_on=date(2024, 1, 15), document_number="示市监罚〔2024〕0001号")
    accepted(ended, on_day=date(2024, 1, 20))
    accepted(document(), minor)
    accepted(document(source_code=factories.MARKET.code, source_name=factories.MARKET.name))
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
    _batches(tmp_path)
    answer = orjson.loads(subject_answer(factories.SUBJECT, on_date=today))
    return str(answer["bodies"][0]["records"][0]["ref"])


def _batches(folder: Path) -> None:
    """One dry-run and one filed, each with a row that goes back, one refused for its header; a header remembered."""
    sound, wrong = filings.penalty(), filings.penalty(number="示市监罚〔2026〕0009号", decided_on="2026-02-30")
    files = {
        filings.write_csv(folder / "checked.csv", [sound, wrong]): False,
        filings.write_csv(folder / "filed.csv", [wrong]): True,
        folder / "refused.csv": False,
    }
    (folder / "refused.csv").write_text("单位,奇怪的列\n一,二\n", encoding="utf-8")
    said = {"organ_code": factories.MARKET.code, "kind": "ADMIN_PENALTY", "actor": "test"}
    moment = factories.noon(factories.TODAY)
    for path, attested in files.items():
        receive(path=path, door=Door.DESK, attested=attested, moment=moment, progress=lambda step: None, **said)
    remember_headers(mapping={"处罚的日子": "CF_JDRQ"}, moment=moment, **said)
