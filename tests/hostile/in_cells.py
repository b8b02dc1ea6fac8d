"""Hostile cells and columns: one file for each thing that a row may say wrongly."""

import csv
import io
from datetime import date
from typing import Final

from tests.bulk.samples import catalogue
from tests.filings import INDIVIDUAL, PENALTY_HEADERS, SUBJECT
from tests.hostile.making import Hostile, Sender, as_csv, cells, csv_of
from tests.kinds import made_up_code, sample_row

IDENTITY: Final = "11010519491231002X"
"""The sample of the standard itself: of the right form, and nobody's."""


def _with_cell(header: str, cell: str, s: Sender) -> bytes:
    """One more column beside the template."""
    header_line, line = cells([s.row()])
    return as_csv([[*header_line, header], [*line, cell]])


def _of_kind(kind: str, s: Sender, **changes: str | None) -> bytes:
    fields = catalogue().kinds[kind].fields
    row = sample_row(kind, catalogue())
    names = {rule.name_zh: str(rule.role) for rule in fields.values()}
    own = {"ORGAN_NAME": s.name, "SOURCE_NAME": s.name, "ORGAN_CODE": s.code, "SOURCE_CODE": s.code}
    own |= {"DOCUMENT_NUMBER": s.number(1)}
    said = {header: own.get(names[header], cell) for header, cell in row.items()}
    said |= {fields[name].name_zh: cell for name, cell in changes.items() if cell is not None}
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(said))
    writer.writeheader()
    writer.writerow(said)
    return text.getvalue().encode()


def _fault(code: str, field: str, fault: str, called: str = "", /, **changes: str) -> Hostile:
    """A sound row, and one with a single changed cell for which it goes back."""
    return Hostile(
        name=f"{called or code.lower().replace('_', '-')}.csv",
        fault=fault,
        make=lambda s: csv_of(s.row(1), s.row(2, **changes)),
        accepted=1,
        reasons=((3, field, code),),
    )


def _swapped(s: Sender) -> bytes:
    return csv_of(s.row(1), s.row(2, claimed_end="2026-01-01"))


def _old_template(s: Sender) -> bytes:
    """In the template of 2018 代码_2 is the registration number; here it holds an organisation code."""
    header_line, line, second = cells([s.row(1), s.row(2)])
    return as_csv(
        [
            [*header_line, "行政相对人代码_2(工商注册号)"],
            [*line, "999999000025612"],
            [*second, "00000211-0"],
        ]
    )


def _shifted(s: Sender) -> bytes:
    """The same 代码_2 under a header of the layout before, where it is the organisation code."""
    header_line, line, second = cells([s.row(1), s.row(2)])
    return as_csv([[*header_line, "行政相对人代码_2(组织机构代码)"], [*line, ""], [*second, IDENTITY]])


def _field(kind: str, role: str) -> str:
    fields = catalogue().kinds[kind].fields
    return next(name for name, rule in fields.items() if str(rule.role) == role)


CELLS = (
    _fault("MISSING", "CF_SY", "a mandatory cell is empty", facts=""),
    _fault("MISSING", "CF_SY", "—— for nothing, in a mandatory cell", "long-dash", facts="——"),
    _fault("MISSING", "CF_NR", "无 for nothing, in a mandatory cell", "the-word-none", content="无"),
    _fault("MISSING", "CF_XDR_SHXYM", "an organisation without its code", "no-code", code=""),
    _fault("MISSING_FOR_SUBJECT_TYPE", "CF_FRDB", "an organisation without its representative", representative=""),
    _fault(
        "MISSING_FOR_PENALTY",
        "CF_NR_FK",
        "a fine without its amount",
        penalties="罚款",
        content="罚款",
        confiscated="",
    ),
    _fault("TOO_LONG", "CF_WSH", "a number of 65 characters", number="示市监罚〔2026〕" + "一" * 65),
    _fault("CONTROL_CHARACTER", "CF_SY", "a tab inside a text", facts="违法\t事实。"),
    _fault("FORMULA", "CF_SY", "a text that begins with =", facts="=1+1"),
    _fault("FORMULA", "CF_NR", "a text that begins with @", "at-sign", content="@SUM(A1)"),
    _fault("NOT_A_DATE", "CF_JDRQ", "the thirtieth of February", decided_on="2026-02-30"),
    _fault("TOO_EARLY", "CF_JDRQ", "a day before the republic", decided_on="1926-11-17"),
    _fault("IN_THE_FUTURE", "CF_JDRQ", "a decision of tomorrow", decided_on="2026-11-24"),
    _fault("SERVED_BEFORE_DECIDED", "SERVED_ON", "served before it was decided", served_on="2026-11-01"),
    _fault("SWAPPED_DATES", "CF_GSJZQ", "the end before the beginning", claimed_end="2026-01-01"),
    _fault("NOT_A_NUMBER", "CF_NR_WFFF", "an amount in words", confiscated="三千五百元"),
    _fault("THOUSANDS_SEPARATOR", "CF_NR_WFFF", "1,234.5", confiscated="1,234.5"),
    _fault("NEGATIVE", "CF_NR_WFFF", "an amount below nothing", confiscated="-0.35"),
    _fault("TOO_MANY_DECIMALS", "CF_NR_WFFF", "a millionth of a yuan", confiscated="0.3500001"),
    _fault("ABSURD_AMOUNT", "CF_NR_WFFF", "more money than there is", confiscated="99999999999"),
    _fault(
        "AMOUNT_IN_YUAN",
        "CF_NR_FK",
        "yuan where 10,000 yuan belong",
        penalties="罚款",
        content="罚款3500元",
        fine="3500",
        confiscated="",
    ),
    _fault("UNKNOWN_CHOICE", "CF_CFLB", "a penalty that no law knows", penalties="口头教育"),
    _fault("INVALID_CODE", "CF_XDR_SHXYM", "a mistyped code", code="91999999TE5T00075X"),
    _fault("CODE_AS_NUMBER", "CF_XDR_SHXYM", "9.2E+17 in a text file", code="9.2E+17"),
    _fault("SEVERAL_CODES", "CF_XDR_SHXYM", "two codes in a cell", code=f"{SUBJECT};{made_up_code(302)}"),
    _fault(
        "SEVERAL_DOCUMENTS",
        "CF_WSH",
        "two numbers in a cell",
        number="示市监罚〔2026〕71号、示市监罚〔2026〕72号",
    ),
    _fault("PERSON_IN_CODE", "CF_XDR_SHXYM", "a person's number in the column of codes", code=IDENTITY),
    Hostile(
        name="several-penalties.csv",
        fault="several penalties joined in one cell, numbered; read as several",
        make=lambda s: csv_of(
            s.row(1, penalties="1.警告 2.没收违法所得"),
            s.row(2, penalties="警告；没收违法所得"),
            s.row(3, penalties="①警告②没收违法所得"),
        ),
        accepted=3,
    ),
    Hostile(
        name="no-usable-code.csv",
        fault="an individual business without any code",
        make=lambda s: csv_of(s.row(1, code="", type="个体工商户", name="示例小店")),
        reasons=((2, "CF_XDR_SHXYM", "NO_USABLE_CODE"),),
    ),
    Hostile(
        name="subject-not-covered.csv",
        fault="a list of companies that names an individual business",
        kind="ABNORMAL_OPERATION",
        make=lambda s: _of_kind("ABNORMAL_OPERATION", s, **{_field("ABNORMAL_OPERATION", "SUBJECT_CODE"): INDIVIDUAL}),
        reasons=((2, "SUBJECT_CODE", "SUBJECT_NOT_COVERED"),),
    ),
    Hostile(
        name="kind-before-its-day.csv",
        fault="a kind that the catalogue holds only from 2025-03-21, sent on 2025-01-06",
        kind="ADMIN_REWARD",
        on=date(2025, 1, 6),
        make=lambda s: _of_kind("ADMIN_REWARD", s, **{_field("ADMIN_REWARD", "DECIDED_ON"): "2025-01-03"}),
        reasons=((2, "DOCUMENT_NUMBER", "KIND_NOT_IN_FORCE"),),
    ),
    Hostile(
        name="list-not-in-use.csv",
        fault="an entry of a list that no department rule lets be used yet",
        kind="SERIOUS_DISHONESTY",
        make=lambda s: _of_kind("SERIOUS_DISHONESTY", s, LIST="文化和旅游市场严重失信主体名单"),
        reasons=((2, "LIST", "LIST_NOT_USABLE"),),
    ),
    Hostile(
        name="listing-without-its-defence.csv",
        fault="an entry of a list that was decided before the time for the defence was over",
        kind="SERIOUS_DISHONESTY",
        make=lambda s: _of_kind("SERIOUS_DISHONESTY", s, DEFENCE_UNTIL="2026-04-02"),
        reasons=((2, "DEFENCE_UNTIL", "LISTING_STEP"),),
    ),
    Hostile(
        name="listing-beyond-its-term.csv",
        fault="an entry that would last a day longer than its list's term",
        kind="SERIOUS_DISHONESTY",
        make=lambda s: _of_kind("SERIOUS_DISHONESTY", s, LISTED_UNTIL="2029-05-07"),
        reasons=((2, "LISTED_UNTIL", "LISTED_TOO_LONG"),),
    ),
    Hostile(
        name="listing-without-an-end.csv",
        fault="an entry without an end, of a list that has a term",
        kind="SERIOUS_DISHONESTY",
        make=lambda s: _of_kind("SERIOUS_DISHONESTY", s, LISTED_UNTIL="2099-12-31"),
        reasons=((2, "LISTED_UNTIL", "LISTED_TOO_LONG"),),
    ),
    Hostile(
        name="kind-of-another-place.csv",
        fault="a kind of another place's local catalogue",
        kind="DEMO_HONEST_SHOP",
        make=lambda s: _of_kind("DEMO_HONEST_SHOP", s),
        reasons=((2, "DOCUMENT_NUMBER", "KIND_NOT_IN_DIVISION"),),
    ),
)


COLUMNS = (
    Hostile(
        name="unknown-header.csv",
        fault="a header that no template has; it is asked about, never guessed",
        make=lambda s: _with_cell("查明情况", "甲", s),
        refusal="“查明情况” is no known field",
    ),
    Hostile(
        name="another-kinds.csv",
        fault="licences sent as penalties",
        make=lambda s: _of_kind("ADMIN_LICENCE", s),
        refusal="is no known field",
    ),
    Hostile(
        name="forbidden-column.csv",
        fault="a column of religion",
        make=lambda s: _with_cell("宗教信仰", "无", s),
        refusal="holds what must not be collected",
    ),
    Hostile(
        name="column-in-yuan.csv",
        fault="a column of amounts in yuan",
        make=lambda s: csv_of(s.row()).replace("罚款金额(万元)".encode(), "罚款金额(元)".encode()),
        refusal="is no known field",
    ),
    Hostile(
        name="code-2-of-2018.csv",
        fault="代码_2 of 2018 holds a registration number; in row 3 an organisation code",
        make=_old_template,
        accepted=1,
        reasons=((3, "CF_XDR_GSZC", "CODE_OF_ANOTHER_SCHEME"),),
    ),
    Hostile(
        name="code-2-before-2018.csv",
        fault="a person's number under 代码_2, the organisation code of the older layout",
        make=_shifted,
        accepted=1,
        reasons=((3, "CF_XDR_ZZJG", "PERSON_IN_CODE"), (3, "CF_XDR_ZZJG", "TOO_LONG")),
    ),
)
assert len(PENALTY_HEADERS) == 29
