"""Each rule for a row: what breaks it, what does not, and what is told; no sentence repeats what is personal."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.bulk.samples import INDIVIDUAL, LICENCE, ORGAN, PENALTY, check, code, faults, with_official_headers
from xinshu.bulk.reasons import SENTENCES, RowFault
from xinshu.kit.identifiers import is_identity_number, organisation_check_character, registration_check_digit

PERSON = "11010519491231002X"  # the example of GB 11643
ORGANISATION = "TE5T0008" + organisation_check_character("TE5T0008")
REGISTRATION = "99999900000001" + registration_check_digit("99999900000001")

# The change to a sound penalty, and every reason for which it must go back.
BROKEN = [
    ({"CF_XDR_MC": ""}, [("CF_XDR_MC", "MISSING")]),
    ({"CF_XDR_MC": "无"}, [("CF_XDR_MC", "MISSING")]),
    ({"CF_FRDB": "——"}, [("CF_FRDB", "MISSING_FOR_SUBJECT_TYPE")]),
    ({"CF_NR_FK": ""}, [("CF_NR_FK", "MISSING_FOR_PENALTY")]),
    ({"CF_CFLB": "罚款;吊销许可证件"}, [("CF_NR_ZKDX", "MISSING_FOR_PENALTY")]),
    ({"CF_WSH": "文" * 65}, [("CF_WSH", "TOO_LONG")]),
    ({"CF_SY": "事\t实"}, [("CF_SY", "CONTROL_CHARACTER")]),
    ({"CF_SY": "事\u202e实"}, [("CF_SY", "CONTROL_CHARACTER")]),
    ({"CF_SY": "事\ufffd实"}, [("CF_SY", "CONTROL_CHARACTER")]),
    ({"CF_SY": "=HYPERLINK(1)"}, [("CF_SY", "FORMULA")]),
    ({"CF_SY": "@SUM(A1)"}, [("CF_SY", "FORMULA")]),
    ({"CF_SY": "+cmd|x"}, [("CF_SY", "FORMULA")]),
    ({"CF_XDR_MC": f"示例商行{PERSON}"}, [("CF_XDR_MC", "PERSONAL_DATA")]),
    ({"CF_XDR_MC": "示例商行110105－19491231—002X"}, [("CF_XDR_MC", "PERSONAL_DATA")]),
    ({"CF_FRDB": "110105 19491231 002x"}, [("CF_FRDB", "PERSONAL_DATA")]),
    ({"CF_WSH": "１１０１０５１９４９１２３１００２Ｘ"}, [("CF_WSH", "PERSONAL_DATA")]),
    ({"CF_NR_ZKDX": f"编号{PERSON}A"}, [("CF_NR_ZKDX", "PERSONAL_DATA")]),
    ({"CF_FRDB": "某某 138 1234－5678"}, [("CF_FRDB", "PERSONAL_DATA")]),
    ({"CF_FRDB": "某某6222020200112230"}, [("CF_FRDB", "PERSONAL_DATA")]),
    ({"CF_XDR_SHXYM": PERSON}, [("CF_XDR_SHXYM", "PERSON_IN_CODE")]),
    ({"CF_XDR_GSZC": PERSON}, [("CF_XDR_GSZC", "PERSON_IN_CODE")]),
    ({"CF_XDR_GSZC": "110105491231003"}, [("CF_XDR_GSZC", "PERSON_IN_CODE")]),
    ({"CF_WSH": "示罚〔2026〕1号、2号"}, [("CF_WSH", "SEVERAL_DOCUMENTS")]),
    ({"CF_WSH": "示罚[2026]1号；示罚[2026]2号"}, [("CF_WSH", "SEVERAL_DOCUMENTS")]),
    ({"CF_XDR_SHXYM": code(1) + "；" + code(2)}, [("CF_XDR_SHXYM", "SEVERAL_CODES")]),
    ({"CF_XDR_SHXYM": code(1) + " " + code(2)}, [("CF_XDR_SHXYM", "SEVERAL_CODES")]),
    ({"CF_GSJZQ": "2026-05-05"}, [("CF_GSJZQ", "SWAPPED_DATES")]),
    ({"CF_XDR_SHXYM": ""}, [("CF_XDR_SHXYM", "MISSING")]),
    ({"CF_XDR_SHXYM": code(1)[:-1]}, [("CF_XDR_SHXYM", "INVALID_CODE")]),
    ({"CF_XDR_SHXYM": code(1)[:-1] + "Z"}, [("CF_XDR_SHXYM", "INVALID_CODE")]),
    ({"CF_XDR_SHXYM": REGISTRATION}, [("CF_XDR_SHXYM", "INVALID_CODE")]),
    ({"CF_XDR_SHXYM": "9.11100008021004E+17"}, [("CF_XDR_SHXYM", "CODE_AS_NUMBER")]),
    ({"CF_CFJGDM": "0" * 18}, [("CF_CFJGDM", "INVALID_CODE")]),
    ({"CF_SJLYDM": ORGAN[:-1] + "I"}, [("CF_SJLYDM", "INVALID_CODE")]),
    ({"CF_JDRQ": "2026-02-29"}, [("CF_JDRQ", "NOT_A_DATE")]),
    ({"CF_JDRQ": "2026-05-06 13:04:05"}, [("CF_JDRQ", "NOT_A_DATE")]),
    ({"CF_JDRQ": "2026-05/06"}, [("CF_JDRQ", "NOT_A_DATE")]),
    ({"CF_JDRQ": "0226-05-06"}, [("CF_JDRQ", "TOO_EARLY")]),
    ({"CF_JDRQ": "2026-11-24"}, [("CF_JDRQ", "IN_THE_FUTURE")]),
    ({"CF_JDRQ": "2099-12-31"}, [("CF_JDRQ", "IN_THE_FUTURE")]),
    ({"SERVED_ON": "2026-05-05"}, [("SERVED_ON", "SERVED_BEFORE_DECIDED")]),
    ({"CF_NR_FK": "1,234.5"}, [("CF_NR_FK", "THOUSANDS_SEPARATOR")]),
    ({"CF_NR_FK": "1，234"}, [("CF_NR_FK", "THOUSANDS_SEPARATOR")]),
    ({"CF_NR_FK": "-0.2"}, [("CF_NR_FK", "NEGATIVE")]),
    ({"CF_NR_FK": "0.2万元"}, [("CF_NR_FK", "NOT_A_NUMBER")]),
    ({"CF_NR_FK": "2E3"}, [("CF_NR_FK", "NOT_A_NUMBER")]),
    ({"CF_NR_FK": "0.1234567"}, [("CF_NR_FK", "TOO_MANY_DECIMALS")]),
    ({"CF_NR_FK": "100000000.01"}, [("CF_NR_FK", "ABSURD_AMOUNT")]),
    ({"CF_NR_FK": "9" * 40}, [("CF_NR_FK", "ABSURD_AMOUNT")]),
    ({"CF_CFLB": "罚金"}, [("CF_CFLB", "UNKNOWN_CHOICE")]),
    ({"CF_CFLB": "罚款;罚金"}, [("CF_CFLB", "UNKNOWN_CHOICE")]),
    ({"CF_CFLB": ";；"}, [("CF_CFLB", "UNKNOWN_CHOICE")]),
    ({"CF_XDR_LB": "企业类"}, [("CF_XDR_LB", "UNKNOWN_CHOICE")]),
    (
        {"CF_XDR_MC": "", "CF_XDR_SHXYM": "x", "CF_NR_FK": "-1", "CF_JDRQ": "x", "CF_WSH": f"=A{PERSON}"},
        [
            *[("CF_XDR_MC", "MISSING"), ("CF_XDR_SHXYM", "INVALID_CODE"), ("CF_WSH", "FORMULA")],
            *[("CF_NR_FK", "NEGATIVE"), ("CF_JDRQ", "NOT_A_DATE"), ("CF_WSH", "PERSONAL_DATA")],
        ],
    ),
]


@pytest.mark.parametrize(("change", "wanted"), BROKEN)
def test_a_broken_rule_returns_the_row_with_every_reason(tmp_path: Path, change: dict[str, str], wanted: object):
    checked = check(tmp_path, with_official_headers([PENALTY, {**PENALTY, "CF_WSH": "另", **change}]))
    assert faults(checked) == [wanted]
    returned = checked.returned[0]
    assert (returned.index, returned.row, len(checked.good)) == (1, 3, 1)
    for reason in returned.reasons:
        assert reason.row == 3
        assert reason.header in reason.zh
        assert reason.header in reason.en
        assert not re.search(r"[{}]", str(reason))
        assert PERSON not in str(reason)
        assert all(cell not in str(reason) for cell in change.values() if len(cell) > 8)


SOUND = [
    {"CF_SY": "第一行\n第二行\r\n第三行"},
    {"CF_SY": "+增加 @某某 -5，货值1,234元，网址http://example.org"},
    {"CF_SY": "统一社会信用代码" + code(9) + "，银行流水20260506123456789012"},
    {"CF_WSH": "文" * 64},
    {"CF_XDR_SHXYM": "\t" + code(1).lower()},
    {"CF_XDR_SHXYM": " - ".join(code(1))},
    {"CF_XDR_SHXYM": "91999999TE5T00075D"},
    {"CF_JDRQ": "2026/5/6 0:00"},
    {"CF_JDRQ": "2026年5月6日"},
    {"CF_JDRQ": "2026-11-23"},
    {"SERVED_ON": "2026-05-06"},
    {"CF_NR_FK": "0"},
    {"CF_NR_FK": "100000000"},
    {"CF_NR_FK": "0.20000000"},
    {"CF_CFLB": "警告", "CF_NR_FK": ""},
    {"CF_CFLB": "罚款、警告，没收违法所得\n通报批评", "CF_NR_WFFF": "1"},
    {"CF_YXQ": "2099-12-31", "CF_GSJZQ": "9999-12-31"},
    {"CF_XDR_SHXYM": code(3, "11"), "CF_XDR_LB": "02"},
]


@pytest.mark.parametrize("change", SOUND)
def test_a_sound_row_is_taken_in(tmp_path: Path, change: dict[str, str]):
    checked = check(tmp_path, [{**PENALTY, **change}])
    assert faults(checked) == []
    assert len(checked.good) == 1


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"CF_XDR_SHXYM": ""}, [("CF_XDR_SHXYM", "NO_USABLE_CODE")]),
        ({"CF_XDR_SHXYM": "", "CF_XDR_GSZC": "999999000000010"}, [("CF_XDR_SHXYM", "NO_USABLE_CODE")]),
        ({"CF_XDR_SHXYM": "x", "CF_XDR_GSZC": REGISTRATION}, [("CF_XDR_SHXYM", "INVALID_CODE")]),
        (
            {"CF_XDR_SHXYM": "", "CF_XDR_GSZC": "1.23456789012345E+14"},
            [("CF_XDR_SHXYM", "NO_USABLE_CODE"), ("CF_XDR_GSZC", "CODE_AS_NUMBER")],
        ),
        ({"CF_XDR_SHXYM": "", "CF_XDR_GSZC": REGISTRATION}, []),
        ({"CF_XDR_SHXYM": "", "CF_XDR_ZZJG": f"{ORGANISATION[:8]}-{ORGANISATION[8]}"}, []),
    ],
)
def test_an_individual_business_may_give_another_code(tmp_path: Path, change: dict[str, str], wanted: object):
    assert faults(check(tmp_path, [{**INDIVIDUAL, **change}])) == ([wanted] if wanted else [])


def test_only_an_individual_business_may(tmp_path: Path):
    row = {**PENALTY, "CF_XDR_SHXYM": "", "CF_XDR_GSZC": REGISTRATION}
    assert faults(check(tmp_path, [row])) == [[("CF_XDR_SHXYM", "MISSING")]]


def test_a_kind_outside_its_days_or_its_division_returns_every_row(tmp_path: Path):
    """Guard-rail G1: the catalogue is the ceiling."""
    rows = [PENALTY, {**PENALTY, "CF_WSH": "2"}, {**PENALTY, "CF_XDR_LB": "自然人"}]
    early = check(tmp_path, rows, on_date=date(2019, 6, 30))
    assert [found[0] for found in faults(early)] == [("CF_WSH", "KIND_NOT_IN_FORCE")] * 2
    assert (early.received, len(early.good), early.outside) == (3, 0, 1)
    assert "自2019-07-01起" in early.returned[0].reasons[0].zh


@pytest.mark.parametrize(("division", "returned"), [("990100", 0), ("990102", 0), ("990000", 1), ("110000", 1)])
def test_a_local_kind_is_for_its_own_division(tmp_path: Path, division: str, returned: int):
    row = {
        "SUBJECT_NAME": "示例店",
        "SUBJECT_CODE": code(5, "92"),
        "DOCUMENT_NUMBER": "1",
        "AWARDED_ON": "2026-01-05",
        "VALID_UNTIL": "2027-01-05",
        "ORGAN_NAME": "示例",
        "ORGAN_CODE": ORGAN,
    }
    checked = check(tmp_path, [row], kind="DEMO_HONEST_SHOP", division=division)
    assert faults(checked) == [[("DOCUMENT_NUMBER", "KIND_NOT_IN_DIVISION")]] * returned
    assert all("990100" in reason.zh and division in reason.en for row in checked.returned for reason in row.reasons)


def test_a_subject_that_the_kind_does_not_cover(tmp_path: Path):
    row = {
        "SUBJECT_NAME": "示例中心",
        "DOCUMENT_NUMBER": "1",
        "GROUND": "公示信息隐瞒真实情况、弄虚作假",
        "LISTED_ON": "2026-01-05",
        "ORGAN_NAME": "示例",
        "ORGAN_CODE": ORGAN,
    }
    rows = [
        {**row, "SUBJECT_CODE": code(number, prefix)} for number, prefix in ((1, "91"), (2, "93"), (3, "12"), (4, "99"))
    ]
    checked = check(tmp_path, rows, kind="ABNORMAL_OPERATION")
    assert faults(checked) == [[("SUBJECT_CODE", "SUBJECT_NOT_COVERED")]] * 2
    assert checked.good["subject_kind"].to_list() == ["ENTERPRISE", "FARMERS_COOPERATIVE"]


def test_validity_must_not_end_before_it_begins(tmp_path: Path):
    rows = [
        {**LICENCE, "XK_YXQZI": "2026-05-05"},
        {**LICENCE, "XK_WSH": "2", "XK_YXQZI": "2026-05-06", "XK_XKLB": "其他-备案登记"},
    ]
    checked = check(tmp_path, rows, kind="ADMIN_LICENCE")
    assert faults(checked) == [[("XK_YXQZI", "SWAPPED_DATES")]]
    assert "“XK_YXQZ”" in checked.returned[0].reasons[0].zh
    assert checked.good["event_on"].to_list() == [date(2026, 5, 6)]


def test_the_choices_of_a_list_are_told(tmp_path: Path):
    reason = check(tmp_path, [{**PENALTY, "CF_CFLB": "罚金"}]).returned[0].reasons[0]
    assert "警告、通报批评、罚款" in reason.zh
    assert "用分号隔开" in reason.zh
    assert "Warning, Circulated criticism, Fine" in reason.en


def test_a_column_that_is_not_sent_is_empty(tmp_path: Path):
    without = {name: cell for name, cell in PENALTY.items() if name not in ("CF_XDR_SHXYM", "CF_FRDB", "CF_NR_FK")}
    wanted = [("CF_XDR_SHXYM", "MISSING"), ("CF_FRDB", "MISSING_FOR_SUBJECT_TYPE"), ("CF_NR_FK", "MISSING_FOR_PENALTY")]
    checked = check(tmp_path, [without])
    assert faults(checked) == [wanted]
    assert checked.returned[0].reasons[1].header == "法定代表人"


def test_every_fault_has_a_sentence_in_both_languages_that_is_tested():
    assert set(SENTENCES) == set(RowFault)
    for zh, en in SENTENCES.values():
        assert "“" in zh
        assert not re.search(r"[\u4e00-\u9fff]", en)
    assert is_identity_number(PERSON)
