"""What is due is acted on: once, in order, after any standstill, for active shops only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import CaseEvent
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.terms import CaseTerms, Length
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.staff import StaffMember
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import deadlines, escalating
from saleor_returns_app.services.cases import cancel_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.history import load_case, move_case
from saleor_returns_app.services.logistics import add_tracking
from saleor_returns_app.services.more_time import extend_deadline
from saleor_returns_app.services.reopening import reopen_case
from saleor_returns_app.services.tenants import pause_tenant, resume_tenant
from saleor_returns_app.services.waiting import follow_case
from tests.conftest import add_tenant
from tests.fakes import START, FakeClock, FakeSaleor, make_order
from tests.faults.killing import Killed, Killer, MortalDatabase

from .journeys import Shop


def rows(shop: Shop, case_id: str) -> list[DeadlineRow]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(DeadlineRow).where(DeadlineRow.case_id == case_id).order_by(DeadlineRow.id)))


def told(shop: Shop, case_id: str) -> list[str]:
    """The case's deadlines in short."""
    return [f"{row.waits_for} {row.state} {row.outcome}".strip() for row in rows(shop, case_id)]


def mails(shop: Shop, *, case_id: str | None = None) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        asked = select(Notification).order_by(Notification.id)
        return [mail.kind for mail in session.scalars(asked) if case_id in (None, mail.case_id)]


def events(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        asked = select(CaseEntry.event).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)
        return list(session.scalars(asked))


def sweep(ctx: Context) -> int:
    """Until nothing is left to do, as the worker's loop does."""
    acted = 0
    while found := act_on_due(ctx):
        acted += found
    return acted


def change(shop: Shop, case_id: str, **values: Any) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        case = session.get_one(Case, case_id)
        for name, value in values.items():
            setattr(case, name, value)


def move(shop: Shop, case_id: str, event: CaseEvent, actor: Actor) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        move_case(shop.ctx, load_case(session, case_id, actor), event, actor)


def settle(shop: Shop, **values: Any) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, **values}


class TestBeginAndEnd:
    def test_each_move_ends_a_wait_and_begins_the_next(self, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="TRACK-1")
        shop.receive(case_id)
        shop.pay(case_id)
        shop.work()
        assert told(shop, case_id) == [
            "review met",
            "goods_sent met",
            "parcel met",
            "inspection met",
            "approval met",
            "refund met",
            "confirmation open",
        ]

    def test_the_case_repeats_what_is_due_first(self, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        case, row = shop.case(case_id), rows(shop, case_id)[-1]
        assert (case.due_at, case.due_by) == (row.due_at, "shopper")
        assert row.due_at == (START + timedelta(days=7)).replace(hour=23, minute=59, second=59, microsecond=999999)

    def test_what_was_cancelled_is_dropped_and_nobody_owes_anything(self, shop: Shop) -> None:
        case_id = shop.request()
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        assert told(shop, case_id) == ["review dropped"]
        assert (shop.case(case_id).due_at, shop.case(case_id).due_by) == (None, "")

    def test_a_move_that_is_undone_leaves_the_deadlines_alone(self, shop: Shop) -> None:
        case_id = shop.request()

        def move_and_fail() -> None:
            with shop.ctx.db.tenant(shop.tenant_id) as session:
                move_case(shop.ctx, load_case(session, case_id, shop.staff), CaseEvent.REJECT, shop.staff)
                raise LookupError(case_id)

        with pytest.raises(LookupError):
            move_and_fail()
        assert told(shop, case_id) == ["review open"]

    def test_following_again_changes_nothing(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        move(shop, case_id, CaseEvent.NEGOTIATE, shop.staff)
        before = [(row.id, row.due_at) for row in rows(shop, case_id)]
        clock.forward(hours=5)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            follow_case(shop.ctx, session, load_case(session, case_id, SYSTEM))
        assert [(row.id, row.due_at) for row in rows(shop, case_id)] == before

    def test_the_terms_and_the_zone_count(self, shop: Shop) -> None:
        settle(shop, time_zone="Asia/Shanghai")
        case_id = shop.request()
        change(shop, case_id, terms=CaseTerms(deadlines={"goods_sent": Length(3)}).dump())
        shop.approve(case_id)
        assert str(shop.case(case_id).due_at) == "2026-03-05 15:59:59.999999+00:00"

    def test_a_withdrawal_is_paid_by_the_date_of_the_law(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        change(shop, case_id, is_withdrawal=True)
        shop.approve(case_id)
        clock.forward(days=12)
        shop.receive(case_id)
        shop.pay(case_id)
        assert str(rows(shop, case_id)[-1].due_at) == "2026-03-16 23:59:59.999999+00:00"

    def test_an_open_offer_is_owed_by_the_other_side_until_it_expires(self, shop: Shop) -> None:
        case_id = shop.request()
        move(shop, case_id, CaseEvent.NEGOTIATE, shop.staff)
        assert shop.case(case_id).due_by == "staff"
        for number, maker, owner in ((1, "staff", "shopper"), (2, "shopper", "staff")):
            make_offer(shop, case_id, number, maker, days=number)
            case = shop.case(case_id)
            assert (case.due_by, case.due_at) == (owner, START + timedelta(days=number))
        assert told(shop, case_id)[1:] == ["offer met", "offer met", "offer open"]


def make_offer(shop: Shop, case_id: str, number: int, maker: str, *, days: int) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        for earlier in session.scalars(select(Offer).where(Offer.case_id == case_id, Offer.status == "open")):
            earlier.status = "countered"
        session.flush()
        offer = Offer(number=number, made_by=maker, resolution="refund", currency="USD", case_id=case_id)
        offer.detail = {"kind": "refund"}
        offer.created_at, offer.expires_at = shop.ctx.now(), shop.ctx.now() + timedelta(days=days)
        session.add(offer)
        session.flush()
        follow_case(shop.ctx, session, load_case(session, case_id, SYSTEM))


class TestTimeOuts:
    def test_nothing_happens_a_moment_before(self, shop: Shop, clock: FakeClock) -> None:
        shop.request()
        clock.forward(hours=48, microseconds=-1)
        assert sweep(shop.ctx) == 0
        clock.forward(microseconds=1)
        assert sweep(shop.ctx) == 1

    def test_a_review_escalates_to_who_is_named_and_tells_them(self, shop: Shop, clock: FakeClock) -> None:
        settle(shop, escalations={"review": "Night shift"})
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            for name in ("ada", "ben"):
                group = "night shift" if name == "ada" else ""
                session.add(
                    StaffMember(user_id=name, email=f"{name}@shop.example", roles=[], group=group, seen_at=START)
                )
        case_id = shop.request()
        clock.forward(hours=49)
        sweep(shop.ctx)
        case = shop.case(case_id)
        assert (case.status, case.escalated_to, case.escalated_at) == ("requested", "Night shift", clock.now())
        assert told(shop, case_id) == ["review passed escalated"]
        assert case.due_at is not None
        assert case.due_at < clock.now(), "it stays overdue until somebody acts"
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            found = session.scalars(select(Notification).where(Notification.kind == "escalated")).all()
            assert [mail.recipient for mail in found] == ["ada@shop.example"]
            entry = session.scalars(select(CaseEntry).where(CaseEntry.event == "escalate")).one()
        assert (entry.who, entry.detail) == (
            "system",
            {"waits_for": "review", "day": "2026-03-04", "to": "Night shift"},
        )
        shop.approve(case_id)
        assert (shop.case(case_id).escalated_to, shop.case(case_id).escalated_at) == ("", None)

    def test_without_people_the_shops_contact_is_told(self, shop: Shop, clock: FakeClock) -> None:
        settle(shop, contact_email="help@shop.example")
        shop.request()
        clock.forward(hours=49)
        sweep(shop.ctx)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            mail = session.scalars(select(Notification).where(Notification.kind == "escalated")).one()
        assert (mail.recipient, mail.params["to"]) == ("help@shop.example", "admin")

    @pytest.mark.parametrize(("limit", "status"), [("20.00", "approved"), ("19.99", "requested"), (None, "requested")])
    def test_a_review_is_approved_by_itself_where_the_policy_says_so(
        self, shop: Shop, clock: FakeClock, limit: str | None, status: str
    ) -> None:
        case_id = shop.request({"line-1": 1})
        up_to = Money(Decimal(limit), "USD") if limit else None
        change(shop, case_id, terms=CaseTerms(auto_approve_up_to=up_to).dump())
        clock.forward(hours=49)
        sweep(shop.ctx)
        assert shop.case(case_id).status == status
        assert told(shop, case_id)[0] == (
            "review passed approved" if status == "approved" else "review passed escalated"
        )

    def test_what_a_rule_may_approve_but_nobody_can_send_anywhere_escalates(self, shop: Shop, clock: FakeClock) -> None:
        settle(shop, return_address="")
        case_id = shop.request()
        change(shop, case_id, terms=CaseTerms(statutory=True).dump())
        clock.forward(hours=49)
        sweep(shop.ctx)
        assert told(shop, case_id) == ["review passed escalated"]

    def test_goods_that_were_not_sent_expire_the_case_after_a_reminder(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        clock.forward(days=6)
        assert sweep(shop.ctx) == 1
        assert sweep(shop.ctx) == 0, "one reminder is enough"
        assert shop.case(case_id).status == "approved"
        clock.forward(days=2)
        sweep(shop.ctx)
        case = shop.case(case_id)
        assert (case.status, case.due_at) == ("expired", None)
        assert mails(shop) == ["requested", "approved", "reminder_goods", "expired"]
        assert events(shop, case_id) == ["request", "approve", "remind", "expire"]
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            entry = session.scalars(select(CaseEntry).where(CaseEntry.event == "expire")).one()
        assert (entry.public, entry.detail) == (True, {"waits_for": "goods_sent", "day": "2026-03-09"})

    def test_a_parcel_that_does_not_come_is_handed_to_a_person(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="TRACK-1")
        clock.forward(days=22)
        sweep(shop.ctx)
        case = shop.case(case_id)
        assert (case.status, case.attention, case.due_by) == ("in_transit", "PARCEL_LATE", "staff")
        assert case.attention_detail == {"day": "2026-03-23"}
        shop.receive(case_id)
        assert shop.case(case_id).attention == ""

    def test_a_late_refund_is_an_alarm_until_it_is_paid(self, shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
        saleor.moods = ["wait"]
        case_id = shop.to_payment()
        shop.work()
        clock.forward(days=10)
        sweep(shop.ctx)
        case = shop.case(case_id)
        assert (case.status, case.attention, case.escalated_to) == ("resolving", "REFUND_LATE", "admin")
        grant = saleor.orders["order-1"].granted_refunds[0]
        saleor.pay(grant.id, grant.amount)
        shop.work(looks=3)
        case = shop.case(case_id)
        assert (case.status, case.attention, case.escalated_to) == ("resolved", "", "")

    def test_an_outcome_that_nobody_speaks_against_is_closed(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.to_payment()
        shop.work()
        clock.forward(days=8)
        sweep(shop.ctx)
        assert shop.case(case_id).status == "closed"
        assert mails(shop)[-2:] == ["closed", "survey"]

    def test_an_offer_lapses_and_the_case_goes_back_to_review(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        move(shop, case_id, CaseEvent.NEGOTIATE, shop.staff)
        make_offer(shop, case_id, 1, "staff", days=3)
        clock.forward(days=2, hours=1)
        sweep(shop.ctx)
        assert mails(shop)[-1] == "reminder_offer"
        clock.forward(days=1)
        sweep(shop.ctx)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            assert session.scalars(select(Offer.status)).one() == "lapsed"
        assert shop.case(case_id).status == "requested"
        assert told(shop, case_id)[-2:] == ["offer passed lapsed", "review open"]
        assert mails(shop)[-1] == "offer_ended"

    @pytest.mark.parametrize(
        ("event", "wait"),
        [(CaseEvent.ASK_EVIDENCE, "evidence"), (CaseEvent.APPROVE, "goods_sent"), (CaseEvent.REJECT, "")],
    )
    def test_staff_who_decided_just_in_time_are_not_overruled(
        self, shop: Shop, clock: FakeClock, event: CaseEvent, wait: str
    ) -> None:
        case_id = shop.request()
        clock.forward(hours=49)
        move(shop, case_id, event, shop.staff)
        assert sweep(shop.ctx) == 0
        assert shop.case(case_id).escalated_to == ""
        assert told(shop, case_id)[0] == "review met"


class TestStandstill:
    def test_ten_days_later_things_happen_in_the_order_they_fell_due_without_stale_reminders(
        self, shop: Shop, saleor: FakeSaleor, clock: FakeClock
    ) -> None:
        for number in range(2, 5):
            saleor.orders[f"order-{number}"] = make_order(f"order-{number}", number=str(number))
        approved = shop.request(order_id="order-1")
        shop.approve(approved)  # reminder on day 5, due on day 7
        clock.forward(days=1)
        first = shop.request(order_id="order-2")  # due on day 3
        clock.forward(days=1)
        evidence = shop.request(order_id="order-3")
        move(shop, evidence, CaseEvent.ASK_EVIDENCE, shop.staff)  # reminder on day 7, due on day 9
        last = shop.request(order_id="order-4")  # due on day 4
        clock.forward(days=10)
        before = len(mails(shop))
        assert sweep(shop.ctx) == 4
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            acted = select(CaseEntry.case_id).where(CaseEntry.who == "system").order_by(CaseEntry.id)
            assert list(session.scalars(acted)) == [first, last, approved, evidence]
        assert mails(shop)[before:] == ["expired", "expired"]

    def test_small_sweeps_keep_the_order(self, shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
        saleor.orders["order-2"] = make_order("order-2", number="2")
        approved = shop.request()
        shop.approve(approved)
        clock.forward(days=4)
        review = shop.request(order_id="order-2")  # due on day 6, between reminder and end of the other
        clock.forward(days=10)
        while act_on_due(shop.ctx, most=1):
            pass
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            acted = select(CaseEntry.case_id).where(CaseEntry.who == "system").order_by(CaseEntry.id)
            assert list(session.scalars(acted)) == [review, approved]

    def test_what_a_paused_shop_owes_waits_for_it_to_come_back(self, shop: Shop, clock: FakeClock) -> None:
        other = Shop(shop.ctx, add_tenant(shop.ctx.db, "other").id, shop.staff, shop.shopper)
        mine, theirs = shop.request(), other.request()
        pause_tenant(shop.ctx, shop.tenant_id)
        clock.forward(hours=49)
        assert act_on_due(shop.ctx, most=1) == 1, "it does not stand in the way of the others"
        assert sweep(shop.ctx) == 0
        assert (told(shop, mine), told(other, theirs)) == (["review open"], ["review passed escalated"])
        resume_tenant(shop.ctx, shop.tenant_id)
        assert sweep(shop.ctx) == 1
        assert told(shop, mine) == ["review passed escalated"]

    def test_each_shop_tells_its_own_people(self, shop: Shop, clock: FakeClock) -> None:
        other = Shop(shop.ctx, add_tenant(shop.ctx.db, "other").id, shop.staff, shop.shopper)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            session.add(StaffMember(user_id="a", email="a@shop.example", roles=["admin"], seen_at=START))
        other.request()
        clock.forward(hours=49)
        sweep(shop.ctx)
        assert "escalated" not in mails(other)
        assert mails(shop) == []

    def test_one_that_cannot_be_acted_on_does_not_hold_up_the_others(
        self, shop: Shop, saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        saleor.orders["order-2"] = make_order("order-2", number="2")
        broken, sound = shop.request(), shop.request(order_id="order-2")
        tell = escalating.escalate

        def stumble(ctx: Context, session: Session, case: Case, row: DeadlineRow, *, event: str) -> None:
            tell(ctx, session, case, row, event=event)
            if case.id == broken:
                raise LookupError(case.id)

        clock.forward(hours=49)
        monkeypatch.setattr(deadlines, "escalate", stumble)
        assert sweep(shop.ctx) == 1
        assert (told(shop, broken), told(shop, sound)) == (["review open"], ["review passed escalated"])
        monkeypatch.undo()
        assert sweep(shop.ctx) == 0, "it is not tried without a pause"
        clock.forward(minutes=11)
        assert sweep(shop.ctx) == 1


class TestExactlyOnce:
    @pytest.mark.parametrize("event", ["expire", "escalate", "remind"])
    def test_two_workers(
        self, any_ctx: Context, shop_of: Callable[[Context], Shop], clock: FakeClock, event: str
    ) -> None:
        shop = shop_of(any_ctx)
        case_id = shop.request()
        if event != "escalate":
            shop.approve(case_id)
        clock.forward(days=6 if event == "remind" else 9)
        before = len(mails(shop))
        together, acted = threading.Barrier(4), []

        def work() -> None:
            together.wait()
            acted.append(act_on_due(shop.ctx))

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sum(acted) == 1
        assert events(shop, case_id).count(event) == 1
        assert len(mails(shop)) - before == (0 if event == "escalate" else 1)

    @pytest.mark.parametrize("wait", ["goods", "review", "approve", "reminder"])
    def test_killed_anywhere(self, shop: Shop, clock: FakeClock, wait: str) -> None:
        """Whatever commit a worker dies at, just before or just after it: what was due is done once."""
        case_id = shop.request()
        if wait == "approve":
            change(shop, case_id, terms=CaseTerms(statutory=True).dump())
        if wait in ("goods", "reminder"):
            shop.approve(case_id)
        clock.forward(days=6 if wait == "reminder" else 9)
        killer = Killer()
        mortal = replace(shop.ctx, db=MortalDatabase(shop.ctx.db, killer))
        for point in range(20):
            killer.at, killer.passed = point, 0
            try:
                act_on_due(mortal)
            except Killed:
                continue
            break
        killer.at = None
        sweep(mortal)
        expected = {"goods": "expire", "review": "escalate", "approve": "approve", "reminder": "remind"}[wait]
        assert events(shop, case_id).count(expected) == 1
        assert len(mails(shop)) == {"goods": 3, "review": 1, "approve": 2, "reminder": 3}[wait]


class TestReopening:
    @pytest.fixture
    def expired(self, shop: Shop, clock: FakeClock) -> str:
        settle(shop, window_days=14)
        case_id = shop.request()
        move(shop, case_id, CaseEvent.ASK_EVIDENCE, shop.staff)
        clock.forward(days=8)
        sweep(shop.ctx)
        assert shop.case(case_id).status == "expired"
        return case_id

    def test_in_the_window_the_shopper_may_take_it_up_again(self, shop: Shop, expired: str) -> None:
        reopen_case(shop.ctx, shop.tenant_id, expired, actor=shop.shopper)
        assert (shop.case(expired).status, shop.case(expired).due_by) == ("requested", "staff")
        assert told(shop, expired) == ["review met", "evidence passed expired", "review open"]

    def test_after_the_window_only_staff_may(self, shop: Shop, clock: FakeClock, expired: str) -> None:
        clock.forward(days=10)
        with pytest.raises(Conflict) as refused:
            reopen_case(shop.ctx, shop.tenant_id, expired, actor=shop.shopper)
        assert refused.value.code == "WINDOW_OVER"
        reopen_case(shop.ctx, shop.tenant_id, expired, actor=shop.staff)
        assert shop.case(expired).status == "requested"

    def test_units_that_are_announced_elsewhere_cannot_come_back(self, shop: Shop, expired: str) -> None:
        shop.request({"line-1": 3})
        with pytest.raises(Conflict) as refused:
            reopen_case(shop.ctx, shop.tenant_id, expired, actor=shop.staff)
        assert refused.value.code == "TOO_MANY_UNITS"

    def test_goods_that_were_never_sent_take_a_new_request(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        clock.forward(days=9)
        sweep(shop.ctx)
        with pytest.raises(Conflict) as refused:
            reopen_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        assert refused.value.code == "EXPIRED_GOODS"


class TestMoreTime:
    def test_the_deadline_moves_and_the_shopper_is_told(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        extend_deadline(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, until="2026-03-20")
        assert str(shop.case(case_id).due_at) == "2026-03-20 23:59:59.999999+00:00"
        assert mails(shop)[-1] == "extended"
        clock.forward(days=10)
        assert sweep(shop.ctx) == 0

    def test_what_escalated_is_taken_back_and_may_fall_due_again(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        clock.forward(hours=49)
        sweep(shop.ctx)
        extend_deadline(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, until="2026-03-06")
        assert shop.case(case_id).escalated_to == ""
        clock.forward(days=3)
        assert sweep(shop.ctx) == 1
        assert shop.case(case_id).escalated_to == "admin"

    def test_a_parcel_with_more_time_needs_nobody(self, shop: Shop, clock: FakeClock) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="TRACK-1")
        clock.forward(days=22)
        sweep(shop.ctx)
        extend_deadline(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, until="2026-04-20")
        assert (shop.case(case_id).attention, shop.case(case_id).due_by) == ("", "system")

    @pytest.mark.parametrize("until", ["", "tomorrow", "2026-03-02", "2027-03-04", "2026-02-30"])
    def test_only_days_to_come_within_a_year(self, shop: Shop, until: str) -> None:
        case_id = shop.request()
        with pytest.raises(BadInput) as refused:
            extend_deadline(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, until=until)
        assert refused.value.field == "until"

    def test_where_nothing_is_waited_for_nothing_moves(self, shop: Shop) -> None:
        case_id = shop.request()
        cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        with pytest.raises(Conflict):
            extend_deadline(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, until="2026-03-20")
