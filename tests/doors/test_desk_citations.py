"""A correction with a citation at the desk: the clerk cites, who is no reviewer cannot file it, the reviewer can."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.filings import MARKET, penalty, write_csv
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.proceedings.intake.models import Batch
from xinshu.register.access.roles import Role
from xinshu.register.records.models import NoticeDue, Record

pytestmark = pytest.mark.django_db(transaction=True)

CITATION = "示市监更〔2026〕3号更正决定书；《信用修复管理办法》第十条"
GRAVE = {"severity": "严重", "penalties": "吊销许可证件", "confiscated": "", "licence": "示例证1号"}
REVIEWED = {"secrecy": "yes", "trade": "yes", "privacy": "yes"}


@pytest.fixture
def clerk() -> Iterator[Client]:
    with time_machine.travel(datetime.combine(factories.TODAY, time(12), LEGAL_ZONE), tick=True):
        factories.adopted_catalogue()
        factories.registered_organ()
        yield signed_in(Role.CLERK)


def signed_in(role: Role) -> Client:
    client = Client()
    name = factories.appointed(role, organ=MARKET)
    assert client.login(username=name, password=factories.PASSWORD)
    return client


def sent(client: Client, folder: Path, **changes: str) -> UUID:
    """A batch of one row, uploaded and tried at the desk."""
    path = write_csv(folder / "rows.csv", [penalty(**changes)])
    with path.open("rb") as content:
        form = {"organ": MARKET, "kind": "ADMIN_PENALTY", "file": content}
        answer = client.post(reverse("desk:upload"), form)
    assert answer.status_code == 302
    return Batch.objects.latest("received_at").id


def filed(client: Client, batch: UUID) -> int:
    return client.post(reverse("desk:file", args=[batch]), REVIEWED).status_code


def cited(client: Client, batch: UUID, **changes: str) -> UUID:
    form = {"row": "0", "citation": CITATION} | changes
    answer = client.post(reverse("desk:cite", args=[batch]), form)
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.latest("received_at").id


def test_the_clerk_cites_and_the_reviewer_files(clerk: Client, tmp_path: Path) -> None:
    assert filed(clerk, sent(clerk, tmp_path)) == 302
    refused = sent(clerk, tmp_path, **GRAVE)
    assert "附依据更正" in clerk.get(reverse("desk:batch", args=[refused])).content.decode()
    batch = cited(clerk, refused)
    page = clerk.get(reverse("desk:batch", args=[batch])).content.decode()
    assert CITATION in page
    assert "等待另一位复核人员" in page
    assert 'id="file"' not in page
    assert filed(clerk, batch) == 422
    assert Record.objects.get().severity == "ORDINARY"
    reviewer = signed_in(Role.REVIEWER)
    assert CITATION in reviewer.get(reverse("desk:home")).content.decode()
    assert 'id="file"' in reviewer.get(reverse("desk:batch", args=[batch])).content.decode()
    assert filed(reviewer, batch) == 302
    assert Record.objects.get().severity == "SERIOUS"
    assert NoticeDue.objects.count() == 1
    assert "test-reviewer" in clerk.get(reverse("desk:batch", args=[batch])).content.decode()


def test_a_reviewer_who_cites_does_not_file(clerk: Client, tmp_path: Path) -> None:
    filed(clerk, sent(clerk, tmp_path))
    reviewer = signed_in(Role.REVIEWER)
    batch = cited(reviewer, sent(reviewer, tmp_path, **GRAVE))
    assert filed(reviewer, batch) == 422
    assert Record.objects.get().severity == "ORDINARY"


@pytest.mark.parametrize(
    "form", [{"row": "0", "citation": "短"}, {"citation": CITATION}, {"row": "7", "citation": CITATION}]
)
def test_what_is_missing_is_told(clerk: Client, tmp_path: Path, form: dict[str, str]) -> None:
    filed(clerk, sent(clerk, tmp_path))
    answer = clerk.post(reverse("desk:cite", args=[sent(clerk, tmp_path, **GRAVE)]), form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_rows_with_other_faults_are_not_offered(clerk: Client, tmp_path: Path) -> None:
    batch = sent(clerk, tmp_path, decided_on="2026-02-30")
    assert clerk.get(reverse("desk:cite", args=[batch])).status_code == 404
    assert "附依据更正" not in clerk.get(reverse("desk:batch", args=[batch])).content.decode()
