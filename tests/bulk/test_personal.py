"""Personal data by content: nothing personal survives in prose, sound prose stays as it is, other fields refuse the row."""

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum import luhn

from tests.bulk.samples import PENALTY, check, code, faults
from xinshu.bulk.personal import MARKS, PROVINCES, Shape, mask, number_in
from xinshu.kit.identifiers import identity_check_character

GAPS = st.sampled_from(["", "", " ", "-", "－", "—", "\u3000", "  ", " - ", "\u200d", "\u00ad", "\u2060"])
WIDTHS = st.sampled_from([str, lambda digits: "".join(chr(ord(mark) + 0xFEE0) for mark in digits)])
PROSE = st.text(
    st.sampled_from("经查当事人于年月日在示例路销售不合格产品的货物为人，。；、“”（）《》第条款规定负责办理"),
    max_size=40,
)
BIRTHS = st.dates(date(1900, 1, 1), date(1999, 12, 31))


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    stem = draw(st.sampled_from(sorted(PROVINCES))) + f"{draw(st.integers(0, 9999)):04}"
    stem += f"{draw(BIRTHS):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return stem + identity_check_character(stem)


@st.composite
def old_identity_numbers(draw: st.DrawFn) -> str:
    province, place, serial = (
        draw(part) for part in (st.sampled_from(sorted(PROVINCES)), st.integers(0, 9999), st.integers(0, 999))
    )
    return f"{province}{place:04}{draw(BIRTHS):%y%m%d}{serial:03}"


@st.composite
def cards(draw: st.DrawFn) -> str:
    stem = "62" + draw(st.text(st.sampled_from("0123456789"), min_size=13, max_size=16))
    assume(stem[6:8] not in ("19", "20"))
    return stem + luhn.calc_check_digit(stem)


MOBILES = st.builds(
    "{}{:08}".format, st.sampled_from(["138", "139", "150", "159", "177", "186", "199"]), st.integers(0, 10**8 - 1)
)
FIXED = st.builds("{}{}".format, st.sampled_from(["010", "021", "0755", "0571"]), st.integers(82_000_000, 88_999_999))
NUMBERS = st.one_of(identity_numbers(), old_identity_numbers(), cards(), MOBILES, FIXED)


def digits_of(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKC", text) if mark.isascii() and mark.isalnum())


@st.composite
def hidden(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and the same as somebody hid it."""
    number = draw(NUMBERS)
    written = draw(WIDTHS)(number)
    return number, written[0] + "".join(draw(GAPS) + digit for digit in written[1:])


@settings(deadline=None, max_examples=400)
@given(before=PROSE, number=hidden(), after=PROSE)
def test_no_number_of_a_person_survives_in_prose(before: str, number: tuple[str, str], after: str):
    masked, shapes = mask(before + number[1] + after)
    assert number[0] not in digits_of(masked)
    assert shapes
    assert mask(masked) == (masked, frozenset())
    assert any(mark in masked for mark in MARKS.values())


@settings(deadline=None, max_examples=15)
@given(numbers=st.lists(st.tuples(PROSE, hidden(), PROSE), min_size=1, max_size=6))
def test_nor_in_what_is_stored(tmp_path_factory, numbers: list[tuple[str, tuple[str, str], str]]):
    rows = [
        {**PENALTY, "CF_WSH": str(n), "CF_SY": f"事实{before}{number[1]}{after}"}
        for n, (before, number, after) in enumerate(numbers)
    ]
    checked = check(tmp_path_factory.mktemp("prose"), rows)
    kept = {row.index for row in checked.returned}
    assert checked.masked == len(checked.good) == len(rows) - len(kept)
    said = {
        row: digits_of(json.loads(content)["CF_SY"])
        for row, content in checked.good.select("index", "content").iter_rows()
    }
    assert not [row for row, prose in said.items() if numbers[row][1][0] in prose]
    assert all(reason.code == "CONTROL_CHARACTER" for row in checked.returned for reason in row.reasons)


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from("经查当事人于年月日在示例路销售不合格产品0123456789.，。；、（）第条款规定元万"), max_size=60
    )
)
def test_masking_twice_changes_nothing(text: str):
    once, _ = mask(text)
    assert mask(once) == (once, frozenset())


CLEAN = [
    "经查，当事人于2026年3月5日在示例路128号销售不合格产品，货值金额12345.60元。",
    "当事人未公示价格，负责人高度重视，经营者应当改正，员工安排培训。",
    "当事人陈述，法定代表人张贴公告，负责人许可施工。",
    f"统一社会信用代码{code(9)}，统一社会信用代码：919999990000002110。",
    "银行流水20260506123456789012，2026-05-06至2026-06-07，2026-05-06 14:30:00。",
    "示罚〔2026〕44030020260001号，许可证编号4403002026001234567。",
    "货值13800138000元，销售13812345678.50元。",
    "工商注册号：110105491231002。",
    "公司住所：示例省示例市示例路1号，登记住所地示例市示例区示例路2号。",
    "投诉热线12345，网址http://example.org/a，微信公众号示例发布。",
    "当事人：示例商行，经营者：王记店，联系人：详见附件。",
    "护照遗失，微信支付2026元，QQ群管理不善。",
]


@pytest.mark.parametrize("text", CLEAN)
def test_sound_prose_stays_as_it_is(text: str):
    assert mask(text) == (text, frozenset())


TOLD = [
    ("编号11010519491231002XA", "编号［证件号码已隐去］A", Shape.IDENTITY_NUMBER),
    ("身份证号：110105194912310021，", "身份证号：［证件号码已隐去］，", Shape.IDENTITY_NUMBER),
    ("货款2000 13812345678。", "货款2000 ［电话已隐去］。", Shape.TELEPHONE),
    ("（0755）83123456", "［电话已隐去］", Shape.TELEPHONE),
    ("联系电话：8312 3456，", "联系电话：［电话已隐去］，", Shape.TELEPHONE),
    ("护照号码E12345678，", "护照号码［证件号码已隐去］，", Shape.OTHER_DOCUMENT),
    ("邮箱someone@example.org。", "邮箱［联系方式已隐去］。", Shape.CONTACT),
    ("微信号：example_88，QQ：12345678", "微信号：［联系方式已隐去］，QQ：［联系方式已隐去］", Shape.CONTACT),
    ("家庭住址：示例省示例市示例路1号2栋，3单元401室。", "家庭住址：［住址已隐去］。", Shape.HOME),
    ("当事人，男，汉族，住所地示例市示例路3号。", "当事人，男，汉族，住所地［住址已隐去］。", Shape.HOME),
    ("姓名：张三，", "姓名：［姓名已隐去］，", Shape.NAME),
    ("法定代表人张某某（身份证号略）", "法定代表人［姓名已隐去］（身份证号略）", Shape.NAME),
    ("联系人：李四、王五。", "联系人：［姓名已隐去］。", Shape.NAME),
    ("法定代表人王丽，", "法定代表人［姓名已隐去］，", Shape.NAME),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "shape"), TOLD)
def test_what_is_named_is_masked_and_no_more(text: str, wanted: str, shape: Shape):
    masked, shapes = mask(text)
    assert masked == wanted
    assert shape in shapes


def test_a_masked_record_is_stored_and_counted(tmp_path: Path):
    rows = [{**PENALTY, "CF_SY": "电话13812345678", "BZ": "姓名：张三，"}, {**PENALTY, "CF_WSH": "2"}]
    checked = check(tmp_path, rows)
    assert checked.masked == 2
    assert json.loads(checked.good["content"][0])["CF_SY"] == "电话［电话已隐去］"
    assert "张三" not in str(checked.good.to_dicts())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"CF_FRDB": "某某13812345678"}, "电话号码"),
        ({"CF_WSH": "13812345678"}, "电话号码"),
        ({"CF_FRDB": "某某6222020200112230"}, "银行卡号"),
        ({"CF_XDR_MC": "商行110105491231002"}, "公民身份号码"),
    ],
)
def test_other_fields_refuse_the_row_and_name_the_shape(tmp_path: Path, change: dict[str, str], told: str):
    checked = check(tmp_path, [{**PENALTY, **change}])
    assert faults(checked) == [[(next(iter(change)), "PERSONAL_DATA")]]
    assert told in checked.returned[0].reasons[0].zh
    assert not any(cell in str(checked.returned) for cell in change.values())


@pytest.mark.parametrize("number", ["示罚44030020260001号", "4403002026001234567", "示罚〔2026〕15020260001号"])
def test_a_document_number_is_no_persons(tmp_path: Path, number: str):
    assert faults(check(tmp_path, [{**PENALTY, "CF_WSH": number}])) == []


@pytest.mark.parametrize("card", ["6222021225973494315", "6222 0212 2597 3494 315", "4111111111111111"])
def test_a_bank_card_that_fills_a_cell_of_numbers_is_told(card: str):
    assert number_in(card, numbers_belong_here=True) is Shape.BANK_CARD


@pytest.mark.parametrize("number", ["示罚6222021225973494315", "370100202600123456", "91999999TE5T00075D"])
def test_numbers_of_documents_and_licences_stay(number: str):
    assert number_in(number, numbers_belong_here=True) is None
