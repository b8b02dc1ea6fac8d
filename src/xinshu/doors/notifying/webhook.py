"""A signed POST to a system of the subject's own; it proves itself by answering a challenge with the shared secret."""

import hashlib
import hmac

import orjson
from django.conf import settings

from xinshu.doors.notifying.channels import Message, NotSent
from xinshu.doors.notifying.web import posted
from xinshu.kit.clock import now
from xinshu.parties.notices.queries import Destination

SIGNATURE = "Xinshu-Signature"


class Webhook:
    """The channel of webhooks."""

    def send(self, address: Destination, message: Message) -> None:
        """Post the message. Raises NotNow or NotSent."""
        self.asked(address, message)

    def asked(self, address: Destination, message: Message) -> bytes:
        """Post the message; what is answered."""
        if not address.value.startswith("https://"):
            raise NotSent("只向https地址发送。Only https is posted to.")
        content = orjson.dumps(message.told)
        stamp = int(now().instant.timestamp())
        headers = {SIGNATURE: f"t={stamp},v1={signed(address.secret, str(stamp).encode() + b'.' + content)}"}
        return posted(address.value, content, headers, networks=settings.WEBHOOK_NETWORKS)

    def confirms(self, address: Destination, code: str) -> bool:
        """Whether the other side answers a challenge with its signature by the secret that its owner was shown."""
        told = {"kind": "CHALLENGE", "challenge": code}
        body = self.asked(address, Message(title="", text="", told=told))
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            return False
        said = answer.get("response") if isinstance(answer, dict) else None
        return isinstance(said, str) and hmac.compare_digest(
            said.encode(), signed(address.secret, code.encode()).encode()
        )


def signed(secret: str, content: bytes) -> str:
    """HMAC-SHA256 in hexadecimal."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
