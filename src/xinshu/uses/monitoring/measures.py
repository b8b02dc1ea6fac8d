"""The measures of intake's quality: each a share with its numerator, its denominator, and what that is in words.

Pure. A measure is about an organ, never about a subject. A share whose denominator is nought is not nought but not
applicable, and a measure that nobody can take yet says why instead of showing a figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from xinshu.law.entries import QualityRule


class MeasureName(StrEnum):
    """What is measured."""

    COMPLIANCE = "COMPLIANCE"
    LATENESS = "LATENESS"
    COMPLETENESS = "COMPLETENESS"
    CORRECTIONS = "CORRECTIONS"
    WITHDRAWALS = "WITHDRAWALS"
    REPORTING = "REPORTING"
    OBJECTIONS_UPHELD = "OBJECTIONS_UPHELD"


class Band(StrEnum):
    """Where a share lies between the bounds that the catalogue publishes for its measure."""

    GOOD = "GOOD"
    FAIR = "FAIR"
    POOR = "POOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A measure in words: its name, what is counted, of how many, and the source that it serves."""

    name: MeasureName
    name_zh: str
    name_en: str
    counted_zh: str
    counted_en: str
    of_zh: str
    of_en: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What is known of an organ, a kind and a month, or of a sum of them.

    `termed`: those of `accepted` whose kind has a term for filing. `ledgered` of the organ's own ledgers, `held` by us:
    over the kinds that the organ has reconciled document by document.
    """

    batches: int = 0
    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    corrected: int = 0
    returned: int = 0
    outside: int = 0
    late: int = 0
    termed: int = 0
    withdrawn: int = 0
    filled: int = 0
    fillable: int = 0
    ledgered: int = 0
    held: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """The two together: a share of a sum is never the mean of shares."""
        names = (field.name for field in fields(self))
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeasure:
    """One measure taken: `numerator` of `denominator`; both are None when nobody can take it yet, and `missing` why."""

    definition: Definition
    numerator: int | None
    denominator: int | None
    missing: tuple[str, str] | None = None
    band: Band | None = None

    @property
    def value(self) -> Fraction | None:
        """The exact share, None when it is not applicable or not taken."""
        if self.numerator is None or not self.denominator:
            return None
        return Fraction(self.numerator, self.denominator)

    @property
    def percent(self) -> str | None:
        """The share in per cent with two decimals, as it is shown: never rounded up to a full hundred."""
        return None if self.value is None else f"{hundredths(self.value)}%"


NOT_RECONCILED: Final = (
    "该机关本月尚未逐件对账，没有可用的分母",
    "the organ has not reconciled this month document by document, so there is no denominator",
)
NO_OBJECTIONS: Final = (
    "尚未测评：异议办理功能尚未建成，不编造数字",
    "not yet measured: objections are not handled here yet, and no figure is made up",
)

DEFINITIONS: Final[Mapping[MeasureName, Definition]] = {
    definition.name: definition
    for definition in (
        Definition(
            name=MeasureName.COMPLIANCE,
            name_zh="合规率",
            name_en="Compliance",
            counted_zh="通过校验的行：入库、未变、更正",
            counted_en="rows that passed the checks: accepted, unchanged, corrected",
            of_zh="本月收到的行，系统外（自然人）的除外",
            of_en="rows received in the month, less those outside the system (natural persons)",
            source="OPINIONS-2025 7",
        ),
        Definition(
            name=MeasureName.LATENESS,
            name_zh="迟报率",
            name_en="Lateness",
            counted_zh="新入库而晚于报送期限（7个工作日）的信息",
            counted_en="new records that came after their filing term (7 working days)",
            of_zh="本月新入库的信息，限有报送期限的类目",
            of_en="new records of the month, of kinds that have a filing term",
            source="NDRC-2018-424",
        ),
        Definition(
            name=MeasureName.COMPLETENESS,
            name_zh="完整率",
            name_en="Completeness",
            counted_zh="已填写的公示数据项",
            counted_en="public fields that are filled",
            of_zh="入库各行应填或可填的公示数据项，未设列的也计入",
            of_en="public fields that stored rows could fill, with or without a column for them",
            source="OPINIONS-2025 7",
        ),
        Definition(
            name=MeasureName.CORRECTIONS,
            name_zh="更正率",
            name_en="Corrections",
            counted_zh="对已入库信息的更正",
            counted_en="corrections of records already held",
            of_zh="本月新入库的信息与更正之和",
            of_en="new records and corrections of the month together",
            source="OPINIONS-2025 7",
        ),
        Definition(
            name=MeasureName.WITHDRAWALS,
            name_zh="撤回率",
            name_en="Withdrawals",
            counted_zh="本月撤回的信息，不论何时入库",
            counted_en="records withdrawn in the month, whenever they came in",
            of_zh="本月新入库、更正、撤回之和",
            of_en="new records, corrections and withdrawals of the month together",
            source="PRC-APL 48",
        ),
        Definition(
            name=MeasureName.REPORTING,
            name_zh="上报率",
            name_en="Reporting",
            counted_zh="本系统存有的、该机关执法台账中的文书",
            counted_en="documents of the organ's own ledger that are held here",
            of_zh="该机关自报的本月执法台账文书数，以决定日期计，限已逐件对账的类目",
            of_en="documents of the organ's own ledger decided in the month, of kinds reconciled document by document",
            source="NDRC-2018-424",
        ),
        Definition(
            name=MeasureName.OBJECTIONS_UPHELD,
            name_zh="异议成立率",
            name_en="Objections upheld",
            counted_zh="经核实成立的异议",
            counted_en="objections found right",
            of_zh="本月办结的异议",
            of_en="objections closed in the month",
            source="OPINIONS-2025 7",
        ),
    )
}


def measures(counts: Counts, rules: Mapping[str, QualityRule]) -> tuple[QualityMeasure, ...]:
    """Every measure of these counts, in the order of MeasureName, each with its band where `rules` publish one."""
    taken = _taken(counts)
    return tuple(_measure(DEFINITIONS[name], taken.get(name), rules.get(name)) for name in MeasureName)


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    return sum(counts, start=Counts())


def change(now: QualityMeasure, before: QualityMeasure) -> str | None:
    """Month on month, in percentage points with a sign; None where one of the two months has no share."""
    if now.value is None or before.value is None:
        return None
    return f"{hundredths(now.value) - hundredths(before.value):+.2f}"


def band_of(value: Fraction, rule: QualityRule) -> Band:
    """The band by the published bounds, which are included in the better of two bands."""
    good, fair = Fraction(rule.good), Fraction(rule.fair)
    if rule.high_is_good:
        return Band.GOOD if value >= good else Band.FAIR if value >= fair else Band.POOR
    return Band.GOOD if value <= good else Band.FAIR if value <= fair else Band.POOR


def is_named(value: Fraction | None, rule: QualityRule | None) -> bool:
    """Whether a share lies beyond the bound from which the bulletin names the organ."""
    bound = None if rule is None else rule.named_above
    return value is not None and bound is not None and value > Fraction(bound)


def hundredths(value: Fraction) -> Decimal:
    """A share in per cent to two decimals; what is not the whole never becomes 100, and what is not nought never 0."""
    exact = Decimal(value.numerator) * 100 / Decimal(value.denominator)
    shown = exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    if value < 1 and shown >= 100:
        return Decimal("99.99")
    return Decimal("0.01") if value > 0 and shown <= 0 else shown


def _taken(counts: Counts) -> dict[MeasureName, tuple[int, int]]:
    passed = counts.accepted + counts.unchanged + counts.corrected
    entered = counts.accepted + counts.corrected
    taken = {
        MeasureName.COMPLIANCE: (passed, counts.received - counts.outside),
        MeasureName.LATENESS: (counts.late, counts.termed),
        MeasureName.COMPLETENESS: (counts.filled, counts.fillable),
        MeasureName.CORRECTIONS: (counts.corrected, entered),
        MeasureName.WITHDRAWALS: (counts.withdrawn, entered + counts.withdrawn),
    }
    return taken | ({MeasureName.REPORTING: (counts.held, counts.ledgered)} if counts.ledgered else {})


def _measure(definition: Definition, taken: tuple[int, int] | None, rule: QualityRule | None) -> QualityMeasure:
    if taken is None:
        why = NO_OBJECTIONS if definition.name is MeasureName.OBJECTIONS_UPHELD else NOT_RECONCILED
        return QualityMeasure(definition=definition, numerator=None, denominator=None, missing=why)
    found = QualityMeasure(definition=definition, numerator=taken[0], denominator=taken[1])
    if found.value is None or rule is None:
        return found
    return replace(found, band=band_of(found.value, rule))
