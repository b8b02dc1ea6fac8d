"""The command line of who may fetch bulk data: a token told once, a purpose and terms that must be said, an end."""

from datetime import date, timedelta

import pytest
from click.testing import CliRunner, Result

from tests.factories import TODAY, noon
from tests.journeys.conftest import house, on  # noqa: F401 the fixture is used by name
from xinshu.doors.cli.recipients import recipient
from xinshu.register.access.actions import RecipientRefused
from xinshu.register.access.models import Recipient, TrailLine
from xinshu.register.access.queries import recipient_of, recipients

ADD = ("add", "示范银行", "--contact", "data@bank.example", "--purpose", "贷前核查")
SOUND = (*ADD, "--until", "2027-06-30", "--accepts-terms")


def run(*arguments: str, day: date = TODAY) -> Result:
    with on(day):
        return CliRunner().invoke(recipient, list(arguments))


def test_a_recipient_is_told_its_token_once(house: None) -> None:  # noqa: F811
    added = run(*SOUND)
    assert added.exit_code == 0, added.output
    token = added.stdout.strip()
    assert token.startswith("xr_")
    listed = run("list").stdout
    assert "示范银行\t贷前核查\t2026-11-23\t2027-06-30\tdata@bank.example" in listed
    assert token not in listed
    held = recipient_of(token, on_date=TODAY)
    assert held is not None
    assert (held.name, held.terms_accepted_on) == ("示范银行", TODAY)
    kept = Recipient.objects.get()
    assert token.encode() not in bytes(kept.digest)
    assert recipient_of(token, on_date=date(2027, 6, 30)) is None
    assert run("revoke", "示范银行").exit_code == 0
    assert recipient_of(token, on_date=TODAY) is None
    assert run("list").stdout == ""
    lines = list(TrailLine.objects.order_by("id").values_list("act", "matter"))
    assert lines[-2:] == [("REGISTER_RECIPIENT", "示范银行"), ("END_RECIPIENT", "示范银行")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*ADD, "--until", "2027-06-30"), "义务"),
        ((*ADD, "--until", "2027-11-24", "--accepts-terms"), "一年"),
        ((*ADD, "--until", "2026-11-23", "--accepts-terms"), "今日"),
        (("add", " ", "--contact", "a", "--purpose", "b", "--until", "2027-06-30", "--accepts-terms"), "须填写"),
        (("add", "甲", "--contact", "a", "--purpose", "b" * 201, "--until", "2027-06-30", "--accepts-terms"), "200"),
        (("revoke", "无此接收方"), "没有"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(house: None, arguments: tuple[str, ...], said: str) -> None:  # noqa: F811
    result = run(*arguments)
    assert isinstance(result.exception, RecipientRefused)
    assert said in str(result.exception)
    assert not Recipient.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("add",),
        ("add", "示范银行", "--contact", "a", "--until", "2027-06-30", "--accepts-terms"),
        ("add", "示范银行", "--contact", "a", "--purpose", "b", "--accepts-terms"),
        (*ADD, "--until", "30.6.2027", "--accepts-terms"),
        ("revoke",),
        ("remove", "示范银行"),
    ],
)
def test_wrong_arguments_are_told_in_words(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.strip()


def test_one_name_holds_once_and_may_be_registered_anew_when_it_is_over(house: None) -> None:  # noqa: F811
    first = run(*SOUND).stdout.strip()
    assert isinstance(run(*SOUND).exception, RecipientRefused)
    later = date(2027, 7, 1)
    assert recipient_of(first, on_date=later) is None
    assert run(*ADD, "--until", "2028-07-01", "--accepts-terms", day=later).exit_code == 0
    assert [row.valid_from for row in recipients(on_date=later)] == [later]


def test_a_year_from_the_day_that_has_no_year(house: None) -> None:  # noqa: F811
    leap = date(2028, 2, 29)
    assert isinstance(run(*ADD, "--until", "2029-03-01", "--accepts-terms", day=leap).exception, RecipientRefused)
    assert run(*ADD, "--until", "2029-02-28", "--accepts-terms", day=leap).exit_code == 0
    assert noon(leap).day + timedelta(365) == date(2029, 2, 28)
