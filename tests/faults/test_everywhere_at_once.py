"""A repair is granted while fifty readers ask for its record in every form: after the commit none gets it again (G11).

The house is a real one: two serving processes and a worker. The grant goes through the desk's own door. Nobody waits
for a clock: the number that the ending has in the public log says what each answer may hold.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests import factories
from tests.doors.test_run import XINSHU, free_port, token
from tests.factories import SUBJECT, SUBJECT_NAME, accepted, body, document, registered_organ, registered_recipient
from tests.faults.crowd import Crowd, looks
from tests.proceedings.repairs import lodged, officer, record
from xinshu.kit.clock import now
from xinshu.register.access.roles import Role
from xinshu.register.publog.queries import ending_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DECIDED_BEFORE, ARRIVED_BEFORE = timedelta(days=120), timedelta(days=10)
"""So long ago that it may be repaired today, and so lately that the feed still tells of it."""

OFFICER = "复核一"


def address() -> str:
    """The test's own database, as others reach it."""
    known = connection.get_connection_params()
    return make_conninfo(
        **{name: known[name] for name in ("user", "password", "dbname", "host", "port") if name in known}
    )


@pytest.fixture
def today(db: None) -> date:
    """A penalty is shown, and its repair waits for the unit's decision."""
    day = now().day
    factories.adopted_catalogue()
    registered_organ()
    said = {"decided_on": day - DECIDED_BEFORE, "document_number": "示市监罚〔2026〕0001号"}
    assert accepted(document(**said), on_day=day - ARRIVED_BEFORE).accepted == 1
    officer(OFFICER, Role.REVIEWER)
    return day


@contextmanager
def house(folder: Path) -> Iterator[str]:
    """`xinshu run` on that database; where it is."""
    base = f"http://127.0.0.1:{(port := free_port())}"
    world = os.environ | {
        "DATABASE_URL": address(),
        "XINSHU_DATA_FOLDER": str(folder / "house"),
        "XINSHU_SECRET_KEY": settings.SECRET_KEY,
        "XINSHU_RATE_LIMIT": "0",
        "XINSHU_LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [*XINSHU, "run", "--port", str(port)]
    serving = subprocess.Popen(command, env=world, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _until_it_answers(base, serving)
        yield base
    finally:
        serving.send_signal(signal.SIGTERM)
        try:
            serving.wait(60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(serving.pid, signal.SIGKILL)
            serving.wait(60)


def _until_it_answers(base: str, serving: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 120
    while True:
        assert serving.poll() is None, "the house ended at its start"
        try:
            assert httpx.get(f"{base}/healthz").status_code == 200
        except httpx.TransportError:
            assert time.monotonic() < end, "the house does not answer"
            time.sleep(0.1)
        else:
            return


@contextmanager
def at_the_desk(base: str) -> Iterator[httpx.Client]:
    """The officer, signed in."""
    with httpx.Client(base_url=base, timeout=300) as client:
        form = {"username": OFFICER, "password": factories.PASSWORD, **token(client, "/desk/sign-in/")}
        assert client.post("/desk/sign-in/", data=form).status_code == 302
        yield client


def stepped(desk: httpx.Client, case: UUID, step: str) -> None:
    """A step of the unit, by the form of the page."""
    place = f"/desk/repairs/{case}/"
    answer = desk.post(place, data={"step": step, **token(desk, place)})
    said = re.search(r'role="alert">(.*?)</div>', answer.text, re.DOTALL)
    assert answer.status_code == 302, (answer.status_code, said and said[1])


def signed(base: str, size: int) -> None:
    """Until the signed log tells of so many entries; the house itself waits for its worker."""
    for _ in range(60):
        if httpx.get(f"{base}/api/v1/changes?after={size - 1}&wait=5", timeout=60).json().get("size", 0) >= size:
            return
    raise AssertionError("the log is never signed")


@pytest.fixture
def crowd(today: date, tmp_path: Path) -> Iterator[Crowd]:
    """Fifty readers before a served house."""
    bearer, about = registered_recipient(on_day=today), looks(SUBJECT, str(record().record_ref), SUBJECT_NAME)
    with house(tmp_path) as base, psycopg.connect(address(), autocommit=True) as database:
        crowd = Crowd(base, bearer, about, database)
        signed(base, crowd.numbered())
        yield crowd


def test_after_the_commit_of_a_grant_no_reader_gets_the_record_again(crowd: Crowd, today: date) -> None:
    subject, reference = body(SUBJECT), record().record_ref
    case = lodged(today)
    with at_the_desk(crowd.base) as desk:
        stepped(desk, case, "accept")
        before = crowd.numbered()
        with crowd.reading():
            crowd.wait_until(lambda: crowd.each_has_looked(after=False))
            asked = crowd.now()
            stepped(desk, case, "grant")
            answered = crowd.now()
            crowd.granted.set()
            crowd.wait_until(lambda: crowd.each_has_looked(after=True) and crowd.feeds_tell(before + 1))
    ending = ending_of(subject, reference)
    assert ending is not None
    assert ending.number == before, "the ending is the next entry of the log, numbered by the grant itself"
    ended = before + 1  # so many entries: whoever knows of them knows of the ending
    seen = crowd.seen

    late = [one for one in seen if one.held and (one.numbered >= ended or one.after or (one.stated or 0) >= ended)]
    assert Counter(one.look for one in late) == {}, late[:3]
    assert [one for one in seen if one.after and one.numbered < ended] == [], "the commit came before the answer"
    mute = [one for one in seen if one.told is not None and one.told is not ((one.stated or 0) >= ended)]
    assert mute == [], "the feeds tell of the ending from its number on, and not before"

    had = {(one.reader, one.look) for one in seen if one.held}
    for name, look in crowd.looks.items():
        readers = sum((reader, name) in had for reader in range(crowd.readers))
        assert readers == (0 if look.never else crowd.readers) or (look.one_at_a_time and readers), name
        answers = Counter(one.status for one in seen if one.look == name and one.after)
        assert answers.keys() & {200, 404}, (name, "nobody was answered after the grant")
    under_way = [one for one in seen if one.begun < answered and one.done > asked]
    assert len({one.reader for one in under_way}) > crowd.readers / 2, "most of them were asking while it was granted"
