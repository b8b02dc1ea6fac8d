"""The headers that real files have: each leads to its field, or is left to the clerk for a reason that stands here."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.catalogue import shipped
from xinshu.bulk.headers import HeaderMatch, match_headers
from xinshu.law.entries import FieldRole, FieldType, Need

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT.parent / "shared" / "data" / "specs" / "header_variants_cn_credit_sites.json"

PENALTY, LICENCE = "行政处罚", "行政许可"
KIND_OF: Final[Mapping[str, str]] = {
    PENALTY: "ADMIN_PENALTY",
    "行政许可(市城管局上传表)": "ADMIN_LICENCE",
    "行政许可(省级双公示模板)": "ADMIN_LICENCE",
    "欠税公告": "TAX_ARREARS",
    "A级纳税人": "TAX_CREDIT_GRADE",
    "非正常户": "ABNORMAL_TAXPAYER",
    "重大税收违法": "SERIOUS_DISHONESTY",
    "失信被执行人": "JUDGMENT_DEFAULTER",
}

# Which field the headers of one group of the collection mean. `EXCEPT` says where a header of it means another.
FIELD_OF_GROUP: Final[Mapping[str, Mapping[str, str]]] = {
    PENALTY: {
        **{"决定书文号": "CF_WSH", "案件名称": "CF_CFMC", "处罚类别": "CF_CFLB", "事由": "CF_SY", "处罚依据": "CF_YJ"},
        **{"行政相对人名称": "CF_XDR_MC", "统一社会信用代码": "CF_XDR_SHXYM", "组织机构代码": "CF_XDR_ZZJG"},
        **{"工商登记码": "CF_XDR_GSZC", "税务登记号": "CF_XDR_SWDJ", "身份证号(个人,不得公开)": "CF_XDR_ZJHM"},
        **{"法定代表人": "CF_FRDB", "处罚结果": "CF_NR", "决定日期": "CF_JDRQ", "生效": "EFFECTIVE_ON"},
        **{"截止": "CF_YXQ", "公示期限": "CF_GSJZQ", "机关": "CF_CFJG", "状态": "CF_ZT", "地方编码": "DFBM"},
        **{"更新时间": "SJC"},
    },
    "欠税公告": {
        **{"企业名称": "SUBJECT_NAME", "识别号": "SUBJECT_CODE", "法定代表人": "REPRESENTATIVE", "地址": "ADDRESS"},
        **{"证件号码(个人)": "PERSON_NUMBERS", "税务机关": "ORGAN_NAME", "税种": "ITEM"},
        **{"欠税余额": "ARREARS", "当期新发生": "NEW_ARREARS"},
    },
    "A级纳税人": {
        **{"识别号": "SUBJECT_CODE", "名称": "SUBJECT_NAME", "等级": "GRADE", "年度": "YEAR", "机关": "ORGAN_NAME"}
    },
    "非正常户": {
        **{"识别号": "SUBJECT_CODE", "名称": "SUBJECT_NAME", "状态": "TAXPAYER_STATUS", "原因": "GROUND"},
        **{"认定日期": "DECIDED_ON", "机关": "ORGAN_NAME"},
    },
    "重大税收违法": {
        **{"名称": "SUBJECT_NAME", "识别号": "SUBJECT_CODE", "组织机构代码": "ORGANISATION_CODE", "地址": "ADDRESS"},
        **{"案件性质": "CASE_NATURE", "违法事实": "FACTS", "处罚情况": "PENALTY"},
    },
    "失信被执行人": {
        **{"案号": "DOCUMENT_NUMBER", "名称": "SUBJECT_NAME", "证件号/组织机构代码": "PERSON_NUMBER"},
        **{"地域": "REGION", "法院": "ORGAN_NAME", "依据文号": "JUDGMENT_NUMBER", "依据单位": "JUDGMENT_BODY"},
        **{"义务": "DUTY", "履行情况": "PERFORMANCE", "情形": "GROUND", "立案时间": "CASE_FILED_ON"},
        **{"发布时间": "PUBLISHED_ON", "已履行": "PERFORMED", "未履行": "UNPERFORMED"},
    },
}
EXCEPT: Final[Mapping[str, Mapping[str, str]]] = {
    PENALTY: {
        "税收违法类型": "CF_WFXW",
        "法定代表人身份证号码": "CF_FR_ZJHM",
        "法定代表人或者负责人证件号码": "CF_FR_ZJHM",
        "法定代表人身份证": "CF_FR_ZJHM",
    },
    "欠税公告": {"身份证件号码": "PERSON_NUMBER", "证件号码": "PERSON_NUMBER"},
    "A级纳税人": {"税务登记号": "TAX_REGISTRATION"},
    "非正常户": {"税务登记号": "TAX_REGISTRATION"},
}

# The two uploads of licences come as plain lists of headers.
LICENCE_FIELDS: Final[Mapping[str, str]] = {
    **{"行政许可决定书文号": "XK_WSH", "行政许可决定文书号": "XK_WSH", "行政许可决定文书名称": "XK_XKWS"},
    **{"项目名称": "PROJECT", "审批类别": "XK_XKLB", "许可类别": "XK_XKLB", "许可内容": "XK_NR"},
    **{"行政相对人名称": "XK_XDR_MC", "行政相对人代码_1 (统一社会信用代码)": "XK_XDR_SHXYM"},
    **{"行政相对人代码_1（统一社会信用代码）": "XK_XDR_SHXYM", "行政相对人代码_2 (组织机构代码)": "XK_XDR_ZZJG"},
    **{"行政相对人代码_3（组织机构代码）": "XK_XDR_ZZJG", "行政相对人代码_2（工商注册号）": "XK_XDR_GSZC"},
    **{"行政相对人代码_3 (工商登记码)": "XK_XDR_GSZC", "行政相对人代码_4 (税务登记号)": "XK_XDR_SWDJ"},
    **{"行政相对人代码_4（税务登记号） ": "XK_XDR_SWDJ", "行政相对人代码_5（事业单位证书号）": "XK_XDR_SYDW"},
    **{"行政相对人代码_6（社会组织登记证号）": "XK_XDR_SHZZ", "法定代表人": "XK_FRDB", "法定代表人姓名": "XK_FRDB"},
    **{"法定代表人身份证号": "XK_FR_ZJHM", "证件类型": "XK_XDR_ZJLX", "证件号码": "XK_XDR_ZJHM"},
    **{"许可证书名称": "XK_XKZS", "许可编号": "XK_XKBH", "许可决定日期": "XK_JDRQ", "许可截止期": "XK_YXQZI"},
    **{"许可机关": "XK_XKJG", "当前状态": "XK_ZT", "地方编码": "DFBM", "数据更新时间戳": "SJC", "备注": "BZ"},
}

UNIT = "计量单位未注明 no unit stands in it: yuan or 10,000 yuan"
PART = "可能只是文号的字轨部分 perhaps a part of the number only, and the number tells which document it is"
NOT_UNDERSTOOD: Final[Mapping[str, Mapping[str, str]]] = {
    PENALTY: {
        "文书字轨": PART,
        "字轨": PART,
        "名称": "未说明是案件、当事人还是机关的名称 the name of the case, of the party or of the organ",
        "违法行为名称": "案件名称或者违法行为类型 the name of the case or the type of the act",
        "税收违法手段": "违法行为类型或者违法事实 the type of the act or the facts",
        "应缴罚款金额": UNIT,
        "处罚结果（应缴罚款金额）": "处罚内容或者金额 what was decided, or an amount without a unit",
        "文书制作日期": "不一定是决定日期，公示期自决定之日起算 not always the day of the decision, which terms count from",
        "公示期限": "可能是期限长度 perhaps a length and no day; and the end of display is computed, not sent",
        "主管税务机关": "不一定是作出处罚的机关 not always the organ that decided",
    },
    "行政许可(市城管局上传表)": {
        "行政许可编码": "许可事项的编码或者许可证编号 the code of the matter or the number of the licence",
        "信息使用范围": "限制使用的要求不得丢失，须人工确认 a limit that the sender sets must not be lost unseen",
    },
    "欠税公告": {
        "名称": "未说明是谁的名称 whose name is not said",
        **{"欠税金额": UNIT, "欠税余额": UNIT, "其中：当期新发生欠税金额": UNIT, "当期新发生的欠税金额": UNIT},
    },
    "失信被执行人": {
        "企业法人/负责人姓名": "单位名称或者个人姓名 the organisation's name or a person's",
        "姓名": "自然人姓名 a natural person's name",
        "身份证号码／组织机构代码": "一列两用：个人号码或者单位代码 one column for a person's number or an organisation's code",
    },
}


CATALOGUE = shipped()


def met() -> Iterator[tuple[str, str, str]]:
    """Every header that was met: section, group (empty in a plain list), header."""
    if not SPECS.exists():
        return
    collection: Mapping[str, Any] = json.loads(SPECS.read_text(encoding="utf-8"))
    for section in collection.keys() - {"source", "traps"}:
        groups = collection[section]
        named = groups.items() if isinstance(groups, dict) else [("", groups)]
        yield from ((section, group, header) for group, headers in named for header in headers)


MET = sorted(met())


def match(section: str, *headers: str) -> HeaderMatch:
    return match_headers(headers, CATALOGUE.kinds[KIND_OF.get(section, section)])


def wanted_field(section: str, group: str, header: str) -> str:
    if section.startswith(LICENCE):
        return LICENCE_FIELDS[header]
    return EXCEPT.get(section, {}).get(header) or FIELD_OF_GROUP[section][group]


@pytest.mark.skipif(not SPECS.exists(), reason=f"{SPECS.name} is not on this machine")
def test_every_header_of_the_collection_is_asked_about() -> None:
    assert len(MET) == 185
    assert {section for section, _, _ in MET} == set(KIND_OF)
    told = {(section, header) for section, headers in NOT_UNDERSTOOD.items() for header in headers}
    assert told <= {(section, header) for section, _, header in MET}


@pytest.mark.skipif(not SPECS.exists(), reason=f"{SPECS.name} is not on this machine")
def test_every_header_of_the_collection_leads_to_its_field_or_is_left_to_the_clerk() -> None:
    wrong = []
    for section, group, header in MET:
        found = match(section, header)
        if header in NOT_UNDERSTOOD.get(section, {}):
            expected: object = ({}, (header,))
        else:
            expected = ({wanted_field(section, group, header): header}, ())
        if (found.fields, found.unknown) != expected:
            wrong.append((section, group, header, found.fields, expected))
    assert wrong == []


@pytest.mark.parametrize("section", NOT_UNDERSTOOD)
def test_what_is_left_to_the_clerk_is_known_by_no_field(section: str) -> None:
    for header, reason in NOT_UNDERSTOOD[section].items():
        assert match(section, header).unknown == (header,), reason
        assert reason.strip()


def test_most_headers_are_understood() -> None:
    told = sum(len(headers) for headers in NOT_UNDERSTOOD.values())
    assert told <= 20


# --- the traps of the templates -------------------------------------------------------------------


@pytest.mark.parametrize("kind", CATALOGUE.kinds)
@pytest.mark.parametrize("number", range(2, 7))
def test_a_bare_code_number_means_nothing(kind: str, number: int) -> None:
    """Code 2 is an organisation code in one template and a registration number in another; code 5 may be a person's."""
    bare = [f"行政相对人代码_{number}", f"行政相对人代码-{number}", f"代码_{number}", f"代码{number}"]
    assert match(kind, *bare).unknown == tuple(bare)


@pytest.mark.parametrize("kind", CATALOGUE.kinds)
def test_a_column_for_a_person_or_an_organisation_means_nothing(kind: str) -> None:
    either = (
        "身份证号码/组织机构代码",
        "身份证号码或统一社会信用代码",
        "统一社会信用代码/身份证号",
        "姓名",
        "姓名/名称",
    )
    assert match(kind, *either).unknown == either


@pytest.mark.parametrize("kind", ["ADMIN_PENALTY", "ADMIN_LICENCE"])
def test_the_meaning_of_a_code_is_taken_from_its_own_words(kind: str) -> None:
    fields = CATALOGUE.kinds[kind].fields
    stem = "CF_XDR" if kind == "ADMIN_PENALTY" else "XK_XDR"
    of_2016 = {f"{stem}_ZZJG": "行政相对人代码_2 (组织机构代码)", f"{stem}_GSZC": "行政相对人代码-3（工商登记码）"}
    of_2018 = {f"{stem}_GSZC": "行政相对人代码_2（工商注册号）", f"{stem}_ZZJG": "行政相对人代码-3 (组织机构代码)"}
    for template in (of_2016, of_2018):
        assert match(kind, *template.values()).fields == template
    for header in ("行政相对人代码_5（居民身份证号）", "法定代表人身份证号"):
        (field,) = match(kind, header).fields
        assert fields[field].type is FieldType.PERSONAL


@pytest.mark.parametrize("kind", CATALOGUE.kinds)
def test_an_identity_number_is_personal_wherever_its_header_is_known(kind: str) -> None:
    words = ("身份证号", "身份证号码", "居民身份证号码", "公民身份号码", "证件号码", "法定代表人身份证号")
    fields = CATALOGUE.kinds[kind].fields
    assert all(fields[name].type is FieldType.PERSONAL for word in words for name in match(kind, word).fields)


@pytest.mark.parametrize("kind", CATALOGUE.kinds)
def test_an_amount_without_a_unit_means_nothing(kind: str) -> None:
    amounts = ("罚款金额", "罚款", "没收金额", "金额", "欠税金额", "合同金额", "注册资本")
    assert match(kind, *amounts).unknown == amounts


# --- the layout before 2018 -----------------------------------------------------------------------

OLD_LAYOUT: Final[Mapping[str, str]] = {
    **{"CF_CFMC": "CF_CFMC", "CF_CFLB1": "CF_CFLB", "CF_XDR_ZDM": "CF_XDR_ZZJG", "CF_XDR_GSDJ": "CF_XDR_GSZC"},
    **{"CF_XDR_SFZ": "CF_XDR_ZJHM", "CF_FR": "CF_FRDB", "CF_JG": "CF_NR", "CF_XZJG": "CF_CFJG", "CF_ZT": "CF_ZT"},
    **{"DFBM": "DFBM", "SJC": "SJC"},
}


def test_the_layout_before_2018_is_understood() -> None:
    found = match(PENALTY, *OLD_LAYOUT)
    assert {header: field for field, header in found.fields.items()} == OLD_LAYOUT
    assert found.unknown == found.ambiguous == ()


def test_what_an_old_file_lacks_is_named_and_not_made_up() -> None:
    missing = match(PENALTY, *OLD_LAYOUT, "CF_WSH", "CF_SY", "CF_YJ", "CF_JDRQ").missing
    assert {"CF_XDR_LB", "CF_CFJGDM", "CF_WFXW"} <= set(missing)
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    assert all(fields[name].need is Need.MANDATORY for name in missing)


@pytest.mark.parametrize("columns", [("CF_CFLB1", "CF_CFLB2"), ("处罚类别1", "处罚类别2")])
def test_two_columns_of_penalties_are_never_taken_for_one(columns: tuple[str, str]) -> None:
    """Half of the penalties would make a milder class."""
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    for header in columns:
        (field,) = match(PENALTY, header).fields
        assert fields[field].role is FieldRole.PENALTIES
    both = match(PENALTY, *columns)
    (field,) = both.fields
    assert both.joined == {field: columns[1:]}, "the two are read together, as one list of penalties"
    assert both.ambiguous == ()


def test_what_only_the_old_layout_has_is_never_shown() -> None:
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    assert not any(fields[name].public for name in ("CF_CFMC", "EFFECTIVE_ON", "CF_ZT", "DFBM", "SJC"))
