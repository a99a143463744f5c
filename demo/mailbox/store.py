"""Messages as they arrived."""

from __future__ import annotations

import email
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

from demo.clock import real_now

_KEPT = 500


@dataclass(slots=True, frozen=True)
class Message:
    """One mail: its envelope's recipients, and what it says as text and as HTML (empty where it has none)."""

    id: int
    received: datetime
    recipients: tuple[str, ...]
    sender: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "received": self.received.isoformat(),
            "to": list(self.recipients),
            "from": self.sender,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "headers": dict(self.headers),
        }


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


class Mailbox:
    """The newest mails, newest first. `wait_for` lets a test wait for one without polling."""

    def __init__(self, *, now: Callable[[], datetime] = real_now) -> None:
        self._now = now
        self._messages: list[Message] = []
        self._ids = itertools.count(1)
        self._arrived = threading.Condition()

    def add(self, content: bytes, recipients: tuple[str, ...]) -> Message:
        mail = email.message_from_bytes(content, policy=default)
        message = Message(
            id=next(self._ids),
            received=self._now(),
            recipients=recipients,
            sender=str(mail["from"] or ""),
            subject=str(mail["subject"] or ""),
            text=_part(mail, "plain"),
            html=_part(mail, "html"),
            headers=tuple((name, str(value)) for name, value in mail.items()),
        )
        with self._arrived:
            self._messages.insert(0, message)
            del self._messages[_KEPT:]
            self._arrived.notify_all()
        return message

    def restore(self, messages: list[Message]) -> None:
        """Takes up what was kept, newest first."""
        with self._arrived:
            self._messages = messages
            self._ids = itertools.count(1 + max((message.id for message in messages), default=0))

    def messages(self, *, to: str | None = None) -> list[Message]:
        with self._arrived:
            return [message for message in self._messages if to in (None, *message.recipients)]

    def get(self, message_id: int) -> Message | None:
        return next((message for message in self.messages() if message.id == message_id), None)

    def clear(self) -> None:
        with self._arrived:
            self._messages.clear()

    def wait_for(self, *, to: str, subject: str = "", timeout: float = 10.0) -> Message:
        """The newest mail to an address whose subject has this text, waiting for it. TimeoutError when none comes."""

        def found() -> Message | None:
            return next(
                (mail for mail in self._messages if to in mail.recipients and subject.lower() in mail.subject.lower()),
                None,
            )

        with self._arrived:
            mail = self._arrived.wait_for(found, timeout)
        if mail is None:
            raise TimeoutError(f"no mail to {to} about {subject!r} within {timeout} s")
        return mail
