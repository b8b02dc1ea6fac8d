"""The OpenAPI document: what the routes say, with the errors, headers, examples and kinds of record of the edition."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router

from xinshu.doors.api.examples import ANSWERS, PARAMETERS
from xinshu.doors.api.faults import ANY, ANY_ORGAN, ANY_PUBLIC, FAULTS, WITH_JSON, WITH_PARAMETERS
from xinshu.doors.lasting import kept_until_midnight
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldType, Kind
from xinshu.law.public_form import HEADLINE_ROLES
from xinshu.law.terms import Audience
from xinshu.register.access.answers import MAY_SAY, as_json
from xinshu.register.access.audience import moment_of
from xinshu.register.access.roles import RouteAudience
from xinshu.register.catalogues.queries import catalogue_on

Part = dict[str, Any]

SERVER: Final = "/api/v1"
SCHEME: Final = "organToken"
JSON: Final = "application/json"
RECORD: Final = "RecordForm"
SCHEMAS: Final = "#/components/schemas/"

TAGS: Final = (
    ("disclosure", "公示：就一个代码公示的信息。What is publicly shown for a code."),
    ("catalogue", "目录：类目、依据、分类表和代码表。Kinds, legal bases, class tables and code lists."),
    ("feed", "变更流：公示的开始、变更和终止。What began, changed and ended, from a cursor on."),
    ("bulk", "批量数据：登记接收方，凭令牌。Adverse records in bulk, for registered recipients, by token."),
    ("check", "核查：某一场景下今日适用的措施，须表明身份。What applies to a code today, for whoever says who asks."),
    ("log", "透明日志：证明。Proofs of the public log, for whoever checks us."),
    ("monitoring", "归集质效（公开）；对账和提醒（机关）。Quality of intake; alarms for organs."),
    ("agencies", "信用服务机构：逾期名单，清除凭条。Agencies: the late list, and clean-up slips."),
    ("intake", "归集：机关系统报送。For organs' own systems, by token."),
    (
        "repair",
        "他处作出的修复决定，由认定单位或登记窗口报送。Repairs that were decided elsewhere.",
    ),
)

HEADERS: Final[dict[str, tuple[Part, str]]] = {
    "ETag": ({"type": "string", "pattern": '^"[0-9a-f]{32}"$'}, "应答字节的摘要。The digest of the answer's bytes."),
    "RateLimit-Limit": ({"type": "integer"}, "每分钟限额。Requests a minute."),
    "RateLimit-Remaining": ({"type": "integer"}, "剩余次数。How many are left."),
    "RateLimit-Reset": ({"type": "integer"}, "多少秒后恢复全额。Seconds until the allowance is whole again."),
    "RateLimit-Policy": ({"type": "string"}, "限额与窗口。The allowance and its window."),
    "Retry-After": ({"type": "integer"}, "多少秒后再试。Seconds to wait."),
    "Allow": ({"type": "string"}, "可用的方法。The methods that the address takes."),
    "WWW-Authenticate": ({"type": "string"}, "Bearer"),
    "Upload-Offset": ({"type": "integer"}, "已收到的字节数。How many bytes are kept."),
    "Xinshu-State": ({"type": "string"}, "目录版本、日期和公开日志序号。Edition, day and number of the public log."),
}
OF_STATUS: Final = {"405": ("Allow",), "401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}
LIMITS: Final = tuple(name for name in HEADERS if name.startswith("RateLimit"))
WITH_OFFSET: Final = {("content", "204"), ("upload_offset", "200"), ("content", "409")}


def openapi(api: NinjaAPI, routers: tuple[Router, ...], request: HttpRequest) -> HttpResponse:
    """The document of the day, as JSON; caches may keep it as they may the catalogue."""
    moment = moment_of(request)
    edition = catalogue_on(moment.day)
    told = as_json(_written(api, routers, edition.hash, Whole(edition.catalogue)))
    return kept_until_midnight(told, edition, moment.day, moment)


class Whole:
    """A catalogue as an argument: equal to every other, since the edition's hash beside it tells them apart."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Whole)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4)
def _written(api: NinjaAPI, routers: tuple[Router, ...], _edition: str, whole: Whole) -> bytes:
    return orjson.dumps(document(api, routers, whole.catalogue))


def document(api: NinjaAPI, routers: tuple[Router, ...], catalogue: Catalogue) -> Part:
    """The whole document for an edition of the catalogue."""
    told: Part = orjson.loads(orjson.dumps(api.get_openapi_schema(path_prefix=""), option=orjson.OPT_NON_STR_KEYS))
    audiences = _audiences(routers)
    for methods in told["paths"].values():
        if "get" in methods:
            methods.pop("head", None)  # the same as GET, without its body
        for method, operation in methods.items():
            _complete(operation, method, audiences[operation["operationId"]])
    schemas = told["components"]["schemas"]
    schemas["ErrorForm"] = _error_schema()
    schemas["Bilingual"] = schemas.get("Bilingual") or {}
    schemas.update(_records(schemas.pop(RECORD), catalogue))
    told["components"]["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer", "description": "机关令牌。"}}
    told["components"]["headers"] = {
        name: {"description": words, "schema": schema} for name, (schema, words) in HEADERS.items()
    }
    told["servers"] = [{"url": SERVER}]
    told["tags"] = [{"name": name, "description": words} for name, words in TAGS]
    return told


def _audiences(routers: tuple[Router, ...]) -> dict[str, RouteAudience]:
    """For whom each operation is, by its identifier."""
    views = [view for router in routers for view in router.path_operations.values()]
    return {
        str(operation.operation_id): operation.view_func.audience  # type: ignore[attr-defined]
        for view in views
        for operation in view.operations
    }


def _complete(operation: Part, method: str, audience: RouteAudience) -> None:
    """Give an operation its errors, headers, examples and security."""
    identifier, public = operation["operationId"], audience is RouteAudience.PUBLIC
    parameters = operation.setdefault("parameters", [])
    operation["tags"] = [tag.split()[0] for tag in operation["tags"]]
    for parameter in parameters:
        key = (identifier, parameter["name"])
        example = PARAMETERS.get(key, PARAMETERS.get(("", parameter["name"])))
        if example is not None:
            parameter.setdefault("example", example)
    if public and method == "get":
        parameters.append(IF_NONE_MATCH)
    operation["security"] = [] if public else [{SCHEME: []}]
    _add_errors(operation, [*_names(operation, public=public)])
    _add_headers(operation, public=public, kept=operation["tags"] == ["catalogue"])
    if identifier in {"quality", "organ_quality", "statistics"}:
        operation["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    if identifier == "record_proof":
        operation["responses"]["200"]["content"]["text/plain"] = {"schema": {"type": "string"}}
    if identifier == "returned_rows":
        file = {"schema": {"type": "string", "format": "binary"}}
        operation["responses"]["200"]["content"]["application/octet-stream"] = file
    if identifier in ANSWERS:
        operation["responses"]["200"]["content"][JSON]["example"] = ANSWERS[identifier]


IF_NONE_MATCH: Final[Part] = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "上次应答的ETag；未变则答304。The ETag of an earlier answer; 304 if nothing has changed.",
    "schema": {"type": "string"},
}


def _names(operation: Part, *, public: bool) -> Iterator[str]:
    yield from operation.pop(MAY_SAY, [])
    yield from ANY
    yield from ANY_PUBLIC if public else ANY_ORGAN
    if [one for one in operation["parameters"] if one["name"] != "If-None-Match"]:
        yield from WITH_PARAMETERS
    if JSON in operation.get("requestBody", {}).get("content", {}):
        yield from WITH_JSON


def _add_errors(operation: Part, names: list[str]) -> None:
    """A response for each status, with the names that come with it, each with its example."""
    by_status: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        by_status.setdefault(str(FAULTS[name].status), []).append(name)
    for status, said in sorted(by_status.items()):
        response = operation["responses"].setdefault(status, {"description": ""})
        words = [f"`{name}` {FAULTS[name].zh}{FAULTS[name].en}" for name in sorted(said)]
        response["description"] = "\n\n".join([*([response["description"]] if "content" in response else []), *words])
        content = response.setdefault("content", {}).setdefault(JSON, {})
        own = content.get("schema")
        refused = {"$ref": f"{SCHEMAS}ErrorForm"}
        content["schema"] = refused if own is None else {"anyOf": [own, refused]}
        content["examples"] = {name: {"value": _example(name)} for name in sorted(said)}


def _add_headers(operation: Part, *, public: bool, kept: bool) -> None:
    """Every response with the headers that it has."""
    responses = operation["responses"]
    if public:
        responses["304"] = {"description": "自ETag以来未变。Nothing has changed since the ETag."}
    for status, response in responses.items():
        names = [*OF_STATUS.get(status, ()), *(LIMITS if public else ())]
        names += ["ETag"] if public and status in {"200", "304"} else []
        names += ["Xinshu-State"] if kept and status in {"200", "304"} else []
        names += ["Upload-Offset"] if (operation["operationId"], status) in WITH_OFFSET else []
        if names:
            response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    operation["responses"] = dict(sorted(responses.items()))


def _example(name: str) -> Part:
    fault = FAULTS[name]
    return {"error": name, "message": {"zh": fault.zh, "en": fault.en}, "reasons": []}


def _error_schema() -> Part:
    """The one shape of an error; its names are a closed list, complete in the code list API_ERROR."""
    return {
        "title": "ErrorForm",
        "type": "object",
        "description": "每个错误都是这个形状。Every error has this shape; `reasons` names the single faults.",
        "properties": {
            "error": {"type": "string", "enum": sorted(FAULTS)},
            "message": {"$ref": f"{SCHEMAS}Bilingual"},
            "reasons": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["error", "message", "reasons"],
        "additionalProperties": False,
    }


def _records(plain: Part, catalogue: Catalogue) -> dict[str, Part]:
    """The public form of each public kind, with its own fields, and one for kinds that are not in the edition."""
    kinds = {name: kind for name, kind in catalogue.kinds.items() if kind.audience is Audience.PUBLIC}
    told = {}
    for name, kind in kinds.items():
        fields, record = f"{_camel(name)}Fields", f"{_camel(name)}Record"
        told[fields] = _fields(fields, kind, catalogue)
        told[record] = _record(plain, record, {"type": "string", "const": name}, {"$ref": SCHEMAS + fields})
        told[record]["description"] = f"{kind.name_zh} {kind.name_en}"
    loose = {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _TEXTS]}}
    told["OtherRecord"] = _record(plain, "OtherRecord", {"type": "string", "not": {"enum": [*kinds]}}, loose)
    told["OtherRecord"]["description"] = (
        "本文档成文以后新设类目的记录。A record of a kind that is younger than this document."
    )
    shapes = [{"$ref": f"{SCHEMAS}{_camel(name)}Record"} for name in kinds]
    told[RECORD] = {"title": RECORD, "anyOf": [*shapes, {"$ref": f"{SCHEMAS}OtherRecord"}]}
    return told


_TEXT: Final[Part] = {"type": "string"}
_TEXTS: Final[Part] = {"type": "array", "items": {"type": "string"}}


def _record(plain: Part, title: str, kind: Part, fields: Part) -> Part:
    return plain | {"title": title, "properties": plain["properties"] | {"kind": kind, "fields": fields}}


def _fields(title: str, kind: Kind, catalogue: Catalogue) -> Part:
    """The fields of a kind that may be public. What was filed empty, or is withheld of this subject, is not there."""
    properties = {}
    for name, rule in kind.fields.items():
        if not rule.public or rule.role in HEADLINE_ROLES or rule.type is FieldType.PERSONAL:
            continue
        shape = dict(_TEXTS if rule.type is FieldType.CHOICES else _TEXT)
        words = f"{rule.name_zh} {rule.name_en}"
        if rule.vocabulary in catalogue.vocabularies:
            words += f"（代码表 code list：{rule.vocabulary}）"
        properties[name] = shape | {"description": words}
    return {"title": title, "type": "object", "properties": properties, "additionalProperties": False}


def _camel(name: str) -> str:
    return re.sub(r"(?:^|_)([A-Z0-9])([A-Z0-9]*)", lambda part: part[1] + part[2].lower(), name)
