"""What an applicant does with a case, by its form: the same for an organisation and a clerk at a counter."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from xinshu.doors.portal.wording import Wording
from xinshu.doors.repair_words import channel, findings
from xinshu.kit.moment import Moment
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.repair import actions
from xinshu.proceedings.repair.queries import RepairCase, eligibility
from xinshu.proceedings.repair.states import RepairState

FILLED: Final = (RepairState.DRAFT, RepairState.RETURNED)
FORM: Final = ("duties_done", "words", "commitment", "signed_by")
PLAIN: Final = {"withdraw": actions.withdraw, "take_back": actions.take_back}


def carried_out(
    case: UUID,
    said: Mapping[str, str],
    *,
    subjects: Collection[int] | None,
    side: Side,
    actor: str,
    moment: Moment,
) -> None:
    """The step that a form asks for. Raises what the action raises; an unknown step does nothing."""
    step = said.get("step", "")
    if step in {"save", "lodge", "prelodge"}:
        form = {name: said.get(name, "") for name in FORM}
        actions.save(case=case, form=form, subjects=subjects, side=side, actor=actor, moment=moment)
    if step == "lodge":
        actions.lodge(case=case, subjects=subjects, side=side, actor=actor, moment=moment)
    elif step == "prelodge":
        actions.prelodge(case=case, subjects=subjects, side=side, actor=actor, moment=moment)
    elif step == "reply":
        words = said.get("words", "")
        actions.reply(case=case, words=words, subjects=subjects, side=side, actor=actor, moment=moment)
    elif step in PLAIN:
        PLAIN[step](case=case, subjects=subjects, side=side, actor=actor, moment=moment)


def asked_for(case: RepairCase, wording: Wording, moment: Moment) -> dict[str, Any]:
    """What the form needs: whether a whole one may be lodged today, from which day, and each condition as it stands."""
    if case.about is None or case.row.state not in {*FILLED, RepairState.PRELODGED}:
        return {}
    whole = {**case.row.form, "commitment": True, "duties_done": True}
    verdict = eligibility(case.about, wording.catalogue, form=whole, on_date=moment.day)
    now = eligibility(case.about, wording.catalogue, form=case.row.form, on_date=moment.day)
    return {
        "may_fill": case.row.state in FILLED,
        "may_lodge": verdict.may_be_lodged,
        "opens_on": verdict.opens_on,
        "findings": findings(now, wording),
        "channel": channel(case.about, wording, moment.day),
    }
