"""Every person's name in the made-up country is looked for by every public way in; none is met anywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import orjson
import polars as pl
import pytest
from django.test import Client
from openpyxl import load_workbook
from pypinyin import lazy_pinyin

from tests.factories import FOUNDING_DAY, TODAY, adopted_catalogue, noon, registered_recipient
from tests.journeys.conftest import on
from xinshu.doors.cli.country.making import country
from xinshu.doors.cli.country.sowing import sow
from xinshu.law.terms import SubjectKind
from xinshu.register.publog.actions import integrate
from xinshu.register.records.queries import shown_stream
from xinshu.register.subjects.queries import described
from xinshu.uses.sharing.queries import feed_begins

SIZE = {"subjects": 70, "records": 220, "seed": 11}
FORMS = ("csv", "ndjson", "parquet", "xlsx")
REFERENCE = re.compile(r"/subjects/\w+/records/[0-9a-f-]{36}/")
PAGES = (
    *("/", "/catalogue/", "/statistics/", "/quality/", "/data/", "/help/", "/help/glossary/", "/help/accessibility/"),
    *(
        "/data/manifest.json",
        "/api/v1/statistics",
        "/api/v1/kinds",
        "/api/v1/bases",
        "/api/v1/codes",
        "/api/v1/quality",
    ),
    "/api/v1/openapi.json",
)


@dataclass(frozen=True)
class World:
    """The names of all persons in the files that came in, the names of individual businesses, and codes shown."""

    persons: frozenset[str]
    businesses: frozenset[str]
    codes: tuple[str, ...]
    token: str


@pytest.fixture
def world(transactional_db: None, tmp_path: Path) -> World:
    catalogue = adopted_catalogue().catalogue
    with on(TODAY):
        sow(moment=noon(TODAY), folder=tmp_path, **SIZE)
        made = country(first=FOUNDING_DAY, day=TODAY, catalogue=catalogue, **SIZE)
    token = registered_recipient()
    individuals = [body for body in made.bodies if body.kind is SubjectKind.INDIVIDUAL_BUSINESS]
    found = World(
        persons=frozenset(body.representative for body in made.bodies),
        businesses=frozenset(body.name for body in individuals),
        codes=tuple(row.code for row in described(_shown())),
        token=token,
    )
    assert len(found.persons) > 30
    assert found.businesses
    assert len(found.codes) > 30
    return found


def _shown() -> set[int]:
    return {subject for batch in shown_stream(on_date=TODAY) for subject in batch["subject"].to_pylist()}


def met(world: World, text: str) -> list[str]:
    """The names that stand in a text."""
    return [name for name in (*world.persons, *world.businesses) if name in text]


def got(address: str, token: str | None = None, day: date = TODAY) -> bytes:
    with on(day):
        answer = Client().get(address, headers={"Authorization": f"Bearer {token}"} if token else {})
        assert answer.status_code == 200, address
        return answer.getvalue()


def read(form: str, content: bytes) -> str:
    """The text of a file, as its reader sees it."""
    if form == "parquet":
        return "\n".join(str(row) for row in pl.read_parquet(BytesIO(content)).iter_rows())
    if form == "xlsx":
        sheets = load_workbook(BytesIO(content), read_only=True)
        return "\n".join(str(line) for sheet in sheets for line in sheet.iter_rows(values_only=True))
    return content.decode("utf-8-sig")


def every_answer(world: World) -> Iterator[tuple[str, str]]:
    """Every page and answer about every body that is shown, and each of its records."""
    for code in world.codes:
        page = got(f"/subjects/{code}/").decode()
        yield code, page
        for kind in set(re.findall(r'href="\?kind=([A-Z_]+)"', page)):
            yield code, got(f"/subjects/{code}/?kind={kind}").decode()
        for address in set(REFERENCE.findall(page)):
            yield address, got(address).decode()
        yield code, got(f"/api/v1/subjects/{code}").decode()
        yield code, got(f"/api/v1/subjects/{code}/records?limit=100").decode()


def on_no_page_and_in_no_answer(world: World) -> None:
    seen = 0
    for address, text in every_answer(world):
        assert met(world, text) == [], address
        seen += 1
    assert seen > 200


def on_no_other_page(world: World) -> None:
    for address in PAGES:
        assert met(world, got(address).decode()) == [], address


def in_no_download(world: World) -> None:
    for form in FORMS:
        for name in ("registration", "licences", "catalogue"):
            assert met(world, read(form, got(f"/data/{name}.{form}"))) == [], (name, form)
        assert met(world, read(form, got(f"/api/v1/bulk/{form}", world.token))) == [], form


def in_no_feed(world: World) -> None:
    """Neither for everyone nor for a subscriber; the whole of it, and the snapshot, which tells of every body."""
    integrate(moment=noon(TODAY))
    for prefix, token in (("", None), ("subscription/", world.token)):
        cursor = feed_begins(noon(TODAY).instant)
        while (page := orjson.loads(got(f"/api/v1/{prefix}changes?after={cursor}", token)))["changes"]:
            assert met(world, str(page)) == [], cursor
            cursor = page["next"]
        snapshot = got(f"/api/v1/{prefix}snapshot", token).decode()
        assert snapshot.count("\n") > 40
        assert met(world, snapshot) == []


def by_no_search(world: World) -> None:
    """Neither in characters nor by its sound; and what is found holds no such name."""
    for name in sorted({*world.persons, *world.businesses}):
        for text in (name, "".join(lazy_pinyin(name))):
            with on(TODAY):
                page = Client().get("/", {"q": text})
                suggested = Client().get("/suggest/", {"q": text}).json()["suggestions"]
                listed = Client().get("/api/v1/subjects", {"name": text}).json()["hits"]
            assert page.status_code == 200, text
            assert "/subjects/" not in page.content.decode(), text
            assert (suggested, listed) == ([], []), text


def the_search_would_have_met_them(world: World) -> None:
    """The country's enterprises are found by name: the silence above is not that of a search that finds nobody."""
    names = [row.name for row in described(_shown()) if row.kind is SubjectKind.ENTERPRISE][:10]
    with on(TODAY):
        hits = [Client().get("/api/v1/subjects", {"name": name}).json()["hits"] for name in names]
    assert names
    assert all(hits)


def test_no_name_of_a_person_is_met(world: World) -> None:
    """One country for all of it: to make it up and take it in is most of the work."""
    on_no_page_and_in_no_answer(world)
    on_no_other_page(world)
    in_no_download(world)
    in_no_feed(world)
    by_no_search(world)
    the_search_would_have_met_them(world)
