"""Mails: queued with the change, sent once, lost never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.errors import MailRefused, MailUnavailable
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.notifications import Letter, queue_mail, send_waiting_mails
from saleor_returns_app.services.ports import Mail
from tests.fakes import FakeClock, FakeMailer

from .journeys import Shop


def render(kind: str, language: str, params: dict[str, Any], tenant: Tenant) -> Letter:
    return Letter(subject=f"{kind} {params.get('number', '')}", text="text", html="<p>html</p>")


@pytest.fixture
def mailer(shop: Shop) -> FakeMailer:
    assert isinstance(shop.ctx.mailer, FakeMailer)
    return shop.ctx.mailer


def stored(shop: Shop) -> list[Notification]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Notification).order_by(Notification.id)))


def test_each_step_of_a_case_tells_the_shopper(shop: Shop, mailer: FakeMailer) -> None:
    shop.to_payment()
    shop.work()
    send_waiting_mails(shop.ctx, render)
    kinds = [mail.subject.split()[0] for mail in mailer.sent]
    assert kinds == ["requested", "approved", "goods_received", "refunded"]


def test_a_mail_is_sent_once(shop: Shop, mailer: FakeMailer) -> None:
    shop.request()
    assert [send_waiting_mails(shop.ctx, render) for _ in range(3)] == [1, 0, 0]
    assert len(mailer.sent) == 1


def test_a_broken_mail_server_loses_nothing(shop: Shop, mailer: FakeMailer, clock: FakeClock) -> None:
    shop.request()
    mailer.trouble = MailUnavailable("down")
    for _ in range(8):
        send_waiting_mails(shop.ctx, render)
        clock.forward(hours=2)
    mailer.trouble = None
    assert send_waiting_mails(shop.ctx, render) == 1


def test_tries_grow_apart(shop: Shop, mailer: FakeMailer, clock: FakeClock) -> None:
    shop.request()
    mailer.trouble = MailUnavailable("down")
    send_waiting_mails(shop.ctx, render)
    clock.forward(seconds=9)
    mailer.trouble = None
    assert send_waiting_mails(shop.ctx, render) == 0
    clock.forward(seconds=2)
    assert send_waiting_mails(shop.ctx, render) == 1


def test_a_refused_address_is_not_tried_again(shop: Shop, mailer: FakeMailer, clock: FakeClock) -> None:
    shop.request()
    mailer.trouble = MailRefused("no such mailbox")
    send_waiting_mails(shop.ctx, render)
    clock.forward(days=1)
    mailer.trouble = None
    assert send_waiting_mails(shop.ctx, render) == 0
    assert stored(shop)[0].state == "refused"


def test_a_mail_whose_sender_died_is_sent_again_with_the_same_id(
    shop: Shop, mailer: FakeMailer, clock: FakeClock
) -> None:
    shop.request()
    mailer.trouble = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        send_waiting_mails(shop.ctx, render)
    mailer.trouble = None
    assert send_waiting_mails(shop.ctx, render) == 0, "somebody may be sending it"
    clock.forward(minutes=3)
    send_waiting_mails(shop.ctx, render)
    assert mailer.sent[0].message_id == f"<{stored(shop)[0].id}@returns.test>"


@dataclass
class SlowMailer(FakeMailer):
    """A mail takes it a minute and a half, in which `meanwhile` happens, once."""

    clock: FakeClock = field(default_factory=FakeClock)
    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        self.clock.forward(seconds=90)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        super().send(mail)


def test_a_slow_mail_server_does_not_make_another_worker_send_the_rest_too(
    any_ctx: Context, shop_of: Callable[[Context], Shop], clock: FakeClock
) -> None:
    mailer = SlowMailer(clock=clock)
    ctx = replace(any_ctx, mailer=mailer)
    shop = shop_of(ctx)
    for _ in range(3):
        shop.request()
    other = replace(ctx, mailer=FakeMailer())
    # While the second mail is on its way, the lease that all three got at the start has run out.
    mailer.meanwhile = [lambda: None, lambda: send_waiting_mails(other, render)]
    assert send_waiting_mails(ctx, render) == 2
    assert isinstance(other.mailer, FakeMailer)
    assert [mail.subject for mail in mailer.sent] == ["requested R-2026-000001", "requested R-2026-000002"]
    assert [mail.subject for mail in other.mailer.sent] == ["requested R-2026-000003"]
    assert {row.state for row in stored(shop)} == {"sent"}


def test_a_mail_that_another_worker_is_sending_is_left_to_it(shop: Shop, clock: FakeClock) -> None:
    mailer = SlowMailer(clock=clock)
    ctx = replace(shop.ctx, mailer=mailer)
    dying = replace(ctx, mailer=FakeMailer(trouble=KeyboardInterrupt()))  # type: ignore[arg-type]
    for _ in range(3):
        shop.request()

    def take_the_third() -> None:
        with pytest.raises(KeyboardInterrupt):
            send_waiting_mails(dying, render)

    mailer.meanwhile = [lambda: None, take_the_third]
    assert send_waiting_mails(ctx, render) == 2
    assert [row.state for row in stored(shop)] == ["sent", "sent", "sending"]


def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(shop: Shop, mailer: FakeMailer) -> None:
    shop.request()
    shop.request()

    def broken_once(kind: str, language: str, params: dict[str, Any], tenant: Tenant) -> Letter:
        if params["number"].endswith("1"):
            raise KeyError("placeholder")
        return render(kind, language, params, tenant)

    send_waiting_mails(shop.ctx, broken_once)
    assert [mail.subject for mail in mailer.sent] == ["requested R-2026-000002"]
    assert stored(shop)[0].state == "waiting"


def test_a_one_time_code_is_kept_encrypted_and_forgotten_once_it_was_sent(shop: Shop, mailer: FakeMailer) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        queue_mail(shop.ctx, session, kind="code", recipient="r@example.com", language="en", params={"code": "123456"})
    assert stored(shop)[0].params == {"code": shop.ctx.cipher.encrypt("123456")}
    send_waiting_mails(shop.ctx, render)
    assert stored(shop)[0].params == {}
