"""Words of the own space for what has no official name: proofs, and what happened."""

from collections.abc import Mapping
from typing import Final

from xinshu.doors.portal.wording import Words
from xinshu.parties.mandates.states import Proof

PROOFS: Final[Mapping[Proof, Words]] = {
    Proof.LICENCE_OIDC: ("电子营业执照", "electronic licence"),
    Proof.POST_CODE: ("寄往登记地址的验证码", "code by post to the registered address"),
    Proof.COUNTER: ("窗口核验", "at a counter"),
}
"""How it was proved that someone may act."""
