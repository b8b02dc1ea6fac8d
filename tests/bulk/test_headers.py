"""Headers: known by identifier, official name or spelling; never guessed; all that is wrong is told at once."""

import pytest

from tests.bulk.samples import catalogue
from xinshu.bulk.files import REASONS_HEADER, UnreadableFile
from xinshu.bulk.headers import HeadersRefused, accepted_headers, fold_header, match_headers
from xinshu.law.entries import Need

KIND = catalogue().kinds["ADMIN_PENALTY"]
MANDATORY = [name for name, rule in KIND.fields.items() if rule.need is Need.MANDATORY]


@pytest.mark.parametrize("kind", catalogue().kinds.values(), ids=catalogue().kinds)
def test_every_field_is_known_by_each_of_its_names(kind):
    for name, rule in kind.fields.items():
        for header in (name, name.lower(), rule.name_zh, *rule.spellings):
            assert match_headers([header], kind).fields == {name: header}


def test_the_official_template_fits_and_reasons_are_ignored():
    headers = [*(rule.name_zh for rule in KIND.fields.values()), REASONS_HEADER]
    match = match_headers(headers, KIND)
    assert match.is_whole
    assert match.fields == {name: rule.name_zh for name, rule in KIND.fields.items()}


@pytest.mark.parametrize(
    "header",
    [
        "罚款金额（万元）",
        "*罚款金额(万元)",
        " 罚款 金额\n【万元】：",
        "罚款金额〔万元〕*",
        "cf_nr_fk",
        "ＣＦ＿ＮＲ＿ＦＫ",
    ],
)
def test_marks_that_templates_add_do_not_matter(header: str):
    assert match_headers([header], KIND).fields == {"CF_NR_FK": header}


def test_a_header_in_another_unit_or_about_another_thing_is_unknown():
    match = match_headers(["罚款金额", "罚款金额(元)", "处罚"], KIND)
    assert match.unknown == ("罚款金额", "罚款金额(元)", "处罚")
    assert match.missing == tuple(MANDATORY)


def test_two_headers_for_one_field_are_both_named():
    match = match_headers(["决定书文号", "CF_WSH", "罚款金额(万元)"], KIND)
    assert match.ambiguous == ("决定书文号", "CF_WSH")
    assert "CF_WSH" not in match.fields
    assert "CF_WSH" not in match.missing


def test_a_refusal_names_every_header_and_suggests_without_guessing():
    headers = [*(name for name in MANDATORY if name != "CF_SY"), "文号", "罚款金额(元)", "完全无关"]
    with pytest.raises(HeadersRefused) as caught:
        accepted_headers(headers, KIND)
    refusal = caught.value
    assert isinstance(refusal, UnreadableFile)
    assert refusal.match.unknown == ("罚款金额(元)", "完全无关")
    assert "“罚款金额(元)”不是已知字段（最接近的是“罚款金额(万元)”，请确认）" in refusal.zh
    assert "“完全无关”不是已知字段；" in refusal.zh
    assert "“文号”与另一列指同一字段" in refusal.zh
    assert "缺少必填字段“违法事实”（CF_SY）" in refusal.zh
    assert "“Facts” (CF_SY) has no column" in refusal.en
    assert accepted_headers(MANDATORY, KIND).fields == {name: name for name in MANDATORY}


def test_where_no_header_is_known_none_is_repeated():
    """The first row is data then: names of persons stand in it as well."""
    with pytest.raises(HeadersRefused) as caught:
        accepted_headers(["某公司", "示例甲", "示例路1号"], KIND)
    assert "示例甲" not in str(caught.value)
    assert "可能缺少表头" in caught.value.zh


def test_a_file_without_its_header_row_does_not_get_numbers_of_persons_repeated():
    with pytest.raises(HeadersRefused) as caught:
        accepted_headers(["文号", "11010519491231002X", "x" * 500, *(f"h{n}" for n in range(60))], KIND)
    assert "1101051949" not in str(caught.value)
    assert "x" * 41 not in str(caught.value)
    assert "另有" in caught.value.zh
    assert len(caught.value.zh) < 2000


def test_folding_is_stable():
    for kind in catalogue().kinds.values():
        for rule in kind.fields.values():
            assert fold_header(fold_header(rule.name_zh)) == fold_header(rule.name_zh)
