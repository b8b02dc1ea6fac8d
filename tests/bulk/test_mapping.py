"""An organ's own headers: a mapping is remembered, never guessed, and leads to no field that another column has."""

import json
from pathlib import Path

import pytest

from tests.bulk.samples import PENALTY, ROOT, catalogue, check, faults
from xinshu.bulk.headers import HeadersRefused, match_headers

KIND = catalogue().kinds["ADMIN_PENALTY"]
SPELLINGS = ROOT.parent / "shared" / "data" / "specs" / "header_variants_cn_credit_sites.json"
WITHOUT_FACTS = {name: cell for name, cell in PENALTY.items() if name != "CF_SY"}


def test_an_unknown_header_is_offered_and_then_remembered(tmp_path: Path):
    rows = [{**WITHOUT_FACTS, "案情摘要": "未公示价格", "内部流水": "x"}]
    with pytest.raises(HeadersRefused) as caught:
        check(tmp_path, rows)
    assert caught.value.match.unknown == ("案情摘要", "内部流水")
    checked = check(tmp_path, rows, mapping={"案情 摘要：": "CF_SY", "内部流水": ""})
    assert json.loads(checked.good["content"][0])["CF_SY"] == "未公示价格"
    assert match_headers(["内部流水"], KIND, mapping={"内部流水": ""}).left_out == ("内部流水",)


def test_a_mapping_leads_to_no_field_that_is_taken():
    match = match_headers(["CF_SY", "案情摘要"], KIND, mapping={"案情摘要": "CF_SY"})
    assert match.ambiguous == ("CF_SY", "案情摘要")
    match = match_headers(["甲", "乙"], KIND, mapping={"甲": "CF_SY", "乙": "CF_SY"})
    assert match.ambiguous == ("甲", "乙")
    assert not match.is_whole


def test_a_mapping_to_no_field_or_to_another_unit_is_unknown():
    mapping = {"甲": "NO_SUCH_FIELD", "罚款金额(元)": "CF_NR_FK", "罚没(万元)": "CF_NR_FK"}
    assert match_headers(["甲", "罚款金额（元）"], KIND, mapping=mapping).unknown == ("甲", "罚款金额（元）")
    assert match_headers(["罚没（万元）"], KIND, mapping=mapping).fields == {"CF_NR_FK": "罚没（万元）"}


def test_an_organs_word_wins_over_the_spellings():
    assert match_headers(["决定书文号"], KIND, mapping={"决定书文号": "BZ"}).fields == {"BZ": "决定书文号"}


def test_the_layout_before_2018_spreads_the_kinds_of_penalty_over_two_columns(tmp_path: Path):
    one = {name: cell for name, cell in PENALTY.items() if name != "CF_CFLB"}
    rows = [
        {**one, "处罚类别1": "罚款", "处罚类别2": "警告"},
        {**one, "CF_WSH": "2", "处罚类别1": "", "处罚类别2": "罚款"},
        {**one, "CF_WSH": "3", "处罚类别1": "", "处罚类别2": ""},
    ]
    checked = check(tmp_path, rows)
    assert checked.good["penalties"].to_list() == [["FINE", "WARNING"], ["FINE"]]
    assert faults(checked) == [[("CF_CFLB", "MISSING")]]


@pytest.mark.skipif(not SPELLINGS.exists(), reason="the real spellings are not on this machine")
def test_no_real_header_is_guessed():
    """Each is known, or unknown and said so; brackets and signs of any form make no difference."""
    found = json.loads(SPELLINGS.read_text(encoding="utf-8"))["行政处罚"]
    headers = [header for spellings in found.values() for header in spellings]
    for header in headers:
        match = match_headers([header], KIND)
        assert len(match.fields) + len(match.unknown) == 1
    for spelling, field in (
        ("行政相对人代码_2 (组织机构代码)", "CF_XDR_ZZJG"),
        ("行政相对人代码_3 (工商登记码)", "CF_XDR_GSZC"),
    ):
        assert spelling in headers
        assert match_headers([spelling], KIND).fields == {field: spelling}
