"""A draft at the command line and the desk: refused with the article, or compared, kept by hash, and then adopted."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from django.db import DatabaseError, connection, transaction

from tests.factories import TODAY, adopted_catalogue, noon
from tests.policies import LAWFUL, made_up_register
from xinshu.doors.cli.policy import policy
from xinshu.register.catalogues.actions import (
    AssessmentMissing,
    CommentRefused,
    NotAdoptable,
    adopt_assessed,
    decide_comment,
    open_consultation,
    say,
)
from xinshu.register.catalogues.models import Edition
from xinshu.register.catalogues.queries import assessment, assessments, catalogue_on, comments, report_of
from xinshu.register.catalogues.states import CommentState, Speaker
from xinshu.doors.policies.proposals import DraftRefused, NothingProposed, proposed, proposed_by_folder
from xinshu.doors.policies.running import assess

pytestmark = pytest.mark.django_db


def assessed(text: str = LAWFUL) -> str:
    return assess(proposed(text.encode(), "draft.yaml"), actor="test", moment=noon(TODAY))


def outcome(report: dict[str, Any], effect: str, what: str = "TEST-TRADING") -> dict[str, Any]:
    (found,) = [one for one in report["outcomes"] if (one["effect"], one["what"]) == (effect, what)]
    return found


def test_a_lawful_draft_gets_a_report_of_whom_it_would_touch() -> None:
    made_up_register()
    report_hash = assessed()
    report = report_of(report_hash)
    gains = outcome(report, "GAINS")
    assert gains["bodies"] == 25
    assert outcome(report, "LOSES")["bodies"] is None
    assert [row[-1] for row in gains["divisions"]] == [25]
    assert report["read"] == {"records": 30, "bodies": 25}
    assert report["day"] == TODAY.isoformat()
    assert report["against"] == catalogue_on(TODAY).hash
    text = orjson.dumps(report, option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(text).hexdigest() == report_hash


def test_the_same_draft_on_the_same_day_is_the_same_report() -> None:
    made_up_register(12)
    assert assessed() == assessed()
    assert len(assessments(public_only=False)) == 1


def test_small_numbers_are_not_told() -> None:
    made_up_register(8)
    gains = outcome(report_of(assessed()), "GAINS")
    assert (gains["bodies"], gains["divisions"], gains["industries"], gains["sizes"]) == (None, [], [], [])
