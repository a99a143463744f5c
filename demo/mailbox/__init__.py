"""A mailbox for everybody: an SMTP server that keeps what it is given, and pages to read it."""

from __future__ import annotations

from demo.mailbox.sink import Sink
from demo.mailbox.store import Mailbox, Message

__all__ = ["Mailbox", "Message", "Sink"]
