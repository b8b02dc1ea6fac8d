"""Every hostile file through all three doors: one receipt, one set of reasons, never a fault of ours."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests import factories
from tests.hostile.corpus import CORPUS
from tests.hostile.doors import MORE, Deliver, Desk, Seen, by_api, by_command_line
from tests.hostile.making import Hostile, Sender
from tests.kinds import made_up_code
from xinshu.bulk.reasons import RowFault
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.access.actions import issue_token
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role

ROOT = Path(__file__).resolve().parents[2]
DIVISION = "990200"
LEAST = 60
BEGUN = date(2024, 1, 1)
ORGANS = [
    OrganRow(made_up_code(800 + place, "11"), f"示范市第{place}市场监督管理局", DIVISION, "MARKET_REGULATION")
    for place in (1, 2, 3)
]


@dataclass(frozen=True)
class House:
    """The three doors, each with its own organ."""

    doors: tuple[tuple[str, OrganRow, Deliver], ...]


@pytest.fixture(scope="module")
def house(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """One store for the whole corpus: no two files have a document in common."""
    now = datetime.combine(factories.TODAY, time(12), LEGAL_ZONE)
    if not str(connection.settings_dict["NAME"]).startswith("test_"):
        pytest.skip("the test database is made for tests that are marked: run the whole file")
    ready = override_settings(EMBEDDED_DATABASE=False)  # it runs already; as an operator's own does for the command
    with django_db_blocker.unblock(), time_machine.travel(now, tick=True), ready:
        factories.adopted_catalogue()
        for organ in ORGANS:
            factories.registered_organ(organ)
        moment = factories.noon(factories.TODAY)
        token = issue_token(
            organ_code=ORGANS[1].code, name="corpus", from_day=BEGUN, until=None, actor="test", moment=moment
        )
        clerk = Client()
        name = factories.appointed(Role.CLERK, organ=ORGANS[2].code, from_day=BEGUN)
        clerk.force_login(get_user_model().objects.get(username=name))
        folder = tmp_path_factory.mktemp("sent")
        yield House(
            (
                ("CLI", ORGANS[0], by_command_line(folder, ORGANS[0].code)),
                ("API", ORGANS[1], by_api(Client(), token)),
                ("DESK", ORGANS[2], Desk(clerk, ORGANS[2].code)),
            )
        )
        call_command("flush", verbosity=0, interactive=False)


DELIVERED: list[tuple[str, str]] = []
REFUSED: dict[str, str] = {}


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda one: one.name)
def test_every_door_gives_the_same_answer(house: House, hostile: Hostile) -> None:
    """Each door is asked to file it; the desk and one of the others, in turn, tell of a dry run before."""
    seen: list[Seen] = []
    place = CORPUS.index(hostile)
    for number, (door, organ, deliver) in enumerate(house.doors):
        sender = Sender(organ.code, organ.name, 100 + place)
        if hostile.before is not None:
            deliver("before.csv", hostile.before(sender), hostile.kind, True)
        content = hostile.make(sender)
        with time_machine.travel(datetime.combine(hostile.on, time(12), LEGAL_ZONE), tick=True):
            if isinstance(deliver, Desk):
                seen += deliver.steps(hostile.name, content, hostile.kind, attested=True)
            else:
                tried = (False,) if number == place % 2 else ()
                seen += [deliver(hostile.name, content, hostile.kind, attested) for attested in (*tried, True)]
        DELIVERED.append((hostile.name, door))
    assert len(seen) == (4 if hostile.refusal else 5), "a file that is refused as a whole ends with the desk's dry run"
    for answer in seen:
        _as_expected(hostile, answer)
        assert answer.rows is None or sorted(answer.rows) == sorted(hostile.reasons), answer.rows
    told = {(one.told, one.refusal) for one in seen}
    assert len(told) == 1 or hostile.own_words, "each door tells the same, in the same words"
    REFUSED[hostile.name] = seen[0].refusal


def _as_expected(hostile: Hostile, seen: Seen) -> None:
    assert seen.counts["received"] == sum(seen.counts.values()) - seen.counts["received"]
    if hostile.refusal:
        assert re.search(hostile.refusal, seen.refusal), seen.refusal
        return
    assert seen.refusal == ""
    assert seen.counts == hostile.counts, seen.rows
    known = seen.more | {"notices": seen.notices, "questions": seen.questions}
    quiet = dict.fromkeys((*MORE, "notices", "questions"), 0) | {"dropped_personal": known["dropped_personal"]}
    assert known == quiet | hostile.more
    assert len(seen.told) == hostile.returned


@pytest.mark.django_db(transaction=True)  # one marked test in the file has the test database made for all of it
def test_the_corpus_is_large() -> None:
    assert len(CORPUS) == len({one.name for one in CORPUS})
    assert len(CORPUS) >= LEAST


def test_every_fault_of_a_row_is_met() -> None:
    met = {code for hostile in CORPUS for _, _, code in hostile.reasons}
    assert {str(fault) for fault in RowFault} - met == set()


def refusals() -> Iterator[tuple[str, str]]:
    """Where `bulk` refuses a file as a whole: the place, and the longest constant piece of its English sentence."""
    for path in sorted((ROOT / "src" / "xinshu" / "bulk").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "UnreadableFile":
                pieces = [one.value for one in ast.walk(call.args[1]) if isinstance(one, ast.Constant)]
                yield f"{path.name}:{call.lineno}", max((str(one) for one in pieces), key=len)


def test_every_refusal_of_a_whole_file_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    if len(REFUSED) < len(CORPUS):
        pytest.skip("only with the whole corpus")
    doors = {door for _, door in DELIVERED}
    assert len(DELIVERED) == len(doors) * len(CORPUS)
    with capsys.disabled():
        print(f"\n{len(CORPUS)} hostile files through {len(doors)} doors, each filed by all and tried by two")  # noqa: T201
    told = "\n".join(REFUSED.values())
    missing = [(place, piece) for place, piece in refusals() if piece not in told]
    assert missing == []
