"""Accounts to try a made-up country with: an organisation in its own space, and the unit that decides on it."""

import secrets
from datetime import date
from typing import Final, NamedTuple

import pyotp

from xinshu.doors.space.telling import tell_given
from xinshu.kit.moment import Moment
from xinshu.parties.mandates.actions import give, in_a_year
from xinshu.parties.mandates.factors import begin_factor, confirm_factor
from xinshu.parties.mandates.states import Proof
from xinshu.register.access.actions import employ, open_account
from xinshu.register.access.queries import OrganRow, organ
from xinshu.register.access.roles import Role
from xinshu.register.records.own import about
from xinshu.register.subjects.queries import named_by

COMPANY: Final = "demo-company"
STAFF: Final = {"demo-clerk": Role.CLERK, "demo-reviewer": Role.REVIEWER}
ACTOR: Final = "seed"
MOST: Final = 1000
TOLD_CODES: Final = 3
"""So many recovery codes are told, for whoever has no authenticator at hand."""


class Demo(NamedTuple):
    """Who may sign in to look around, drawn anew for each store and told once: never the same in two houses."""

    code: str
    unit: OrganRow
    password: str
    secret: str
    recovery: tuple[str, ...]

    def lines(self) -> list[str]:
        """What the operator of a demonstration reads on the terminal."""
        return [
            f"试用账号，只显示这一次 Accounts to try it with, told this once; 口令 password: {self.password}",
            f"  单位 /own/   {COMPANY}（{self.code}）",
            f"    第二重验证 second factor: 密钥 secret {self.secret}",
            f"    或恢复码，各用一次 or a recovery code, each once: {'  '.join(self.recovery)}",
            *(f"  机关 /desk/  {username}（{self.unit.name} {role}）" for username, role in STAFF.items()),
        ]


def open_demo_accounts(code: str, *, moment: Moment) -> Demo:
    """An account that may act for the body of this code, and a clerk and a reviewer of a unit that decided on it."""
    unit = _unit(code, moment)
    password = secrets.token_urlsafe(12)
    open_account(username=COMPANY, full_name="示范单位经办人", password=password, moment=moment)
    secret = begin_factor(username=COMPANY, moment=moment)
    said = pyotp.TOTP(secret).at(moment.instant)
    recovery = confirm_factor(username=COMPANY, said=said, moment=moment)
    give(
        username=COMPANY,
        code=code,
        proof=Proof.COUNTER,
        paper="示范数据，未核对任何材料",
        until=in_a_year(moment.day),
        actor=ACTOR,
        tell=tell_given,
        moment=moment,
    )
    for username, role in STAFF.items():
        employ(
            username=username,
            full_name=f"示范{role}",
            password=password,
            role=role,
            organ=unit.code,
            actor=ACTOR,
            moment=moment,
        )
    return Demo(code, unit, password, secret, recovery[:TOLD_CODES])


def _unit(code: str, moment: Moment) -> OrganRow:
    """The unit of the record that may be repaired soonest."""
    held, _ = about([body.subject for body in named_by(code)], on_date=moment.day, most=MOST)
    soonest = min((one for one in held if one.shown), key=lambda one: one.repair_from or date.max)
    found = organ(soonest.organ_code)
    assert found is not None, "who filed is registered"
    return found
