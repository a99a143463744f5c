"""The SMTP end: takes everything, except while it is told to refuse."""

from __future__ import annotations

from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.mailbox.store import Mailbox
from demo.serving import HOST, free_port


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._sink.refusal:
            return self._sink.refusal
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self._sink.mailbox.add(raw, tuple(envelope.rcpt_tos))
        return "250 Message accepted"


class Sink:
    """An SMTP server on the loopback address. Set `refusal` (e.g. `451 Busy`) to see how senders cope."""

    def __init__(self, mailbox: Mailbox, *, port: int = 0) -> None:
        self.mailbox = mailbox
        self.refusal = ""
        self.port = free_port(port)
        self._controller: Any = Controller(_Handler(self), hostname=HOST, port=self.port, decode_data=False)
        self._controller.start()

    @property
    def url(self) -> str:
        """As the app's settings want it."""
        return f"smtp://{HOST}:{self.port}"

    def stop(self) -> None:
        self._controller.stop()
