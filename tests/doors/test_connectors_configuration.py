"""The file of connectors: the example is sound, each fault names entry and field in both languages, never a value."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django import Settings

from tests.house.tree import ROOT
from xinshu.doors.connectors.configuration import connector, connectors, read, secret
from xinshu.doors.connectors.durations import duration, persist, waits
from xinshu.doors.connectors.entries import Connector
from xinshu.doors.connectors.faults import BadConfiguration, Unavailable
from xinshu.doors.connectors.tasks import due
from xinshu.kit.moment import LEGAL_ZONE

EXAMPLE = ROOT / "docs" / "examples" / "connectors.yaml"

FOLDER = """
connectors:
  - name: market
    organ: 11999999TE5T001041
    kind: ADMIN_PENALTY
    every: 15m
    attested_by: {who: 示例审查小组, document: 示市监信〔2026〕3号}
    source: {type: folder, path: /srv/exchange}
"""


def told(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "connectors.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration) as fault:
        read(path)
    return str(fault.value).splitlines()


def test_the_example_is_sound_and_shows_every_kind_of_source() -> None:
    assert [entry.source.type for entry in read(EXAMPLE)] == ["folder", "bucket", "database", "service"]


def test_every_field_is_explained() -> None:
    """docs/connectors.md names each field of each part."""
    page = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
    schema = Connector.model_json_schema()
    fields = {name for part in [schema, *schema["$defs"].values()] for name in part.get("properties", {})}
    assert len(fields) > 40
    assert sorted(name for name in fields if f"`{name}`" not in page) == []


@pytest.mark.parametrize(
    ("change", "field", "zh", "en"),
    [
        ({"organ": None}, "organ", "应为文字", "must be text"),
        ({"kind": "penalty"}, "kind", "写法不对", "must match"),
        ({"name": "Big Name"}, "name", "写法不对", "must match"),
        ({"attested_by": {"who": "x"}}, "attested_by.document", "缺少此项", "required"),
        ({"every": "7m"}, "（整项 whole entry）", "整除", "evenly"),
        ({"every": None}, "（整项 whole entry）", "恰有其一", "exactly one"),
        ({"schedule": "whenever", "every": None}, "schedule", "cron", "no cron expression"),
        ({"schedule": "0 1 * * *"}, "（整项 whole entry）", "恰有其一", "exactly one"),
        ({"sauce": {}}, "sauce", "没有这个字段", "no such field"),
        ({"source": {"type": "fax"}}, "source", "之一", "one of"),
        ({"source": {"path": "/x"}}, "source", "缺少", "required"),
        ({"source": {"type": "folder", "path": "inbox"}}, "source.path", "绝对路径", "absolute"),
        ({"source": {"type": "folder", "path": "/x", "settle": 10}}, "source.settle", "应写作", "write it as"),
        ({"source": {"type": "folder", "path": "/x", "keep": "90d"}}, "source", "至多30d", "at most 30d"),
        (
            {"source": {"type": "folder", "path": "/x", "marker": "yes"}},
            "source.marker",
            "true或false",
            "true or false",
        ),
        ({"back_off": {"attempts": 0}}, "back_off.attempts", "不得小于1", "at least 1"),
        ({"receipts": [{"to": "fax"}]}, "receipts.0", "之一", "one of"),
        ({"receipts": [{"to": "post", "url": "ftp://x", "key_secret": "k"}]}, "receipts.0.url", "http", "https"),
        ({"receipts": {}}, "receipts", "列表", "a list"),
    ],
)
def test_a_fault_names_entry_and_field(tmp_path: Path, change: dict[str, Any], field: str, zh: str, en: str) -> None:
    page = yaml.safe_load(FOLDER)
    page["connectors"][0] |= change
    page["connectors"][0] = {
        key: value for key, value in page["connectors"][0].items() if value is not None or key == "organ"
    }
    (line,) = told(tmp_path, yaml.safe_dump(page, allow_unicode=True))
    name = page["connectors"][0]["name"]
    assert line.startswith(f"connectors.yaml：第1项（{name}）entry 1, {field}：")
    assert zh in line
    assert en in line


DATABASE = {"type": "database", "columns": {"a": "b"}, "cursor": "id"}
SERVICE = {"type": "service", "url": "https://api.example", "fields": {"a": "b"}, "paging": {"by": "none"}}


@pytest.mark.parametrize(
    ("source", "field"),
    [
        (DATABASE | {"url": "postgresql://a:hush@db/x", "table": "t"}, "source.url"),
        (DATABASE | {"url": "no address", "table": "t"}, "source.url"),
        (DATABASE | {"url": "sqlite:///x", "url_secret": "x", "table": "t"}, "source"),
        (DATABASE | {"url": "sqlite:///x"}, "source"),
        (DATABASE | {"url": "sqlite:///x", "select": "DELETE FROM t"}, "source.select"),
        (DATABASE | {"url": "sqlite:///x", "select": "SELECT 1; DROP TABLE t"}, "source.select"),
        (DATABASE | {"url": "sqlite:///x", "table": "t", "columns": {}}, "source.columns"),
        (DATABASE | {"url": "sqlite:///x", "table": "t", "password_secret": "../hush"}, "source.password_secret"),
        (SERVICE | {"url": "https://user:hush@api.example"}, "source.url"),
        (SERVICE | {"url": "file:///etc/passwd"}, "source.url"),
        (SERVICE | {"paging": {"by": "magic"}}, "source.paging"),
        (SERVICE | {"paging": {"by": "token", "parameter": "p"}}, "source.paging.next"),
        (SERVICE | {"most_pages": 0}, "source.most_pages"),
    ],
)
def test_a_fault_of_a_source_names_its_field_and_no_value(tmp_path: Path, source: dict[str, Any], field: str) -> None:
    page = yaml.safe_load(FOLDER)
    page["connectors"][0]["source"] = source
    (line,) = told(tmp_path, yaml.safe_dump(page, allow_unicode=True))
    assert f"entry 1, {field}：" in line
    assert "hush" not in line


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    page = yaml.safe_load(FOLDER)
    page["connectors"] = [page["connectors"][0] | {"organ": "1"}, {"name": "second"}]
    lines = told(tmp_path, yaml.safe_dump(page))
    assert len(lines) == 5
    assert [line.partition("entry ")[2][:1] for line in lines] == ["1", "2", "2", "2", "2"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("connectors: [", "line 1"),
        ("connectors:\n  - name: a\n    name: b\n", "stands twice"),
        ("- a\n", "whole file"),
        ("", "whole file"),
        ("connectors: 3\n", "connectors：应为列表"),
        ("connectors: !!python/object:os.system {}\n", "YAML"),
    ],
)
def test_a_file_that_is_no_configuration_is_told(tmp_path: Path, text: str, word: str) -> None:
    (line,) = told(tmp_path, text)
    assert word in line


def test_two_of_one_name_or_one_folder_are_refused(tmp_path: Path) -> None:
    page = yaml.safe_load(FOLDER)
    page["connectors"] *= 2
    lines = told(tmp_path, yaml.safe_dump(page))
    assert sum("used twice" in line for line in lines) == 2
    assert sum("two connectors watch" in line for line in lines) == 2


def test_no_file_no_connectors_and_an_unknown_name_is_told(settings: Settings, tmp_path: Path) -> None:
    settings.CONNECTORS = None
    assert connectors() == ()
    with pytest.raises(BadConfiguration, match="nobody"):
        connector("nobody")
    settings.CONNECTORS = tmp_path / "nowhere.yaml"
    with pytest.raises(BadConfiguration, match=r"nowhere\.yaml"):
        connectors()


def test_a_secret_is_its_files_text_without_the_line_end(settings: Settings, tmp_path: Path) -> None:
    settings.SECRETS_FOLDER = tmp_path
    (tmp_path / "token").write_text(" made up \n", encoding="utf-8")
    assert secret("token") == " made up "
    (tmp_path / "empty").touch()
    for name in ("empty", "missing"):
        with pytest.raises(BadConfiguration, match=name):
            secret(name)


@pytest.mark.parametrize(
    ("written", "seconds"), [("250ms", 0.25), ("10s", 10), ("15m", 900), ("2h", 7200), ("30d", 2592000)]
)
def test_durations(written: str, seconds: float) -> None:
    assert duration(written).total_seconds() == seconds


@pytest.mark.parametrize("written", ["", "10", "s", "1w", "-1s", "1.5h", 10, None, "９s x"])
def test_what_is_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match="10s"):
        duration(written)


def test_waits_double_up_to_the_longest_with_jitter() -> None:
    found = list(waits(timedelta(seconds=1), timedelta(seconds=5), 6))
    assert len(found) == 5
    for wait, whole in zip(found, (1, 2, 4, 5, 5), strict=True):
        assert whole / 2 <= wait <= whole


def test_persisting_ends_with_success_or_with_the_last_failure() -> None:
    limits = {"first": timedelta(milliseconds=1), "most": timedelta(milliseconds=2)}
    left = [Unavailable("one"), Unavailable("two")]

    def attempt() -> str:
        if left:
            raise left.pop()
        return "done"

    assert persist(attempt, attempts=3, **limits) == "done"
    left += [Unavailable("three"), Unavailable("two"), Unavailable("one")]
    with pytest.raises(Unavailable, match="two"):
        persist(attempt, attempts=2, **limits)


def entry(**when: str) -> Connector:
    page = yaml.safe_load(FOLDER)["connectors"][0]
    del page["every"]
    return Connector.model_validate(page | when)


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=LEGAL_ZONE)


@pytest.mark.parametrize(
    ("when", "last", "instant", "expected"),
    [
        ({"every": "15m"}, at(11, 45), at(12, 0, 3), at(12, 0)),
        ({"every": "15m"}, at(12, 0), at(12, 0, 3), None),
        ({"every": "15m"}, at(12, 0), at(12, 14, 59), None),
        ({"schedule": "0 2 * * *"}, at(1, 0), at(12, 0), at(2, 0)),
        ({"schedule": "0 2 * * *"}, at(2, 0), at(12, 0), None),
        ({"schedule": "0 2 * * *"}, None, at(12, 0), None),
        ({"schedule": "0 12 * * *"}, None, at(12, 0, 30), at(12, 0)),
        ({"every": "6h"}, at(0, 0), at(20, 0), at(18, 0)),
    ],
    ids=[
        "due",
        "done",
        "not yet",
        "missed while down",
        "done today",
        "new, not yet",
        "new, now",
        "missed twice, due once",
    ],
)
def test_a_connector_is_due_by_its_schedule_in_beijing_time(
    when: dict[str, str], last: datetime | None, instant: datetime, expected: datetime | None
) -> None:
    assert due(entry(**when), last=last, instant=instant) == expected
