"""What the steps of a listing have in common: who may take them, what is noted of them, and who is told."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from xinshu.kit.moment import Moment
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import NoSuchCase, advance
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.queries import CaseRow
from xinshu.proceedings.cases.queries import case as case_row
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.lists.fields import plain, served_faults
from xinshu.proceedings.lists.queries import PROPOSERS, ListingCase, holds, listing_case
from xinshu.proceedings.lists.states import LISTING, AnotherPerson, ListingState, NotListable, NotTheirListing
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on


def unit_case(case: UUID, actor: str, roles: Collection[Role], moment: Moment) -> ListingCase:
    """The listing, for who holds such a post in its unit. Raises NoSuchCase, NotTheirListing."""
    found = listing_case(case, catalogue_on(moment.day).catalogue)
    if found is None:
        raise NoSuchCase("没有这个办件。There is no such case.")
    must_hold(actor, found.row.organ, roles, moment)
    return found


def must_be_another(found: ListingCase, actor: str, *events: str) -> None:
    """Whoever took one of these steps does not take this one. Raises AnotherPerson."""
    if actor in found.actors(*events):
        raise AnotherPerson(
            "提出、审核、签署须由不同的人办理；这一步请由另一人办理。"
            " Who proposes, who reviews and who signs are different persons; somebody else has to take this step."
        )


def must_say(words: str) -> str:
    """What is said to both sides. Raises NotListable for nothing."""
    said = plain(words)
    if not said:
        raise NotListable("请写明理由。Say why.", {"words": "请写明理由。Say why."})
    return said


def service_of(found: ListingCase, document: str, how: str, served_on: str, moment: Moment) -> dict[str, Any]:
    """What is noted of the service of that document; its proof was attached since. Raises NotNow, NotListable."""
    issued = found.happened(document)
    if issued is None or found.happened(document, "serve_notice", "serve_decision") is not issued:
        raise NotNow("没有待送达的文书。No document waits to be served.")
    faults = served_faults(how, served_on, since=issued.on_day, today=moment.day)
    proofs = documents_of(found.row.id)
    if len(proofs) <= issued.said["documents"]:
        faults["document"] = "请附上送达回证等送达证明。Attach the proof of service."
    if faults:
        raise NotListable("还不能登记送达；请按提示改正。The service cannot be noted yet.", faults)
    proof = {"proof": proofs[-1].name, "digest": proofs[-1].digest}
    return {"how": how, "served_on": served_on.strip(), "number": issued.said["number"], **proof}


def spoken_in(case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """The case, if the body may be heard in it by this actor. Raises NoSuchCase, for another's as for none."""
    found = case_row(case)
    if found is None or found.course != LISTING.name:
        raise NoSuchCase("没有这个办件。There is no such case.")
    if side is Side.COUNTER:
        must_hold(actor, found.organ, PROPOSERS, moment)
    elif subjects is None or found.subject not in subjects or found.state == ListingState.PROPOSED:
        raise NoSuchCase("没有这个办件。There is no such case.")
    return found


def step(
    found: ListingCase,
    event: str,
    actor: str,
    moment: Moment,
    *,
    said: Mapping[str, Any],
    due: date | None = None,
) -> CaseRow:
    """A step of the unit; its line tells how many documents lay in the case then."""
    told = {**said, "documents": len(documents_of(found.row.id))}
    return advance(
        case=found.row.id,
        course=LISTING,
        event=event,
        side=Side.ORGAN,
        actor=actor,
        organ=found.row.organ,
        said=orjson.loads(orjson.dumps(told)),
        due=due,
        moment=moment,
    )


def tell(case: CaseRow, kind: NoticeKind, moment: Moment) -> None:
    """The body is told of what happened in its case."""
    notify(subject=case.subject, kind=kind, case=case.id, record_ref=case.record_ref, moment=moment)


def must_hold(actor: str, organ: str, roles: Collection[Role], moment: Moment) -> None:
    """The actor holds one of these posts at that organ. Raises NotTheirListing."""
    if not holds(actor, organ, roles, on_date=moment.day):
        raise NotTheirListing(
            "这一步由列入机关相应任职的人员办理，您没有这一任职。"
            " Somebody with such a post at the listing organ does this; you may not."
        )
