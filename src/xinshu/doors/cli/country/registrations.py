"""Registrations: market regulation hands in what it knows of each enterprise, once, whenever its file arrives."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.listings import ORGAN_FIELDS
from xinshu.doors.cli.country.organs import MARKET
from xinshu.doors.cli.country.rows import OPEN_END, REMARK, Row, decided_by, said
from xinshu.doors.cli.country.schedule import Filing
from xinshu.doors.cli.country.trades import COMPANIES
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SubjectKind

KIND: Final = "ENTERPRISE_REGISTRATION"
REGISTERED: Final = (*COMPANIES, SubjectKind.FARMERS_COOPERATIVE)

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "A": ("农民专业合作社", "农业科技", "园林绿化"),
    "C": ("食品", "化工", "制造", "纺织", "家具", "包装", "加工", "制品", "印刷", "机电", "电子", "茶业", "医药"),
    "D": ("能源",),
    "E": ("工程", "装饰"),
    "F": ("商贸", "汽车销售", "供应链"),
    "G": ("物流", "运输", "仓储"),
    "H": ("餐饮", "酒店"),
    "I": ("信息技术",),
    "K": ("物业",),
    "L": ("人力资源", "旅行社"),
    "M": ("检测", "环保科技"),
    "R": ("文化传媒",),
}
"""Words of a name that tell its section of industry (GB/T 4754), the first that fits."""

WITHOUT_INDUSTRY: Final = 0.05
"""Of the registrations: the section was never filled in."""

OLDEST: Final = date(2004, 1, 1)


def registrations(
    rng: Random, bodies: Iterable[Body], filings: Iterable[Filing], catalogue: Catalogue
) -> dict[Filing, list[Row]]:
    """The rows of the file of registrations, if one arrives: one for each enterprise that has a code."""
    return {
        filing: [
            registration_row(rng, body, latest=filing.arrives_on - timedelta(days=2), catalogue=catalogue)
            for body in bodies
            if body.code and body.kind in REGISTERED
        ]
        for filing in filings
        if filing.kind == KIND
    }


def registration_row(rng: Random, body: Body, *, latest: date, catalogue: Catalogue) -> Row:
    """The registration of a body, established and last changed before `latest`; its code is the document's number."""
    established = OLDEST + timedelta(days=rng.randrange((latest - OLDEST).days))
    start = max(established, catalogue.kinds[KIND].start)
    changed = start + timedelta(days=rng.randrange((latest - start).days + 1))
    section = next((one for one, words in SECTIONS.items() if any(word in body.name for word in words)), None)
    known = section is not None and rng.random() >= WITHOUT_INDUSTRY
    return {
        "SUBJECT_NAME": body.name,
        "SUBJECT_CODE": body.code,
        "DOCUMENT_NUMBER": body.code,
        "BODY_TYPE": "农民专业合作社" if body.kind is SubjectKind.FARMERS_COOPERATIVE else "有限责任公司",
        "INDUSTRY": said(catalogue, "INDUSTRY", section) if known and section else None,
        "REGISTRATION_STATUS": said(catalogue, "REGISTRATION_STATUS", "REGISTERED"),
        "ESTABLISHED_ON": established,
        "DECIDED_ON": changed,
        "CAPITAL": Decimal(rng.choice((10, 50, 100, 200, 500, 1_000, 5_000))),
        "SCOPE": "一般项目：依法自主开展经营活动（示范数据）。",
        "REPRESENTATIVE": body.representative,
        "VALID_FROM": established,
        "TERM_UNTIL": OPEN_END,
        **decided_by(MARKET, MARKET, ORGAN_FIELDS),
        "REMARK": REMARK,
    }
