"""At the counter: a mandate is opened after the papers were seen, and the letters with codes are printed."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xinshu.doors.desk.letter_pdf import letter_pdf
from xinshu.doors.desk.standing import actor_of, posts
from xinshu.doors.space.telling import tell_given
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code
from xinshu.parties.mandates.actions import LONGEST_PAPER, LetterRefused, give, in_a_year, print_letter
from xinshu.parties.mandates.queries import bodies_of, letter, letters_due
from xinshu.parties.mandates.states import Proof
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.roles import Role

AT_THE_COUNTER: Final = frozenset({Role.CLERK, Role.OPERATOR})
"""Who may open a mandate after seeing the papers; letters are the operator's."""


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """Open a mandate for the account of someone who stands here; it holds for a year. Nobody opens their own."""
    roles = {post.role for post in posts(request)}
    if not roles & AT_THE_COUNTER:
        raise PermissionDenied(
            "只有经办人员和运行管理人员可以在窗口办理授权。Only a clerk or an operator opens mandates at a counter."
        )
    page: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in ("username", "code", "paper")}
    page |= {"longest": LONGEST_PAPER, "prints": Role.OPERATOR in roles, "fault": "", "done": request.GET.get("done")}
    if request.method == "POST":
        try:
            _give(request, page)
        except XinshuError as refused:
            page |= {"fault": str(refused), "letters": letters_due() if page["prints"] else ()}
            return render(request, "desk/counter.html", page, status=422)
        return redirect(f"{request.path}?done=1")
    return render(request, "desk/counter.html", page | {"letters": letters_due() if page["prints"] else ()})


@staff
@require_POST
def printed(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The letter as PDF; its code is drawn now, stands on this paper only, and is never told again."""
    if not any(post.role == Role.OPERATOR for post in posts(request)):
        raise PermissionDenied("信函由运行管理人员寄送。Letters are sent by the operator.")
    moment = moment_of(request)
    try:
        drawn = print_letter(letter=letter_id, days=settings.LETTER_DAYS, actor=actor_of(request), moment=moment)
    except LetterRefused:
        raise Http404 from None
    row, where = letter(letter_id), request.build_absolute_uri(reverse("space:prove"))
    bodies = bodies_of(row.code)
    paper = letter_pdf(row, drawn, name=bodies[0].name if bodies else "", day=moment.day, address=where)
    answer = HttpResponse(paper, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="letter.pdf"'
    return answer


def _give(request: HttpRequest, page: dict[str, Any]) -> None:
    moment = moment_of(request)
    give(
        username=page["username"],
        code=check_code(page["code"]).code,
        proof=Proof.COUNTER,
        paper=page["paper"],
        until=in_a_year(moment.day),
        actor=actor_of(request),
        tell=tell_given,
        moment=moment,
    )
