"""Connectors that pull from a paged HTTP service: a real server that fails, dawdles, repeats itself and breaks off."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest
from pytest_django import Settings

from tests import factories
from tests.doors.sources import Answer, Request, Server, connector, row, serving
from tests.filings import PENALTY_HEADERS
from xinshu.doors.connectors import running
from xinshu.doors.connectors.entries import Connector
from xinshu.doors.connectors.faults import BadConfiguration, SourceFault, Unavailable
from xinshu.doors.connectors.services import Pages
from xinshu.proceedings.intake import queries
from xinshu.proceedings.intake.states import State

FIELDS = {f"decision.{key}": header for key, header in PENALTY_HEADERS.items()}
TOKEN = {"by": "token", "parameter": "cursor", "next": "next"}
NUMBER = {"by": "page", "parameter": "page", "size_parameter": "size", "size": 2}


@pytest.fixture(autouse=True)
def ready(day: date) -> None:
    factories.adopted_catalogue()
    factories.registered_organ()


def records(*numbers: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"decision": row(number, **changes), "changed": f"2026-11-{number:02d}"} for number in numbers]


def service(server: Server, paging: dict[str, Any] | None = None, **more: Any) -> Connector:
    source = {"type": "service", "url": server.url, "records": "data.items", "fields": FIELDS}
    return connector(source | {"paging": paging or {"by": "none"}, "timeout": "500ms"} | more)


def page(items: list[Any], **more: Any) -> Answer:
    return Answer({"data": {"items": items, "total": 99}, **more})


def accepted(entry: Connector) -> list[int]:
    return [done.receipt.accepted if done.is_filed else -1 for done in running.run(entry)]


def states() -> list[str]:
    return sorted(batch.state for batch in queries.batches_of(None))


def test_pages_by_token_become_one_batch() -> None:
    pages = {None: page(records(1, 2), next="b"), "b": page(records(3), next="c"), "c": page(records(4), next="")}
    with serving(lambda request, _: pages[request.query.get("cursor")]) as server:
        assert accepted(service(server, TOKEN)) == [4]
        assert len(server.asked) == 3


def test_pages_by_number_end_at_the_first_empty_one_whatever_the_total_says() -> None:
    """The service tells a total of 99 on each page; it is not believed."""
    pages = {"1": page(records(1, 2)), "2": page(records(3)), "3": page([])}
    with serving(lambda request, _: pages[request.query["page"]]) as server:
        assert accepted(service(server, NUMBER)) == [3]
        assert [request.query["size"] for request in server.asked] == ["2", "2", "2"]


def test_a_service_that_repeats_its_last_page_for_ever_comes_to_an_end() -> None:
    pages = {"1": page(records(1, 2))}
    with serving(lambda request, _: pages.get(request.query["page"], page(records(3)))) as server:
        assert accepted(service(server, NUMBER)) == [3]
        assert len(server.asked) == 3


def test_pages_by_link_header() -> None:
    def answer(request: Request, _: int) -> Answer:
        if request.query.get("at") == "2":
            return page(records(2))
        return Answer({"data": {"items": records(1)}}, headers={"Link": '</rows?at=2>; rel="next"'})

    with serving(answer) as server:
        assert accepted(service(server, {"by": "link"})) == [2]


def test_a_link_to_another_host_is_not_followed_and_nothing_is_taken_in() -> None:
    with serving(lambda *_: page(records(9))) as other:
        link = {"Link": f'<{other.url}>; rel="next"'}
        with (
            serving(lambda *_: Answer({"data": {"items": records(1)}}, headers=link)) as server,
            pytest.raises(SourceFault, match="另一主机"),
        ):
            running.run(service(server, {"by": "link"}))
        assert other.asked == []
    assert states() == []


def test_a_redirect_to_another_host_does_not_get_the_token(settings: Settings, tmp_path: Any) -> None:
    settings.SECRETS_FOLDER = tmp_path
    (tmp_path / "token").write_text("made-up\n", encoding="utf-8")
    with serving(lambda *_: page(records(9))) as other:
        away = Answer(status=302, headers={"Location": other.url})
        with serving(lambda *_: away) as server, pytest.raises(SourceFault, match="另一主机"):
            running.run(service(server, token_secret="token"))
        assert other.asked == []
        assert server.asked[0].headers["Authorization"] == "Bearer made-up"


def test_a_redirect_on_the_same_host_is_followed() -> None:
    def answer(request: Request, _: int) -> Answer:
        return page(records(1)) if request.path == "/v2" else Answer(status=307, headers={"Location": "/v2"})

    with serving(answer) as server:
        assert accepted(service(server)) == [1]


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(status=503),
        Answer(status=429, headers={"Retry-After": "1"}),
        Answer(records(1), cut=True),
        Answer(b'{"data": {"items": ['),
        Answer(late=0.8),
    ],
    ids=["503", "429", "cut in the page", "half a JSON", "too slow"],
)
def test_a_passing_trouble_is_tried_again(trouble: Answer) -> None:
    """On the second page, in the middle of the pull: nothing is lost and nothing is doubled."""

    def answer(request: Request, before: int) -> Answer:
        if before == 1:
            return trouble
        return page(records(2)) if request.query.get("cursor") else page(records(1), next="b")

    with serving(answer) as server:
        assert accepted(service(server, TOKEN)) == [2]
        assert len(server.asked) == 3


def test_a_lasting_trouble_leaves_no_batch_and_the_cursor_where_it_was() -> None:
    def answer(request: Request, _: int) -> Answer:
        return Answer(status=500) if request.query.get("cursor") else page(records(1), next="b")

    with serving(answer) as server:
        with pytest.raises(Unavailable):
            running.run(service(server, TOKEN))
        assert len(server.asked) == 4
    assert states() == [State.DISCARDED]
    assert queries.cursor("market") is None


def test_a_wait_longer_than_the_back_off_ends_the_run_at_once() -> None:
    busy = Answer(status=503, headers={"Retry-After": "3600"})
    with serving(lambda *_: busy) as server, pytest.raises(Unavailable) as told:
        running.run(service(server))
    assert told.value.retry_after == 3600
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 400])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with serving(lambda *_: Answer(status=status)) as server, pytest.raises(SourceFault, match=str(status)):
        running.run(service(server))
    assert len(server.asked) == 1


def test_a_service_whose_pages_lead_in_a_circle_is_told_and_nothing_is_taken_in() -> None:
    with (
        serving(lambda request, _: page(records(1), next="b")) as server,
        pytest.raises(SourceFault, match="circle"),
    ):
        running.run(service(server, TOKEN))
    assert states() == [State.DISCARDED]


def test_only_what_is_new_is_asked_for_the_next_time() -> None:
    everything = records(3, 1, 2)

    def answer(request: Request, _: int) -> Answer:
        return page([item for item in everything if item["changed"] > request.query.get("after", "")])

    since = {"parameter": "after", "field": "changed"}
    with serving(answer) as server:
        entry = service(server, since=since)
        assert accepted(entry) == [3]
        assert accepted(entry) == []
        everything += records(4)
        assert accepted(entry) == [1]
    assert [request.query.get("after") for request in server.asked] == [None, "2026-11-03", "2026-11-03"]


def test_at_most_so_many_pages_a_run_and_the_next_run_goes_on() -> None:
    pages = {None: page(records(5), next="b"), "b": page(records(1), next="c"), "c": page(records(2), next=None)}
    with serving(lambda request, _: pages[request.query.get("cursor")]) as server:
        entry = service(server, TOKEN, most_pages=2, since={"parameter": "after", "field": "changed"})
        assert accepted(entry) == [2]
        assert accepted(entry) == [1]
    assert [request.query.get("after") for request in server.asked] == [None, None, None]
    assert orjson.loads(queries.cursor("market") or "")["since"] == "2026-11-05"


def test_a_token_that_stays_good_is_where_the_next_run_begins() -> None:
    pages: dict[str | None, Callable[[], Answer]] = {
        None: lambda: page(records(1), next="b"),
        "b": lambda: page(records(2), next=None),
    }
    with serving(lambda request, _: pages[request.query.get("cursor")]()) as server:
        entry = service(server, TOKEN | {"resumes": True})
        assert accepted(entry) == [2]
        pages["b"] = lambda: page(records(2, 3), next=None)
        (done,) = running.run(entry)
    assert (done.receipt.accepted, done.receipt.unchanged) == (1, 1)
    assert [request.query.get("cursor") for request in server.asked] == [None, "b", "b"]


def test_the_same_answer_again_makes_no_second_batch() -> None:
    with serving(lambda *_: page(records(1))) as server:
        entry = service(server)
        assert accepted(entry) == [1]
        assert accepted(entry) == []
    assert states() == [State.DISCARDED, State.FILED]


def test_amounts_do_not_go_through_a_binary_float() -> None:
    body = b'{"data": {"items": [{"decision": {"fine": 0.1000000000000000055511, "number": 20260001}}]}}'
    with serving(lambda *_: Answer(body)) as server:
        entry = service(server)
        (line,) = Pages(entry, entry.source, {}).lines()  # type: ignore[arg-type]
    sent = orjson.loads(line)
    assert sent[PENALTY_HEADERS["fine"]] == "0.1000000000000000055511"
    assert sent[PENALTY_HEADERS["number"]] == "20260001"
    assert sent[PENALTY_HEADERS["remark"]] is None


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"data": {"items": {"a": 1}}}, "records"),
        ({"rows": []}, "records"),
        ({"data": {"items": [{"decision": {"name": {"nested": "x"}}}]}}, "decision.name"),
    ],
)
def test_another_shape_than_configured_is_told_by_its_path(body: Any, word: str) -> None:
    with serving(lambda *_: Answer(body)) as server, pytest.raises(SourceFault, match=word):
        running.run(service(server))


def test_a_secret_that_is_not_there_is_named(settings: Settings, tmp_path: Any) -> None:
    settings.SECRETS_FOLDER = tmp_path
    with serving(lambda *_: page([])) as server, pytest.raises(BadConfiguration, match="no-such-token"):
        running.run(service(server, token_secret="no-such-token"))
    assert server.asked == []
