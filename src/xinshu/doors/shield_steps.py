"""What an applicant does with a shield, by its form: the same for an organisation and a clerk at a counter."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest

from xinshu.doors.case_documents import attached
from xinshu.doors.shield_words import ASKED_BY, PLANS
from xinshu.kit.moment import Moment
from xinshu.proceedings.cases.files import LARGEST, DocumentRefused
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.shield import actions
from xinshu.proceedings.shield.fields import ORDER
from xinshu.proceedings.shield.states import (
    FILLED,
    LONGEST_COURT,
    LONGEST_NAME,
    LONGEST_NUMBER,
    LONGEST_WORDS,
    NotShieldable,
    ShieldState,
)

PLAIN: Final[Mapping[str, Callable[..., Any]]] = {
    "withdraw": actions.withdraw,
    "take_back_completion": actions.take_back_completion,
}
COMPLETION: Final = ("performed_on", "performance", "commitment", "signed_by")
ENTERED: Final = (*ORDER, *COMPLETION, "words", "reply", "ruled_on")


def carried_out(
    request: HttpRequest,
    case: UUID,
    *,
    subjects: Collection[int] | None,
    side: Side,
    actor: str,
    moment: Moment,
) -> None:
    """The step that a form asks for. Raises what the action raises; an unknown step does nothing.

    What is filled in is kept before anything is judged, so that no fault loses it.
    """
    said = {name: str(value) for name, value in request.POST.items()}
    step, who = said.get("step", ""), {"subjects": subjects, "side": side, "actor": actor, "moment": moment}
    if step in {"save", "lodge"}:
        actions.save(case=case, form={name: said.get(name, "") for name in (*ORDER, "words")}, **who)  # type: ignore[arg-type]
        with_document(request, case, states=FILLED, side=side, actor=actor, moment=moment)
    if step == "lodge":
        actions.lodge(case=case, **who)  # type: ignore[arg-type]
    elif step == "ask_completion":
        actions.own_shield(case, subjects, side, actor, moment)
        with_document(request, case, states=(ShieldState.GRANTED,), side=side, actor=actor, moment=moment)
        form = {name: said.get(name, "") for name in COMPLETION}
        actions.ask_completion(case=case, form=form, **who)  # type: ignore[arg-type]
    elif step == "reply":
        actions.reply(case=case, words=said.get("reply", ""), **who)  # type: ignore[arg-type]
    elif step in PLAIN:
        PLAIN[step](case=case, **who)


def with_document(request: HttpRequest, case: UUID, **to: Any) -> None:
    """Attach the document of a form, if one was chosen. Raises NotShieldable with the fault of the field."""
    if "document" not in request.FILES:
        return
    try:
        attached(request, case=case, **to)
    except DocumentRefused as refused:
        raise NotShieldable(str(refused), {"document": str(refused)}) from refused


def form_of(request: HttpRequest, kept: Mapping[str, Any], faults: Mapping[str, str]) -> dict[str, Any]:
    """What the forms of a shield need: what stands in each field, as it was entered, and what is wrong with it."""
    said = kept.get("completion", {})
    entered = {name: request.POST[name] for name in ENTERED if name in request.POST}
    return {
        "form": {**said, **kept, "performance": said.get("words", ""), **entered},
        "faults": faults,
        "plans": [(str(one), words) for one, words in PLANS.items()],
        "askers": [(str(one), words) for one, words in ASKED_BY.items()],
        "longest": {
            "words": LONGEST_WORDS,
            "court": LONGEST_COURT,
            "number": LONGEST_NUMBER,
            "signed_by": LONGEST_NAME,
        },
        "largest_mib": LARGEST >> 20,
    }
