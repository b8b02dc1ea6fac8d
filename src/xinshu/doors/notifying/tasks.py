"""Jobs of notices: decide where they go, send each message until it has arrived, confirm addresses."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from xinshu.doors.notifying.channels import Channel, Message, NotNow, NotSent
from xinshu.doors.notifying.mail import Mail
from xinshu.doors.notifying.sms import Sms
from xinshu.doors.notifying.webhook import Webhook
from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.parties.notices import actions, queries
from xinshu.parties.notices.actions import CodeRefused
from xinshu.parties.notices.states import WARNINGS, Arrival, Means, NoticeKind
from xinshu.parties.notices.words import matters
from xinshu.proceedings.intake.tasks import BackingOff, DatabaseLost, told_without_values
from xinshu.register.records.own import NoticeDueRow, notices_due

QUEUE: Final = "notices"
ATTEMPTS: Final = 8
LOOKED_BACK: Final = timedelta(days=30)
UNTIL_IT_ARRIVES = BackingOff(NotNow, DatabaseLost, first=60, most=6 * 3600, attempts=ATTEMPTS)
CHANNELS: Final[dict[Means, Channel]] = {Means.EMAIL: Mail(), Means.SMS: Sms(), Means.WEBHOOK: Webhook()}


@app.periodic(cron="* * * * *")
@app.task(name="notices.plan", queue="timers", queueing_lock="plan_notices", lock="plan_notices")
def _plan(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    with told_without_values("plan notices"):
        tell_of_corrections(moment=now())
        plan()


def tell_of_corrections(*, moment: Moment) -> None:
    """Turn what corrections owe to subjects into notices, once each; a day that was missed is made up for."""
    owed = (
        actions.Owed(
            subject=due.subject,
            kind=NoticeKind.CLASS_RAISED,
            once=f"RAISED {due.filing} {due.record_ref}",
            said={"words": "；".join(_harm(due))},
            record_ref=due.record_ref,
        )
        for due in notices_due(since=moment.day - LOOKED_BACK)
    )
    actions.notify_once(owed=owed, moment=moment)


def _harm(due: NoticeDueRow) -> list[str]:
    words = (("失信程度提高 a higher class", due.raises), ("公示期延长 a longer display", due.lengthens))
    return [said for said, holds in words if holds]


def plan() -> int:
    """Have a message sent to every address whose subject has new notices; how many messages."""
    with transaction.atomic():
        numbers = actions.plan_deliveries(moment=now())
        _send(numbers)
    return len(numbers)


def revoke(*, subjects: Collection[int], address: UUID, moment: Moment) -> None:
    """Revoke an address; every confirmed one is told, that one for the last time, once this is committed."""
    with transaction.atomic():
        _send(actions.revoke_address(subjects=subjects, address=address, moment=moment))


def _send(numbers: Iterable[UUID]) -> None:
    for number in numbers:
        _deliver.configure(lock=f"delivery {number}").defer(delivery=str(number))


@app.task(name="notices.deliver", queue=QUEUE, retry=UNTIL_IT_ARRIVES, pass_context=True)
def _deliver(context: JobContext, delivery: str) -> None:
    with told_without_values(f"delivery {delivery}", NotNow):
        attempts = 0 if context.job is None else context.job.attempts
        deliver(UUID(delivery), is_last=attempts + 1 >= ATTEMPTS)


def deliver(number: UUID, *, is_last: bool = False) -> None:
    """Try a delivery once and keep what became of it. Raises NotNow where another attempt may succeed."""
    held = queries.delivery(number)
    if held is None or held.outcome is not Arrival.WAITING:
        return
    address = queries.destination(held.address)
    if address is None or not address.confirmed or (address.revoked and not WARNINGS.issuperset(held.kinds)):
        actions.note_outcome(delivery=number, outcome=Arrival.TAKEN_BACK, moment=now())
        return
    try:
        CHANNELS[address.channel].send(address, _message(number, held.kinds))
    except NotSent as fault:
        again = isinstance(fault, NotNow) and not is_last
        outcome = Arrival.WAITING if again else Arrival.GIVEN_UP
        actions.note_outcome(delivery=number, outcome=outcome, fault=str(fault), moment=now())
        if again:
            raise
        return
    actions.note_outcome(delivery=number, outcome=Arrival.SENT, moment=now())


def confirm_later(address: UUID) -> None:
    """Have a code or a challenge sent to an address, once the present transaction is committed."""
    _confirm.defer(address=str(address))


@app.task(name="notices.confirm", queue=QUEUE, retry=UNTIL_IT_ARRIVES)
def _confirm(address: str) -> None:
    with told_without_values(f"address {address}", NotNow):
        confirm(UUID(address))


def confirm(number: UUID) -> None:
    """Send the code that confirms an address, or challenge a webhook. Raises NotNow, NotSent or CodeRefused.

    The code is made here and kept nowhere in plain: a job's arguments are kept.
    """
    address = queries.destination(number)
    if address is None or address.confirmed:
        return
    code = actions.fresh_code(address=number, moment=now())
    if address.channel is not Means.WEBHOOK:
        CHANNELS[address.channel].send(address, _code_message(code))
    elif Webhook().confirms(address, code):
        actions.confirm_address(subjects=None, address=number, code=code, moment=now())
    else:
        raise CodeRefused("对方没有正确回答质询。The other side did not answer the challenge rightly.")


def _message(number: UUID, kinds: tuple[str, ...]) -> Message:
    zh, en = matters(kinds)
    link = f"{settings.SITE}/own/"
    text = (
        f"贵单位有{len(kinds)}条新通知：{zh}。请登录查看：{link}（免费）\n"
        f"Your organisation has {len(kinds)} new notice(s): {en}. Sign in to read: {link} (free)"
    )
    told = {"kind": "NOTICES", "id": str(number), "notices": list(kinds), "link": link}
    return Message(title="信用平台通知 Notice of the credit platform", text=text, told=told)


def _code_message(code: str) -> Message:
    text = (
        f"确认码 {code}，30分钟内有效，只用一次。不是您本人操作的，请不要理会。\n"
        f"Your code is {code}: it holds for 30 minutes, once. If you did not ask for it, let it be."
    )
    return Message(title="信用平台确认码 Code of the credit platform", text=text, told={})
