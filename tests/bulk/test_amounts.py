"""Amounts in 10,000 yuan: a slip that is certain goes back, an absurd one is asked about, a sound one is left alone."""

from pathlib import Path

import pytest

from tests.bulk.samples import PENALTY, check, faults


@pytest.mark.parametrize(
    ("fine", "prose"),
    [
        ("5000", "罚款5000元"),
        ("5000", "处以罚款人民币5,000元整"),
        ("5000", "罚款：５０００元"),
        ("0.5", "罚款5000万元"),
        ("300000", "罚款30万元"),
    ],
)
def test_an_amount_ten_thousand_times_its_prose_goes_back(tmp_path: Path, fine: str, prose: str):
    checked = check(tmp_path, [{**PENALTY, "CF_NR_FK": fine, "CF_NR": prose}])
    assert faults(checked) == [[("CF_NR_FK", "AMOUNT_IN_YUAN")]]
    assert "“CF_NR”" in checked.returned[0].reasons[0].zh
    assert checked.questions == ()


@pytest.mark.parametrize(
    ("fine", "prose", "asked"),
    [
        ("0.5", "罚款5000元", False),
        ("5000", "罚款5000万元", False),
        ("5000", "罚款5000万元，没收5000元", False),
        ("12000", "罚款1.2亿元", False),
        ("12000", "依法处罚", True),
        ("5000", "所得款项5000元", True),
        ("5000", "依法处罚", False),
        ("30", "罚款20万元，另罚款10万元", False),
    ],
)
def test_an_absurd_amount_is_asked_about_and_taken_in(tmp_path: Path, fine: str, prose: str, asked: bool):
    checked = check(tmp_path, [{**PENALTY, "CF_NR_FK": fine, "CF_NR": prose}])
    assert len(checked.good) == 1
    assert [(one.index, one.row, one.field) for one in checked.questions] == [(0, 2, "CF_NR_FK")] * asked
    assert all("万元" in one.zh and "10,000 yuan" in one.en for one in checked.questions)


def test_confiscated_amounts_too(tmp_path: Path):
    row = {**PENALTY, "CF_CFLB": "罚款;没收违法所得", "CF_NR_WFFF": "3000", "CF_NR": "罚款2000元，没收违法所得3000元"}
    assert faults(check(tmp_path, [row])) == [[("CF_NR_WFFF", "AMOUNT_IN_YUAN")]]


def test_completeness_has_a_stated_denominator(tmp_path: Path):
    full = {**PENALTY, "PROCEDURE": "普通程序", "AREA": "食品"}
    one, both = check(tmp_path, [PENALTY]), check(tmp_path, [full, {**PENALTY, "CF_WSH": "2"}])
    assert both.fillable == 2 * one.fillable
    assert both.filled == 2 * one.filled + 2
    assert 0 < one.filled < one.fillable
    warned = {**PENALTY, "CF_CFLB": "警告", "CF_NR_FK": ""}
    assert check(tmp_path, [warned]).fillable == one.fillable - 1
    assert check(tmp_path, [{**PENALTY, "CF_XDR_MC": ""}]).fillable == 0
