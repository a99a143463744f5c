"""What became of the shop's mails: read by those who may, sent again once, and some left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.notifications import OPTIONAL
from saleor_returns_app.errors import Conflict, Forbidden, MailUnavailable, NotFound
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.notifications import queue_mail, send_waiting_mails
from saleor_returns_app.services.outbox import (
    PAGE,
    MailView,
    leave_out,
    list_mails,
    resend_mail,
    send_now,
    send_test,
)
from saleor_returns_app.services.surveys import answer_survey
from saleor_returns_app.web.mail.rendering import SUBJECTS
from tests.conftest import add_tenant
from tests.fakes import FakeMailer

from .journeys import Shop
from .test_notifications import render
from .test_surveys import closed, token


@pytest.fixture
def admin(staff: Actor) -> Actor:
    return replace(staff, permissions=staff.permissions | {"MANAGE_APPS"})


def mails(shop: Shop) -> list[Notification]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Notification).order_by(Notification.id)))


def kinds(shop: Shop, view: MailView = MailView.ALL, *, actor: Actor | None = None) -> list[str]:
    page = list_mails(shop.ctx, shop.tenant_id, actor=actor or shop.staff, view=view)
    return [row.mail.kind for row in page.rows]


def deliver(shop: Shop) -> None:
    send_waiting_mails(shop.ctx, render)


def mailer_of(shop: Shop) -> FakeMailer:
    assert isinstance(shop.ctx.mailer, FakeMailer)
    return shop.ctx.mailer


class TestReading:
    def test_mails_stand_under_their_state_newest_first(self, shop: Shop) -> None:
        shop.approve(shop.request())
        assert kinds(shop) == ["approved", "requested"]
        assert kinds(shop, MailView.WAITING) == ["approved", "requested"]
        deliver(shop)
        assert kinds(shop, MailView.SENT) == ["approved", "requested"]
        assert kinds(shop, MailView.WAITING) == []

    def test_pages_go_on_where_the_last_one_ended(self, shop_of: Callable[[Context], Shop], any_ctx: Context) -> None:
        shop = shop_of(any_ctx)
        case_id = shop.request()
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            for number in range(PAGE + 5):
                queue_mail(
                    shop.ctx,
                    session,
                    kind="message",
                    recipient=f"{number}@x.example",
                    language="en",
                    params={},
                    case_id=case_id,
                )
        first = list_mails(shop.ctx, shop.tenant_id, actor=shop.staff)
        rest = list_mails(shop.ctx, shop.tenant_id, actor=shop.staff, after=first.after)
        found = [row.mail.id for row in (*first.rows, *rest.rows)]
        assert found == sorted(found, reverse=True)
        assert (len(first.rows), len(found), rest.after) == (PAGE, PAGE + 6, "")

    def test_people_of_a_channel_see_the_mails_of_its_cases_only(self, shop: Shop) -> None:
        shop.request()
        send_test(shop.ctx, shop.tenant_id, actor=replace(shop.staff, permissions=frozenset({"MANAGE_APPS"})))
        own = replace(shop.staff, channels=frozenset({"default-channel"}))
        assert kinds(shop, actor=own) in (["requested"], [])
        assert kinds(shop, actor=replace(shop.staff, channels=frozenset({"elsewhere"}))) == []
        assert kinds(shop) == ["test", "requested"]

    def test_another_shop_sees_nothing(self, shop: Shop) -> None:
        shop.request()
        other = add_tenant(shop.ctx.db, "other").id
        assert list_mails(shop.ctx, other, actor=shop.staff).rows == ()


class TestSendingAgain:
    def test_what_was_sent_is_sent_again_once_at_a_time(self, shop: Shop) -> None:
        shop.request()
        deliver(shop)
        (mail,) = mails(shop)
        resend_mail(shop.ctx, shop.tenant_id, mail.id, actor=shop.staff)
        with pytest.raises(Conflict) as refused:
            resend_mail(shop.ctx, shop.tenant_id, mail.id, actor=shop.staff)
        assert refused.value.code == "REPEATED"
        deliver(shop)
        assert [sent.to for sent in mailer_of(shop).sent] == ["rita@example.com"] * 2
        assert [row.resent_from for row in mails(shop)] == [None, mail.id]

    def test_what_waits_is_not_repeated_but_tried_now(self, shop: Shop) -> None:
        shop.request()
        mailer_of(shop).trouble = MailUnavailable("Nobody answers.")
        deliver(shop)
        (mail,) = mails(shop)
        assert (mail.state, mail.next_at > shop.ctx.now()) == ("waiting", True)
        with pytest.raises(Conflict):
            resend_mail(shop.ctx, shop.tenant_id, mail.id, actor=shop.staff)
        mailer_of(shop).trouble = None
        send_now(shop.ctx, shop.tenant_id, mail.id, actor=shop.staff)
        deliver(shop)
        assert mails(shop)[0].state == "sent"
        with pytest.raises(Conflict):
            send_now(shop.ctx, shop.tenant_id, mail.id, actor=shop.staff)

    def test_the_key_to_a_survey_is_not_sent_to_somebody_again(self, shop: Shop) -> None:
        closed(shop)
        deliver(shop)
        (survey,) = [mail for mail in mails(shop) if mail.kind == "survey"]
        with pytest.raises(Conflict) as refused:
            resend_mail(shop.ctx, shop.tenant_id, survey.id, actor=shop.staff)
        assert refused.value.code == "NOT_REPEATED"
        answer_survey(shop.ctx, shop.tenant_id, token(shop), stars="5", comment="")

    def test_strangers_repeat_nothing(self, shop: Shop) -> None:
        shop.request()
        deliver(shop)
        (mail,) = mails(shop)
        for actor, problem in (
            (shop.shopper, Forbidden),
            (replace(shop.staff, permissions=frozenset()), Forbidden),
            (replace(shop.staff, channels=frozenset({"elsewhere"})), NotFound),
        ):
            with pytest.raises(problem):
                resend_mail(shop.ctx, shop.tenant_id, mail.id, actor=actor)
        with pytest.raises(NotFound):
            resend_mail(shop.ctx, add_tenant(shop.ctx.db, "other").id, mail.id, actor=shop.staff)


class TestLeavingOut:
    def test_an_optional_mail_is_not_written_and_the_others_are(self, shop: Shop, admin: Actor) -> None:
        leave_out(shop.ctx, shop.tenant_id, actor=admin, kinds=["requested", "approved", "nonsense"])
        assert shop.ctx.tenant_settings(shop.tenant_id).silent_mails == ("requested",)
        shop.approve(shop.request())
        assert [mail.kind for mail in mails(shop)] == ["approved"]

    def test_only_who_may_change_settings_does(self, shop: Shop) -> None:
        with pytest.raises(Forbidden):
            leave_out(
                shop.ctx, shop.tenant_id, actor=replace(shop.staff, permissions=frozenset({"MANAGE_ORDERS"})), kinds=[]
            )

    def test_what_may_be_left_out_is_a_mail(self) -> None:
        assert set(OPTIONAL) <= set(SUBJECTS)
