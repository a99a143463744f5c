"""The mailbox takes real SMTP."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from demo.mailbox import Mailbox, Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink(Mailbox())
    yield made
    made.stop()


def letter() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "returns@shop.test", "rita@example.com", "Ihr Code – 返品"
    mail.set_content("Code 123456, mit Umlaut ü")
    mail.add_alternative("<p>Code <b>123456</b></p>", subtype="html")
    return mail


def test_text_and_html_arrive(sink: Sink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as smtp:
        smtp.send_message(letter())
    mail = sink.mailbox.wait_for(to="rita@example.com", subject="code")
    assert (mail.subject, mail.sender) == ("Ihr Code – 返品", "returns@shop.test")
    assert mail.text.strip() == "Code 123456, mit Umlaut ü"
    assert mail.html.strip() == "<p>Code <b>123456</b></p>"
    assert sink.mailbox.messages(to="nobody@example.com") == []


def test_it_can_refuse(sink: Sink) -> None:
    sink.refusal = "451 Busy"
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as smtp, pytest.raises(smtplib.SMTPDataError):
        smtp.send_message(letter())
    assert sink.mailbox.messages() == []


def test_waiting_for_what_never_comes_times_out(sink: Sink) -> None:
    with pytest.raises(TimeoutError):
        sink.mailbox.wait_for(to="rita@example.com", timeout=0.01)
