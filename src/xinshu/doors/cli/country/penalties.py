"""Penalties: a case becomes a row of the template, its class declared from the department's own table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.matters import Matter
from xinshu.doors.cli.country.organs import Organ
from xinshu.doors.cli.country.outcomes import OUTCOMES, Outcome
from xinshu.doors.cli.country.rows import OPEN_END, Row, decided_by, natural_person, party, said, spoken
from xinshu.doors.cli.country.schedule import Filing
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import ClassRow, ClassTable, Regime
from xinshu.law.severity import severity
from xinshu.law.terms import SEVERITY_ORDER, Decision, Penalty, Procedure, Severity

KIND: Final = "ADMIN_PENALTY"
ORGAN_FIELDS: Final = ("CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM")
MONEY_FIELDS: Final = ("CF_NR_FK", "CF_NR_WFFF", "CF_NR_ZKDX")

PHRASES: Final[Mapping[Penalty, str]] = {
    Penalty.WARNING: "警告",
    Penalty.CIRCULATED_CRITICISM: "通报批评",
    Penalty.FINE: "罚款人民币{fine}元",
    Penalty.CONFISCATION_OF_GAINS: "没收违法所得人民币{gains}元",
    Penalty.CONFISCATION_OF_GOODS: "没收涉案物品，价值人民币{goods}元",
    Penalty.LICENCE_SUSPENSION: "暂扣{licence}一个月",
    Penalty.QUALIFICATION_DOWNGRADE: "资质等级由二级降为三级",
    Penalty.LICENCE_REVOCATION: "吊销{licence}",
    Penalty.BUSINESS_RESTRICTION: "限制开展有关生产经营活动三个月",
    Penalty.PRODUCTION_SUSPENSION: "责令停产停业整顿",
    Penalty.CLOSURE_ORDER: "责令关闭",
    Penalty.OCCUPATION_BAN: "相关责任人员五年内不得从事有关生产经营活动",
    Penalty.DETENTION: "行政拘留三日",
    Penalty.OTHER: "责令在相应范围内消除影响",
}
REASONS: Final = (
    "涉及群众日常生活，经研究确有必要公示，以提示消费者注意。",
    "同类问题在本地区较为普遍，确有必要公示，以警示同行业经营者。",
    "公众投诉较多，社会关注度高，确有必要公示。",
)
# Fines in 10,000 yuan. On the spot an organisation is fined 3,000 yuan at most (Administrative Penalty Law art. 51).
ON_THE_SPOT: Final = tuple(map(Decimal, ("0.05", "0.1", "0.2", "0.3")))
JUST_BELOW: Final = Decimal("0.01")
AT_A_STEP: Final = 0.3
YUAN: Final = 10_000

UNDECLARED, OVERSTATED, WITH_REASON, SERVED, UNMET = 0.05, 0.03, 0.35, 0.6, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case: who, what, how it ended, who decided when, and in which file it comes.

    `exact`: the fine is small, the class is declared without a slip, and a minor matter has its reason.
    """

    body: Body
    matter: Matter
    outcome: str
    organ: Organ
    decided_on: date
    filing: Filing
    exact: bool = False

    @property
    def ending(self) -> Outcome:
        """What the decision says."""
        return OUTCOMES[self.outcome]


def penalty_row(case: Case, catalogue: Catalogue, rng: Random) -> Row:
    """The case as a row of the penalty template, without its document number."""
    fine = _fine(case, catalogue, rng) if Penalty.FINE in case.ending.penalties else None
    row = party("CF", case.body, catalogue, rng) | decided_by(case.organ, case.filing.sender, ORGAN_FIELDS)
    row |= _decision(case, fine, catalogue, rng)
    row |= _supplement(case, fine, catalogue, rng)
    return row


def person_row(case: Case, catalogue: Catalogue, rng: Random, *, police: Organ | None) -> Row:
    """The same case against a natural person; where the police decide, on detention."""
    row = penalty_row(case, catalogue, rng) | natural_person("CF", catalogue, rng)
    if police is None:
        return row
    row |= decided_by(police, case.filing.sender, ORGAN_FIELDS) | dict.fromkeys(MONEY_FIELDS)
    return row | {"CF_CFLB": said(catalogue, "PENALTY", Penalty.DETENTION), "CF_NR": PHRASES[Penalty.DETENTION] + "。"}


def _decision(case: Case, fine: Decimal | None, catalogue: Catalogue, rng: Random) -> Row:
    """What was found and decided."""
    penalties = case.ending.penalties
    gains, goods = (rng.randint(3, 400) * 100 for _ in range(2))
    taken = gains * (Penalty.CONFISCATION_OF_GAINS in penalties) + goods * (Penalty.CONFISCATION_OF_GOODS in penalties)
    money = {"fine": int((fine or 0) * YUAN), "gains": gains, "goods": goods, "licence": case.matter.licence}
    found_on = case.decided_on - timedelta(days=rng.randint(20, 80))
    slots = {"day": spoken(found_on), "count": rng.randint(2, 48), "sum": gains}
    loses_licence = {Penalty.LICENCE_SUSPENSION, Penalty.LICENCE_REVOCATION} & set(penalties)
    number = f"{case.matter.licence} {case.organ.division}{rng.randint(1, 99_999):05}"
    return {
        "CF_WFXW": case.matter.act,
        "CF_SY": case.matter.facts.format(**slots),
        "CF_YJ": case.matter.grounds,
        "CF_CFLB": ";".join(said(catalogue, "PENALTY", penalty) for penalty in penalties),
        "CF_NR": "；".join(PHRASES[penalty].format(**money) for penalty in penalties) + "。",
        "CF_NR_FK": fine,
        "CF_NR_WFFF": Decimal(taken) / YUAN if taken else None,
        "CF_NR_ZKDX": number if loses_licence else None,
        "CF_JDRQ": case.decided_on,
        "CF_YXQ": rng.choice((None, OPEN_END)),
        "CF_GSJZQ": rng.choice((None, OPEN_END, case.decided_on + timedelta(days=365))),
    }


def _supplement(case: Case, fine: Decimal | None, catalogue: Catalogue, rng: Random) -> Row:
    """The platform's own fields: class, procedure, area, service, reason, duty."""
    declared, row = _declared(case, fine, catalogue)
    slip = 1 if case.exact else rng.random()
    if slip < UNDECLARED:
        declared, row = None, None
    elif declared is Severity.MINOR and slip < UNDECLARED + OVERSTATED:
        declared = Severity.ORDINARY
    reasoned = declared is Severity.MINOR and (case.exact or rng.random() < WITH_REASON)
    served_on = case.decided_on + timedelta(days=rng.choice((0, 0, 1, 2, 3, 5, 7, 7, 16)))
    is_served = rng.random() < SERVED and served_on <= case.filing.arrives_on
    unmet = "YES" if rng.random() < UNMET else "NO"
    return {
        "PROCEDURE": said(catalogue, "PROCEDURE", case.ending.procedure),
        "AREA": said(catalogue, "AREA", case.matter.area),
        "SEVERITY": declared and said(catalogue, "SEVERITY", declared),
        "SEVERITY_ROW": row,
        "SERVED_ON": served_on if is_served else None,
        "PUBLICITY_REASON": rng.choice(REASONS) if reasoned else None,
        "DUTY_UNMET": said(catalogue, "YES_NO", unmet) if rng.random() < SERVED else None,
    }


def _fine(case: Case, catalogue: Catalogue, rng: Random) -> Decimal:
    """A fine within the bounds of the matter: mostly any, at times on a step of the class table or just below one."""
    if case.ending.procedure is Procedure.SUMMARY:
        return rng.choice(ON_THE_SPOT)
    least, most = (Decimal(yuan) / YUAN for yuan in case.matter.fines)
    if case.exact:
        return least
    found = catalogue.class_table_on(case.organ.department, case.filing.arrives_on)
    steps = [step for step in _steps(found) if least <= step <= most]
    if steps and rng.random() < AT_A_STEP:
        return rng.choice(steps) - rng.choice((Decimal(0), JUST_BELOW))
    share = Decimal(int(rng.random() ** 2 * 100)) / 100
    return (least + (most - least) * share).quantize(JUST_BELOW)


def _steps(found: tuple[str, ClassTable] | None) -> list[Decimal]:
    """The sums at which a class table changes from one row to the next."""
    limits = ((row.fine_from, row.fine_below) for row in (found[1].rows if found else ()))
    return sorted({limit for both in limits for limit in both if limit is not None})


def _declared(case: Case, fine: Decimal | None, catalogue: Catalogue) -> tuple[Severity | None, str | None]:
    """The class that the organ declares and the row it cites: the gravest row of its table that the law agrees to.

    Without a table of its own the class is the one by the national words; the regime of 2019 had one class more.
    """
    if _is_grave(case, catalogue):
        return Severity.GRAVE, None
    day = case.filing.arrives_on
    found = catalogue.class_table_on(case.organ.department, day)
    rows = found[1].rows if found else ()
    agreed = [row for row in rows if not severity(_asked(case, fine, row), catalogue, on_date=day).question]
    if not agreed:
        return severity(_asked(case, fine, None), catalogue, on_date=day).severity, None
    gravest = max(agreed, key=lambda row: SEVERITY_ORDER.index(row.severity))
    return gravest.severity, gravest.row


def _asked(case: Case, fine: Decimal | None, row: ClassRow | None) -> Decision:
    return Decision(
        department=case.organ.department,
        penalties=frozenset(case.ending.penalties),
        procedure=case.ending.procedure,
        fine=fine,
        declared=row.severity if row else None,
        cited_row=row.row if row else None,
    )


def _is_grave(case: Case, catalogue: Catalogue) -> bool:
    """Whether the regime of the decision's day has the class GRAVE of its own, and a licence was revoked."""
    regimes = catalogue.schemes[catalogue.kinds[KIND].publicity or ""].regimes.values()
    named = {value for regime in regimes if case.decided_on in regime.period for value in _classes(regime)}
    return Penalty.LICENCE_REVOCATION in case.ending.penalties and Severity.GRAVE in named


def _classes(regime: Regime) -> frozenset[Severity]:
    """The classes that rows of a regime name, unless it has minor ones: then grave is another word for serious."""
    named = frozenset(value for row in regime.rows for value in row.when.severity)
    return frozenset() if Severity.MINOR in named else named
