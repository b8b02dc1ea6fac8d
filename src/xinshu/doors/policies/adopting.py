"""An assessed edition is adopted, and what stands is carried into it, in one transaction."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.proceedings.endings import number_and_note
from xinshu.register.catalogues.actions import adopt_assessed
from xinshu.register.catalogues.queries import newest_edition
from xinshu.register.records.carrying import Told, carry_over


@dataclass(frozen=True, slots=True)
class Adopted:
    """The hash of the edition, and of how many records the display now ends, or repair opens, earlier."""

    edition: str
    carried: int


@transaction.atomic
def adopt(
    report_hash: str, *, in_force_from: date, actor: str, moment: Moment, told: Told = lambda _compared: None
) -> Adopted:
    """Adopt exactly the edition that was assessed, from a day that lies ahead (G32).

    Raises AssessmentMissing, NotAdoptable. Nobody sees a record vanish meanwhile: what is carried is numbered with it.
    """
    old = newest_edition()
    edition = adopt_assessed(report_hash, in_force_from=in_force_from, actor=actor, moment=moment)
    new = newest_edition()
    if new.hash != edition or new.hash == old.hash:
        return Adopted(edition, 0)
    carried = carry_over(old=old, new=new, actor=actor, moment=moment, told=told)
    number_and_note(moment=moment)
    return Adopted(edition, carried)
