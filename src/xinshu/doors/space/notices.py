"""What the organisation was told, and where it wants to be told: the inbox, and the addresses of notices."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinshu.doors.notifying import tasks as notifying
from xinshu.doors.portal.wording import Words
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.doors.space.words import PROOFS
from xinshu.kit.errors import XinshuError
from xinshu.kit.paging import page_number, pages
from xinshu.parties.mandates.states import Proof
from xinshu.parties.notices.actions import confirm_address, give_address, mark_read
from xinshu.parties.notices.queries import (
    AddressRow,
    NoticeRow,
    addresses_of,
    deliveries_of,
    destination,
    notices_of,
    unread,
)
from xinshu.parties.notices.states import Arrival, Means, NoticeKind
from xinshu.parties.notices.words import details, matters, told
from xinshu.register.access.audience import moment_of

PAGE_SIZE: Final = 20
MOST_DELIVERIES: Final = 20
INSIDE: Final = frozenset({"state", "what_en", "address"})
"""What is no line of its own: the page of the case says the state in words, the matter stands with its English."""

MEANS: Final[dict[Means, Words]] = {
    Means.EMAIL: ("电子邮件", "E-mail"),
    Means.SMS: ("手机短信", "SMS"),
    Means.WEBHOOK: ("系统接口", "Webhook"),
}
ARRIVALS: Final[dict[Arrival, Words]] = {
    Arrival.WAITING: ("等待发送", "waiting"),
    Arrival.SENT: ("已送达对方系统", "handed over"),
    Arrival.GIVEN_UP: ("未能送达，通知仍在本页", "not delivered; the notice stands here"),
    Arrival.TAKEN_BACK: ("地址已撤销，未发送", "not sent, the address was revoked"),
}


class NothingKnown(XinshuError):
    """An address is given for an organisation about which nothing is kept, so there is nothing to tell it of."""


@mandated
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Every notice to the organisation: the unread first, then the newest."""
    leave_line(request, "LOOK_NOTICES")
    subjects, page = subjects_of(request), page_number(request.GET.get("page", ""))
    rows, total = notices_of(subjects, most=PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    shown = {
        "notices": [_told(row) for row in rows],
        "unread": unread(subjects),
        "pages": pages(page, total, PAGE_SIZE),
    }
    return render(request, "space/notices.html", shown | _standing(request))


@mandated
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read, or all where none is named; of another organisation's there is none."""
    leave_line(request, "READ_NOTICES")
    said = request.POST.get("notice", "")
    if said and not (said.isascii() and said.isdigit() and len(said) < 19):
        raise Http404
    chosen = [int(said)] if said else None
    mark_read(subjects=subjects_of(request), notices=chosen, moment=moment_of(request))
    page = page_number(request.POST.get("page", ""))
    return redirect(f"{reverse('space:notices')}?page={page}" if page > 1 else "space:notices")


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def addresses(request: HttpRequest) -> HttpResponse:
    """Where the organisation wants to be told, and what became of the messages; a new one is given here.

    The secret of a webhook is shown in this one answer and never again.
    """
    leave_line(request, "GIVE_ADDRESS" if request.method == "POST" else "LOOK_ADDRESSES")
    if request.method != "POST":
        return _addresses(request)
    try:
        given = _given(request)
    except XinshuError as refused:
        return _addresses(request, given_fault=str(refused))
    kept = destination(given)
    if kept is not None and kept.channel is Means.WEBHOOK:
        return _addresses(request, secret=kept.secret)
    notifying.confirm_later(given)
    return redirect("space:addresses")


@mandated
@require_POST
def code(request: HttpRequest, address: UUID) -> HttpResponse:
    """Have a code sent to an address that is not confirmed, or have a webhook challenged."""
    if _own(request, address).confirmed_at is not None:
        raise Http404
    leave_line(request, "ASK_ADDRESS_CODE")
    notifying.confirm_later(address)
    return redirect("space:addresses")


@mandated
@require_POST
def confirm(request: HttpRequest, address: UUID) -> HttpResponse:
    """Confirm an address by the code that was sent there."""
    _own(request, address)
    leave_line(request, "CONFIRM_ADDRESS")
    said = request.POST.get("said", "")[:64]
    try:
        confirm_address(subjects=subjects_of(request), address=address, code=said, moment=moment_of(request))
    except XinshuError as refused:
        return _addresses(request, fault=str(refused), faulty=address)
    return redirect("space:addresses")


@mandated
@require_POST
def revoke(request: HttpRequest, address: UUID) -> HttpResponse:
    """Send nothing to that address from now on; it is told so, and so are the others."""
    _own(request, address)
    leave_line(request, "REVOKE_ADDRESS")
    notifying.revoke(subjects=subjects_of(request), address=address, moment=moment_of(request))
    return redirect("space:addresses")


def _given(request: HttpRequest) -> UUID:
    """The new address. Raises NothingKnown, or AddressRefused."""
    subjects = subjects_of(request)
    if not subjects:
        raise NothingKnown(
            "本平台没有关于这家单位的信息，暂不登记地址。"
            " Nothing is kept about this organisation, so there is nothing to be told of, and no address is taken yet."
        )
    try:
        channel = Means(request.POST.get("channel", ""))
    except ValueError:
        raise Http404 from None
    value = request.POST.get("value", "")
    return give_address(
        subject=subjects[0], channel=channel, value=value, actor=actor_of(request), moment=moment_of(request)
    )


def _own(request: HttpRequest, address: UUID) -> AddressRow:
    """The address, if it is the organisation's; another's is no different from none. Raises Http404."""
    found = next((one for one in addresses_of(subjects_of(request)) if one.id == address), None)
    if found is None:
        raise Http404
    return found


def _addresses(request: HttpRequest, **said: Any) -> HttpResponse:
    subjects = subjects_of(request)
    rows = addresses_of(subjects)
    places = {one.id: one.value_masked for one in rows}
    page = {
        "addresses": [
            {"row": one, "means": MEANS[one.channel], "by_code": one.channel != Means.WEBHOOK} for one in rows
        ],
        "deliveries": [
            {
                "row": one,
                "place": places.get(one.address, ""),
                "matter": matters(one.kinds),
                "outcome": ARRIVALS[one.outcome],
            }
            for one in deliveries_of(subjects, most=MOST_DELIVERIES)
        ],
        "means": [(one.value, *words) for one, words in MEANS.items()],
    }
    status = 422 if said.keys() & {"fault", "given_fault"} else 200
    return render(request, "space/addresses.html", page | said | _standing(request), status=status)


def _told(row: NoticeRow) -> dict[str, Any]:
    return {
        "row": row,
        "told": told(row.kind),
        "details": details({name: _said(row, name) for name in row.said if name not in INSIDE}),
        "case": _case(row),
        "wrong_body": row.record_ref is not None and row.kind == NoticeKind.RECORD_FIRST_SHOWN,
    }


def _said(row: NoticeRow, name: str) -> str:
    value = row.said[name]
    if name == "what":
        return f"{value} {row.said.get('what_en', '')}".strip()
    return " ".join(PROOFS[Proof(value)]) if name == "proof" and value in set(Proof) else value


def _case(row: NoticeRow) -> str:
    """The address of the case's page, empty where the notice is of none."""
    if row.case is None or "decider" in row.said:  # decided elsewhere: its case has no page here
        return ""
    of = row.kind.partition("_")[0]
    return reverse({"REPAIR": "space:repair", "SHIELD": "space:shield"}.get(of, "space:objection"), args=[row.case])


def _standing(request: HttpRequest) -> dict[str, Any]:
    return {"acting": acting_for(request), "username": actor_of(request)}
