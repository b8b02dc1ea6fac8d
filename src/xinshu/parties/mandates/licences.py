"""The electronic licence 电子营业执照: proves control of its organisation, and from then on signs its user in.

Of what a provider tells, the code is kept, and a keyed digest of whom it means: no name, no number of a person (G15).
"""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.parties.mandates.actions import PURPOSE, Tell, give, in_a_year
from xinshu.parties.mandates.models import LicenceLink
from xinshu.parties.mandates.queries import mandates_of_user
from xinshu.parties.mandates.states import Proof
from xinshu.register.access.actions import note


@dataclass(frozen=True, slots=True)
class Licence:
    """What a provider has vouched for: its own name, whom it means there, the organisation's code, the role or none."""

    issuer: str
    subject: str
    code: str
    role: str


@transaction.atomic
def prove_by_licence(*, username: str, licence: Licence, tell: Tell, moment: Moment) -> UUID:
    """The user may act for the licence's organisation for a year, and sign in by the licence; the mandate's number.

    Where the user holds a mandate for it already, that one stays. Raises MandateRefused.
    """
    held = [one for one in mandates_of_user(username, on_date=moment.day) if one.code == licence.code]
    mandate = (
        held[0].id
        if held
        else give(
            username=username,
            code=licence.code,
            proof=Proof.LICENCE_OIDC,
            paper=licence.role,
            until=in_a_year(moment.day),
            actor=username,
            tell=tell,
            moment=moment,
        )
    )
    user = get_user_model().objects.get(username=username)
    LicenceLink.objects.update_or_create(
        issuer=licence.issuer,
        digest=_digest(licence),
        defaults={"user": user, "code": licence.code, "on_day": moment.day},
    )
    matter = f"{licence.code} {username}"
    note(actor=username, act="LINK_LICENCE", matter=matter, purpose=PURPOSE, organ="", moment=moment)
    return mandate


def user_by_licence(licence: Licence) -> str | None:
    """The active user who proved control by that licence; None where nobody did, or it was unlinked since."""
    found = LicenceLink.objects.select_related("user").filter(
        issuer=licence.issuer, digest=_digest(licence), user__is_active=True
    )
    link = found.first()
    return None if link is None else link.user.username


@transaction.atomic
def unlink_licences(*, username: str, moment: Moment) -> int:
    """No licence signs this user in from now on; how many did. Mandates stay as they are."""
    count, _ = LicenceLink.objects.filter(user__username=username).delete()
    note(actor=username, act="UNLINK_LICENCES", matter=str(count), purpose=PURPOSE, organ="", moment=moment)
    return count


def _digest(licence: Licence) -> bytes:
    """Keyed, so that nobody who reads the table can try out whom it means; another XINSHU_SECRET_KEY unlinks all."""
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"licence link").digest()
    return hmac.new(key, f"{licence.issuer}\0{licence.subject}".encode(), hashlib.sha256).digest()
