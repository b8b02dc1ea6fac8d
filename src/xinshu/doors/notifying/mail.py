"""E-mail by SMTP, on a connection whose certificate is checked."""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from django.conf import settings

from xinshu.doors.notifying.channels import Message, NotNow, NotSent, secret
from xinshu.parties.notices.queries import Destination

SECONDS = 20.0
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Mail:
    """The channel of e-mail."""

    def send(self, address: Destination, message: Message) -> None:
        """Hand the message to the operator's mail server. Raises NotNow, or NotSent where it refuses for good."""
        if not (settings.SMTP_HOST and settings.MAIL_FROM):
            raise NotSent("本平台没有配置邮件服务。No mail server is configured here.")
        try:
            with _connected() as server:
                server.send_message(_written(address.value, message))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _refused(error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(f"邮件服务暂不可用。The mail server cannot be used now: {type(error).__name__}") from None


def _connected() -> smtplib.SMTP:
    context = ssl.create_default_context()
    place = (settings.SMTP_HOST, settings.SMTP_PORT)
    if settings.SMTP_SECURITY == "none" and settings.SMTP_HOST not in LOCAL:
        raise NotSent("只有本机的邮件服务可以不加密。Only a mail server on this machine may go without encryption.")
    if settings.SMTP_SECURITY == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(*place, timeout=SECONDS)
    try:
        if settings.SMTP_SECURITY == "starttls":
            server.starttls(context=context)
        if settings.SMTP_USER:
            server.login(settings.SMTP_USER, secret("smtp_password"))
    except BaseException:
        server.close()
        raise
    return server


def _written(to: str, message: Message) -> EmailMessage:
    """The message; the library refuses a line break in any header, and the address was refused one before."""
    written = EmailMessage(policy=SMTP)
    try:
        written["Subject"] = message.title
        written["From"] = settings.MAIL_FROM
        written["To"] = Address(addr_spec=to)
    except ValueError:
        raise NotSent("邮件地址格式不对。This is no e-mail address.") from None
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(message.text)
    return written


def _refused(error: smtplib.SMTPException) -> NotSent:
    """A code of 4xx is for now only (RFC 5321 section 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    else:
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
    kind = NotNow if 400 <= code < 500 else NotSent
    return kind(f"邮件服务器拒收。The mail server refuses it: {code}")
