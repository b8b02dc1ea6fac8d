"""Names of files, sheets and headers: a person's number or home is left out, a day stays."""

import re

import pytest

from xinshu.bulk.given_names import is_plain_header, shown_header, shown_name


@pytest.mark.parametrize(
    "name", ["张三110105194912310021.csv", "电话138-0013-8000.xlsx", "6222 0212 3456 7890 123", "住址：某市某区某路9号"]
)
def test_names_of_files_tell_nothing_personal(name: str):
    assert not re.search(r"\d{4}", re.sub(r"\D{0,3}", "", shown_name(name)))
    assert "某路9号" not in shown_name(name)


@pytest.mark.parametrize("name", ["penalties-2026-09-30.csv", "双公示20261123153000.xlsx", "示市监〔2026〕1.csv"])
def test_names_of_files_keep_their_days(name: str):
    assert shown_name(name) == name


def test_a_header_keeps_no_six_digits() -> None:
    assert shown_header("19491231出生") == "…出生"
    assert not is_plain_header("19491231出生")
    assert is_plain_header("违法事实（2018）")


def test_what_no_eye_sees_becomes_a_blank() -> None:
    assert shown_name("a\0b\ud800\n.csv") == "a b  .csv"
