"""Protected matter: refused by column and by content (G17), minors (G16) and sealed records (G23); lawful rows pass."""

import dataclasses
from pathlib import Path

import pytest

from tests.bulk.samples import PENALTY, catalogue, check, code, faults
from tests.catalogue import shipped_pages
from xinshu.bulk.headers import HeadersRefused
from xinshu.bulk.protected import any_pattern
from xinshu.kit.identifiers import identity_check_character
from xinshu.law.checks import build

REFUSED = [
    ("当事人系未成年人。", "未成年人"),
    ("当事人，男，不满十八周岁，", "未成年人"),
    ("违法行为人未满16周岁", "未成年人"),
    ("当事人为不满十八周岁的未成年人。", "未成年人"),
    ("该人犯罪记录依法封存", "犯罪记录"),
    ("已封存的治安处罚记录", "治安违法记录"),
    ("宗教信仰：佛教", "宗教信仰"),
    ("经营者信仰基督教", "宗教信仰"),
    ("血型：AB型", "血型"),
    ("DNA鉴定结果：相符", "基因"),
    ("指纹编号：A1", "指纹"),
    ("当事人患有糖尿病", "疾病"),
    ("个人年收入：20万元", "收入"),
    ("其名下有3套房产", "不动产"),
]
LAWFUL = [
    "当事人向未成年人销售烟草。",
    "当事人为未成年人提供文身服务，",
    "当事人招用不满十六周岁的未成年人。",
    "当事人允许未成年人进入营业场所",
    "当事人向不满十八周岁的人售酒",
    "当事人为宗教活动场所，未按规定报告大额捐赠。",
    "未尊重宗教信仰自由",
    "未经许可开展基因检测，非法采集指纹",
    "血型检测试剂不合格",
    "营业收入20万元，违法所得3万元，封存涉案物品",
    "虚构房产信息发布广告，商业保险代理未备案",
    "治安管理制度未落实",
]


@pytest.mark.parametrize(("facts", "told"), REFUSED)
def test_a_text_of_protected_matter_returns_its_row(tmp_path: Path, facts: str, told: str):
    checked = check(tmp_path, [{**PENALTY, "CF_SY": facts}, {**PENALTY, "CF_WSH": "2"}])
    assert faults(checked) == [[("CF_SY", "PROTECTED_MATTER")]]
    reason = checked.returned[0].reasons[0]
    assert told in reason.zh
    assert "第" in reason.zh
    assert "article " in reason.en
    assert facts not in str(reason)


@pytest.mark.parametrize("facts", LAWFUL)
def test_an_ordinary_penalty_passes(tmp_path: Path, facts: str):
    assert faults(check(tmp_path, [{**PENALTY, "CF_SY": facts}])) == []


@pytest.mark.parametrize(
    "header", sorted(header for matter in catalogue().protected.values() for header in matter.headers)
)
def test_a_column_of_protected_matter_refuses_the_file(tmp_path: Path, header: str):
    for mapping in ({}, {header: ""}):
        with pytest.raises(HeadersRefused) as caught:
            check(tmp_path, [{**PENALTY, f"*{header}：": "秘密"}], mapping=mapping)
        assert "不得归集" in caught.value.zh
        assert "秘密" not in str(caught.value)


def test_the_catalogue_names_what_the_guard_rails_name():
    assert {"RELIGION", "GENES", "BIOMETRICS", "BLOOD_TYPE", "ILLNESS", "MEANS", "MINORS"} <= set(catalogue().protected)
    assert any_pattern(catalogue())


def born(day: str) -> str:
    stem = f"110105{day}002"
    return stem + identity_check_character(stem)


def test_a_minor_is_returned_and_no_number_leaves(tmp_path: Path):
    person = {**PENALTY, "CF_XDR_LB": "自然人", "CF_XDR_SHXYM": "", "CF_XDR_MC": "某某"}
    rows = [
        {**person, "CF_XDR_ZJHM": born("20080507")},  # 18 on the day after the decision
        {**person, "CF_XDR_ZJHM": born("20080506")},
        {**person, "CF_XDR_ZJHM": " ".join(born("20150101"))},
        {**person, "CF_XDR_ZJHM": "E12345678"},
        {**PENALTY, "CF_XDR_SHXYM": code(3), "CF_XDR_ZJHM": ""},
    ]
    checked = check(tmp_path, rows)
    assert faults(checked) == [[("CF_XDR_ZJHM", "MINOR")]] * 2
    assert [row.row for row in checked.returned] == [2, 4]
    assert (checked.received, len(checked.good), checked.outside, checked.dropped_personal) == (5, 1, 2, 4)
    assert "2008" not in str(checked.returned)
    assert "第17条" in checked.returned[0].reasons[0].zh


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"patterns": ["(未满"]}, "OUT_OF_RANGE"),
        ({"patterns": ["当事人(?!向)"]}, "OUT_OF_RANGE"),
        ({"patterns": [], "headers": []}, "INCOMPLETE"),
        ({"basis": "NO-SUCH"}, "MISSING_BASIS"),
    ],
)
def test_a_faulty_entry_of_the_catalogue_is_told(change: dict[str, object], rule: str):
    spoilt = [
        dataclasses.replace(page, data={**page.data, "MINORS": {**page.data["MINORS"], **change}})
        if page.chapter == "protected"
        else page
        for page in shipped_pages()
    ]
    found, told = build(spoilt)
    assert found is None
    assert {fault.rule.value for fault in told} == {rule}
