"""Every route of the house, whatever made it: pages, class-based views, and the operations of the API."""

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple
from uuid import uuid4

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from ninja.operation import PathView

from tests import factories
from xinshu.proceedings.cases.queries import cases_before
from xinshu.proceedings.intake.queries import batches_of
from xinshu.proceedings.objections.queries import open_claims
from xinshu.regimes.agencies.models import Slip
from xinshu.regimes.agencies.queries import agencies, matters
from xinshu.register.access.roles import RouteAudience
from xinshu.register.catalogues.queries import assessments
from xinshu.uses.measures.models import Check
from xinshu.uses.measures.rooms import tenders_of

LIBRARY = frozenset({"api-1:api-root"})
"""Ninja's own way to find its prefix; it answers 404 to everyone (tested)."""

DESK = (
    "batch",
    "batch-notices",
    "state",
    "check",
    "file",
    "discard",
    "mend",
    "cite",
    "headers",
    "returned",
    "receipt",
    "receipt-json",
    "receipt-pdf",
)
NO_BATCH = "00000000-0000-4000-8000-000000000000"

EXAMPLES: dict[str, list[dict[str, str]]] = {
    "portal:subject": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}, {"code": "919999990000002111"}],
    "portal:record": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}],
    "portal:claim": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}],
    "portal:proof": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}],
    "portal:proof-file": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}],
    "portal:log-tile": [{"place": "0/000.p/1"}, {"place": "entries/000.p/1"}, {"place": "0/x000/000"}],
    "portal:claim-receipt": [{"claim": NO_BATCH}],
    "desk:claim": [{"claim": NO_BATCH}],
    "desk:objection": [{"case": NO_BATCH}],
    "portal:kind": [{"name": "ADMIN_PENALTY"}, {"name": "ADMIN_LICENCE"}, {"name": "NONE"}],
    "portal:basis": [{"name": "PRC-APL"}, {"name": "OPINIONS-2025"}, {"name": "NONE"}],
    "portal:class-table": [{"name": "MARKET_REGULATION_ORDER_36"}, {"name": "NONE"}],
    "portal:measure": [
        {"name": name} for name in ("GRAVE_RECORD_IN_PROCUREMENT", "PROCUREMENT_BAN", "FAST_TRACK_SERVICE", "NONE")
    ],
    "portal:list": [{"name": name} for name in ("MARKET_REGULATION_LIST", "CULTURE_TOURISM_LIST", "NONE")],
    "portal:power": [{"name": "GPL_22_GRAVE"}, {"name": "WAGES_48"}, {"name": "NONE"}],
    **{
        f"{door}:{name}": [{"report": "0" * 64}, {"report": "none"}]
        for door, names in {
            "portal": ("policy", "policy-json", "policy-pdf"),
            "desk": ("policy", "policy-paper"),
        }.items()
        for name in names
    },
    "portal:quality-organ": [{"code": factories.MARKET.code}, {"code": "NONE"}],
    "portal:data-file": [
        *({"data_set": "licences", "form": form} for form in ("csv", "ndjson", "parquet", "xlsx")),
        {"data_set": "registration", "form": "csv"},
        {"data_set": "catalogue", "form": "csv"},
        {"data_set": "adverse", "form": "csv"},
        {"data_set": "licences", "form": "pdf"},
    ],
    **{f"api-1:{name}": [{"form": "csv"}, {"form": "pdf"}] for name in ("bulk", "bulk_head")},
    "portal:slip": [{"slip": NO_BATCH}],
    "portal:agency-notices": [{"box": NO_BATCH}],
    "portal:agency-notices-json": [{"box": NO_BATCH}],
    "desk:agency": [{"agency": "0"}],
    "desk:matter": [{"matter": NO_BATCH}],
    "desk:repair": [{"case": NO_BATCH}],
    "desk:elsewhere-one": [{"case": NO_BATCH}],
    **{f"{door}:repair-documents": [{"case": NO_BATCH}] for door in ("desk", "space")},
    **{
        f"{door}:{name}": [{"case": NO_BATCH, "document": NO_BATCH}]
        for door in ("desk", "space")
        for name in ("repair-document", "repair-document-remove")
    },
    "space:repair": [{"case": NO_BATCH}],
    "space:repair-asked": [{"record": NO_BATCH}],
    "space:objection": [{"case": NO_BATCH}],
    "space:speak": [{"record_ref": NO_BATCH}],
    "desk:repair-listing": [{"case": NO_BATCH}],
    "desk:repair-notice": [{"code": code, "record": NO_BATCH} for code in (factories.SUBJECT, factories.UNKNOWN)],
    "space:repair-notice": [{"record": NO_BATCH}],
    **{f"{door}:shield": [{"case": NO_BATCH}] for door in ("desk", "space")},
    **{
        f"{door}:{name}": [{"case": NO_BATCH, "document": NO_BATCH}]
        for door in ("desk", "space")
        for name in ("shield-document", "shield-document-remove")
    },
    **{f"{name}": [{"tender": NO_BATCH}] for name in ("desk:tender", "desk:tender-evidence", "space:tender")},
    "space:check": [{"check": NO_BATCH}],
    "api-1:check_again": [{"number": NO_BATCH}],
    **{f"api-1:{name}": [{"watch": NO_BATCH}] for name in ("watched", "over")},
    **{f"{door}:listing": [{"case": NO_BATCH}] for door in ("desk", "space")},
    **{f"{door}:listing-paper": [{"case": NO_BATCH, "place": "1"}] for door in ("desk", "space")},
    "desk:list-revise": [{"case": NO_BATCH}],
    "desk:listing-document": [{"case": NO_BATCH, "document": NO_BATCH}],
    "portal:paper": [{"case": NO_BATCH, "code": "0000-0000-0000-0000-0000"}],
    "api-1:slip": [{"slip": NO_BATCH}],
    "desk:alarm-answer": [{"batch": NO_BATCH}],
    "api-1:organ_quality": [{"organ": factories.MARKET.code}, {"organ": "NONE"}],
    "api-1:answer_alarm": [{"batch": NO_BATCH}],
    "api-1:subject": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}, {"code": "919999990000002111"}],
    "api-1:record": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}],
    "api-1:proof": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}, {"code": "919999990000002111"}],
    "api-1:records": [{"code": factories.SUBJECT}, {"code": factories.UNKNOWN}, {"code": "919999990000002111"}],
    "api-1:kind": [{"kind": "ADMIN_PENALTY"}, {"kind": "NONE"}],
    "api-1:basis": [{"basis": "PRC-APL"}, {"basis": "NONE"}],
    "api-1:class_table": [{"table": "MARKET_REGULATION_ORDER_36"}, {"table": "NONE"}],
    "api-1:code_list": [{"vocabulary": "PENALTY"}, {"vocabulary": "API_ERROR"}, {"vocabulary": "NONE"}],
    **{
        f"api-1:{name}": [{"batch": NO_BATCH}]
        for name in ("content", "offset", "check", "file", "one", "discard", "returned", "header_questions")
    },
    **{f"desk:{name}": [{"batch": NO_BATCH}] for name in DESK},
    "desk:letter": [{"letter_id": NO_BATCH}],
    "space:revoke": [{"mandate": NO_BATCH}],
    "space:end-visit": [{"visit": NO_BATCH}],
    **{f"space:address-{name}": [{"address": NO_BATCH}] for name in ("code", "confirm", "revoke")},
}
"""Parameters to visit a route with, what is there and what is not; a `record_ref` is added by who visits."""

QUERIES: dict[str, list[str]] = {
    "portal:home": [
        "?q=云汀示例",
        "?q=无此名称",
        "?q=云",
        f"?q={factories.SUBJECT}",
        "?q=919999990000002111",
        "?q=示例&page=2",
        "?q=有限公司",
        "?q=yuntingshifan",
        "?q=91999999",
    ],
    "portal:suggest": ["?q=云汀示例", "?q=yuntingsh", "?q=ytsf", "?q=91999999", "?q=有限公司", "?q=云"],
    "portal:claim": ["?cause=NAME", "?cause=NONE"],
    "portal:statistics": [
        "?kind=ADMIN_PENALTY",
        "?division=990100",
        "?kind=ADMIN_PENALTY&division=990100",
        "?kind=NONE",
        "?division=NONE",
    ],
    "portal:catalogue": ["?day=2026-01-01", "?day=2026-02-30", "?day=2000-01-01", "?day=2099-01-01"],
    "portal:kind": ["?day=2026-01-01", "?day=yesterday"],
    "portal:basis": ["?day=2026-01-01"],
    "portal:class-table": ["?day=2026-01-01"],
    "portal:measures": ["?day=2026-01-01", "?day=tomorrow"],
    "portal:measure": ["?day=2026-01-01"],
    "portal:list": ["?day=2026-01-01"],
    "portal:power": ["?day=2026-01-01"],
    "portal:policy": ["?thanks"],
    "api-1:statistics": ["?form=csv", "?kind=ADMIN_PENALTY&division=990100", "?kind=NONE", "?form=xml"],
    "portal:case-statistics": [
        "?course=OBJECTION",
        "?course=SHIELD",
        "?course=NONE",
        f"?organ={factories.MARKET.code}",
        "?organ=NONE",
    ],
    "api-1:case-statistics": ["?course=NOT_US", "?course=SHIELD", "?course=NONE"],
    "desk:shield-counter": [f"?code={factories.SUBJECT}", f"?code={factories.UNKNOWN}", "?code=1"],
    "desk:list-new": [f"?organ={factories.MARKET.code}&list=MARKET_REGULATION_LIST", "?organ=1&list=NONE"],
    "portal:quality": ["?month=2026-09", "?month=2026-13", "?month=2030-01"],
    "portal:quality-organ": ["?month=2026-09"],
    "api-1:subjects": ["?name=云汀示例", "?name=无此名称", "?name=云", "?name=云汀示例&page=2"],
    **{
        f"api-1:{prefix}changes": ["?after=0", "?after=1&most=1", "?after=99999", "?after=x"]
        for prefix in ("", "subscription_")
    },
    "api-1:records": ["?limit=1", "?kind=ADMIN_LICENCE", "?cursor=none"],
    "api-1:proof": ["?form=tlog-proof", "?form=pdf"],
    "api-1:consistent": ["?old=1", "?old=0", "?old=9999", "?old=-1", "?old=one"],
    "api-1:kinds": ["?day=2022-01-01", "?day=2019-01-01", "?day=2030-01-01"],
    "api-1:quality": ["?month=2026-09&form=csv", "?month=September"],
    "api-1:organ_quality": ["?month=2026-09&form=csv", "?form=xml"],
    "portal:subject": [
        "?kind=ADMIN_PENALTY",
        "?kind=NONE",
        "?kind=ADMIN_PENALTY&page=2",
        "?as_of=2026-10-01",
        "?as_of=tomorrow",
    ],
    "space:notices": ["?page=2", "?page=none"],
    "space:access": ["?page=2", "?page=none"],
    "space:policies": ["?thanks"],
    "space:calendar": ["?month=2026-12", "?month=2026-13", "?month=tomorrow"],
    "desk:history": ["?kind=ADMIN_PENALTY&state=FILED", "?page=99"],
    "desk:single": [f"?organ={factories.MARKET.code}&kind=ADMIN_PENALTY"],
    "desk:withdraw": [f"?code={factories.SUBJECT}&number=示市监罚〔2026〕0001号", "?link=/nothing/"],
    "desk:past": [f"?code={factories.SUBJECT}&duty=AUDIT&ground=示审〔2026〕1号", "?code=1"],
    "desk:checks": [f"?number={NO_BATCH}&duty=AUDIT&ground=示审〔2026〕1号", "?number=1"],
    "space:tenders": ["?page=2", "?page=none"],
    "desk:elsewhere": ["?page=2", "?page=none"],
    "desk:repair-notices": [f"?code={factories.SUBJECT}&number=示市监罚〔2026〕0001号", "?code=1&number=1"],
    "desk:withdrawn": [f"?record={NO_BATCH}"],
}
"""Query strings worth a visit, beside none."""


class Route(NamedTuple):
    """A route by its full name, the callables that answer it, and the names of its parameters."""

    name: str
    answers: tuple[Callable[..., Any], ...]
    parameters: tuple[str, ...]

    @property
    def audience(self) -> RouteAudience | None:
        """For whom it is; None when one of its answers does not say, or two disagree."""
        said = {getattr(answer, "audience", None) for answer in self.answers}
        return said.pop() if len(said) == 1 else None


def routes(urlconf: str | None = None) -> list[Route]:
    """Every route of a URL configuration (the house's own, if none is given)."""
    return list(_walk(get_resolver(urlconf).url_patterns, ""))


def configuration(*patterns: URLPattern | URLResolver) -> str:
    """The name of a made-up URL configuration with these patterns, for faults to be planted in."""
    module = ModuleType(f"made_up_routes_{uuid4().hex}")
    module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    return module.__name__


def unstated(found: list[Route]) -> list[str]:
    """Names of the routes that do not say for whom they are."""
    return [route.name for route in found if route.name not in LIBRARY and route.audience is None]


def of_audience(*audiences: RouteAudience) -> list[Route]:
    """The house's routes for these audiences."""
    return [route for route in routes() if route.audience in audiences]


def addresses(route: Route, record_ref: str) -> list[str]:
    """Addresses to visit a route at. A route with parameters must have its examples above; batches and claims are those kept."""
    examples = EXAMPLES.get(route.name, [{}])
    missing = [name for name in route.parameters if name != "record_ref" and name not in examples[0]]
    assert not missing, f"{route.name} takes {missing}: give it examples in {__name__}"
    if "batch" in route.parameters:
        examples = [*examples, *({"batch": str(kept.id)} for kept in batches_of(None))]
    if "claim" in route.parameters:
        examples = [*examples, *({"claim": str(kept.id)} for kept in open_claims(None))]
    if "case" in route.parameters:
        examples = [
            *examples,
            *({**examples[0], "case": str(kept.id)} for kept in cases_before(None, open_only=False)[0]),
        ]
    kept = {
        "tender": tender_ids,
        "check": check_ids,
        "report": report_hashes,
        "agency": agency_ids,
        "box": boxes,
        "matter": matter_ids,
        "slip": slip_numbers,
    }
    for name in set(route.parameters) & kept.keys():
        examples = [*examples, *({name: found} for found in kept[name]())]
    own = {name: record_ref for name in ("record_ref", "record") if name in route.parameters}
    plain = [reverse(route.name, kwargs={**example, **own}) for example in examples]
    return [*plain, *(f"{plain[0]}{query}" for query in QUERIES.get(route.name, []))]


def visited(client: Client, address: str) -> int:
    """The status of an answer that is read to its end, as a reader does: what is sent while it is read is made too."""
    response = client.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content)
    return int(response.status_code)


def report_hashes() -> list[str]:
    """Of the assessments that are kept."""
    return [row.hash for row in assessments(public_only=False)]


def agency_ids() -> list[str]:
    """Of the agencies that are kept."""
    return [str(row.id) for row in agencies()]


def boxes() -> list[str]:
    """The addresses of their notices."""
    return [str(row.box) for row in agencies()]


def matter_ids() -> list[str]:
    """Of the matters that are open."""
    return [str(row.id) for row in matters(on_date=factories.TODAY)]


def tender_ids() -> list[str]:
    """Of the rooms of tenders."""
    return [str(row.id) for row in tenders_of(None)]


def check_ids() -> list[str]:
    """Of the checks that are kept."""
    return [str(number) for number in Check.objects.values_list("id", flat=True)]


def slip_numbers() -> list[str]:
    """Of the slips that were issued."""
    return [str(number) for number in Slip.objects.values_list("id", flat=True)]


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern.url_patterns, inner)
        else:
            name = f"{prefix}{pattern.name or pattern.pattern}"
            yield Route(name, _answers(pattern.callback), tuple(pattern.pattern.converters))


def _answers(view: Callable[..., Any]) -> tuple[Callable[..., Any], ...]:
    """The house's own callables behind a pattern: ninja puts one wrapper before all operations of a path."""
    held = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    operations = [operation for path in held if isinstance(path, PathView) for operation in path.operations]
    return tuple(operation.view_func for operation in operations) or (view,)
