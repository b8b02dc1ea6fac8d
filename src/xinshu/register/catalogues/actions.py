"""Adopts an edition of the catalogue, by hash; keeps the assessments by which later ones are adopted, and comments."""

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.checks import build
from xinshu.law.listing import demanded
from xinshu.law.reading import Fault
from xinshu.law.terms import Standing
from xinshu.register.catalogues.files import canonical, edition_hash, read_pages
from xinshu.register.catalogues.models import Assessment, Comment, Consultation, Edition
from xinshu.register.catalogues.queries import AssessmentRow, assessment, catalogue_of
from xinshu.register.catalogues.states import LONGEST_COMMENT, MOST_WAITING, CommentState, Speaker
from xinshu.register.publog.actions import enter_rules
from xinshu.register.publog.queries import tells_of_rules


class CatalogueRefused(XinshuError):
    """The files have faults; each is named."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class AssessmentMissing(XinshuError):
    """A later edition cannot be adopted without the hash of its assessment (G32, Decision 12)."""


class NotAdoptable(XinshuError):
    """The edition of an assessment cannot be adopted, or not on that day."""


class CommentRefused(XinshuError):
    """A comment cannot be taken in, or not be decided on."""


@transaction.atomic
def adopt(folder: Path, *, in_force_from: date, actor: str, moment: Moment) -> bytes:
    """Adopt the founding edition from its files; an edition that is adopted already changes nothing.

    Returns its hash. Raises CatalogueRefused with every fault, or AssessmentMissing for a second edition.
    """
    pages, shape_faults = read_pages(folder)
    catalogue, faults = build(pages)
    if shape_faults or catalogue is None:
        raise CatalogueRefused(tuple(sorted({*shape_faults, *faults})))
    content = canonical(pages)
    content_hash = edition_hash(content)
    if Edition.objects.filter(hash=content_hash).exists():
        return content_hash
    if Edition.objects.exists():
        raise AssessmentMissing(
            "已有目录版本，后续版本须先评估：xinshu policy assess，再 xinshu policy adopt。An edition is adopted"
            " already; a later one needs its recorded assessment: xinshu policy assess, then xinshu policy adopt."
        )
    Edition.objects.create(
        hash=content_hash,
        content=content.decode(),
        in_force_from=in_force_from,
        adopted_at=moment.instant,
        adopted_by=actor,
        founding=True,
        listing_steps=steps_of_lists(catalogue),
    )
    enter_rules(content_hash)
    return content_hash


@transaction.atomic
def keep_assessment(
    *, name: str, content: bytes, against: str, report: bytes, touches: bool, actor: str, moment: Moment
) -> str:
    """Keep the report on a draft, with the edition that it would make; its hash. Kept again, it changes nothing."""
    report_hash = edition_hash(report)
    Assessment.objects.get_or_create(
        hash=report_hash,
        defaults={
            "name": name,
            "edition": edition_hash(content),
            "content": content.decode(),
            "against": bytes.fromhex(against),
            "report": report.decode(),
            "touches": touches,
            "on_day": moment.day,
            "at": moment.instant,
            "actor": actor,
        },
    )
    return report_hash.hex()


@transaction.atomic
def adopt_assessed(report_hash: str, *, in_force_from: date, actor: str, moment: Moment) -> str:
    """Adopt exactly the edition that was assessed, from a day that lies ahead; the edition's hash (G32).

    An edition that is adopted already changes nothing. Raises AssessmentMissing, NotAdoptable.
    """
    found = assessment(report_hash)
    if found is None:
        raise AssessmentMissing(
            f"没有编号为“{report_hash}”的评估，目录未采纳。No assessment has this hash; nothing was adopted. Run xinshu"
            " policy assess first."
        )
    newest = Edition.objects.select_for_update().order_by("-in_force_from").first()
    if Edition.objects.filter(hash=bytes.fromhex(found.edition)).exists():
        return found.edition
    _must_be_adoptable(found, newest, in_force_from, moment)
    row = Assessment.objects.get(hash=bytes.fromhex(report_hash))
    Edition.objects.create(
        hash=row.edition,
        content=row.content,
        in_force_from=in_force_from,
        adopted_at=moment.instant,
        adopted_by=actor,
        founding=False,
        assessment=row.hash,
        listing_steps=steps_of_lists(catalogue_of(row.content)),
    )
    enter_rules(bytes(row.edition))
    return found.edition


def _must_be_adoptable(found: AssessmentRow, newest: Edition | None, in_force_from: date, moment: Moment) -> None:
    if newest is None or bytes(newest.hash).hex() != found.against:
        raise NotAdoptable(
            "评估所对照的版本已不是最新版本，请重新评估。The assessment compares with an edition that is no longer the"
            " newest; assess the draft again."
        )
    if in_force_from <= max(moment.day, newest.in_force_from):
        raise NotAdoptable(
            f"施行日期须晚于今天（{moment.day}）和现有版本的施行日期。An edition begins on a day that lies ahead, and"
            f" after the newest one (in force from {newest.in_force_from})."
        )
    if not found.touches:
        return
    if found.opened_on is None:
        raise NotAdoptable(
            "草案涉及主体的权益，尚未公开征求意见。The draft may touch bodies; lay it open for comments first: xinshu"
            " policy consult, or at the desk."
        )
    if found.last_on is None or moment.day <= found.last_on:
        raise NotAdoptable(
            f"征求意见尚未结束（截止 {found.last_on or '待国务院公布放假安排'}）。The time for comments is not over"
            f" (last day: {found.last_on or 'not known before the calendar of that year is announced'})."
        )
    if found.waiting:
        raise NotAdoptable(
            f"还有{found.waiting}条意见没有处理。{found.waiting} comments wait to be read; decide on them at the desk."
        )


@transaction.atomic
def open_consultation(report_hash: str, *, last_on: date | None, actor: str, moment: Moment) -> None:
    """Lay a draft open for comments until that day, that day included; once open, nothing changes."""
    found = assessment(report_hash)
    if found is None:
        raise AssessmentMissing(f"没有编号为“{report_hash}”的评估。No assessment has this hash.")
    Consultation.objects.get_or_create(
        assessment_id=bytes.fromhex(report_hash),
        defaults={"opened_on": moment.day, "last_on": last_on, "at": moment.instant, "actor": actor},
    )


@transaction.atomic
def say(report_hash: str, *, words: str, speaker: Speaker, moment: Moment) -> UUID:
    """Take in a comment on a draft that is open for comments; it waits to be read. Raises CommentRefused.

    `words` come without personal data: the door has masked them.
    """
    found = assessment(report_hash)
    if found is None or not found.open_on(moment.day):
        raise CommentRefused("这份草案现在不征求意见。This draft is not open for comments now.")
    text = words.strip()
    if not text or len(text) > LONGEST_COMMENT:
        raise CommentRefused(
            f"请填写意见，不超过{LONGEST_COMMENT}字。Say something, in at most {LONGEST_COMMENT} characters."
        )
    if found.waiting >= MOST_WAITING:
        raise CommentRefused(
            "等待处理的意见过多，请明天再试，您的意见没有收下。Too many comments wait to be read; yours was not taken"
            " in. Try again tomorrow."
        )
    said = Comment.objects.create(
        id=uuid4(),
        consultation_id=bytes.fromhex(report_hash),
        speaker=speaker,
        words=text,
        said_on=moment.day,
        at=moment.instant,
        state=CommentState.WAITING,
    )
    return said.id


@transaction.atomic
def decide_comment(comment: UUID, *, shown: bool, ground: str, actor: str, moment: Moment) -> None:
    """Show a comment, or not, with a ground; what is not shown loses its words. Decided once. Raises CommentRefused."""
    row = Comment.objects.select_for_update().filter(id=comment).first()
    if row is None or row.state != CommentState.WAITING:
        raise CommentRefused("没有这条待处理的意见。No such comment waits.")
    if not shown and not ground.strip():
        raise CommentRefused("不公开须说明理由。Say why it is not shown.")
    row.state = CommentState.SHOWN if shown else CommentState.NOT_SHOWN
    row.ground = "" if shown else ground.strip()[:200]
    row.words = row.words if shown else ""
    row.decided_by, row.decided_at = actor, moment.instant
    row.save()


def steps_of_lists(catalogue: Catalogue) -> dict[str, dict[str, list[str]]]:
    """By kind and list, the steps that each list in use demands."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, rule in catalogue.lists.items():
        if rule.standing is Standing.ACTIVE:
            found.setdefault(rule.kind, {})[name] = [str(step) for step in demanded(rule)]
    return found


def enter_editions() -> None:
    """Have the public log tell of editions that were adopted before there was a log."""
    for edition in Edition.objects.order_by("in_force_from"):
        if not tells_of_rules(bytes(edition.hash)):
            enter_rules(bytes(edition.hash))
