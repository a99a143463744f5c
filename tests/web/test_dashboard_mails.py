"""The page of the shop's mails."""

from __future__ import annotations

from sqlalchemy import select

from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.services.notifications import send_waiting_mails
from tests.services.journeys import Shop
from tests.services.test_notifications import render

from .desk import Desk, words

PAGE = "/dashboard/settings/mails"


def mail_id(shop: Shop) -> str:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.scalars(select(Notification.id).order_by(Notification.id)).all()[0]


def test_mails_are_listed_with_what_became_of_them_and_sent_again(desk: Desk, shop: Shop) -> None:
    assert "No mail here" in words(desk.get(PAGE).text)
    shop.request()
    page = words(desk.get(PAGE, view="waiting").text)
    assert "We received your return request R-2026-000001" in page
    assert "rita@example.com" in page
    send_waiting_mails(shop.ctx, render)
    assert "Send again" in words(desk.get(PAGE, view="sent").text)
    again = desk.post(f"{PAGE}/{mail_id(shop)}/again")
    assert again.status_code == 200
    assert "sent again" in words(again.text)
    twice = desk.post(f"{PAGE}/{mail_id(shop)}/again")
    assert twice.status_code == 409
    assert "It is being sent again already." in words(twice.text)


def test_a_code_is_never_shown(desk: Desk, shop: Shop) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.add(
            Notification(
                kind="code", recipient="rita@example.com", language="en", params={"code": "secret", "order_number": "74"},
                next_at=shop.ctx.now(), created_at=shop.ctx.now(),
            )
        )  # fmt: skip
    page = desk.get(PAGE).text
    assert "Your code: ······" in page
    assert "secret" not in page
    assert desk.post(f"{PAGE}/{mail_id(shop)}/again").status_code == 404


def test_a_test_mail_goes_to_who_asks(desk: Desk, orders_desk: Desk, shop: Shop) -> None:
    assert desk.post(f"{PAGE}/test").status_code == 200
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        mail = session.scalars(select(Notification)).one()
    assert (mail.kind, mail.recipient) == ("test", "sam@shop.example")
    assert orders_desk.post(f"{PAGE}/test").status_code == 403


def test_optional_mails_are_left_out_by_unticking(desk: Desk, orders_desk: Desk, shop: Shop) -> None:
    saved = desk.post(PAGE, wanted=["closed", "extended"])
    assert saved.status_code == 200
    silent = shop.ctx.tenant_settings(shop.tenant_id).silent_mails
    assert "requested" in silent
    assert "closed" not in silent
    assert 'value="closed" checked' in saved.text
    assert 'value="requested" checked' not in saved.text
    assert orders_desk.post(PAGE, wanted=[]).status_code == 403
    assert shop.ctx.tenant_settings(shop.tenant_id).silent_mails == silent


def test_other_channels_and_shops_see_none(yen_desk: Desk, foreign_desk: Desk, shop: Shop) -> None:
    shop.request()
    for stranger in (yen_desk, foreign_desk):
        assert "rita@example.com" not in stranger.get(PAGE).text
        assert stranger.post(f"{PAGE}/{mail_id(shop)}/again").status_code == 404
