"""Made-up examples of the OpenAPI document: codes that belong to nobody, invented names (tested against it)."""

from typing import Any, Final

PARAMETERS: Final[dict[tuple[str, str], Any]] = {
    ("", "code"): "919999990000002110",
    ("", "record_ref"): "00000000-0000-4000-8000-000000000000",
    ("", "batch"): "00000000-0000-4000-8000-000000000000",
    ("", "kind"): "ADMIN_PENALTY",
    ("", "name"): "云汀示例",
    ("", "basis"): "PRC-APL",
    ("", "table"): "MARKET_REGULATION_ORDER_36",
    ("", "vocabulary"): "API_ERROR",
    ("", "organ"): "11999999TE5T001041",
    ("", "month"): "2026-09",
    ("", "form"): "json",
    ("bulk", "form"): "csv",
    ("", "old"): 1,
    ("", "page"): 1,
    ("", "after"): 0,
    ("", "most"): 20,
    ("", "wait"): 0,
    ("", "limit"): 20,
    ("", "day"): "2026-11-23",
    ("", "number"): "00000000-0000-4000-8000-000000000000",
    ("", "watch"): "00000000-0000-4000-8000-000000000000",
    ("", "slip"): "00000000-0000-4000-8000-000000000000",
}
"""Of a parameter, by operation ("" = any) and name."""

RECORD: Final[dict[str, Any]] = {
    "ref": "00000000-0000-4000-8000-000000000000",
    "kind": "ADMIN_PENALTY",
    "severity": "ORDINARY",
    "document_number": "示市监罚〔2026〕0001号",
    "organ": {"code": "11999999TE5T001041", "name": "示范市市场监督管理局"},
    "decided_on": "2026-09-30",
    "shown_from": "2026-09-30",
    "shown_until": "2027-09-30",
    "repair_from": "2026-12-31",
    "regime": "ORDER_36",
    "basis": {"id": "NDRC-ORDER-36", "article": "1"},
    "why": {
        "zh": "依据示例规定，本信息公示至2027-09-30，期满自动停止公示。",
        "en": "By a made-up rule, this record is shown until 2027-09-30 (that day included).",
    },
    "fields": {"CF_WSH": "示市监罚〔2026〕0001号", "CF_CFLB": ["FINE"]},
}
BODY: Final[dict[str, Any]] = {"code": "919999990000002110", "name": "云汀示例商贸有限公司", "kind": "ENTERPRISE"}
CHECKPOINT: Final = (
    "credit.example/log\n2\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— credit.example/log "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)

ANSWERS: Final[dict[str, Any]] = {
    "subject": {"code": BODY["code"], "day": "2026-11-23", "bodies": [{**BODY, "records": [RECORD]}]},
    "records": {
        "code": BODY["code"],
        "day": "2026-11-23",
        "records": [{"body": BODY["code"], "record": RECORD}],
        "next": None,
    },
    "record": RECORD,
    "record_proof": {
        "number": 1,
        "checkpoint": CHECKPOINT,
        "hashes": ["wdXwYbqNEsmKBqprzQUh1V9rYNz9qxRz5y1PZxqrp1E="],
        "leaf": {
            "event": "SHOWN",
            "reference": "00000000-0000-4000-8000-000000000001",
            "salt": "000102030405060708090a0b0c0d0e0f",
            "content": {"record": RECORD, "subject": BODY["code"]},
        },
    },
    "log_consistency": {
        "old": 1,
        "size": 2,
        "checkpoint": CHECKPOINT,
        "hashes": ["wdXwYbqNEsmKBqprzQUh1V9rYNz9qxRz5y1PZxqrp1E="],
    },
    "search": {
        "day": "2026-11-23",
        "page": 1,
        "last_page": 1,
        "total": 1,
        "more": False,
        "hits": [{**BODY, "counts": [{"kind": "ADMIN_PENALTY", "count": 1}]}],
    },
}
"""Of a whole answer, by operation."""
