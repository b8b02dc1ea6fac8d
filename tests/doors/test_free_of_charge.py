"""Service to the subject is free, and nobody buys a place in the queue (G28): no price, fee or rank anywhere it is served.

A price would need a name: of a column, a setting, a parameter, an address, an event or a field of a form. None has one.
A bought place would need an order: cases are worked on by their last day and by when they came, and by nothing else.
"""

import inspect
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from importlib import import_module
from itertools import permutations
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.factories import MARKET, SUBJECT, accepted, body, document, registered_organ
from tests.house.routes import routes
from tests.journeys.conftest import on
from tests.proceedings.repairs import FORM as WHOLE
from tests.proceedings.repairs import officer
from tests.spaces import signed_in_organisation
from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.cases.queries import case as case_row
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.objections.contests import object_to
from xinshu.proceedings.objections.states import COURSES as OBJECTIONS
from xinshu.proceedings.objections.states import Ground
from xinshu.proceedings.repair import actions
from xinshu.proceedings.repair.queries import open_case_of
from xinshu.proceedings.repair.states import DELISTING, REPAIR
from xinshu.project.settings import Environment
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db
OPENS = date(2026, 7, 31)
DECIDED = date(2026, 4, 30)
SERVING = ("proceedings.cases", "proceedings.repair", "proceedings.objections", "parties.mandates", "parties.notices")
"""The rooms that serve a subject."""

PAID = frozenset(
    {
        *("fee", "fees", "price", "prices", "charge", "charges", "charged", "pay", "pays", "paid", "payer", "payment"),
        *("payments", "invoice", "bill", "billing", "cost", "costs", "tariff", "deposit", "voucher", "coupon", "tier"),
        *("discount", "premium", "vip", "priority", "priorities", "prioritised", "urgent", "urgency", "expedite"),
        *("expedited", "express", "rush", "fast", "boost", "promoted", "rank", "ranking", "queue", "bid", "auction"),
        *("donation", "wallet", "alipay", "wechat"),
    }
)
"""Words of which a name would be made under which something is paid for, or someone comes first."""

ASKS_FOR_MONEY = re.compile(
    r"加急|优先办理|优先处理|插队|快速通道|绿色通道|付款方式|支付宝|微信支付|收费标准|套餐|￥|¥|\bRMB\b|\bCNY\b"
)
SAYS_FREE = re.compile(r"免费|不收费|不收取?任何费用|均不收费|都不收费")
SAYS_FREE_TOO = re.compile(r"\b[Ff]ree\b|[Nn]othing is charged")


def paid_words(names: Iterable[str]) -> set[str]:
    """Those of these names in which such a word stands."""
    return {
        name for name in names if PAID & set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()))
    }


# --- names ----------------------------------------------------------------------------------------


def modules() -> Iterator[Any]:
    """Every module of the rooms that serve a subject, and of the doors by which it is served."""
    for place in (*SERVING, "doors.space", "doors.notifying"):
        package = import_module(f"xinshu.{place}")
        for found in iter_modules(package.__path__):
            if found.name not in {"migrations", "apps"}:
                yield import_module(f"{package.__name__}.{found.name}")


def said_by(module: Any) -> Iterator[str]:
    """The functions and classes that a module makes, with their parameters and fields."""
    for name, value in vars(module).items():
        if getattr(value, "__module__", "") == module.__name__ and callable(value):
            yield name
            yield from getattr(value, "__annotations__", {})
            if inspect.isfunction(value):
                yield from inspect.signature(value).parameters


def test_no_name_in_the_rooms_that_serve_is_of_a_price_or_a_rank() -> None:
    found = {f"{module.__name__}: {name}" for module in modules() for name in said_by(module) if paid_words([name])}
    assert found == set()


def test_no_column_setting_address_event_or_notice_is() -> None:
    models = [model for place in SERVING for model in apps.get_app_config(place.rpartition(".")[2]).get_models()]
    columns = {f"{model._meta.db_table}.{field.column}" for model in models for field in model._meta.concrete_fields}
    assert len(columns) > 60
    assert paid_words(column.rpartition(".")[2] for column in columns) == set()
    assert paid_words(Environment.model_fields) == set()
    assert paid_words(name for route in routes() for name in (route.name, *route.parameters)) == set()
    turns = [turn for course in (REPAIR, DELISTING, *OBJECTIONS.values()) for turn in course.turns]
    assert (
        paid_words(word for turn in turns for word in (turn.event, turn.next, turn.document, str(turn.deadline)))
        == set()
    )
    assert paid_words(NoticeKind) == set()


def test_no_field_of_a_form_is() -> None:
    """Of every template of the own space and the desk, whether a page of today shows that form or not."""
    folders = [Path(import_module(f"xinshu.doors.{door}").__path__[0]) for door in ("space", "desk")]
    pages = [page.read_text(encoding="utf-8") for folder in folders for page in folder.rglob("*.html")]
    names = {name for page in pages for name in re.findall(r"""\b(?:name|value|formaction)=["']([\w-]+)["']""", page)}
    assert {"words", "step", "accept"} <= names
    assert paid_words(names) == set()


@pytest.mark.parametrize("name", ["fee", "case_priority", "paidAt", "XINSHU_RUSH_FEE", "queue-rank", "expedite_case"])
def test_a_planted_name_is_caught(name: str) -> None:
    assert paid_words([name, "fine", "free", "due_on"]) == {name}


# --- pages ----------------------------------------------------------------------------------------


@pytest.fixture
def today(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path
    factories.adopted_catalogue()
    registered_organ()
    with on(OPENS):
        yield


@pytest.fixture
def company(today: None) -> Client:
    """An organisation with a repair in a draft and an objection."""
    accepted(document(decided_on=DECIDED), on_day=date(2026, 5, 6))
    client = Client()
    signed_in_organisation(client)
    reference = Record.objects.get().record_ref
    client.post(f"/own/repairs/record/{reference}/")
    client.post(f"/own/records/{reference}/speak/", {"way": "objection", "ground": "CONTENT", "words": "数额有误"})
    assert Case.objects.count() == 2
    return client


def at_the_desk(role: Role = Role.REVIEWER) -> Client:
    client = Client()
    assert client.login(username=officer("经办", role, organ=MARKET.code), password=factories.PASSWORD)
    return client


def services() -> list[str]:
    """Where an organisation asks for something, or is told how."""
    reference = Record.objects.get().record_ref
    repair, objection = (Case.objects.get(course=course).id for course in (REPAIR.name, "OBJECTION"))
    plain = ("repairs", "objections", "calendar", "addresses", "prove", "register", "sign-in")
    return [
        *(reverse(f"space:{name}") for name in plain),
        reverse("space:repair-asked", kwargs={"record": reference}),
        reverse("space:repair", kwargs={"case": repair}),
        reverse("space:objection", kwargs={"case": objection}),
        reverse("space:speak", kwargs={"record_ref": reference}),
    ]


DESK = ("/desk/repairs/", "/desk/repairs/counter/", "/desk/objections/", "/desk/counter/")


def controls(page: str) -> set[str]:
    """Names and values of everything that a page lets one fill in or press; what a list offers may be a kind's name."""
    found = re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page)
    said = [value for tag in found for value in re.findall(r'\b(?:name|value|id)="([^"]*)"', tag)]
    return {value for value in said if value.isascii() and len(value) < 40}


def test_every_page_of_a_service_says_that_it_is_free_in_both_languages(company: Client) -> None:
    for client, places in ((company, services()), (at_the_desk(Role.CLERK), DESK)):
        for place in places:
            answer = client.get(place)
            assert answer.status_code == 200, place
            page = answer.content.decode()
            assert SAYS_FREE.search(page), place
            assert SAYS_FREE_TOO.search(page), place


def test_no_page_asks_for_money_or_offers_a_place_in_the_queue(company: Client) -> None:
    reference = Record.objects.get().record_ref
    more = [reverse(f"space:{name}") for name in ("home", "mandates", "notices", "visits")]
    more.append(reverse("space:record", kwargs={"record_ref": reference}))
    cases = [f"/desk/objections/{case.id}/" for case in Case.objects.filter(course="OBJECTION")]
    for client, places in ((company, [*services(), *more]), (at_the_desk(Role.CLERK), [*DESK, *cases])):
        for place in places:
            answer = client.get(place)
            page = answer.content.decode()
            assert answer.status_code == 200, place
            assert not ASKS_FOR_MONEY.search(page), place
            assert paid_words(controls(page)) == set(), place
            assert not [header for header in answer.headers if paid_words([header])], place


def test_no_parameter_of_the_api_is_of_a_price_or_a_rank(client: Client, today: None) -> None:
    said = client.get("/api/v1/openapi.json").json()
    asked = [
        one["name"] for path in said["paths"].values() for way in path.values() for one in way.get("parameters", [])
    ]
    assert len(asked) > 20
    assert paid_words(asked) == set()


# --- the queue ------------------------------------------------------------------------------------

BOUGHT = {"fee": "100", "priority": "1", "urgent": "yes", "paid": "yes", "rank": "0", "words": "加急！愿付费优先办理"}


def at(day: date, minute: int) -> Moment:
    return Moment.of(datetime.combine(day, time(9, minute), LEGAL_ZONE))


def applied(number: int, moment: Moment, words: str = "") -> UUID:
    """An application about the penalty of that number, lodged at that moment."""
    reference = Record.objects.get(document_number=f"示〔{number}〕").record_ref
    who: dict[str, Any] = {"subjects": [body(SUBJECT)], "side": Side.SUBJECT, "actor": "company", "moment": moment}
    made = actions.begin(record_ref=reference, **who)
    actions.save(case=made, form={**WHOLE, "words": words or "已缴清"}, **who)
    actions.lodge(case=made, **who)
    return made


@pytest.fixture
def queued(today: None) -> dict[int, UUID]:
    """Four applications, by their number in the order in which they are to be worked on.

    The first came days ago; of the others, of one day, the second came first. Nothing else of them counts: the third
    offers money, the fourth is about the largest fine.
    """
    fines = {1: 1, 2: 1, 3: 50, 4: 900}
    documents = (
        document(decided_on=DECIDED, document_number=f"示〔{number}〕", fine=fine) for number, fine in fines.items()
    )
    accepted(*documents, on_day=date(2026, 5, 6))
    later = date(2026, 8, 3)
    found = {4: applied(4, at(later, 40)), 2: applied(2, at(later, 20)), 1: applied(1, at(OPENS, 50))}
    return {**found, 3: applied(3, at(later, 30), BOUGHT["words"])}


def order_of(page: str, cases: dict[int, UUID]) -> list[int]:
    """In which order a page lists these cases."""
    assert all(str(case) in page for case in cases.values())
    return sorted(cases, key=lambda number: page.index(str(cases[number])))


def test_the_desk_lists_applications_by_last_day_and_arrival_alone(queued: dict[int, UUID]) -> None:
    with on(date(2026, 8, 3)):
        client = at_the_desk()
        assert order_of(client.get("/desk/repairs/").content.decode(), queued) == [1, 2, 3, 4]
        for chosen in permutations(("priority", "order", "sort"), 1):
            page = client.get("/desk/repairs/", {chosen[0]: "fee"}).content.decode()
            assert order_of(page, queued) == [1, 2, 3, 4], "nobody chooses another order by the address"


def test_overdue_ones_come_first_whoever_they_are_of(queued: dict[int, UUID]) -> None:
    with on(date(2026, 8, 7)):  # the first was to be accepted by the fifth, the others by the sixth
        page = at_the_desk().get("/desk/repairs/").content.decode()
    assert order_of(page, queued) == [1, 2, 3, 4]
    assert page.count("已逾期") >= 4


def test_the_desk_lists_objections_by_last_day_and_arrival_alone(today: None) -> None:
    numbers = range(1, 5)
    accepted(
        *(document(decided_on=DECIDED, document_number=f"示〔{number}〕", fine=number * 10) for number in numbers),
        on_day=date(2026, 5, 6),
    )
    said = {1: at(OPENS, 50), 2: at(date(2026, 8, 3), 20), 3: at(date(2026, 8, 3), 30), 4: at(date(2026, 8, 3), 40)}
    found = {}
    for number in (4, 2, 1, 3):
        about = {"subject": body(SUBJECT), "side": Side.SUBJECT, "actor": "company", "moment": said[number]}
        reference = Record.objects.get(document_number=f"示〔{number}〕").record_ref
        words = BOUGHT["words"] if number == 3 else "数额有误"
        found[number] = object_to(ground=Ground.CONTENT, record_ref=reference, words=words, **about)
    with on(date(2026, 8, 3)):
        assert order_of(at_the_desk().get("/desk/objections/").content.decode(), found) == [1, 2, 3, 4]


def test_what_a_form_offers_beside_is_not_even_kept(company: Client) -> None:
    """Nothing of it reaches the case, its history or the officer's page."""
    (record,) = Record.objects.all()
    case = open_case_of(record.record_ref)
    assert case is not None
    place = f"/own/repairs/{case.id}/"
    form = {"duties_done": "yes", "commitment": "yes", "signed_by": "示例乙"} | BOUGHT | {"words": "已缴清"}
    beside = {"document": SimpleUploadedFile("a.pdf", b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"), "priority": "1"}
    assert company.post(f"{place}documents/", beside).status_code == 302
    assert company.post(place, {**form, "step": "lodge"}).status_code == 302
    kept = case_row(case.id)
    assert kept is not None
    assert kept.form.keys() == {"duties_done", "words", "commitment", "signed_by", "signed_on"}
    assert paid_words(controls(at_the_desk().get(f"/desk/repairs/{case.id}/").content.decode())) == set()
