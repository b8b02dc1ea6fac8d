"""The organisation's own space: nothing of it without password, second factor and a mandate that holds today."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests import factories
from tests.spaces import USERNAME, signed_in_organisation
from xinshu.register.access.models import TrailLine

pytestmark = pytest.mark.django_db
NOON = factories.noon(factories.TODAY).instant
SAID = {"username": USERNAME, "password": factories.PASSWORD}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        factories.adopted_catalogue()
        factories.accepted(factories.document())
        yield traveller


def test_an_organisation_signs_in_and_a_line_is_left(client: Client) -> None:
    signed_in_organisation(client)
    page = client.get("/own/")
    assert page.status_code == 200
    assert factories.SUBJECT in page.content.decode()
    line = TrailLine.objects.get(act="LOOK_OWN_RECORDS")
    assert (line.actor, line.matter) == (USERNAME, factories.SUBJECT)
