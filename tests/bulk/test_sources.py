"""One fact from two systems is one record: who sent it is kept beside the content, not in it (decision 6)."""

import dataclasses
import json
from pathlib import Path

from tests.bulk.samples import PENALTY, check, check_rows, code, faults, table_of


def test_who_sent_it_is_no_part_of_the_content(tmp_path: Path):
    other = {**PENALTY, "CF_SJLY": "示例省行业系统", "CF_SJLYDM": code(88, "11")}
    one, two = check(tmp_path, [PENALTY]).good, check(tmp_path, [other]).good
    assert one["content_digest"].to_list() == two["content_digest"].to_list()
    assert one["identity"].to_list() == two["identity"].to_list()
    assert (two["source_code"][0], two["source_name"][0]) == (code(88, "11"), "示例省行业系统")
    assert not {"CF_SJLY", "CF_SJLYDM"} & set(json.loads(two["content"][0]))


def test_bytes_that_are_no_text_return_their_row(tmp_path: Path):
    table = table_of(tmp_path, [PENALTY, {**PENALTY, "CF_WSH": "2"}])
    if "damage" not in {field.name for field in dataclasses.fields(table)}:
        damaged = type("Damaged", (type(table),), {"damage": {1: "第3列, 第7列"}})
        table = damaged(**{field.name: getattr(table, field.name) for field in dataclasses.fields(table)})
    else:
        table = dataclasses.replace(table, **{"damage": {1: "第3列, 第7列"}})
    checked = check_rows(table)
    assert faults(checked) == [[("CF_WSH", "BROKEN_BYTES")]]
    assert "第3列, 第7列" in checked.returned[0].reasons[0].zh
    assert checked.good["row"].to_list() == [2]
