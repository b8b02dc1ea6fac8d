"""Who stands at the desk: one's organs, what one may do for them, and which batches one may see."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from xinshu.doors.desk.words import AT_WORK, DOORS, STATES
from xinshu.doors.portal.wording import Wording, Words
from xinshu.proceedings.intake import queries
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.proceedings.intake.states import State
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of
from xinshu.register.access.queries import OrganRow, PostRow, organ, posts_of
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on

FILERS: Final = frozenset({Role.CLERK, Role.REVIEWER})

Page = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> str:
    """The user's name, under which every act stands."""
    return str(request.user.get_username())


def posts(request: HttpRequest) -> tuple[PostRow, ...]:
    """The posts that one holds today."""
    return posts_of(actor_of(request), on_date=moment_of(request).day)


def unit_at(request: HttpRequest) -> str:
    """The code of the unit for which one stands at the desk, for the trail; empty by a post of the whole platform."""
    return next((post.organ.code for post in posts(request) if post.organ is not None), "")


def organs_of(request: HttpRequest) -> tuple[OrganRow, ...]:
    """The organs for which one may file today."""
    held = {post.organ.code: post.organ for post in posts(request) if post.organ is not None and post.role in FILERS}
    return tuple(held.values())


def seen_by(request: HttpRequest) -> frozenset[str] | None:
    """The codes of the organs whose batches one may see; None: of every organ, by a post of the whole platform."""
    held = posts(request)
    if any(post.organ is None for post in held):
        return None
    return frozenset(post.organ.code for post in held if post.organ is not None)


def may_file_for(request: HttpRequest, organ_code: str) -> bool:
    """Whether one files for that organ today."""
    return organ_code in {held.code for held in organs_of(request)}


def must_file_for(request: HttpRequest, organ_code: str) -> None:
    """Refuse whoever does not file for that organ today; an auditor and an operator see, and do not act."""
    if not may_file_for(request, organ_code):
        raise PermissionDenied("您不是该机关的经办人员。You do not file for this organ.")


def own_batch(view: Page) -> Page:
    """A page of one batch that one may see; any other is no different from none. Each look and act leaves a line."""

    @wraps(view)
    def guarded(request: HttpRequest, batch: UUID, **kwargs: Any) -> HttpResponseBase:
        found = visible(request, batch)
        looking = request.method in {"GET", "HEAD"}
        note(
            actor=actor_of(request),
            act="LOOK_BATCH" if looking else "WORK_ON_BATCH",
            matter=str(batch),
            purpose="归集",
            organ=found.organ_code,
            moment=moment_of(request),
        )
        return view(request, found, **kwargs)

    return guarded


def visible(request: HttpRequest, batch: UUID) -> BatchRow:
    """The batch, if one may see it. Raises Http404."""
    found, seen = queries.batch(batch), seen_by(request)
    if found is None or not (seen is None or found.organ_code in seen):
        raise Http404
    return found


def in_words(request: HttpRequest, found: BatchRow) -> dict[str, Any]:
    """A batch for a template: its columns, and its state, kind, organ and way in, in words."""
    held = organ(found.organ_code)
    return {
        **asdict(found),
        "working": found.working,
        "mended": found.parent is not None,
        "state_words": AT_WORK.get(found.state, STATES[found.state]) if found.working else STATES[found.state],
        "door_words": DOORS[found.door],
        "kind_words": kind_words(request, found.kind),
        "organ_name": found.organ_code if held is None else held.name,
        "large_and_cut_off": found.state == State.FILING and not found.working,
    }


def wording(request: HttpRequest) -> Wording:
    """The catalogue of the day, asked for words."""
    return Wording(catalogue_on(moment_of(request).day).catalogue)


def kind_words(request: HttpRequest, name: str) -> Words:
    """What a kind is called; one that has left the catalogue stands as it was filed."""
    kind = wording(request).catalogue.kinds.get(name)
    return (name, "") if kind is None else (kind.name_zh, kind.name_en)


def kinds_in_words(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Every kind of the catalogue of the day: identifier, Chinese and English name."""
    kinds = wording(request).catalogue.kinds
    return [(name, kind.name_zh, kind.name_en) for name, kind in kinds.items()]
