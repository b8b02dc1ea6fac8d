"""What a shield does to records: withholds them, ends them for good once the plan is performed, or lets them go.

Each within the caller's transaction, in which its ending has its number. Danger: whoever changes what is withheld for
a body holds `alone` first, and looks at the case after that; else a follow-up could hide what was just shown again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection

from xinshu.kit.moment import Moment
from xinshu.proceedings.cases.actions import advance
from xinshu.proceedings.cases.queries import CaseRow, of_record
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.repair.states import REPAIR
from xinshu.proceedings.repair.states import WAITING as REPAIRS_WAITING
from xinshu.proceedings.shield.models import Shielded
from xinshu.proceedings.shield.queries import against_final_repair, bodies_under, coverage, is_over, withheld_now
from xinshu.proceedings.shield.states import Fate
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.actions import NotHeld
from xinshu.register.records.display import Hidden, end_publication, hide, unhide
from xinshu.register.records.own import AboutRow, about_record

OF_ITSELF: Final = "xinshu"
"""The actor of what follows by itself."""


@contextmanager
def alone(subject: int) -> Iterator[None]:
    """Whoever else would change what is withheld for the body waits for the end of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"shield of {subject}"])
    yield


def ordered_on(form: Mapping[str, Any]) -> date:
    """The day of the court's order, as an application that was lodged says it."""
    return date.fromisoformat(form["ordered_on"])


def withhold(case: CaseRow, *, actor: str, moment: Moment) -> int:
    """Withhold every record that the order covers and that is not withheld yet; how many it was."""
    catalogue = catalogue_on(moment.day).catalogue
    found = coverage(bodies_under(case.subject), ordered_on(case.form), catalogue, on_date=moment.day)
    done = sum(_withheld(case, one.record, actor, moment) for one in found if one.shielded)
    if done:
        number_and_note(moment=moment)
    return done


def _withheld(case: CaseRow, record: AboutRow, actor: str, moment: Moment) -> bool:
    if Hidden.SHIELDED in (record.hidden_for or "").split(",") and _is_noted(case.id, record.record_ref):
        return False
    try:
        hide(**_which(record.subject, record.record_ref), cause=Hidden.SHIELDED, organ="", actor=actor, moment=moment)
    except NotHeld:  # it ended meanwhile
        return False
    Shielded.objects.filter(case_id=case.id, record_ref=record.record_ref).delete()
    Shielded.objects.create(
        case_id=case.id,
        record_ref=record.record_ref,
        subject_id=record.subject,
        organ_code=record.organ_code,
        fate=Fate.WITHHELD,
        hidden_on=moment.day,
    )
    return True


def end_for_good(case: CaseRow, *, words: str, actor: str, moment: Moment) -> Mapping[Fate, int]:
    """The plan was performed: what is withheld and may be repaired finally ends; how many came to which fate.

    What the law lets nobody end by it stays withheld; what is still asked for of an ended record is over.
    """
    form = case.form.get("completion", {})
    catalogue = catalogue_on(moment.day).catalogue
    fates: dict[Fate, int] = {}
    for subject, record_ref in withheld_now(case.id):
        record = about_record([subject], record_ref, on_date=moment.day)
        fate = Fate.REPAIRED
        if record is None or is_over(record, moment.day):
            fate = _let_go(record, actor, moment)
        elif against_final_repair(record, catalogue, form, on_date=moment.day):
            fate = Fate.KEPT_BACK
        else:
            end_publication(**_which(subject, record_ref), organ="", words=words, actor=actor, moment=moment)
            _lapse_repairs(record_ref, moment)
        _note_fate(case.id, record_ref, fate, moment)
        fates[fate] = fates.get(fate, 0) + 1
    number_and_note(moment=moment)
    return fates


def show_again(case: CaseRow, *, actor: str, moment: Moment) -> Mapping[Fate, int]:
    """The plan failed: what is withheld by it is shown for what is left of its term, unless another cause hides it.

    What ended meanwhile, or whose term did, is never shown again.
    """
    fates: dict[Fate, int] = {}
    for subject, record_ref in withheld_now(case.id):
        record = about_record([subject], record_ref, on_date=moment.day)
        fate = _let_go(record, actor, moment)
        _note_fate(case.id, record_ref, fate, moment)
        fates[fate] = fates.get(fate, 0) + 1
    number_and_note(moment=moment)
    return fates


def _let_go(record: AboutRow | None, actor: str, moment: Moment) -> Fate:
    """The shield is off the record: it is shown where its term runs on; nothing changes where it has ended."""
    if record is None or record.ended is not None:
        return Fate.ENDED_MEANWHILE
    which = _which(record.subject, record.record_ref)
    unhide(**which, cause=Hidden.SHIELDED, organ="", actor=actor, moment=moment)
    return Fate.ENDED_MEANWHILE if is_over(record, moment.day) else Fate.SHOWN_AGAIN


def _lapse_repairs(record_ref: UUID, moment: Moment) -> None:
    for asked in of_record(record_ref, courses=[REPAIR.name], open_only=True):
        if asked.state in REPAIRS_WAITING:
            advance(case=asked.id, course=REPAIR, event="lapse", side=Side.HOUSE, actor=OF_ITSELF, moment=moment)


def _note_fate(case: UUID, record_ref: UUID, fate: Fate, moment: Moment) -> None:
    Shielded.objects.filter(case_id=case, record_ref=record_ref).update(fate=fate, over_on=moment.day)


def _is_noted(case: UUID, record_ref: UUID) -> bool:
    return Shielded.objects.filter(case_id=case, record_ref=record_ref, fate=Fate.WITHHELD).exists()


def _which(subject: int, record_ref: UUID) -> dict[str, Any]:
    return {"subject": subject, "record_ref": record_ref}
