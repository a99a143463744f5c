"""Mails over a real SMTP conversation: what arrives, and what each kind of refusal means for the next try."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from saleor_returns_app.adapters.mail.smtp import SmtpMailer
from saleor_returns_app.errors import MailRefused, MailUnavailable
from saleor_returns_app.services.ports import Attachment, Mail

MAIL = Mail(
    to="rita@example.com",
    subject="Your return R-2026-000001 is approved",
    text="Send it to\n您的退货已获同意 🙂\n.\nReturns dept.",
    html="<p>您的退货已获同意</p>",
    message_id="<n-1@returns.example>",
    sender_name="Rita & Söhne",
)


@dataclass
class Server:
    """A mail server whose answers can be set: `recipient` and `data` are given instead of taking it."""

    recipient: str = ""
    data: str = ""
    got: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.recipient:
            return self.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data
        message = email.message_from_bytes(envelope.content, policy=default)
        self.got.append((list(envelope.rcpt_tos), message))
        return "250 OK"

    def check_login(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == b"p@ss:word", handled=False)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def port(server: Server) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = int(probe.getsockname()[1])
    controller: Any = Controller(
        server, hostname="127.0.0.1", port=free, authenticator=server.check_login, auth_require_tls=False
    )
    controller.start()
    yield free
    controller.stop()


@pytest.fixture
def mailer(port: int) -> SmtpMailer:
    return SmtpMailer(url=f"smtp://127.0.0.1:{port}", sender="returns@shop.example")


def test_a_mail_arrives_as_text_and_as_html(mailer: SmtpMailer, server: Server) -> None:
    mailer.send(MAIL)
    recipients, message = server.got[0]
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert recipients == ["rita@example.com"]
    assert message.get_content_type() == "multipart/alternative"
    assert text.get_content().splitlines() == MAIL.text.splitlines()
    assert html.get_content().strip() == MAIL.html


def test_its_head_says_who_what_and_that_no_person_wrote_it(mailer: SmtpMailer, server: Server) -> None:
    mailer.send(MAIL)
    head = server.got[0][1]
    assert head["From"] == "Rita & Söhne <returns@shop.example>"
    assert (head["Subject"], head["Message-ID"]) == (MAIL.subject, MAIL.message_id)
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["Date"].datetime is not None


@pytest.mark.parametrize("name", ["Shop\r\nBcc: eve@example.com", "Shop\nX: y", "A\x00B", "A\u2028X: y"])
def test_no_name_can_bring_in_another_header(mailer: SmtpMailer, server: Server, name: str) -> None:
    mailer.send(replace(MAIL, sender_name=name, subject=name))
    recipients, message = server.got[0]
    assert recipients == ["rita@example.com"]
    assert {"Bcc", "X"} & set(message.keys()) == set()


@pytest.mark.parametrize(
    "to", ["", "rita", "a@b.c, eve@example.com", "a@b.c\r\nBcc: eve@example.com", "<a@b.c>", "a b@c.d", "@", "a@b@c"]
)
def test_what_is_not_exactly_one_address_is_never_tried(mailer: SmtpMailer, server: Server, to: str) -> None:
    with pytest.raises(MailRefused):
        mailer.send(replace(MAIL, to=to))
    assert server.got == []


def test_an_address_the_server_has_no_letters_for_is_never_tried_again(mailer: SmtpMailer) -> None:
    with pytest.raises(MailRefused):
        mailer.send(replace(MAIL, to="ríta@example.com"))


@pytest.mark.parametrize(
    ("where", "answer", "kind"),
    [
        ("recipient", "550 No such mailbox", MailRefused),
        ("recipient", "451 Greylisted", MailUnavailable),
        ("data", "554 Looks like spam", MailRefused),
        ("data", "452 Disk full", MailUnavailable),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now(
    mailer: SmtpMailer, server: Server, where: str, answer: str, kind: type[Exception]
) -> None:
    setattr(server, where, answer)
    with pytest.raises(kind) as caught:
        mailer.send(MAIL)
    assert "rita" not in str(caught.value)


def test_it_signs_in_where_the_address_says_so(port: int, server: Server) -> None:
    SmtpMailer(url=f"smtp://shop:p%40ss%3Aword@127.0.0.1:{port}", sender="returns@shop.example").send(MAIL)
    assert server.logins == [(b"shop", b"p@ss:word")]
    assert len(server.got) == 1


def test_a_wrong_password_keeps_the_mail_and_itself_secret(port: int, server: Server) -> None:
    mailer = SmtpMailer(url=f"smtp://shop:wrong@127.0.0.1:{port}", sender="returns@shop.example")
    with pytest.raises(MailUnavailable) as caught:
        mailer.send(MAIL)
    assert "wrong" not in str(caught.value)
    assert server.got == []


def test_a_server_that_knows_no_signing_in_keeps_the_mail(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = int(probe.getsockname()[1])
    controller: Any = Controller(server, hostname="127.0.0.1", port=free)
    controller.start()
    try:
        with pytest.raises(MailUnavailable):
            SmtpMailer(url=f"smtp://shop:p@127.0.0.1:{free}", sender="returns@shop.example").send(MAIL)
    finally:
        controller.stop()


def test_a_server_that_is_away_keeps_the_mail() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = probe.getsockname()[1]
    with pytest.raises(MailUnavailable):
        SmtpMailer(url=f"smtp://127.0.0.1:{nobody}", sender="returns@shop.example").send(MAIL)


def test_something_that_is_no_mail_server_keeps_the_mail(port: int) -> None:
    # TLS from the first byte, towards a server that speaks in the clear.
    with pytest.raises(MailUnavailable):
        SmtpMailer(url=f"smtps://127.0.0.1:{port}", sender="returns@shop.example").send(MAIL)


def test_without_a_server_the_mail_is_kept() -> None:
    with pytest.raises(MailUnavailable):
        SmtpMailer(url="", sender="returns@shop.example").send(MAIL)


def test_files_go_with_the_mail(server: Server, mailer: SmtpMailer) -> None:
    slip = Attachment(name="R-1.pdf", media_type="application/pdf", content=b"%PDF-1.7 \x00\xff")
    mailer.send(replace(MAIL, attachments=(slip,)))
    [(_, message)] = server.got
    [file] = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("R-1.pdf", "application/pdf")
    assert file.get_content() == slip.content
    html = message.get_body(("html",))
    assert html is not None
    assert "您的退货已获同意" in html.get_content()
