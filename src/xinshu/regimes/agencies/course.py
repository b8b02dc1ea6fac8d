"""Takes a matter a step along its course, and writes the step into the append-only history."""

from datetime import date
from uuid import uuid4

from xinshu.bulk.personal import mask as without_persons
from xinshu.kit.moment import Moment
from xinshu.law.agencies import Term
from xinshu.law.deadlines import due_on
from xinshu.regimes.agencies.models import Matter, MatterStep
from xinshu.regimes.agencies.states import LONGEST_WORDS, Cause, Event, MatterState, Turn, Who, turn
from xinshu.register.catalogues.queries import catalogue_on


def opened(cause: Cause, who: Who, *, actor: str, moment: Moment, **about: object) -> Matter:
    """A new matter, noticed now; `about` are its further columns. In the caller's transaction."""
    line = turn(cause, None, Event.NOTICED, who)
    matter = Matter(id=uuid4(), cause=cause, opened_on=moment.day, **about)
    return _taken(matter, line, actor, moment, "")


def taken(matter: Matter, event: Event, who: Who, *, actor: str, moment: Moment, words: str = "") -> Matter:
    """A step of a matter that the caller has locked. Raises NotNow where the course has none."""
    line = turn(Cause(matter.cause), MatterState(matter.state), event, who)
    return _taken(matter, line, actor, moment, words)


def plain(words: str) -> str:
    """Words as they are kept: one line, without control characters and names of persons, and cut to length."""
    said = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return without_persons(said)[0][:LONGEST_WORDS]


def term_from(term: Term, since: date, *, on_date: date) -> date | None:
    """The last day of a term by the catalogue of a day; None where it cannot be computed (yet)."""
    catalogue = catalogue_on(on_date).catalogue
    return due_on(since, catalogue.deadline_on(term, on_date), catalogue.calendar)


def _taken(matter: Matter, line: Turn, actor: str, moment: Moment, words: str) -> Matter:
    if line.next is None:
        raise ValueError("a step leads somewhere")
    matter.state = line.next
    if line.term is not None:
        matter.due_on = term_from(line.term, moment.day, on_date=moment.day)
    if line.event is Event.LISTED:
        matter.listed_on = moment.day
    if line.next is MatterState.CLOSED:
        matter.closed_on = moment.day
    matter.save()
    MatterStep.objects.create(
        matter_id=matter.id,
        place=MatterStep.objects.filter(matter_id=matter.id).count(),
        event=line.event,
        state=line.next,
        who=line.who,
        actor=actor,
        on_day=moment.day,
        at=moment.instant,
        words=plain(words),
    )
    return matter
