"""Writes of measures: an answer is given and kept sealed, procedures are watched, effects are noted, old answers go."""

import hashlib
import hmac
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import normalise
from xinshu.kit.moment import Moment
from xinshu.law import measure_words
from xinshu.law.measures import grounds_in, kinds_looked_at
from xinshu.law.terms import UseContext
from xinshu.proceedings.vault import sealed
from xinshu.register.access.actions import note
from xinshu.register.access.queries import organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.queries import lines, numbered
from xinshu.register.subjects.queries import described, known
from xinshu.uses.measures import answers
from xinshu.uses.measures.models import Alert, Check, MeasureEffect, Tender, TenderStep, Watch, WatchedCode
from xinshu.uses.measures.queries import (
    Answered,
    Asking,
    Found,
    Line,
    answered,
    delivered,
    looked_at,
)
from xinshu.uses.measures.states import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_WATCH,
    MOST_CODES,
    MOST_WATCHED,
    EffectKind,
    Outcome,
)

PART: Final = 10_000
"""Entries of the public log that are read at once."""


class CheckRefused(XinshuError):
    """A check cannot be answered as asked; the sentence says what is to be done."""


class WatchRefused(XinshuError):
    """A watch cannot be begun as asked, or there is none of that number."""


class EffectRefused(XinshuError):
    """An effect cannot be noted as reported."""


class Caller(NamedTuple):
    """Who asks: the name that stands for it (`organ:<code>`, `recipient:<name>`), its organ and that one's division."""

    name: str
    actor: str
    organ: str = ""
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given: its number, its bytes, and what it says."""

    number: UUID
    content: bytes
    lines: list[Line]


@transaction.atomic
def give_answer(*, codes: Sequence[object], context: UseContext, purpose: str, caller: Caller, moment: Moment) -> Given:
    """Answer what stands for each of these codes, keep the answer sealed, and leave a line in the trail.

    Raises CheckRefused for no code, too many, or no purpose.
    """
    purpose = _said(purpose, CheckRefused)
    if not 1 <= len(codes) <= MOST_CODES:
        raise CheckRefused(
            f"一次核查1至{MOST_CODES}个代码；更多的请分次。"
            f" From 1 to {MOST_CODES} codes are checked at a time; send more"
            " in parts."
        )
    asking = Asking(context, catalogue_on(moment.day), moment.day, caller.division)
    found, number = answered(codes, asking), uuid4()
    content = _content(number, found, asking, purpose)
    told = [line for line in found.lines if line.outcome is Outcome.MEASURES]
    Check.objects.create(
        id=number,
        caller=caller.name,
        organ_code=caller.organ,
        context=context,
        purpose=purpose,
        on_day=moment.day,
        at=moment.instant,
        edition=bytes.fromhex(asking.edition.hash),
        journal=found.state.number,
        codes=len(codes),
        found=len(told),
        digest=hashlib.sha256(content).digest(),
        sealed=sealed(zlib.compress(content)),
        subjects=sorted({one.subject for line in found.lines for one in line.found}),
        kept_until=moment.day + timedelta(days=settings.CHECK_DAYS),
    )
    matter = f"{number} {context} codes {len(codes)} found {len(told)}"
    note(actor=caller.actor, act="CHECK", matter=matter, purpose=purpose, organ=caller.organ, moment=moment)
    return Given(number, content, found.lines)


@transaction.atomic
def begin_watch(
    *,
    codes: Collection[str],
    context: UseContext,
    purpose: str,
    reference: str,
    ends_on: date,
    caller: Caller,
    moment: Moment,
) -> UUID:
    """Watch these codes for one procedure until its last day; its number. Raises WatchRefused."""
    purpose, reference = _said(purpose, WatchRefused), _said(reference, WatchRefused)
    wanted = list(dict.fromkeys(map(normalise, codes)))
    if not 1 <= len(wanted) <= MOST_WATCHED:
        raise WatchRefused(
            f"一项程序可关注1至{MOST_WATCHED}个代码。From 1 to {MOST_WATCHED} codes may be watched for a procedure."
        )
    if not moment.day <= ends_on <= moment.day + timedelta(days=LONGEST_WATCH):
        raise WatchRefused(
            f"程序的最后一日须不早于今日，且在{LONGEST_WATCH}天之内。The procedure's last day is not before today, and"
            f" within {LONGEST_WATCH} days."
        )
    asking = Asking(context, catalogue_on(moment.day), moment.day, caller.division)
    through = numbered()
    told = answered(wanted, asking).lines
    wrong = [str(place) for place, line in enumerate(told, 1) if line.outcome is Outcome.NOT_A_CODE]
    if wrong:
        raise WatchRefused(
            f"第{'、'.join(wrong[:20])}个不是有效代码，请更正。"
            f" No valid code: number {', '.join(wrong[:20])}; mend them."
        )
    watch = Watch.objects.create(
        id=uuid4(),
        caller=caller.name,
        organ_code=caller.organ,
        context=context,
        purpose=purpose,
        reference=reference,
        ends_on=ends_on,
        opened_at=moment.instant,
        through=through,
        asked_on=moment.day,
    )
    WatchedCode.objects.bulk_create(
        WatchedCode(watch=watch, code=code, stands=keys(line)) for code, line in zip(wanted, told, strict=True)
    )
    matter = f"{watch.id} {context} codes {len(wanted)}"
    note(actor=caller.actor, act="WATCH", matter=matter, purpose=purpose, organ=caller.organ, moment=moment)
    return watch.id


@transaction.atomic
def end_watch(*, watch: UUID, caller: str, moment: Moment) -> None:
    """The procedure is over: nothing is asked for it any more. A second time changes nothing. Raises WatchRefused."""
    found = Watch.objects.filter(id=watch, caller=caller)
    if not found.exists():
        raise WatchRefused("没有这项关注。There is no such watch of yours.")
    found.filter(ended_at__isnull=True).update(ended_at=moment.instant)


def follow_watches(*, moment: Moment) -> dict[UUID, list[str]]:
    """Ask again for every watched body of which the public log told something since, and once a day for all.

    By watch, the codes of which what stands has changed; each left an alert. A watch whose last day is over is ended.
    """
    Watch.objects.filter(ended_at__isnull=True, ends_on__lt=moment.day).update(ended_at=moment.instant)
    through = numbered()
    waiting = Watch.objects.filter(ended_at__isnull=True).exclude(through=through, asked_on=moment.day)
    told: dict[UUID, list[str]] = {}
    moved: dict[int, frozenset[int]] = {}
    for number, since in list(waiting.order_by("opened_at", "id").values_list("id", "through")):
        if since not in moved:
            moved[since] = _bodies_told_of(since, through)
        changed = ask_again(watch=number, through=through, moved=moved[since], moment=moment)
        if changed:
            told[number] = changed
    return told


@transaction.atomic
def ask_again(*, watch: UUID, through: int, moved: frozenset[int] | None, moment: Moment) -> list[str]:
    """Ask for the codes of a watch that name one of these bodies (None, or of another day: for all), keep what stands
    and what changed; the codes of which it did."""
    row = Watch.objects.select_for_update().get(id=watch)
    held = list(WatchedCode.objects.filter(watch=row).order_by("id"))
    if moved is not None and row.asked_on == moment.day:
        bodies = known([one.code for one in held])
        held = [one for one in held if one.code in bodies and moved & set(bodies[one.code].subjects)]
    asking = Asking(UseContext(row.context), catalogue_on(moment.day), moment.day, _division(row.organ_code))
    changed = []
    for one, line in zip(held, answered([one.code for one in held], asking).lines if held else [], strict=True):
        now = keys(line)
        came, went = [key for key in now if key not in one.stands], [key for key in one.stands if key not in now]
        if came or went:
            Alert.objects.create(watch=row, code=one.code, came=came, went=went, on_day=moment.day, at=moment.instant)
            one.stands = now
            one.save(update_fields=["stands"])
            changed.append(one.code)
    row.through, row.asked_on = through, moment.day
    row.save(update_fields=["through", "asked_on"])
    return changed


@transaction.atomic
def note_effect(
    *, measure: str, effect: EffectKind, code: str, matter: str, done_on: date, organ: str, actor: str, moment: Moment
) -> bool:
    """Keep that a unit applied a measure to a body, or lifted it, in a matter of its own; False: it is kept already.

    Of whom is kept as a digest under our key, so that nobody reads a list of them here. Raises EffectRefused.
    """
    if measure not in catalogue_on(moment.day).catalogue.measures:
        raise EffectRefused("目录中没有这项措施。There is no such measure in the catalogue.")
    if done_on > moment.day:
        raise EffectRefused("日期不能晚于今日。The day is today at the latest.")
    if not 1 <= len(matter.strip()) <= LONGEST_NAME:
        raise EffectRefused(
            f"请写明事项编号，至多{LONGEST_NAME}字。Name the matter, in {LONGEST_NAME} characters at most."
        )
    said = "\n".join((organ, measure, effect, normalise(code), matter.strip()))
    once = hmac.new(settings.SECRET_KEY.encode(), f"effect {said}".encode(), hashlib.sha256).digest()
    _, fresh = MeasureEffect.objects.get_or_create(
        once=once,
        defaults={
            "organ_code": organ,
            "measure": measure,
            "effect": effect,
            "done_on": done_on,
            "actor": actor,
            "at": moment.instant,
        },
    )
    return fresh


@transaction.atomic
def erase_old(*, moment: Moment) -> int:
    """Erase the answers whose time is over, and with their tenders and watches whatever told of a body; how many."""
    over = moment.day - timedelta(days=settings.CHECK_DAYS)
    gone = list(Tender.objects.filter(closed_on__lt=over).values_list("id", "watch_id"))
    TenderStep.objects.filter(tender__in=[number for number, _ in gone]).delete()
    Tender.objects.filter(id__in=[number for number, _ in gone]).delete()
    Watch.objects.filter(id__in=[watch for _, watch in gone]).delete()
    in_rooms = Tender.objects.values("watch_id")
    Watch.objects.filter(ends_on__lt=over).exclude(id__in=in_rooms).delete()
    erased, _ = (
        Check.objects.filter(kept_until__lt=moment.day)
        .exclude(tender__closed_on__isnull=True, tender__isnull=False)
        .delete()
    )
    return erased


def keys(line: Line) -> list[list[str]]:
    """What stands for a code, to be compared: measure, ground and record of each."""
    return [one.key for one in line.found if not one.held]


def _content(number: UUID, found: Answered, asking: Asking, purpose: str) -> bytes:
    catalogue, kinds = asking.edition.catalogue, looked_at(asking)
    grounds = grounds_in(asking.context, catalogue, on_date=asking.day, division=asking.division)
    covered = measure_words.covered(
        kinds,
        delivered(found.state.mark),
        asking.context,
        sorted(kinds_looked_at(grounds, catalogue)),
        catalogue,
        on_date=asking.day,
    )
    head = answers.head(
        number=number,
        asked=len(found.lines),
        context=asking.context,
        purpose=purpose,
        day=asking.day,
        edition=asking.edition.hash,
        journal=found.state.number,
        covered=covered,
        measures=_measures(found, asking),
    )
    many = sum(line.outcome is Outcome.MEASURES for line in found.lines)
    return answers.joined([head, *_lines(found, asking), answers.end(len(found.lines), many)])


def _measures(found: Answered, asking: Asking) -> dict[str, Any]:
    """Every measure that occurs, in words, once."""
    grounds: dict[str, dict[str, Found]] = {}
    for line in found.lines:
        for one in line.found:
            if not one.held:
                grounds.setdefault(one.measure, {}).setdefault(one.ground, one)
    return {
        name: measure_words.measure_words(
            name, [(row, one.reason, one.ends) for row, one in rows.items()], asking.edition.catalogue
        )
        for name, rows in sorted(grounds.items())
    }


def _lines(found: Answered, asking: Asking) -> Iterator[bytes]:
    bodies = {row.subject: row for row in described({one.subject for line in found.lines for one in line.found})}
    for place, line in enumerate(found.lines, 1):
        code = None if line.outcome is Outcome.NOT_A_CODE else line.code
        yield answers.written(place, code, line.outcome, _more(line, bodies, asking))


def _more(line: Line, bodies: Mapping[int, Any], asking: Asking) -> dict[str, Any]:
    if line.outcome is Outcome.NOT_A_CODE:
        return {"reasons": line.reasons, "words": answers.refusal_words(line.reasons)}
    if line.outcome is Outcome.FOREIGN:
        return {"words": measure_words.FOREIGN}
    if not line.found:
        return {}
    return {"bodies": [_body(bodies[one], line.found, asking) for one in dict.fromkeys(f.subject for f in line.found)]}


def _body(row: Any, found: Iterable[Found], asking: Asking) -> dict[str, Any]:
    own = [one for one in found if one.subject == row.subject]
    return {
        **measure_words.body(row),
        "measures": [_told(one, row.code, asking) for one in own if not one.held],
        "held": [_held(one, row.code, asking) for one in own if one.held],
    }


def _told(one: Found, code: str, asking: Asking) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "ground": one.ground,
        "class": one.measure_class,
        "until": one.last_day,
        "record": measure_words.record(one.record, code, asking.edition.catalogue, settings.SITE),
    }


def _held(one: Found, code: str, asking: Asking) -> dict[str, Any]:
    why = measure_words.reason_words(one.reason, asking.edition.catalogue)
    return {"why": why, "record": measure_words.record(one.record, code, asking.edition.catalogue, settings.SITE)}


def _bodies_told_of(since: int, through: int) -> frozenset[int]:
    found: set[int] = set()
    while since < through:
        part = lines(since, min(since + PART, through))
        if not part:
            break
        found.update(line.subject for line in part if line.subject is not None)
        since = part[-1].number + 1
    return frozenset(found)


def _division(organ_code: str) -> str | None:
    held = organ(organ_code) if organ_code else None
    return None if held is None else held.division


def _said(text: str, refused: type[XinshuError]) -> str:
    """A purpose or a reference: it is said, and short."""
    if not 2 <= len(text.strip()) <= LONGEST_TEXT:
        raise refused(
            f"请写明目的和程序编号，各2至{LONGEST_TEXT}字。"
            " Say the purpose, and the procedure where there is one, in 2 to"
            f" {LONGEST_TEXT} characters each."
        )
    return text.strip()
