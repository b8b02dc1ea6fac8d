"""No identity number, telephone, card or home that came in by any door is anywhere afterwards, but where it may be.

It may be in the encrypted returned file, and in what is sent back to its own organ.
"""

import logging
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from datetime import time as clock
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings

from tests import factories
from tests.doors.sources import connector
from tests.filings import PENALTY_HEADERS, SUBJECT
from tests.hostile.doors import Deliver, Desk, Seen, by_api, by_command_line
from tests.hostile.leaks import everywhere, files, leaks
from tests.hostile.making import Sender, as_csv, cells, csv_of, ndjson_of, parquet_of, xlsx_of, zip_of
from tests.hostile.secrets import Secrets, made_up, needles, spelt
from xinshu.doors.connectors import running
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.proceedings import vault
from xinshu.proceedings.intake.models import Batch
from xinshu.register.access.actions import issue_token
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

MARKET = factories.MARKET
PROSE = ("act", "facts", "grounds", "content", "remark", "reason")
TITLES = ("name", "organ", "source", "number", "licence", "severity_row", "representative")
TYPED = ("code", "fine", "decided_on", "penalties", "type", "severity", "served_on", "organ_code")


@pytest.fixture
def secrets() -> Secrets:
    return made_up(SystemRandom())


@pytest.fixture
def began() -> float:
    return time.time() - 1  # noqa: TID251 files carry the machine's time, whatever the test's own is


@pytest.fixture
def doors(began: float, transactional_db: None, tmp_path: Path) -> Iterator[tuple[Deliver, ...]]:
    now = datetime.combine(factories.TODAY, clock(12), LEGAL_ZONE)
    with time_machine.travel(now, tick=True), override_settings(EMBEDDED_DATABASE=False):
        factories.adopted_catalogue()
        factories.registered_organ()
        moment = factories.noon(factories.TODAY)
        name = factories.appointed(Role.CLERK, organ=MARKET.code)
        token = issue_token(
            organ_code=MARKET.code, name="leaks", from_day=moment.day, until=None, actor="test", moment=moment
        )
        clerk = Client()
        clerk.force_login(get_user_model().objects.get(username=name))
        sent = tmp_path / "sent"
        sent.mkdir()
        doors = (by_command_line(sent, MARKET.code), by_api(Client(), token), Desk(clerk, MARKET.code))
        yield doors


def labelled(secrets: Secrets) -> Iterator[str]:
    """Prose around every secret in every spelling."""
    before = {
        "identity": "当事人身份证号码：",
        "minor": "公民身份号码：",
        "phone": "联系电话",
        "card": "收款账户",
        "home": "家庭住址：",
        "passport": "护照号码：",
    }
    for name, secret in secrets:
        for text in spelt(secret).values():
            yield f"{before[name]}{text}，未标注产地。"


def batches(s: Sender, secrets: Secrets) -> Iterator[tuple[str, bytes]]:
    """Files with secrets wherever a file has a place for them."""
    prose = [s.row(place, facts=text) for place, text in enumerate(labelled(secrets), 1)]
    every = "；".join(labelled(secrets))
    prose += [s.row(100 + place, **{key: every}) for place, key in enumerate(PROSE)]
    numbers = (secrets.identity, secrets.phone, secrets.card, *spelt(secrets.identity).values())
    wrong = [
        s.row(200 + place * 20 + at, **{key: number if key != "number" else f"示罚{secrets.identity}"})
        for place, key in enumerate((*TITLES, *TYPED))
        for at, number in enumerate(numbers)
    ]
    persons = [
        s.row(900 + place, type="自然人", code="", person_document="身份证", person_number=number, facts=every)
        for place, number in enumerate((secrets.identity, secrets.minor))
    ]
    lawful = [s.row(950, representative_number=secrets.identity, person_number=secrets.identity)]
    yield "rows.csv", csv_of(*prose, *lawful, *wrong, *persons)
    yield "rows.gb.csv", csv_of(*wrong, encoding="gb18030")
    yield "rows.ndjson", ndjson_of(*prose, *wrong) + f'{{"broken": "{secrets.identity}", "电话": \n'.encode()
    yield "rows.xlsx", xlsx_of(cells([*lawful, *wrong]))
    yield "rows.parquet", parquet_of([*lawful, *wrong])
    yield f"{secrets.identity} {secrets.phone}.csv", csv_of(*wrong)
    yield (
        "header.csv",
        as_csv([[*PENALTY_HEADERS.values(), secrets.identity, every[:60]], [*cells(lawful)[1], "1", "2"]]),
    )
    yield "no-header.csv", csv_of(*lawful, *persons).split(b"\r\n", 1)[1]
    yield "unclosed.csv", csv_of(*prose) + f'"{secrets.phone},{every}\n'.encode()
    yield "too-wide.csv", csv_of(*lawful) + f"{','.join([every] * 40)}\n".encode()
    yield "damaged.csv", csv_of(s.row(990, facts=f"{every}QQ")).replace(b"QQ", b"\xe6\xff")
    other = (f"住址：{secrets.home}.csv", f"{secrets.phone},{secrets.identity}\n1,2\n".encode())
    yield "members.zip", zip_of((f"{secrets.identity}.csv", csv_of(*wrong)), other)
    yield "picture.zip", zip_of((f"{secrets.phone}.pdf", f"%PDF\0{every}".encode()))
    yield "password.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + every.encode()


def planted(doors: tuple[Deliver, ...], secrets: Secrets) -> dict[str, bytes]:
    """Send everything through every door, tried and filed; what the doors said, but for the returned files."""
    said: dict[str, bytes] = {}
    for number, deliver in enumerate(doors):
        sender = Sender(MARKET.code, MARKET.name, 300 + number)
        for name, content in batches(sender, secrets):
            if isinstance(deliver, Desk):
                seen = deliver.steps(name, content, "ADMIN_PENALTY", attested=True)
            else:
                seen = [deliver(name, content, "ADMIN_PENALTY", attested) for attested in (False, True)]
            said[f"door {number}: {spelt_out(name, secrets)}"] = b"\n".join(map(_told, seen))
    assert Batch.objects.filter(accepted__gt=0, state="FILED").exists()
    assert Batch.objects.filter(masked__gt=0).exists()
    assert Batch.objects.filter(returned__gt=0).count() > len(doors)
    assert Batch.objects.filter(state="REFUSED").count() > len(doors)
    return said


def spelt_out(name: str, secrets: Secrets) -> str:
    """A name as a failure of this test may print it."""
    return name.replace(secrets.identity, "identity").replace(secrets.phone, "phone")


def _told(seen: Seen) -> bytes:
    """What was said; the command line names the returned file by its place, which its own user chose."""
    sentences = "\n".join(one for told in seen.told for one in told)
    answers = re.sub(rb'"returned_file":"[^"]*"', b"", b"\n".join(seen.answers))
    return answers + sentences.encode() + seen.refusal.encode()


def by_connector(folder: Path, secrets: Secrets) -> None:
    """A watched folder with a file that is named after a person."""
    inbox = folder / "inbox"
    inbox.mkdir()
    sender = Sender(MARKET.code, MARKET.name, 390)
    name, content = next(batches(sender, secrets))
    (inbox / f"{secrets.identity}-{name}").write_bytes(content)
    done = running.run(connector({"type": "folder", "path": str(inbox), "settle": "10ms"}))
    assert [one.is_filed for one in done] == [True]


def withdrawn(secrets: Secrets) -> dict[str, bytes]:
    """A record taken back with words that name a person; headers that are a person's number."""
    moment = factories.noon(factories.TODAY)
    token = issue_token(
        organ_code=MARKET.code, name="words", from_day=moment.day, until=None, actor="test", moment=moment
    )
    held: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}", "content_type": "application/json"}
    shown = Client().get(f"/api/v1/subjects/{SUBJECT}").json()["bodies"][0]["records"]
    words = {"subject_code": SUBJECT, "reason": "ENTERED_WRONGLY", "words": "；".join(labelled(secrets))}
    first = Client().post(f"/api/v1/records/{shown[0]['ref']}/withdrawal", words, **held)
    assert first.status_code == 204
    mapping = {"mapping": {secrets.identity: "CF_SY", f"电话{secrets.phone}": ""}}
    second = Client().put("/api/v1/header-mappings?kind=ADMIN_PENALTY", mapping, **held)
    assert second.status_code == 422
    return {"answer to a withdrawal": first.content, "answer to headers": second.content}


def test_nothing_personal_is_left_anywhere(
    doors: tuple[Deliver, ...],
    secrets: Secrets,
    began: float,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    said = planted(doors, secrets)
    by_connector(tmp_path, secrets)
    said |= withdrawn(secrets)
    public = Client().get(f"/api/v1/subjects/{SUBJECT}").content + Client().get(f"/subjects/{SUBJECT}/").content
    assert "已隐去".encode() in public
    output = capfd.readouterr()
    places = everywhere(began) | said | {"public": public, "log": caplog.text.encode()}
    places |= {"output": (output.out + output.err).encode()}
    places |= dict(files(Path(tempfile.gettempdir()), began, deep=False))
    receipts = files(tmp_path / "inbox", began)
    places |= {place: content for place, content in receipts if place.endswith(".receipt.json")}
    left = {place: _unnamed(place, content) for place, content in places.items()}
    found = leaks(needles(secrets), left)
    assert not found, "\n".join(found)


def _unnamed(place: str, content: bytes) -> bytes:
    """A receipt in the organ's own folder stands beside the file, under the name that the organ gave it."""
    return content.split(b"\n", 1)[1] if place.endswith(".receipt.json") else content


def test_only_the_encrypted_file_holds_it(doors: tuple[Deliver, ...], secrets: Secrets) -> None:
    """The scan could not pass because nothing was kept: the returned rows hold every cell as it was sent."""
    sender = Sender(MARKET.code, MARKET.name, 380)
    doors[1]("rows.csv", csv_of(sender.row(1, organ=f"示范局{secrets.phone}")), "ADMIN_PENALTY", True)
    (batch,) = Batch.objects.filter(returned=1)
    assert any(secrets.phone.encode() in part for part in vault.returned_parts(batch.id))


@pytest.mark.parametrize("where", ["table", "dead row", "file", "log"])
def test_the_scan_finds_what_is_left(
    doors: tuple[Deliver, ...], secrets: Secrets, began: float, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The control: each place that is searched gives a secret away when one is put there on purpose."""
    sender = Sender(MARKET.code, MARKET.name, 370)
    doors[1]("rows.csv", csv_of(sender.row(1)), "ADMIN_PENALTY", False)
    match where:
        case "table":
            Batch.objects.update(file_name=secrets.phone)
        case "dead row":
            with transaction.atomic():
                Batch.objects.update(refusal_zh=secrets.identity)
                transaction.set_rollback(True)
        case "file":
            (vault.folder() / "plain").write_text(secrets.card, encoding="utf-16")
        case _:
            logging.getLogger("xinshu").warning("row %s", secrets.phone)
    found = leaks(needles(secrets), everywhere(began) | {"log": caplog.text.encode()})
    (vault.folder() / "plain").unlink(missing_ok=True)
    wanted = {"table": "pg_dump", "dead row": "pg_wal", "file": "plain", "log": "log"}
    assert any(wanted[where] in place for place in found)
    assert where != "table" or any("table public.intake_batch" in place for place in found)
    Batch.objects.update(file_name="", refusal_zh="")


def test_the_server_reports_no_row_that_breaks_a_rule(
    doors: tuple[Deliver, ...], secrets: Secrets, began: float
) -> None:
    """A rule of the database that fails names the row; the report of the server leaves it out."""
    sender = Sender(MARKET.code, MARKET.name, 360)
    doors[1]("rows.csv", csv_of(sender.row(1)), "ADMIN_PENALTY", False)
    with pytest.raises(DatabaseError, match="every_row_counted_once"), transaction.atomic():
        Batch.objects.update(received=9, refusal_en=secrets.identity)
    with connection.cursor() as cursor:
        cursor.execute("SHOW log_error_verbosity")
        assert cursor.fetchone() == ("terse",)
    reports = [content for place, content in everywhere(began).items() if place.endswith("postgres.log")]
    assert any(b"every_row_counted_once" in content for content in reports)
    assert not any(secrets.identity.encode() in content for content in reports)
