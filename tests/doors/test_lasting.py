"""What is about nobody may be kept until midnight and found by search engines; what is about a subject never."""

from datetime import time

import pytest
from django.test import Client

from tests.factories import SUBJECT, TODAY, UNKNOWN, accepted, adopted_catalogue, document
from tests.journeys.conftest import on

pytestmark = pytest.mark.django_db
ABOUT_NOBODY = ("/help/", "/help/glossary/", "/help/accessibility/", "/catalogue/", "/catalogue/kinds/ADMIN_PENALTY/")
ABOUT_SOMEBODY = (
    "/?q=云汀示例",
    f"/subjects/{SUBJECT}/",
    f"/subjects/{UNKNOWN}/",
    "/suggest/?q=云汀",
    "/data/licences.csv",
)


@pytest.fixture(autouse=True)
def shown() -> None:
    adopted_catalogue()
    accepted(document())


@pytest.mark.parametrize("address", ABOUT_NOBODY)
def test_about_nobody(address: str) -> None:
    for at, seconds in ((time(12), 3600), (time(23, 50), 600), (time(23, 59, 59), 1)):
        with on(TODAY, at):
            said = Client().get(address).headers
        assert said["Cache-Control"] == f"public, max-age={seconds}"
    assert said["X-Robots-Tag"] == "all"
    assert said["Xinshu-State"].endswith(f"day={TODAY}, log=0")
    with on(TODAY):
        tag = Client().get(address).headers["ETag"]
        again = Client().get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", ABOUT_SOMEBODY)
def test_about_somebody(address: str) -> None:
    with on(TODAY):
        said = Client().get(address)
    assert said.status_code == 200
    assert said.headers["Cache-Control"] == "no-store"
    assert said.headers["X-Robots-Tag"] == "noindex, noarchive"


def test_a_refusal_is_kept_by_nobody() -> None:
    with on(TODAY):
        for address in ("/catalogue/kinds/NONE/", "/catalogue/?day=2026-02-30"):
            said = Client().get(address)
            assert said.status_code in {400, 404}
            assert said.headers["Cache-Control"] == "no-store"
