"""Whatever comes in, nothing is lost: received = good + returned + outside + repeated."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulk.samples import INDIVIDUAL, PENALTY, check, check_rows, code, csv_bytes
from xinshu.bulk.files import read_table

ODD = st.sampled_from(
    ["", "无", "——", "x", "0", "-1", "1,000", "=A1", "\t", "2026-02-30", "2026-05-06", "11010519491231002X", "罚款",
     "罚款;警告", "自然人", "个体工商户", "法人", "甲" * 300, "9.1E+17", code(1), code(2, "92"), "\ufffd", "甲\n乙", '"']
)  # fmt: skip
ROWS = st.lists(
    st.builds(
        lambda base, changes: {**base, **changes},
        st.sampled_from([PENALTY, INDIVIDUAL]),
        st.dictionaries(
            st.sampled_from([*PENALTY, "CF_XDR_GSZC", "CF_XDR_ZJHM", "CF_NR_WFFF", "BZ", "ITEM"]), ODD, max_size=4
        ),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_nothing_is_lost(tmp_path_factory, rows: list[dict[str, str]]):
    full = [{**dict.fromkeys(PENALTY, ""), **row} for row in rows]
    checked = check(tmp_path_factory.mktemp("batch"), full or [dict.fromkeys(PENALTY, "")])
    assert checked.received == len(checked.good) + len(checked.returned) + checked.outside + checked.repeated
    assert checked.received == sum(any(cell.strip() for cell in row.values()) for row in full)
    taken, returned = set(checked.good["index"]), {row.index for row in checked.returned}
    assert not taken & returned
    assert len(taken) == len(checked.good)
    assert len(returned) == len(checked.returned)
    assert all(row.reasons and {reason.row for reason in row.reasons} == {row.row} for row in checked.returned)
    assert checked.good.select("identity", "subject_code").is_unique().all()
    assert checked.good["subject_code"].null_count() == checked.good["subject_kind"].null_count() == 0
    assert "11010519491231002X" not in str(checked.good["content"].to_list())
    assert "11010519491231002X" not in str(checked.returned)


@settings(deadline=None, max_examples=20)
@given(rows=ROWS, order=st.randoms())
def test_a_file_sent_twice_or_in_another_order_means_the_same(tmp_path_factory, rows: list[dict[str, str]], order):
    full = [{**dict.fromkeys(PENALTY, ""), **row} for row in rows] or [dict(PENALTY)]
    folder = tmp_path_factory.mktemp("order")
    once, twice = check(folder, full), check(folder, full * 2)
    assert set(once.good["content_digest"]) == set(twice.good["content_digest"])
    assert twice.repeated == 2 * once.repeated + len(once.good)
    assert len(twice.returned) == 2 * len(once.returned)
    shuffled = list(full)
    order.shuffle(shuffled)
    assert set(check(folder, shuffled).good["content_digest"]) == set(once.good["content_digest"])


def test_a_header_alone_is_an_empty_batch(tmp_path: Path):
    (tmp_path / "x.csv").write_bytes(csv_bytes([PENALTY]).splitlines()[0])
    checked = check_rows(read_table(tmp_path / "x.csv"))
    assert (checked.received, len(checked.good), checked.returned, checked.outside, checked.repeated) == (
        0,
        0,
        (),
        0,
        0,
    )


def test_many_rows_for_one_document_are_told_in_bounded_words(tmp_path: Path):
    checked = check(tmp_path, [{**PENALTY, "CF_SY": str(n)} for n in range(300)])
    assert len(checked.returned) == 300
    assert max(len(row.reasons[0].zh) for row in checked.returned) < 300


@pytest.mark.slow
def test_speed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A sanity run, printed and not judged: `make bench` holds the numbers."""
    count = 20_000
    path = tmp_path / "many.csv"
    facts = "经查，当事人于2026年3月5日在示例路128号销售不合格产品，货值金额12345.60元。" * 3
    path.write_bytes(csv_bytes([{**PENALTY, "CF_XDR_SHXYM": code(n), "CF_SY": facts} for n in range(count)]))
    started = time.perf_counter()
    table = read_table(path)
    read = time.perf_counter() - started
    checked = check_rows(table)
    seconds = time.perf_counter() - started
    assert len(checked.good) == count
    with capsys.disabled():
        print(f"\nread {count / read:,.0f} rows/s, read and checked {count / seconds:,.0f} rows/s")  # noqa: T201
