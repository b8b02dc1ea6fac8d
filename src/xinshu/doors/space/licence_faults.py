"""Why an electronic licence proved nothing: each reason with its sentence and the way out."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from xinshu.kit.errors import XinshuError

OTHERWISE: Final = (
    "也可以改用信函或者窗口，均不收费。",
    "A letter or a counter will do as well; all of it is free of charge.",
)


class Unproved(StrEnum):
    """Why nothing was proved."""

    NOT_OFFERED = "NOT_OFFERED"
    UNSAFE = "UNSAFE"
    DOWN = "DOWN"
    UNREADABLE = "UNREADABLE"
    STRANGE = "STRANGE"
    DECLINED = "DECLINED"
    TURNED_AWAY = "TURNED_AWAY"
    SPENT = "SPENT"
    UNSIGNED = "UNSIGNED"
    NOT_FOR_US = "NOT_FOR_US"
    EXPIRED = "EXPIRED"
    NO_CODE = "NO_CODE"
    BAD_CODE = "BAD_CODE"
    PERSON = "PERSON"
    ROLE = "ROLE"
    UNLINKED = "UNLINKED"
    STAFF = "STAFF"


SENTENCES: Final[Mapping[Unproved, tuple[str, str]]] = {
    Unproved.NOT_OFFERED: (
        "本平台还没有接通电子营业执照。",
        "The electronic licence is not connected here yet.",
    ),
    Unproved.UNSAFE: (
        "电子营业执照系统的地址没有加密，本平台不会连接；请告知运营单位。",
        "An address of the licence's provider is not encrypted, and is not used; please tell the operator.",
    ),
    Unproved.DOWN: (
        "电子营业执照系统暂时不能使用，请稍后再试。",
        "The licence's provider cannot be reached now; please try again later.",
    ),
    Unproved.UNREADABLE: (
        "电子营业执照系统的应答不合标准，不能采信；请告知运营单位。",
        "The answer of the licence's provider is not as the standard has it, and proves nothing; tell the operator.",
    ),
    Unproved.STRANGE: (
        "这次核验不是在这里开始的，或者已经用过、超过了10分钟。请重新开始。",
        "This was not begun here, was used already, or took longer than 10 minutes. Please begin again.",
    ),
    Unproved.DECLINED: (
        "您在电子营业执照系统中没有同意，什么也没有发生。需要时可以重新开始。",
        "You did not agree at the licence's provider, and nothing has happened. You may begin again.",
    ),
    Unproved.TURNED_AWAY: (
        "电子营业执照系统没有受理本平台的请求；请告知运营单位。",
        "The licence's provider did not take our request; please tell the operator.",
    ),
    Unproved.SPENT: (
        "电子营业执照系统说这个凭据已用过或已过期。请重新开始。",
        "The licence's provider says that this code was used or is too old. Please begin again.",
    ),
    Unproved.UNSIGNED: (
        "电子营业执照的凭据签名不对，不能采信。请重新开始；再次出现的，请告知运营单位。",
        "The signature of the licence's proof is wrong, and it proves nothing. Begin again; if it happens again, tell"
        " the operator.",
    ),
    Unproved.NOT_FOR_US: (
        "电子营业执照的凭据不是为这次核验签发的，不能采信。请重新开始。",
        "The licence's proof was not issued for this, and proves nothing. Please begin again.",
    ),
    Unproved.EXPIRED: (
        "电子营业执照的凭据已过期。请重新开始。",
        "The licence's proof has expired. Please begin again.",
    ),
    Unproved.NO_CODE: (
        "电子营业执照系统没有给出单位的统一社会信用代码。请在该系统中选择单位后重新开始。",
        "The licence's provider named no organisation. Choose the organisation there, and begin again.",
    ),
    Unproved.BAD_CODE: (
        "电子营业执照系统给出的代码不是有效的统一社会信用代码，不能采信。",
        "What the licence's provider gave is no valid unified social credit code, and proves nothing.",
    ),
    Unproved.PERSON: (
        "给出的号码属于个人，或者不能与个人号码区分；本平台只核验单位，没有保存这个号码。",
        "The number given is a person's, or cannot be told from one. Only organisations are proved here, and the number"
        " was not kept.",
    ),
    Unproved.ROLE: (
        "您在电子营业执照中的身份不能代表该单位办理。请由法定代表人授权后重新开始。",
        "Your role in the licence does not let you act for the organisation. Have its legal representative authorise"
        " you, and begin again.",
    ),
    Unproved.UNLINKED: (
        "这个电子营业执照还没有关联账号。请先用密码登录（没有账号的先注册），用电子营业执照核验一次单位，以后就可以用它登录。",
        "This licence is linked to no account. Sign in by password (or register) and prove an organisation by it once;"
        " from then on it signs you in.",
    ),
    Unproved.STAFF: (
        "工作人员的账号只能用密码登录。",
        "Members of staff sign in by password only.",
    ),
}


class LicenceRefused(XinshuError):
    """An electronic licence proved nothing; `why` it did not."""

    def __init__(self, why: Unproved) -> None:
        self.why = why
        zh, en = SENTENCES[why]
        super().__init__(f"{zh}{OTHERWISE[0]} {en} {OTHERWISE[1]}")
