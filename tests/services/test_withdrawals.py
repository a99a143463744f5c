"""From a declaration to a case: what the law covers is opened and approved, everything else waits for a person with its reason."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.orders import Address, FulfillmentStatus
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, SaleorUnavailable
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.models.withdrawals import Withdrawal
from saleor_returns_app.services import matching_withdrawals
from saleor_returns_app.services.matching_withdrawals import match_withdrawals
from saleor_returns_app.services.withdrawals import (
    Declaration,
    declare_withdrawal,
    settle_withdrawal,
    waiting_for_people,
)
from saleor_returns_app.web.labels import next_text
from tests.conftest import add_tenant
from tests.fakes import START, FakeClock, FakeSaleor, make_fulfillment

from .journeys import Shop
from .test_deciding import change_settings

BERLIN = Address(name="Rita Returner", street_1="Lindenstr. 12", city="Berlin", country="DE")


@pytest.fixture(autouse=True)
def _to_berlin(saleor: FakeSaleor) -> None:
    saleor.change("order-1", shipping_address=BERLIN)


def declare(shop: Shop, **changes: Any) -> str:
    said = Declaration(name="Rita Returner", order_number="74", email="rita@example.com")
    ticket = str(uuid.uuid4())
    declare_withdrawal(shop.ctx, shop.tenant_id, replace(said, **changes), ticket=ticket, language="en")
    return ticket


def row(shop: Shop, ticket: str) -> Withdrawal:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.get_one(Withdrawal, ticket)


def outcome(shop: Shop, **changes: Any) -> tuple[str, str]:
    ticket = declare(shop, **changes)
    match_withdrawals(shop.ctx)
    found = row(shop, ticket)
    return found.state, found.why


def test_it_becomes_an_approved_case_without_fees_on_the_laws_terms(shop: Shop) -> None:
    ticket = declare(shop)
    assert match_withdrawals(shop.ctx) == 1
    found = row(shop, ticket)
    assert (found.state, found.case_id) == ("matched", ticket)
    case = shop.case(ticket)
    assert (case.status, case.is_withdrawal, case.decided_by) == (CaseStatus.APPROVED, True, "rule")
    assert case.terms["statutory"] is True
    assert case.terms["deadlines"]["goods_sent"] == {"length": 14, "unit": "days"}
    assert sum(line.quantity for line in case.lines) == 3


def test_the_shopper_gets_the_receipt_and_the_address_and_no_mail_that_says_wait(shop: Shop) -> None:
    declare(shop)
    match_withdrawals(shop.ctx)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        kinds = session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert kinds == ["withdrawal_receipt", "approved"]


def test_without_an_address_it_waits_for_one_and_the_mail_says_that_it_counts(shop: Shop) -> None:
    change_settings(shop, return_address="")
    ticket = declare(shop)
    match_withdrawals(shop.ctx)
    case = shop.case(ticket)
    assert (case.status, case.is_withdrawal) == (CaseStatus.REQUESTED, True)
    assert next_text(case, ()).startswith("Your withdrawal counts.")
    assert not next_text(case, (), late=True).startswith("Your withdrawal counts.")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        mail = session.scalars(select(Notification).where(Notification.kind == "requested")).one()
    assert mail.params["is_withdrawal"] is True


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"order_number": "99"}, "NO_ORDER"),
        ({"email": "eve@example.com"}, "OTHER_MAILBOX"),
        ({"items": "Only the blue one"}, "SOME_ITEMS"),
    ],
)
def test_what_cannot_be_matched_waits_for_a_person(shop: Shop, changes: dict[str, str], why: str) -> None:
    assert outcome(shop, **changes) == ("aside", why)


def test_a_country_without_the_right_is_for_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.change("order-1", shipping_address=replace(BERLIN, country="US"))
    assert outcome(shop) == ("aside", "NO_RIGHT")


def test_goods_that_were_not_sent_yet_are_for_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.change("order-1", fulfillments=())
    assert outcome(shop) == ("aside", "NOT_SENT")


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [("", ("aside", "UNCLEAR_DAY")), ("2026-01-05T12:00:00+00:00", ("aside", "NOTHING_LEFT"))],
)
def test_after_the_days_are_over_a_person_looks(
    shop: Shop, saleor: FakeSaleor, delivered: str, expected: tuple[str, str]
) -> None:
    order = saleor.orders["order-1"]
    sent = make_fulfillment(
        order.lines, created=START - timedelta(days=60), metadata={"delivered_at": delivered} if delivered else {}
    )
    saleor.change("order-1", created=START - timedelta(days=61), fulfillments=(sent,))
    assert outcome(shop) == expected


def test_the_moment_of_the_declaration_counts_not_that_of_the_job(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    order = saleor.orders["order-1"]
    sent = make_fulfillment(order.lines, metadata={"delivered_at": (START - timedelta(days=13)).isoformat()})
    saleor.change("order-1", created=START - timedelta(days=20), fulfillments=(sent,))
    ticket = declare(shop)
    clock.forward(days=5)
    match_withdrawals(shop.ctx)
    assert row(shop, ticket).state == "matched"


def test_where_the_shop_never_told_of_the_right_it_lasts_a_year_longer(shop: Shop, saleor: FakeSaleor) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "tells_of_withdrawal": False}
    order = saleor.orders["order-1"]
    sent = make_fulfillment(order.lines, metadata={"delivered_at": (START - timedelta(days=200)).isoformat()})
    saleor.change("order-1", created=START - timedelta(days=201), fulfillments=(sent,))
    assert outcome(shop) == ("matched", "")


def test_somebody_signed_in_withdraws_from_some_units(shop: Shop) -> None:
    ticket = declare(shop, saleor_order_id="order-1", units={"line-1": 2}, email="other@example.com")
    match_withdrawals(shop.ctx)
    assert [line.quantity for line in shop.case(ticket).lines] == [2]


def test_a_shop_that_does_not_answer_costs_nothing_but_time(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise SaleorUnavailable("away")

    ticket = declare(shop)
    with monkeypatch.context() as patched:
        patched.setattr(saleor, "find_order", away)
        assert match_withdrawals(shop.ctx) == 0
    assert match_withdrawals(shop.ctx) == 0  # leased: not at once again
    clock.forward(minutes=3)
    assert match_withdrawals(shop.ctx) == 1
    assert row(shop, ticket).state == "matched"


def test_a_crash_after_the_case_was_opened_opens_no_second_one(
    shop: Shop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    ticket = declare(shop)
    with monkeypatch.context() as patched:
        patched.setattr(matching_withdrawals, "_finish", crash)
        with pytest.raises(RuntimeError):
            match_withdrawals(shop.ctx)
    clock.forward(minutes=3)
    assert match_withdrawals(shop.ctx) == 1
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(Case.id)).all() == [ticket]
    assert row(shop, ticket).case_id == ticket


def test_units_in_the_return_of_another_case_are_left_out(shop: Shop) -> None:
    shop.request({"line-1": 1})
    ticket = declare(shop)
    match_withdrawals(shop.ctx)
    assert [line.quantity for line in shop.case(ticket).lines] == [2]


def test_a_person_settles_what_stands_aside_once(shop: Shop, staff: Actor) -> None:
    ticket = declare(shop, order_number="99")
    match_withdrawals(shop.ctx)
    (waiting,) = waiting_for_people(shop.ctx, shop.tenant_id, actor=staff)
    assert waiting.id == ticket
    with pytest.raises(BadInput):
        settle_withdrawal(shop.ctx, shop.tenant_id, ticket, actor=staff, settlement="  ")
    settle_withdrawal(shop.ctx, shop.tenant_id, ticket, actor=staff, settlement="Called her: it was order 47.")
    assert waiting_for_people(shop.ctx, shop.tenant_id, actor=staff) == []
    with pytest.raises(Conflict):
        settle_withdrawal(shop.ctx, shop.tenant_id, ticket, actor=staff, settlement="Again")
    with pytest.raises(Forbidden):
        waiting_for_people(shop.ctx, shop.tenant_id, actor=replace(staff, permissions=frozenset()))


def test_returned_goods_are_not_withdrawn_from_again(shop: Shop, saleor: FakeSaleor) -> None:
    order = saleor.orders["order-1"]
    saleor.change("order-1", fulfillments=(make_fulfillment(order.lines, status=FulfillmentStatus.RETURNED),))
    assert outcome(shop) == ("aside", "NOTHING_LEFT")


def test_one_that_breaks_does_not_hold_up_the_others_and_ends_with_a_person(
    shop: Shop, staff: Actor, shopper: Actor, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching_withdrawals, "TRIES", 2)
    other = Shop(shop.ctx, add_tenant(shop.ctx.db, "other").id, staff, shopper)
    taken = other.request({"line-1": 1})  # a case that has the id which the next form claims for its own
    said = Declaration(name="Rita Returner", order_number="74", email="rita@example.com")
    declare_withdrawal(shop.ctx, shop.tenant_id, said, ticket=taken, language="en")
    clock.forward(seconds=1)
    ticket = declare(shop, order_number="75")
    match_withdrawals(shop.ctx)
    assert (row(shop, taken).state, row(shop, ticket).why) == ("waiting", "NO_ORDER")
    clock.forward(hours=1)
    match_withdrawals(shop.ctx)
    assert (row(shop, taken).state, row(shop, taken).why) == ("aside", "REFUSED")
