"""SMS by an operator's HTTP gateway, whose JSON is a setting."""

from typing import Any

import orjson
from django.conf import settings

from xinshu.doors.notifying.channels import Message, NotSent, secret
from xinshu.doors.notifying.web import posted
from xinshu.parties.notices.queries import Destination


class Sms:
    """The channel of SMS."""

    def send(self, address: Destination, message: Message) -> None:
        """Hand the text to the gateway. Raises NotNow or NotSent."""
        if not settings.SMS_GATEWAY:
            raise NotSent("本平台没有配置短信网关。No SMS gateway is configured here.")
        body = _filled(orjson.loads(settings.SMS_BODY), {"{number}": address.value, "{text}": message.text})
        token = secret("sms_token")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        posted(settings.SMS_GATEWAY, orjson.dumps(body), headers, networks=None)


def _filled(shape: Any, values: dict[str, str]) -> Any:
    """The JSON with its places filled; a value is never read as JSON, nor filled in again."""
    if isinstance(shape, dict):
        return {name: _filled(part, values) for name, part in shape.items()}
    if isinstance(shape, list):
        return [_filled(part, values) for part in shape]
    return values.get(shape, shape) if isinstance(shape, str) else shape
