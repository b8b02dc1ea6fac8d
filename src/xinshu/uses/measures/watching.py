"""Procedures are watched: what stands for a code is asked again at each change, and what came and went is kept."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from xinshu.kit.identifiers import normalise
from xinshu.kit.moment import Moment
from xinshu.law.terms import UseContext
from xinshu.register.access.actions import note
from xinshu.register.access.queries import organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.queries import lines, numbered
from xinshu.register.subjects.queries import known
from xinshu.uses.measures.actions import Caller, WatchRefused, one_at_a_time, said_shortly
from xinshu.uses.measures.models import Alert, Watch, WatchedCode
from xinshu.uses.measures.queries import Asking, answered
from xinshu.uses.measures.states import LONGEST_WATCH, MOST_WATCHED, Outcome

PART: Final = 10_000
"""Entries of the public log that are read at once."""

Tell = Callable[[UUID, list[str]], object]


def nobody(_watch: UUID, _codes: list[str]) -> None:
    """Whoever watches reads it."""


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
    anew: bool = False,
) -> UUID:
    """Watch these codes for one procedure until its last day; its number. Raises WatchRefused.

    Asked again in the same words while it runs, the watch is that one, so that nobody watches twice unawares; `anew`:
    a room has a watch of its own.
    """
    purpose, reference = said_shortly(purpose, WatchRefused), said_shortly(reference, WatchRefused)
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
    one_at_a_time(f"watch {caller.name} {reference}")
    said = {"caller": caller.name, "context": context, "purpose": purpose, "reference": reference, "ends_on": ends_on}
    same = None if anew else _same_watch(said, wanted)
    if same is not None:
        return same
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
        **said,
        id=uuid4(),
        organ_code=caller.organ,
        opened_at=moment.instant,
        through=through,
        asked_on=moment.day,
    )
    WatchedCode.objects.bulk_create(
        WatchedCode(watch=watch, code=code, stands=line.keys) for code, line in zip(wanted, told, strict=True)
    )
    matter = f"{watch.id} {context} codes {len(wanted)}"
    note(actor=caller.actor, act="WATCH", matter=matter, purpose=purpose, organ=caller.organ, moment=moment)
    return watch.id


@transaction.atomic
def end_watch(*, watch: UUID, caller: str, moment: Moment) -> None:
    """The procedure is over: nothing is asked for it any more. A second time changes nothing. That of a room ends with
    the room alone. Raises WatchRefused."""
    found = Watch.objects.filter(id=watch, caller=caller).exclude(tender__isnull=False, tender__closed_on__isnull=True)
    if not found.exists():
        raise WatchRefused("没有这项关注。There is no such watch of yours.")
    found.filter(ended_at__isnull=True).update(ended_at=moment.instant)


def follow_watches(*, moment: Moment, tell: Tell = nobody) -> dict[UUID, list[str]]:
    """Ask again for every watched body of which the public log told something since, and once a day for all.

    By watch, the codes of which what stands has changed; each left an alert, and is told in the same transaction. A
    watch whose last day is over is ended.
    """
    Watch.objects.filter(ended_at__isnull=True, ends_on__lt=moment.day).update(ended_at=moment.instant)
    through = numbered()
    waiting = Watch.objects.filter(ended_at__isnull=True).exclude(through=through, asked_on=moment.day)
    told: dict[UUID, list[str]] = {}
    moved: dict[int, frozenset[int]] = {}
    for number, since in list(waiting.order_by("opened_at", "id").values_list("id", "through")):
        if since not in moved:
            moved[since] = _bodies_told_of(since, through)
        with transaction.atomic():
            changed = ask_again(watch=number, through=through, moved=moved[since], moment=moment)
            if changed:
                told[number] = changed
                tell(number, changed)
    return told


@transaction.atomic
def ask_again(*, watch: UUID, through: int, moved: frozenset[int] | None, moment: Moment) -> list[str]:
    """Ask for the codes of a watch that name one of these bodies (None, or of another day: for all), keep what stands
    and what changed; the codes of which it did. Of a watch that has ended nothing is asked."""
    row = Watch.objects.select_for_update().filter(id=watch, ended_at__isnull=True).first()
    if row is None:
        return []
    held = list(WatchedCode.objects.filter(watch=row).order_by("id"))
    if moved is not None and row.asked_on == moment.day:
        bodies = known([one.code for one in held])
        held = [one for one in held if one.code in bodies and moved & set(bodies[one.code].subjects)]
    asking = Asking(UseContext(row.context), catalogue_on(moment.day), moment.day, _division(row.organ_code))
    changed = []
    for one, line in zip(held, answered([one.code for one in held], asking).lines if held else [], strict=True):
        now = line.keys
        came, went = [key for key in now if key not in one.stands], [key for key in one.stands if key not in now]
        if came or went:
            Alert.objects.create(watch=row, code=one.code, came=came, went=went, on_day=moment.day, at=moment.instant)
            one.stands = now
            one.save(update_fields=["stands"])
            changed.append(one.code)
    row.through, row.asked_on = through, moment.day
    row.save(update_fields=["through", "asked_on"])
    return changed


def _same_watch(said: Mapping[str, Any], wanted: list[str]) -> UUID | None:
    """The watch of the very same words and codes that runs, other than one of a room."""
    for one in Watch.objects.filter(ended_at__isnull=True, tender__isnull=True, **said).order_by("opened_at"):
        if set(WatchedCode.objects.filter(watch=one).values_list("code", flat=True)) == set(wanted):
            return one.id
    return None


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
