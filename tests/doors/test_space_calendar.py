"""The days that matter to a subject, as a calendar file that others can read, and reminded of once."""

from datetime import date

import pytest
from django.test import Client

from tests import factories
from tests.journeys.conftest import on
from tests.spaces import signed_in_organisation
from xinshu.doors.notifying import reminders
from xinshu.doors.notifying.calendar import Day, DayKind, as_icalendar, days_of, near
from xinshu.law.terms import SubjectKind
from xinshu.parties.notices import actions
from xinshu.parties.notices.models import Notice
from xinshu.parties.notices.states import Means
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.subjects.queries import named_by

TODAY = factories.TODAY
NOON = factories.noon(TODAY)
LONG = "示例，许可；" * 30


def one(about: str = "一") -> Day:
    return Day(date(2026, 12, 1), DayKind.CASE_DUE, about, "r", 7)


def unfolded(file: bytes) -> list[str]:
    """The lines as a reader sees them (RFC 5545 section 3.1)."""
    return file.decode().replace("\r\n ", "").split("\r\n")


def test_lines_are_folded_at_75_octets_without_cutting_a_sign() -> None:
    file = as_icalendar([one(LONG)], moment=NOON)
    assert file.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, file.split(b"\r\n"))) <= 75
    assert [line.decode() for line in file.split(b"\r\n")]
    assert f"DESCRIPTION:{LONG}" in unfolded(file)


def test_no_text_makes_a_line_or_a_field() -> None:
    lines = unfolded(as_icalendar([one("a\r\nEND:VCALENDAR\nb;c,d\\e\u2028f")], moment=NOON))
    assert "DESCRIPTION:a\\nEND:VCALENDAR\\nb\\;c\\,d\\\\e\\nf" in lines
    assert lines.count("END:VCALENDAR") == 1


def test_a_day_is_whole_and_keeps_its_identifier() -> None:
    lines = unfolded(as_icalendar([one()], moment=NOON))
    assert {"DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202", "UID:CASE_DUE-r-2026-12-01@xinshu"} <= set(
        lines
    )


@pytest.mark.django_db
def test_it_tells_what_ends_and_when_repair_opens_and_a_licence_expires() -> None:
    factories.adopted_catalogue()
    factories.accepted(factories.document())
    factories.accepted(factories.document("ADMIN_LICENCE", document_number="示许〔2026〕1号"))
    subjects = [body.subject for body in named_by(factories.SUBJECT)]
    days = days_of(subjects, catalogue_on(TODAY).catalogue, on_date=TODAY)
    found = {(day.kind, day.on) for day in days if "罚" in day.about}
    assert found == {(DayKind.REPAIR_OPENS, date(2026, 12, 31)), (DayKind.LAST_SHOWN, date(2027, 9, 30))}
    assert (DayKind.LICENCE_EXPIRES, date(2031, 9, 29)) in {(day.kind, day.on) for day in days}
    assert days_of([subjects[0] + 1], catalogue_on(TODAY).catalogue, on_date=TODAY) == ()


@pytest.mark.django_db
def test_who_can_be_told_is_reminded_once_of_what_is_near() -> None:
    factories.adopted_catalogue()
    factories.accepted(factories.document())
    subject = named_by(factories.SUBJECT)[0].subject
    morning = factories.noon(date(2026, 12, 20))
    reminders.remind(moment=morning)
    assert not Notice.objects.exists(), "nobody can be told"
    address = actions.give_address(subject=subject, channel=Means.SMS, value="13800000000", actor="x", moment=NOON)
    code = actions.fresh_code(address=address, moment=NOON)
    actions.confirm_address(subjects=[subject], address=address, code=code, moment=NOON)
    reminders.remind(moment=factories.noon(date(2026, 12, 16)))
    assert not Notice.objects.filter(kind="REMINDER").exists(), "15 days before is too early"
    for day in (20, 21, 31):
        reminders.remind(moment=factories.noon(date(2026, 12, day)))
    reminders.remind(moment=factories.noon(date(2027, 1, 1)))
    notice = Notice.objects.get(kind="REMINDER")
    assert (notice.said["day"], notice.said["what"]) == ("2026-12-31", "可以申请修复（免费）")


def of_the_subject() -> set[tuple[DayKind, date]]:
    """The days of a subject's own duties and promises."""
    subjects = [body.subject for body in named_by(factories.SUBJECT)]
    days = days_of(subjects, catalogue_on(TODAY).catalogue, on_date=TODAY)
    return {(day.kind, day.on) for day in days if day.kind in {DayKind.DUTY_DUE, DayKind.COMMITMENT_DUE}}


def registered(**fields: str) -> None:
    factories.accepted(
        factories.document(
            "ENTERPRISE_REGISTRATION", document_number=f"示登{len(fields)}号", event_on=None, fields=fields
        )
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"ESTABLISHED_ON": "2020-03-01"}, {(DayKind.DUTY_DUE, date(2027, 6, 30))}),
        ({"ESTABLISHED_ON": "2027-01-04"}, {(DayKind.DUTY_DUE, date(2028, 6, 30))}),
        ({"ESTABLISHED_ON": "2020-03-01", "DEREGISTERED_ON": "2026-11-01"}, set()),
    ],
)
def test_the_annual_report_is_due_by_the_registration(fields: dict[str, str], due: set[tuple[DayKind, date]]) -> None:
    factories.adopted_catalogue()
    registered(**fields)
    assert of_the_subject() == due


@pytest.mark.django_db
def test_the_annual_report_is_no_duty_of_others() -> None:
    factories.adopted_catalogue()
    factories.accepted(factories.document(subject_kind=SubjectKind.SOCIAL_ORGANISATION))
    assert of_the_subject() == set()


@pytest.mark.django_db
@pytest.mark.parametrize(("performed", "told"), [("UNDER_WAY", True), ("PARTIAL", True), ("FULL", False)])
def test_a_promise_is_due_until_it_is_kept(performed: str, told: bool) -> None:
    factories.adopted_catalogue()
    fields = {"PERFORMANCE": performed, "VALID_UNTIL": "2026-12-15"}
    factories.accepted(factories.document("COMMITMENT", document_number="示诺1号", event_on=None, fields=fields))
    fields = {"PERFORMANCE": performed, "PERFORM_UNTIL": "2027-01-15"}
    document = factories.document("CONTRACT_PERFORMANCE", document_number="示合1号", event_on=None, fields=fields)
    factories.accepted(document)
    promised = {(DayKind.COMMITMENT_DUE, date(2026, 12, 15)), (DayKind.COMMITMENT_DUE, date(2027, 1, 15))}
    assert of_the_subject() - {(DayKind.DUTY_DUE, date(2027, 6, 30))} == (promised if told else set())


@pytest.mark.django_db
def test_the_annual_report_is_reminded_of_and_stands_in_the_file_and_on_the_page(client: Client) -> None:
    with on(date(2027, 6, 20)):
        factories.adopted_catalogue()
        factories.accepted(factories.document())
        subject = named_by(factories.SUBJECT)[0].subject
        address = actions.give_address(subject=subject, channel=Means.SMS, value="13800000000", actor="x", moment=NOON)
        code = actions.fresh_code(address=address, moment=NOON)
        actions.confirm_address(subjects=[subject], address=address, code=code, moment=NOON)
        for day in (20, 21):
            reminders.remind(moment=factories.noon(date(2027, 6, day)))
        notice = Notice.objects.get(kind="REMINDER")
        assert (notice.said["day"], "企业年度报告" in notice.said["words"]) == ("2027-06-30", True)
        assert "第8条" in notice.said["words"]
        signed_in_organisation(client)
        page = client.get("/own/calendar/?month=2027-06").content.decode()
        file = unfolded(client.get("/own/calendar/calendar.ics").content)
    assert "每年1月1日至6月30日" in page
    assert "https://www.gsxt.gov.cn/" in page
    assert "UID:DUTY_DUE-ANNUAL_REPORT-2027-06-30@xinshu" in file


def test_near_is_from_that_day_to_the_last() -> None:
    days = [one(), one("二")]
    assert near(days, on_date=date(2026, 12, 1), within=1) == tuple(days)
    assert near(days, on_date=date(2026, 11, 30), within=1) == tuple(days)
    assert near(days, on_date=date(2026, 11, 29), within=1) == near(days, on_date=date(2026, 12, 2), within=9) == ()
