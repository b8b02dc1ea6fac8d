"""Cells that hold several things, or another thing than their header says."""

from pathlib import Path

import pytest

from tests.bulk.samples import PENALTY, check, code, faults
from xinshu.kit.identifiers import organisation_check_character, registration_check_digit

ORGANISATION = "TE5T0008" + organisation_check_character("TE5T0008")
REGISTRATION = "99999900000001" + registration_check_digit("99999900000001")


@pytest.mark.parametrize(
    "cell",
    [
        "警告;罚款", "警告；罚款", "警告、罚款", "警告,罚款", "警告/罚款", "警告\n罚款", "1.警告2.罚款", "1、警告；2、罚款。"[:-1],
        "①警告②罚款", "(1)警告(2)罚款", "（一）警告（二）罚款", "一、警告 二、罚款", "1．警告；\n2．罚款；",
    ],
)  # fmt: skip
def test_several_penalties_in_one_cell_are_read(tmp_path: Path, cell: str):
    assert check(tmp_path, [{**PENALTY, "CF_CFLB": cell}]).good["penalties"].to_list() == [["FINE", "WARNING"]]


@pytest.mark.parametrize("cell", ["——", "无", "/", "－", ""])
def test_signs_for_nothing_are_blanks(tmp_path: Path, cell: str):
    assert len(check(tmp_path, [{**PENALTY, "CF_NR_ZKDX": cell, "SERVED_ON": cell}]).good) == 1


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"CF_WSH": "示罚〔2026〕1号、2号"}, "SEVERAL_DOCUMENTS"),
        ({"CF_WSH": "示罚（2026）1号\n示罚（2026）2号"}, "SEVERAL_DOCUMENTS"),
        ({"CF_XDR_SHXYM": f"{code(1)}、{code(2)}"}, "SEVERAL_CODES"),
        ({"CF_CFJGDM": f"{code(1, '11')}/{code(2, '11')}"}, "SEVERAL_CODES"),
    ],
)
def test_several_decisions_in_one_row_go_back(tmp_path: Path, change: dict[str, str], wanted: str):
    checked = check(tmp_path, [{**PENALTY, **change}])
    assert faults(checked) == [[(next(iter(change)), wanted)]]
    assert "一行" in checked.returned[0].reasons[0].zh


@pytest.mark.parametrize("number", ["示罚〔2026〕第1号", "示，罚〔2026〕1号", "示罚〔2026〕1-2号"])
def test_one_number_with_marks_in_it_is_one(tmp_path: Path, number: str):
    assert faults(check(tmp_path, [{**PENALTY, "CF_WSH": number}])) == []


def test_a_code_under_another_codes_header_is_its_rows_fault(tmp_path: Path):
    rows = [
        {**PENALTY, "CF_WSH": "1", "行政相对人代码_2(组织机构代码)": REGISTRATION},
        {**PENALTY, "CF_WSH": "2", "行政相对人代码_2(组织机构代码)": ORGANISATION},
        {**PENALTY, "CF_WSH": "3", "行政相对人代码_2(组织机构代码)": ""},
    ]
    checked = check(tmp_path, rows)
    found = faults(checked)
    assert len(found) == 1
    assert ("CF_XDR_ZZJG", "CODE_OF_ANOTHER_SCHEME") in found[0]
    reason = next(one for one in checked.returned[0].reasons if one.code == "CODE_OF_ANOTHER_SCHEME")
    assert "15位工商注册号" in reason.zh
    assert REGISTRATION not in str(reason)
    swapped = [{**PENALTY, "工商注册号": ORGANISATION}, {**PENALTY, "CF_WSH": "2", "工商注册号": code(1)}]
    assert faults(check(tmp_path, swapped)) == [[("CF_XDR_GSZC", "CODE_OF_ANOTHER_SCHEME")]]


@pytest.mark.parametrize("headers", [("CF_CFLB1", "CF_CFLB2"), ("处罚类别1", "处罚类别2")])
def test_two_columns_of_penalties_are_read_as_one_list(tmp_path: Path, headers: tuple[str, str]):
    """The layout of before 2018; half of the penalties would make a milder class."""
    one, other = headers
    rows = [
        {**without(PENALTY, "CF_CFLB"), "CF_WSH": "1", one: "警告", other: "罚款"},
        {**without(PENALTY, "CF_CFLB"), "CF_WSH": "2", one: "", other: "罚款"},
        {**without(PENALTY, "CF_CFLB"), "CF_WSH": "3", one: "警告", other: "口头教育"},
    ]
    checked = check(tmp_path, rows)
    assert checked.good["penalties"].to_list() == [["FINE", "WARNING"], ["FINE"]]
    assert faults(checked) == [[("CF_CFLB", "UNKNOWN_CHOICE")]]


def without(row: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in row.items() if key != name}
