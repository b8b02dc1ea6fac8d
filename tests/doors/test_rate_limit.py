"""The limit of the public API: a bucket for each address, no address kept, bounded memory, and one shape of refusal."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests import factories
from tests.house.routes import addresses, routes
from xinshu.doors.rate_limit import ORGANS, Buckets, RateLimit
from xinshu.register.access.roles import RouteAudience

ADDRESS = "/api/v1/subjects/919999990000002111"
"""No valid code: answered without the database."""


@pytest.fixture
def three(settings: Settings) -> None:
    settings.RATE_LIMIT = 3


def get(client: Client, peer: str = "192.0.2.1", forwarded: str | None = None, address: str = ADDRESS):  # type: ignore[no-untyped-def]
    passed = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client.get(address, REMOTE_ADDR=peer, **passed)


def test_the_fourth_request_waits(three: None) -> None:
    client = Client()
    told = [get(client) for _ in range(4)]
    assert [answer.status_code for answer in told] == [400, 400, 400, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in told] == ["2", "1", "0", "0"]
    assert {(answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Policy"]) for answer in told} == {
        ("3", "3;w=60")
    }
    refused = told[-1]
    assert refused.json()["error"] == "TOO_MANY_REQUESTS"
    assert 0 < int(refused.headers["Retry-After"]) <= 20
    assert 40 < int(refused.headers["RateLimit-Reset"]) <= 60
    assert refused.headers["Cache-Control"] == "no-store"
    assert get(client, "192.0.2.2").status_code == 400


def test_search_counts_and_plain_pages_do_not(three: None, settings: Settings) -> None:
    client = Client()
    for _ in range(4):
        assert client.get("/api/v2").headers.get("RateLimit-Limit") is None
    answers = [client.get("/search/?q=x").status_code for _ in range(4)]
    assert answers[-1] == 429
    assert 429 not in answers[:3]


def test_a_stranger_cannot_choose_its_address(three: None) -> None:
    client = Client()
    assert [get(client, forwarded=f"203.0.113.{n}").status_code for n in range(4)] == [400, 400, 400, 429]


def test_behind_a_trusted_proxy_its_word_counts(three: None, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ("192.0.2.0/24",)
    client = Client()
    assert [get(client, forwarded=f"203.0.113.{n}").status_code for n in range(4)] == [400] * 4
    told = [get(client, forwarded=f"198.51.100.{n}, 203.0.113.9, 192.0.2.7").status_code for n in range(4)]
    assert told == [400, 400, 400, 429]
    assert [get(client, peer="198.51.100.1", forwarded=f"203.0.113.{n}").status_code for n in range(4)][-1] == 429


def test_a_network_of_ipv6_has_one_bucket(three: None) -> None:
    client = Client()
    assert [get(client, f"2001:db8::{n}").status_code for n in range(4)] == [400, 400, 400, 429]
    assert get(client, "2001:db8:0:1::1").status_code == 400


def test_zero_is_no_limit(settings: Settings) -> None:
    settings.RATE_LIMIT = 0
    assert "RateLimit-Limit" not in get(Client()).headers


def test_tokens_come_back_with_time() -> None:
    at = [0.0]
    buckets = Buckets(60, clock=lambda: at[0])
    assert [buckets.take("one")[0] for _ in range(61)][-3:] == [1, 0, -1]
    at[0] = 2.0
    assert [buckets.take("one")[0] for _ in range(3)] == [1, 0, -1]
    at[0] = 1_000.0
    assert buckets.take("one") == (59, 1)


def test_no_address_is_kept_and_memory_is_bounded() -> None:
    buckets = Buckets(10, most=100)
    for number in range(1_000):
        buckets.take(f"192.0.2.{number}")
    assert len(buckets.kept) == 100
    assert {len(name) for name in buckets.kept} == {16}
    assert Buckets(10).key != buckets.key
    held = repr(vars(buckets))
    assert "192.0.2." not in held


def test_every_route_is_on_its_side() -> None:
    """What the limit leaves out is what an organ's token opens, no more and no less."""
    for route in routes():
        if not route.name.startswith("api-1:") or route.audience is None:
            continue
        for address in addresses_of(route):
            assert address.startswith(ORGANS) is (route.audience is RouteAudience.ORGAN), address


def addresses_of(route):  # type: ignore[no-untyped-def]
    """Without those of batches and slips that are kept: there is no database here."""
    kept = "00000000-0000-4000-8000-000000000000"
    named = tuple(name for name in route.parameters if name not in {"batch", "slip"})
    return addresses(route._replace(parameters=named), kept)


def test_it_is_in_front_of_the_house(settings: Settings) -> None:
    """Right behind the threshold, which gives its refusals their headers; what is refused costs no more than that."""
    order = settings.MIDDLEWARE
    assert order.index(f"{RateLimit.__module__}.RateLimit") == order.index("xinshu.doors.threshold.Threshold") + 1
    assert factories.TODAY
