"""A draft is refused with the article; mended, it is compared, laid open, commented on, and adopted as it was assessed."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.drafts import LAWFUL, THREE_MINOR
from tests.factories import TODAY, appointed
from tests.journeys.browsing import Person, aside, seal
from tests.journeys.conftest import on
from tests.policies import made_up_register
from xinshu.doors.cli.policy import policy
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.actions import NotAdoptable
from xinshu.register.publog.queries import tells_of_rules
from xinshu.register.records.models import Record

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAST, AFTER, BEGINS = date(2026, 12, 23), date(2026, 12, 24), date(2027, 3, 1)
"""Twenty-two working days after the day on which it was laid open."""

TITLE = "严重失信主体参加政府采购的限制（示例）"
MEASURE = "限制参加公共资源交易（示例）"
COUNTED = "以次数累计认定严重失信"


def command(*words: object, day: date) -> Result:
    """`xinshu policy` on that day."""

    def run() -> Result:
        with on(day):
            return CliRunner().invoke(policy, [str(word) for word in words])

    return aside(run)


def sends(officer: Person, text: str, status: int) -> None:
    """A draft goes to the desk."""
    officer.opens("/desk/policies/")
    given: Any = {"name": "draft.yaml", "mimeType": "application/yaml", "buffer": text.encode()}
    officer.main.get_by_label("草案文件").set_input_files(given)
    officer.presses("评估", status)


def lines() -> list[tuple[Any, ...]]:
    """Every record as it stands."""
    return list(
        Record.objects.order_by("record_ref").values_list("record_ref", "public_from", "public_until", "version")
    )


def test_a_draft_policy_is_assessed(newcomer: Callable[[], Person], settings: Any, tmp_path: Path) -> None:
    settings.EMBEDDED_DATABASE = False
    aside(made_up_register)
    aside(appointed, Role.OPERATOR)
    aside(seal)
    before = aside(lines)
    officer, citizen = newcomer(), newcomer()
    with on(TODAY):
        _refused(officer, tmp_path)
        report = _assessed(officer, citizen)
        _laid_open(officer, citizen, report)
        _commented(officer, citizen, report)
    _not_yet(report)
    with on(AFTER):
        edition = _adopted(citizen, report)
    with on(date(2027, 2, 28)):
        citizen.opens("/catalogue/measures/TEST-TRADING/", 404)
    with on(BEGINS):
        citizen.opens("/catalogue/measures/")
        citizen.follows(MEASURE)
        assert "使用中" in citizen.reads()
        assert "政府采购法》第22条" in citizen.reads()
    assert aside(tells_of_rules, bytes.fromhex(edition))
    assert aside(lines) == before, "no record was touched"


def _refused(officer: Person, folder: Path) -> None:
    officer.at_desk(f"test-{Role.OPERATOR.lower()}")
    officer.follows("政策评估")
    sends(officer, THREE_MINOR, 422)
    said = officer.hears()
    assert "《关于健全社会信用体系的意见》第12条" in said
    assert COUNTED in said
    assert "draft.yaml:26" in said
    (folder / "draft.yaml").write_text(THREE_MINOR, encoding="utf-8")
    found = command("assess", folder / "draft.yaml", day=TODAY)
    assert found.exit_code == 1
    assert COUNTED in found.output
    assert "TEST-TRADING" not in command("list", day=TODAY).output


def _assessed(officer: Person, citizen: Person) -> str:
    sends(officer, LAWFUL, 200)
    report = officer.at().rstrip("/").rpartition("/")[2]
    said = officer.reads()
    assert "新受此措施影响的主体" in said
    assert "25+" in said
    assert "一个事实会被限制两次" in said
    assert "不足10个或不公布" in said
    citizen.opens("/policies/")
    assert TITLE not in citizen.reads()
    citizen.opens(f"/policies/{report}/", 404)
    assert citizen.asks(f"/policies/{report}/report.pdf").status == 404
    return report


def _laid_open(officer: Person, citizen: Person, report: str) -> None:
    officer.presses("公开征求意见")
    assert LAST.isoformat() in officer.reads()
    citizen.opens("/catalogue/")
    citizen.follows("政策评估")
    citizen.follows(TITLE)
    assert LAST.isoformat() in citizen.reads()
    assert hashlib.sha256(citizen.asks(f"/policies/{report}/report.json").body()).hexdigest() == report
    assert citizen.asks(f"/policies/{report}/report.pdf").body().startswith(b"%PDF-1.7")


def _commented(officer: Person, citizen: Person, report: str) -> None:
    for words in ("期限过长，联系电话13800138000。", "广告"):
        citizen.opens(f"/policies/{report}/")
        citizen.types("您的意见", words)
        citizen.presses("提交意见")
        assert "经阅看后公开" in citizen.reads()
    assert "期限过长" not in citizen.reads()
    officer.opens(f"/desk/policies/{report}/")
    assert "13800138000" not in officer.reads()
    first = officer.main.get_by_role("listitem").filter(has_text="期限过长")
    officer.presses("公开", within=first)
    rest = officer.main.get_by_role("listitem").filter(has_text="广告")
    officer.types("不公开的理由", "与草案无关", within=rest)
    officer.presses("不公开", within=rest)
    assert "广告" not in officer.reads()
    citizen.opens(f"/policies/{report}/")
    said = citizen.region("意见").inner_text()
    assert "期限过长" in said
    assert "13800138000" not in said
    assert "未公开的意见 comments not shown 1" in said


def _not_yet(report: str) -> None:
    """Before the last day, after it with a day that is past, and what was never assessed."""
    early = command("adopt", report, "--from", BEGINS, day=LAST)
    assert isinstance(early.exception, NotAdoptable)
    past = command("adopt", report, "--from", AFTER, day=AFTER)
    assert isinstance(past.exception, NotAdoptable)
    assert command("adopt", "0" * 64, "--from", BEGINS, day=AFTER).exit_code == 1


def _adopted(citizen: Person, report: str) -> str:
    adopted = command("adopt", report, "--from", BEGINS, day=AFTER)
    assert adopted.exit_code == 0, adopted.output
    again = command("adopt", report, "--from", BEGINS, day=AFTER)
    assert again.output == adopted.output
    citizen.opens(f"/policies/{report}/")
    assert "征求意见已结束" in citizen.reads()
    assert BEGINS.isoformat() in citizen.reads()
    return adopted.output.split("adopted: ")[1].split()[0]
