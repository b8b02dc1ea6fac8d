"""Amounts in 10,000 yuan: one that contradicts the prose by exactly 10,000 goes back, an absurd one is asked about."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import polars as pl

from xinshu.bulk.layout import Layout, text, value
from xinshu.bulk.reasons import Finding, RowFault
from xinshu.law.entries import FieldRole, FieldType

UNIT: Final = Decimal(10_000)
ASKED_FROM: Final = Decimal(10_000)
"""In 10,000 yuan: from a hundred million yuan on, an amount is asked about."""
PERHAPS_YUAN: Final = Decimal(50)
"""In 10,000 yuan: no figure below it is a likely slip for yuan, so that ordinary fines need no second look."""

IN_PROSE: Final = ("同一数字在文字中以元为单位", "the same figure stands in the text in yuan")
VERY_LARGE: Final = ("金额特别巨大", "it is very large")

_SUM: Final = r"([\d０-９][\d０-９,，]*(?:[.．][\d０-９]+)?)\s*(万|亿)?\s*元"
_SUMS: Final = re.compile(_SUM)
_NAMED: Final = {
    FieldRole.FINE: re.compile(rf"罚款(?:人民币|金额|合计|共计|计|为|处|额|[:：]|\s){{0,4}}{_SUM}"),
    FieldRole.CONFISCATED: re.compile(rf"没收[^，。；;\d]{{0,16}}{_SUM}"),
}
_SCALE: Final = {"": Decimal(1), "万": UNIT, "亿": UNIT * UNIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowQuestion:
    """What is asked about a record that was taken in all the same."""

    index: int
    row: int
    field: str
    zh: str
    en: str


def amounts_in_yuan(frame: pl.DataFrame, layout: Layout) -> Iterator[Finding]:
    """Each amount that the prose of its own record gives ten thousand times smaller, or larger."""
    for role, named in _NAMED.items():
        name = layout.field(role)
        for prose in _prose(layout) if name in layout.headers else ():
            assert name is not None
            for index, amount, cell in _suspects(frame, name, prose):
                said = set(_sums(named.findall(cell)))
                if said and amount not in said and {amount / UNIT, amount * UNIT} & said:
                    details = {"prose": layout.header(prose)}
                    yield Finding(index=index, field=name, fault=RowFault.AMOUNT_IN_YUAN, details=details)


def questions(good: pl.DataFrame, layout: Layout) -> tuple[RowQuestion, ...]:
    """What is asked about the records that are taken in: amounts as large as only a slip, or a great case, makes them.

    Asked from 10,000 times 10,000 yuan on, unless the prose says the same amount; and of any amount of at least 50
    whose very figure stands in the prose in yuan.
    """
    return tuple(sorted(_asked(good, layout), key=lambda one: (one.index, one.field)))


def _asked(good: pl.DataFrame, layout: Layout) -> Iterator[RowQuestion]:
    for name in (layout.field(role) for role in _NAMED):
        if name is None or name not in layout.headers:
            continue
        prose = _prose(layout)
        large = good.filter(value(name) >= PERHAPS_YUAN).select(
            "index", "row", name, *(text(one).alias(f"{one}:said") for one in prose)
        )
        for index, row, amount, *cells in large.iter_rows():
            said = {one for cell in cells if cell for one in _sums(_SUMS.findall(cell))}
            yuan = amount * UNIT
            if yuan not in said and (amount >= ASKED_FROM or amount in said):
                yield _question(layout, name, index=index, row=row, in_prose=amount in said)


def _question(layout: Layout, name: str, *, index: int, row: int, in_prose: bool) -> RowQuestion:
    header, name_en = layout.header(name), layout.kind.fields[name].name_en
    zh, en = IN_PROSE if in_prose else VERY_LARGE
    return RowQuestion(
        index=index,
        row=row,
        field=name,
        zh=f"第{row}行“{header}”：{zh}。该字段单位为万元，请核对是否误按元填写；确有误的，更正后重新报送该行。",
        en=f"Row {row}, “{header}” ({name_en}): {en}. The unit is 10,000 yuan; was it filled in in yuan? If so, "
        "correct it and send the row again.",
    )


def _prose(layout: Layout) -> tuple[str, ...]:
    fields = layout.present(FieldType.TEXT)
    return tuple(name for name, rule in fields.items() if rule.free_text and rule.role is not FieldRole.LEGAL_BASIS)


def _suspects(frame: pl.DataFrame, name: str, prose: str) -> Iterable[tuple[int, Decimal, str]]:
    """Records whose amount, in yuan, and whose prose may be ten thousand apart: few of a sound file."""
    wide = text(prose).str.contains(r"万元|亿元") if prose else pl.lit(value=False)
    found = frame.filter((value(name) > 0) & ((value(name) >= PERHAPS_YUAN) | ((value(name) < 10) & wide)))
    for index, amount, cell in found.select("index", name, text(prose).alias("said")).iter_rows():
        if cell:
            yield index, amount * UNIT, cell


def _sums(found: Iterable[tuple[str, str]]) -> Iterator[Decimal]:
    for figure, scale in found:
        try:
            yield Decimal(re.sub(r"[,，]", "", figure).replace("．", ".")) * _SCALE[scale]
        except InvalidOperation:
            continue
