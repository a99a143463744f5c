"""The thread: who sees what, what was read, and one message however often it is sent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.errors import BadInput, NotFound, TooMany
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.messages import Message
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.staff import CaseWatcher
from saleor_returns_app.services import messages
from saleor_returns_app.services.context import Context
from tests.fakes import FakeClock

from .journeys import Shop


def say(shop: Shop, case_id: str, body: str, *, by: Actor, source_id: str | None = None) -> str:
    through = "portal" if by is shop.shopper else "dashboard"
    return messages.send_message(
        shop.ctx, shop.tenant_id, case_id, actor=by, body=body, through=through, source_id=source_id
    )


def thread(shop: Shop, case_id: str, reader: Actor) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [message.body for message in messages.read_messages(session, case_id, reader)]


def told(shop: Shop, kind: str) -> list[tuple[str, str]]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        rows = session.scalars(select(Notification).where(Notification.kind == kind).order_by(Notification.id))
        return [(row.recipient, row.params["body"]) for row in rows]


def test_both_sides_read_the_thread_and_only_staff_the_notes(shop: Shop) -> None:
    case_id = shop.request()
    say(shop, case_id, "Where is it?", by=shop.shopper)
    messages.add_note(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, body="Third time this year.")
    say(shop, case_id, "On its way.", by=shop.staff)
    assert thread(shop, case_id, shop.staff) == ["Where is it?", "Third time this year.", "On its way."]
    assert thread(shop, case_id, shop.shopper) == ["Where is it?", "On its way."]


def test_a_reply_is_mailed_to_the_shopper_and_a_note_to_nobody(shop: Shop) -> None:
    case_id = shop.request()
    say(shop, case_id, "On its way.", by=shop.staff)
    messages.add_note(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, body="Secret.")
    assert told(shop, "message") == [("rita@example.com", "On its way.")]


def test_who_works_on_a_case_and_who_watches_it_are_told_once_each(shop: Shop) -> None:
    case_id = shop.request()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case_id).assignee = "sam@shop.example"
        for user, email in (("1", "sam@shop.example"), ("2", "wanda@shop.example")):
            session.add(CaseWatcher(case_id=case_id, user_id=user, email=email, at=shop.ctx.now()))
    say(shop, case_id, "Hello?", by=shop.shopper)
    assert told(shop, "message_to_staff") == [("sam@shop.example", "Hello?"), ("wanda@shop.example", "Hello?")]


def test_a_case_is_unread_until_staff_read_or_answer_it(shop: Shop) -> None:
    case_id = shop.request()
    for settle in (
        lambda: messages.mark_read(shop.ctx, shop.tenant_id, case_id, actor=shop.staff),
        lambda: say(shop, case_id, "Here.", by=shop.staff),
    ):
        say(shop, case_id, "Hello?", by=shop.shopper)
        assert shop.case(case_id).unread
        settle()
        assert not shop.case(case_id).unread


def test_a_note_leaves_the_shoppers_word_unanswered(shop: Shop) -> None:
    case_id = shop.request()
    say(shop, case_id, "Hello?", by=shop.shopper)
    messages.add_note(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, body="Asked the depot.")
    assert shop.case(case_id).unread


def test_reading_changes_no_version(shop: Shop) -> None:
    case_id = shop.request()
    say(shop, case_id, "Hello?", by=shop.shopper)
    before = shop.case(case_id).version
    messages.mark_read(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).version == before


def test_the_shopper_has_unread_what_the_shop_wrote_since(shop: Shop) -> None:
    case_id = shop.request()

    def unread() -> int:
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            return messages.unread_for_shopper(session, case_id)

    say(shop, case_id, "One.", by=shop.staff)
    messages.add_note(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, body="Note.")
    say(shop, case_id, "Two.", by=shop.staff)
    assert unread() == 2
    messages.mark_read(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    assert unread() == 0
    say(shop, case_id, "My own.", by=shop.shopper)
    assert unread() == 0


def test_one_form_sent_many_times_at_once_is_one_message(any_ctx: Context, shop_of: Callable[[Context], Shop]) -> None:
    shop = shop_of(any_ctx)
    case_id = shop.request()
    gate = Barrier(4)

    def send(_: int) -> str:
        gate.wait()
        return say(shop, case_id, "Hello?", by=shop.shopper, source_id="ticket-1")

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    assert thread(shop, case_id, shop.staff) == ["Hello?"]


def test_a_token_of_one_case_is_a_new_message_in_another(shop: Shop) -> None:
    first, second = shop.request(), shop.request()
    made = {say(shop, case_id, "Hello?", by=shop.shopper, source_id="ticket-1") for case_id in (first, second)}
    assert len(made) == 2


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 4001])
def test_an_empty_or_endless_message_is_refused(shop: Shop, body: str) -> None:
    case_id = shop.request()
    with pytest.raises(BadInput) as refused:
        say(shop, case_id, body, by=shop.shopper)
    assert refused.value.field == "body"


def test_a_shopper_cannot_flood_a_case(shop: Shop, clock: FakeClock) -> None:
    case_id = shop.request()
    for number in range(messages.MOST_AN_HOUR):
        say(shop, case_id, f"Message {number}", by=shop.shopper)
    with pytest.raises(TooMany):
        say(shop, case_id, "One more", by=shop.shopper)
    clock.forward(hours=1, seconds=1)
    say(shop, case_id, "Later", by=shop.shopper)


def test_what_comes_along_is_attached_to_the_one_message(shop: Shop) -> None:
    case_id = shop.request()
    attached: list[str] = []
    for _ in range(2):
        messages.send_message(
            shop.ctx,
            shop.tenant_id,
            case_id,
            actor=shop.shopper,
            body="See the picture.",
            through="portal",
            source_id="ticket-1",
            attach=lambda _session, _case, message: attached.append(message.id),
        )
    assert (
        len(set(attached)) == 1
    )  # what comes along a second time is looked at, for it must not wait for the next message


def test_staff_of_another_channel_write_nothing_here(shop: Shop) -> None:
    case_id = shop.request()
    with pytest.raises(NotFound):
        say(shop, case_id, "Hello", by=replace(shop.staff, channels=frozenset({"elsewhere"})))
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(Message)).all() == []
