"""Answers by mail: whose case they belong to, what of them is kept, and what is nobody's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from functools import partial

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.inbound_mail import read_mail, without_quotes
from saleor_returns_app.domain.mail_text import html_to_text
from saleor_returns_app.errors import TooLarge
from saleor_returns_app.models import Database, make_engine
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.services import inbound_mail, messages
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.inbound_mail import Outcome, answers_to, case_of, receive_mail, reply_address
from saleor_returns_app.services.linking import merge_case
from saleor_returns_app.services.notifications import Letter, send_waiting_mails
from tests.fakes import FakeClock, FakeMailer

from .journeys import Shop


@pytest.fixture
def shop(shop: Shop) -> Shop:
    settings = shop.ctx.settings.model_copy(update={"mail_inbound": "reply@in.returns.test"})
    shop.ctx = replace(shop.ctx, settings=settings)
    return shop


@pytest.fixture
def mailing_postgres(shop: Shop, shop_of: Callable[[Context], Shop], postgres_url: str) -> Iterator[Shop]:
    """On PostgreSQL, which minds how long a text is."""
    engine = make_engine(postgres_url)
    yield shop_of(replace(shop.ctx, db=Database(engine)))
    engine.dispose()


def written(to: str, text: str = "Thank you!", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in {"From": "Rita <Rita@Example.com>", "To": to, "Message-ID": "<1@mail>", **headers}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def thread(shop: Shop, case_id: str) -> list[tuple[str, str, bool]]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [(row.who, row.body, row.internal) for row in messages.read_messages(session, case_id, shop.staff)]


def test_an_answer_comes_into_the_thread_of_its_case_once(shop: Shop) -> None:
    case_id = shop.request()
    raw = written(reply_address(shop.ctx, case_id)).as_bytes()
    assert [receive_mail(shop.ctx, raw) for _ in range(2)] == [Outcome.ADDED, Outcome.REPEATED]
    assert thread(shop, case_id) == [("shopper", "Thank you!", False)]
    assert shop.case(case_id).unread


def test_an_answer_to_a_case_that_gave_way_comes_to_the_one_that_goes_on(shop: Shop) -> None:
    first, second, third = (shop.request({"line-1": 1}) for _ in range(3))
    for gone, into in ((third, second), (second, first)):
        merge_case(shop.ctx, shop.tenant_id, gone, actor=shop.staff, number=shop.case(into).number)
    raw = written(reply_address(shop.ctx, third)).as_bytes()
    assert [receive_mail(shop.ctx, raw) for _ in range(2)] == [Outcome.ADDED, Outcome.REPEATED]
    assert (thread(shop, first), thread(shop, third)) == ([("shopper", "Thank you!", False)], [])


def test_the_address_fits_into_a_mail_and_survives_capitals(shop: Shop) -> None:
    case_id = shop.request()
    address = reply_address(shop.ctx, case_id)
    assert len(address.partition("@")[0]) <= 64
    assert receive_mail(shop.ctx, written(address.upper()).as_bytes()) is Outcome.ADDED


def test_an_address_ends_and_cannot_be_made_up(shop: Shop, clock: FakeClock) -> None:
    address = reply_address(shop.ctx, shop.request())
    letter = "a" if address[10] != "a" else "b"
    assert case_of(shop.ctx, address[:10] + letter + address[11:]) is None
    assert case_of(shop.ctx, address.replace("in.returns.test", "evil.test")) is None
    clock.forward(days=91)
    assert case_of(shop.ctx, address) is None
    assert receive_mail(shop.ctx, written(address).as_bytes()) is Outcome.UNKNOWN


def test_another_key_signs_no_address_of_ours(shop: Shop, ctx: Context) -> None:
    address = reply_address(shop.ctx, shop.request())
    other = shop.ctx.settings.model_copy(update={"secret_keys": type(shop.ctx.settings.secret_keys)("another")})
    assert case_of(replace(shop.ctx, settings=other), address) is None


def test_somebody_elses_answer_is_an_internal_note(shop: Shop) -> None:
    case_id = shop.request()
    raw = written(reply_address(shop.ctx, case_id), From="eve@example.com").as_bytes()
    assert receive_mail(shop.ctx, raw) is Outcome.UNVERIFIED
    assert thread(shop, case_id) == [("system", "Thank you!", True)]
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert messages.read_messages(session, case_id, shop.shopper) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"List_Id": "<news.example>"},
        {"From": "MAILER-DAEMON@example.com"},
    ],
)
def test_what_no_person_wrote_is_passed_over(shop: Shop, headers: dict[str, str]) -> None:
    case_id = shop.request()
    assert receive_mail(shop.ctx, written(reply_address(shop.ctx, case_id), **headers).as_bytes()) is Outcome.AUTOMATIC
    assert thread(shop, case_id) == []


def test_without_an_inbound_address_mails_only_carry_links(ctx: Context) -> None:
    assert reply_address(ctx, "0198b7a0-0000-7000-8000-000000000000") == ""
    assert receive_mail(ctx, written("reply+aaaa@in.returns.test").as_bytes()) is Outcome.UNKNOWN


def test_what_is_too_large_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound_mail, "LARGEST", 100)
    with pytest.raises(TooLarge):
        receive_mail(shop.ctx, b"x" * 101)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \n\n",
        b"To: reply+@in.returns.test\r\n\r\n",
        b"Content-Type: text/plain; charset=nonsense\n\nhi",
    ],
)
def test_nonsense_is_nobodys(shop: Shop, raw: bytes) -> None:
    assert receive_mail(shop.ctx, raw) is Outcome.UNKNOWN


def test_a_case_that_is_gone_is_unknown(shop: Shop) -> None:
    address = reply_address(shop.ctx, new_id())
    assert receive_mail(shop.ctx, written(address).as_bytes()) is Outcome.UNKNOWN


def test_photos_of_the_shopper_come_along(shop: Shop) -> None:
    case_id = shop.request()
    mail = written(reply_address(shop.ctx, case_id))
    mail.add_attachment(b"photo of a mug", "image", "png", filename="mug.png")
    mail.add_attachment(b"MZ", "image", "png", filename="virus.png")
    assert receive_mail(shop.ctx, mail.as_bytes()) is Outcome.ADDED
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        message = messages.read_messages(session, case_id, shop.staff)[0]
        files = session.scalars(select(Evidence)).all()
    assert [(file.case_id, file.message_id) for file in files] == [(case_id, message.id)]


def test_mails_to_the_shopper_say_where_an_answer_goes_and_those_to_staff_do_not(
    shop: Shop,
) -> None:
    mailer = shop.ctx.mailer
    assert isinstance(mailer, FakeMailer)
    case_id = shop.request()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case_id).assignee = "sam@shop.example"
    messages.send_message(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, body="Hello?", through="portal")
    send_waiting_mails(
        shop.ctx, lambda *_: Letter("Subject", "Text", "<p>Text</p>"), reply_to=partial(answers_to, shop.ctx)
    )
    told = {mail.to: mail.reply_to for mail in mailer.sent}
    assert case_of(shop.ctx, told["rita@example.com"]) == case_id
    assert told["sam@shop.example"] == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes please.\n\nOn Mon, 2 Mar 2026 at 12:00, Shop <r@x.test> wrote:\n> Which one?", "Yes please."),
        ("Yes.\n\nOn Mon, 2 Mar 2026 at 12:00, A very long name of a shop\n<r@x.test> wrote:\n> Hm?", "Yes."),
        ("好的。\n\n在 2026年3月2日，商店 <r@x.test> 写道：\n> 哪一个？", "好的。"),
        ("Ja.\n\nAm 02.03.2026 um 12:00 schrieb Shop <r@x.test>:\n> Welche?", "Ja."),
        ("Ok\n-----Original Message-----\nFrom: Shop", "Ok"),
        ("Ok\n-- \nRita\nSent from my phone", "Ok"),
        (
            "On the left one there is a scratch.\nThe other is fine.",
            "On the left one there is a scratch.\nThe other is fine.",
        ),
        ("> only a quote", "> only a quote"),
    ],
)
def test_what_is_quoted_and_the_signature_stay_out(text: str, said: str) -> None:
    assert without_quotes(text) == said


def test_a_mail_in_html_only_is_read_as_text() -> None:
    mail = EmailMessage()
    mail.set_content(
        "<html><head><style>p{}</style></head><body><p>Hello &amp; thanks</p><script>x()</script><div>The <b>left</b> one</div>"
        "<blockquote>Which one?<blockquote>older</blockquote></blockquote></body></html>",
        subtype="html",
    )
    assert read_mail(mail.as_bytes()).text == "Hello & thanks\n\nThe left one"
    assert html_to_text("a<br>b") == "a\nb"


_HEAD = b"From: rita@example.com\r\nTo: shop@example.com\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 5000 + b"rita@example.com\r\n\r\nhi",
        b"To: " + b"(" * 5000 + b"\r\n\r\nhi",
        b"Content-Type: text/plain; " + b"(" * 5000 + b"\r\n\r\nhi",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1500)),
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        _HEAD + b"Content-Type: text/html\r\n\r\n&#" + b"9" * 5000 + b";",
        _HEAD + b"Content-Type: text/plain; charset=idna\r\n\r\n\xff..hi",
        _HEAD + b'Content-Type: image/png; name="=?nonsense?q?x?="\r\n\r\nhi',
    ],
    ids=["from", "to", "type", "parts", "mails", "number", "charset", "name"],
)
def test_no_mail_is_a_way_to_break_the_door(raw: bytes) -> None:
    read_mail(raw)


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Type: text/html\r\n\r\n" + b"<b> " * 40_000,
        b"Content-Type: text/html\r\n\r\n" + b"<!--" * 40_000,
        b"Content-Type: text/html\r\n\r\n" + b"<a a='" * 40_000,
        b"Content-Type: text/html\r\n\r\n<script>" + b"</scrip" * 40_000,
        b"Content-Type: text/plain; charset=punycode\r\n\r\n\xff-" + b"9" * 300_000,
        b"Cc: " + b'"' * 40_000 + b"\r\n\r\nhi",
        b"Cc: " + b"a " * 40_000 + b"\r\n\r\nhi",
    ],
    ids=["spaces", "comments", "attributes", "script", "charset", "quotes", "words"],
)
def test_no_mail_takes_longer_than_its_length_explains(body: bytes) -> None:
    began = time.process_time()
    read_mail(_HEAD + body)
    assert time.process_time() - began < 1.0  # they took from three seconds to minutes


@pytest.mark.parametrize("text", [b"hi\0there", b"Content-Type: text/plain; charset=utf-7\r\n\r\nhi+2AA-there"])
def test_what_the_database_cannot_keep_is_left_out(text: bytes) -> None:
    raw = _HEAD + (text if text.startswith(b"Content") else b"\r\n" + text)
    assert read_mail(raw).text.replace("\ufffd", "") == "hithere"


def test_the_names_of_photos_are_read_as_they_were_written() -> None:
    raw = _HEAD + b'Content-Type: image/png; name="=?utf-8?q?Stra=C3=9Fe.png?="\r\n\r\nphoto'
    assert [file.name for file in read_mail(raw).files] == ["Straße.png"]


def test_an_attached_mail_is_not_the_answer() -> None:
    mail, other = written("shop@example.com", "mine"), written("shop@example.com", "theirs")
    mail.add_attachment(other)
    assert read_mail(mail.as_bytes()).text == "mine"


def test_a_part_without_headers_is_read() -> None:
    raw = _HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b--"
    assert read_mail(raw).text == "hi"


def test_an_address_that_is_too_long_is_nobodys(mailing_postgres: Shop) -> None:
    case_id = mailing_postgres.request()
    to = reply_address(mailing_postgres.ctx, case_id)
    raw = written(to, From=f"eve@{'x' * 400}.example").as_bytes()
    assert receive_mail(mailing_postgres.ctx, raw) is Outcome.UNVERIFIED
    assert thread(mailing_postgres, case_id) == [("system", "Thank you!", True)]
