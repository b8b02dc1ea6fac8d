"""The typed documents: their columns, their canonical JSON, and when two rows are one document."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulk.samples import (
    INDIVIDUAL,
    LICENCE,
    ORGAN,
    PENALTY,
    catalogue,
    check,
    check_rows,
    code,
    faults,
    table_of,
    with_official_headers,
)
from xinshu.bulk.documents import ORDER, documents, normalised_number
from xinshu.kit.identifiers import registration_check_digit
from xinshu.law.entries import FieldType

REGISTRATION = "99999900000001" + registration_check_digit("99999900000001")
FULL = {
    **PENALTY,
    "CF_FR_ZJHM": "11010519491231002X",
    "CF_SY": '事实"一"\\\n第二行\r\n第三行',
    "CF_CFLB": "罚款；警告、没收违法所得",
    "CF_NR_FK": "0.200000",
    "CF_NR_WFFF": "1200",
    "CF_YXQ": "2099-12-31",
    "CF_GSJZQ": "2027/5/6",
    "SERVED_ON": "20260507",
    "PROCEDURE": "普通程序",
    "AREA": "食品",
    "SEVERITY": "一般",
    "SEVERITY_ROW": "3",
    "PUBLICITY_REASON": "——",
    "DUTY_UNMET": "是",
    "ITEM": "1",
    "BZ": "/",
}


# Personal, without an end, empty, and who sent it.
UNSAID = ("CF_FR_ZJHM", "CF_YXQ", "PUBLICITY_REASON", "BZ", "CF_SJLY", "CF_SJLYDM")


def test_every_column_is_typed(tmp_path: Path):
    good = check(tmp_path, [FULL]).good
    assert tuple(good.columns) == ORDER
    assert dict(good.schema) == {
        **dict.fromkeys(ORDER, pl.String()),
        **dict.fromkeys(("index", "row"), pl.UInt32()),
        **dict.fromkeys(("decided_on", "served_on", "event_on", "claimed_end"), pl.Date()),
        **dict.fromkeys(("identity", "content_digest"), pl.Binary()),
        "already_ended": pl.Boolean(),
        "penalties": pl.List(pl.String()),
        "fine": pl.Decimal(20, 6),
        "duty_unmet": pl.Boolean(),
    }
    found = good.drop("content", "identity", "content_digest").row(0, named=True)
    assert found == {
        "index": 0,
        "row": 2,
        "subject_code": code(1),
        "subject_scheme": "USCC",
        "subject_name": "甲示例有限公司",
        "subject_kind": "ENTERPRISE",
        "document_number": "示罚〔2026〕1号",
        "item": "1",
        "organ_code": ORGAN,
        "organ_name": "示例市市场监督管理局",
        "source_code": ORGAN,
        "source_name": "示例市市场监督管理局",
        "decided_on": date(2026, 5, 6),
        "served_on": date(2026, 5, 7),
        "event_on": None,
        "claimed_end": date(2027, 5, 6),
        "penalties": ["CONFISCATION_OF_GAINS", "FINE", "WARNING"],
        "fine": Decimal("0.2"),
        "procedure": "ORDINARY",
        "area": "FOOD",
        "severity": "ORDINARY",
        "severity_row": "3",
        "publicity_reason": None,
        "duty_unmet": True,
        "already_ended": False,
        "legal_basis": "《中华人民共和国价格法》第四十二条",
    }


def test_columns_exist_for_every_kind_and_every_file(tmp_path: Path):
    row = {"SUBJECT_NAME": "甲", "SUBJECT_CODE": code(1), "DOCUMENT_NUMBER": "1", "HONOUR_NAME": "x",
           "AWARDED_ON": "2026-01-05", "ORGAN_NAME": "乙", "ORGAN_CODE": ORGAN}  # fmt: skip
    honour = check(tmp_path, [row], kind="HONOUR").good
    licence = check(tmp_path, [LICENCE], kind="ADMIN_LICENCE").good
    none = check(tmp_path, [{**PENALTY, "CF_XDR_LB": "自然人"}]).good
    assert honour.schema == licence.schema == none.schema == check(tmp_path, [FULL]).good.schema
    assert none.is_empty()
    assert licence["event_on"].to_list() == [None]  # 2099-12-31 stands for a licence without an end
    assert honour["penalties"].to_list() == [None]


def test_content_is_canonical_json_without_persons(tmp_path: Path):
    checked = check(tmp_path, with_official_headers([FULL]))
    content = checked.good["content"][0]
    wanted = {
        **{name: cell for name, cell in FULL.items() if name not in UNSAID},
        "CF_XDR_LB": "ORGANISATION",
        "CF_SY": '事实"一"\\\n第二行\n第三行',
        "CF_CFLB": ["CONFISCATION_OF_GAINS", "FINE", "WARNING"],
        "CF_NR_FK": "0.2",
        "CF_NR_WFFF": "1200",
        "CF_GSJZQ": "2027-05-06",
        "SERVED_ON": "2026-05-07",
        "PROCEDURE": "ORDINARY",
        "AREA": "FOOD",
        "SEVERITY": "ORDINARY",
        "DUTY_UNMET": "YES",
    }
    assert content == json.dumps(wanted, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert checked.good["content_digest"][0] == hashlib.sha256(content.encode()).digest()
    assert checked.dropped_personal == 1


@settings(deadline=None, max_examples=40)
@given(
    facts=st.lists(
        st.text(
            st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")) | st.sampled_from('\\"\n'),
            max_size=12,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_is_written_as_json_writes_it(tmp_path_factory, facts: list[str]):
    rows = [{**PENALTY, "CF_WSH": str(n), "BZ": fact} for n, fact in enumerate(facts)]
    good = check(tmp_path_factory.mktemp("json"), rows).good
    for content in good["content"]:
        found = json.loads(content)
        assert content == json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert set(found) - {"BZ"} == set(PENALTY) - {"CF_SJLY", "CF_SJLYDM"}


def test_a_document_of_a_body_is_known_by_organ_number_and_item(tmp_path: Path):
    rows = [
        PENALTY,
        {**PENALTY, "CF_WSH": " 示罚 [2026] １号"},
        {**PENALTY, "CF_SY": "别的事实"},
        {**PENALTY, "ITEM": "1"},
        {**PENALTY, "CF_CFJGDM": code(71, "11")},
        {**PENALTY, "CF_WSH": "示罚〔2026〕1"},
        {**PENALTY, "CF_WSH": "示罚2026〕1号"},
    ]
    identities = [check(tmp_path, [row]).good["identity"][0] for row in rows]
    assert identities[0] == identities[1] == identities[2]
    assert len(set(identities[2:])) == 5
    key = "\x1f".join([ORGAN, "ADMIN_PENALTY", "示罚(2026)1号", ""])
    assert identities[0] == hashlib.sha256(key.encode()).digest()


@pytest.mark.parametrize(
    "number",
    ["示罚〔2026〕1号", "示罚[2026]1号", "示罚（2026）１号", "示罚【2026】1 号", "示罚［2026］1号", "示罚﹝2026﹞1号"],
)
def test_numbers_are_compared_without_regard_to_brackets_blanks_and_width(number: str):
    found = pl.DataFrame({"n": [number, "abc-第1号"]}).select(normalised_number(pl.col("n")))
    assert found.to_series().to_list() == ["示罚(2026)1号", "ABC-第1号"]


def test_the_same_document_twice(tmp_path: Path):
    rows = [
        PENALTY,
        {**PENALTY, "CF_WSH": "示罚[2026]2号", "CF_SY": "甲"},
        {**PENALTY, "CF_NR_FK": "0.20", "CF_JDRQ": "2026/5/6"},
        {**PENALTY, "CF_WSH": "示罚（2026）2号", "CF_SY": "乙"},
        PENALTY,
        {**PENALTY, "CF_WSH": "3", "CF_NR_FK": "x"},
        {**PENALTY, "CF_WSH": "3", "CF_NR_FK": "x"},
        {**PENALTY, "CF_WSH": "4", "CF_NR_FK": "x"},
        {**PENALTY, "CF_WSH": "4"},
    ]
    checked = check(tmp_path, rows)
    assert checked.repeated == 2
    assert checked.good["row"].to_list() == [2]
    twice, broken = ("CF_WSH", "TWO_CONTENTS"), ("CF_NR_FK", "NOT_A_NUMBER")
    assert [row.row for row in checked.returned] == [3, 5, 7, 8, 9, 10]
    assert faults(checked) == [[twice], [twice], [broken], [broken], [broken, twice], [twice]]
    assert "第5行" in checked.returned[0].reasons[0].zh
    assert "row 9 " in checked.returned[5].reasons[0].en


def test_rows_that_cannot_be_identified_are_never_one(tmp_path: Path):
    """Guard-rail G24: null never equals null."""
    checked = check(tmp_path, [{**PENALTY, "CF_XDR_SHXYM": "x"}, {**PENALTY, "CF_XDR_SHXYM": "x", "CF_SY": "别的"}])
    assert faults(checked) == [[("CF_XDR_SHXYM", "INVALID_CODE")]] * 2


def test_subjects_by_their_codes(tmp_path: Path):
    prefixes = {"91": "ENTERPRISE", "11": "GOVERNMENT_BODY", "N2": "COLLECTIVE", "A1": "OTHER_ORGANISATION"}
    rows = [{**PENALTY, "CF_XDR_SHXYM": code(n, prefix)} for n, prefix in enumerate(prefixes)]
    rows += [{**INDIVIDUAL, "CF_XDR_SHXYM": "", "CF_XDR_GSZC": REGISTRATION}, INDIVIDUAL]
    good = check(tmp_path, rows).good
    assert good["subject_kind"].to_list() == [*prefixes.values(), "INDIVIDUAL_BUSINESS", "INDIVIDUAL_BUSINESS"]
    assert good["subject_scheme"].to_list()[4:] == ["REGISTRATION_NUMBER", "USCC"]
    assert good["subject_code"][4] == REGISTRATION


def test_personal_fields_reach_no_column(tmp_path: Path):
    personal = [n for n, rule in catalogue().kinds["ADMIN_PENALTY"].fields.items() if rule.type is FieldType.PERSONAL]
    assert len(personal) == 4
    marked = {name: f"秘密{name}" for name in personal}
    checked = check_rows(table_of(tmp_path, [{**PENALTY, **marked}, {**PENALTY, **marked, "CF_XDR_LB": "个人"}]))
    assert checked.dropped_personal == 8
    assert checked.outside == 1
    assert "秘密" not in str(checked.good.to_dicts())
    assert documents.__doc__
