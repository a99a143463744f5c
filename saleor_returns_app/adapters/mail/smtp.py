"""Mail through SMTP."""

from __future__ import annotations

import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from functools import cache
from urllib.parse import unquote, urlsplit

from saleor_returns_app.errors import MailRefused, MailUnavailable
from saleor_returns_app.services.ports import Mail

#: Seconds to wait for the mail server at each step.
PATIENCE = 20.0


class SmtpMailer:
    """One connection a mail: `smtp://user:password@host:port` (STARTTLS where offered) or `smtps://…`."""

    def __init__(self, *, url: str, sender: str) -> None:
        self._url, self._sender = url, sender

    def send(self, mail: Mail) -> None:
        if not self._url:
            raise MailUnavailable("No mail server is configured.")
        message = self._compose(mail)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException, ValueError) as trouble:
            # The reason may quote credentials or addresses: only its kind is kept.
            text = "The mail server cannot be used (%(kind)s)."
            raise MailUnavailable(text, kind=type(trouble).__name__) from trouble
        with server:
            self._hand_over(server, message)

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        """A refusal for good is one with a 5xx code of this address or this mail; everything else may pass."""
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            if all(500 <= code < 600 for code, _ in refusal.recipients.values()):
                raise MailRefused("The mail server refuses this address.") from refusal
            raise MailUnavailable("The mail server does not take this address now.") from refusal
        except (smtplib.SMTPNotSupportedError, UnicodeError) as nonsense:
            raise MailRefused("The mail server cannot write to this address.") from nonsense
        except smtplib.SMTPDataError as refusal:
            if 500 <= refusal.smtp_code < 600:
                raise MailRefused("The mail server refuses this mail.") from refusal
            raise MailUnavailable("The mail server does not take this mail now.") from refusal
        except (OSError, smtplib.SMTPException) as trouble:
            text = "The mail server broke off (%(kind)s)."
            raise MailUnavailable(text, kind=type(trouble).__name__) from trouble

    def _compose(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = formataddr((_one_line(mail.sender_name), self._sender))
        try:
            # Exactly one address: a list would be split up, and nobody is an error, not everybody.
            message["To"] = Address(addr_spec=mail.to or "@")
            message["Subject"] = _one_line(mail.subject)
            message["Message-ID"] = mail.message_id
            if mail.reply_to:
                message["Reply-To"] = Address(addr_spec=mail.reply_to)
            message["Date"] = formatdate()
            message["Auto-Submitted"] = "auto-generated"
        except (ValueError, HeaderParseError) as nonsense:
            raise MailRefused("This is no address a mail can be sent to.") from nonsense
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        for file in mail.attachments:
            kind, _, subtype = file.media_type.partition("/")
            message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
        return message

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self._url)
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=_trust())
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE)
        try:
            server.ehlo()
            if parts.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=_trust())
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


@cache
def _trust() -> ssl.SSLContext:
    """Certificates of the machine, read once: that takes longer than sending a mail."""
    return ssl.create_default_context()


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
