"""Negotiation: who may answer what, what an agreement leads to, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus, Resolution
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.domain.terms import CaseTerms, Length, LengthUnit, PostageBearer
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, MoveRefused, NotFound
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.refunds import RecordedReturn
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import cases, offers
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.logistics import add_tracking
from saleor_returns_app.services.refunds import current_quote
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, usd

from .journeys import Shop


def keep(amount: str = "12.00") -> Proposal:
    return Proposal(kind=OfferKind.COMPENSATION, amount=usd(amount))


def offer_of(
    shop: Shop, case_id: str, proposal: Proposal | None = None, *, by: Actor | None = None, **more: Any
) -> str:
    return offers.make_offer(
        shop.ctx, shop.tenant_id, case_id, actor=by or shop.staff, proposal=proposal or keep(), **more
    )


def accept(shop: Shop, offer_id: str, by: Actor) -> None:
    offers.accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=by)


def all_offers(shop: Shop, case_id: str) -> list[tuple[int, str, str]]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [(offer.number, offer.made_by, offer.status) for offer in offers.read_offers(session, case_id)]


def mails(shop: Shop) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return [row.kind for row in session.scalars(select(Notification).order_by(Notification.id))]


def events(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        rows = session.scalars(select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id))
        return [row.event for row in rows]


def test_an_agreed_compensation_is_paid_without_goods(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request({"line-1": 2})
    offer_id = offer_of(shop, case_id)
    assert shop.case(case_id).status == "negotiating"
    accept(shop, offer_id, shop.shopper)
    case = shop.case(case_id)
    assert (case.status, case.decided_by, case.expected_minor, case.return_address) == ("approved", "offer", 1200, "")
    shop.pay(case_id)
    shop.work(looks=2)
    assert [str(amount) for _, amount in saleor.paid] == ["12.00 USD"]
    assert saleor.calls["return_products"] == 0
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(RecordedReturn)).all() == []
    assert shop.case(case_id).status == "resolved"
    assert events(shop, case_id)[:3] == ["request", "offer", "agree"]


def test_the_rest_of_an_order_ends_at_its_total_less_what_was_kept_for_less(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request({"line-1": 1})
    accept(shop, offer_of(shop, case_id, keep("5.00")), shop.shopper)
    shop.pay(case_id)
    shop.work(looks=2)
    shop.to_payment({"line-1": 2})
    shop.work(looks=2)
    assert [str(amount) for _, amount in saleor.paid] == ["5.00 USD", "40.00 USD"]  # the kept one keeps the shipping


def test_nothing_is_received_or_sent_where_the_items_are_kept(shop: Shop) -> None:
    case_id = shop.request()
    accept(shop, offer_of(shop, case_id), shop.shopper)
    with pytest.raises(Conflict, match="stay with the shopper"):
        shop.receive(case_id)
    with pytest.raises(Conflict, match="stay with the shopper"):
        add_tracking(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, tracking_number="RR123456785DE")


def test_goods_of_an_agreed_refund_come_back_and_what_was_agreed_is_paid(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request({"line-1": 2})
    proposal = Proposal(kind=OfferKind.REFUND, amount=usd("31.00"), postage_bearer=PostageBearer.MERCHANT)
    accept(shop, offer_of(shop, case_id, proposal, by=shop.shopper), shop.staff)
    assert shop.case(case_id).return_address
    shop.receive(case_id, {"line-1": 1})
    quote = current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert str(quote.total) == "15.50 USD"  # half of the units, half of what was agreed
    shop.pay(case_id)
    shop.work(looks=2)
    assert [str(amount) for _, amount in saleor.paid] == ["15.50 USD"]


@pytest.mark.parametrize("side", ["staff", "shopper"])
def test_nobody_accepts_what_their_own_side_offered(shop: Shop, side: str) -> None:
    maker: Actor = getattr(shop, side)
    case_id = shop.request()
    offer_id = offer_of(shop, case_id, by=maker)
    colleague = replace(maker, id="another", name="other@shop.example")
    for actor in (maker, colleague):
        with pytest.raises(Forbidden):
            accept(shop, offer_id, actor)
    assert shop.case(case_id).status == "negotiating"


def test_nobody_withdraws_what_the_other_side_offered(shop: Shop) -> None:
    offer_id = offer_of(shop, shop.request())
    with pytest.raises(Forbidden):
        offers.withdraw_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)


def test_one_offer_at_a_time(shop: Shop) -> None:
    case_id = shop.request()
    offer_of(shop, case_id)
    for actor in (shop.staff, shop.shopper):
        with pytest.raises(Conflict) as refused:
            offer_of(shop, case_id, by=actor)
        assert refused.value.code == "OFFER_OPEN"


def test_a_counter_offer_turns_the_wait_around(shop: Shop) -> None:
    case_id = shop.request()
    first = offer_of(shop, case_id)
    assert shop.case(case_id).due_by == "shopper"
    offers.counter_offer(shop.ctx, shop.tenant_id, first, actor=shop.shopper, proposal=keep("15.00"))
    assert all_offers(shop, case_id) == [(1, "staff", "countered"), (2, "shopper", "open")]
    case = shop.case(case_id)
    assert (case.status, case.due_by, case.unread) == ("negotiating", "staff", True)


def test_a_declined_offer_leads_back_to_review(shop: Shop) -> None:
    case_id = shop.request()
    offers.decline_offer(shop.ctx, shop.tenant_id, offer_of(shop, case_id), actor=shop.shopper, reason="Too little.")
    assert shop.case(case_id).status == "requested"
    offer_of(shop, case_id, keep("14.00"))
    assert [status for _, _, status in all_offers(shop, case_id)] == ["declined", "open"]


def test_an_offer_without_an_answer_lapses_once_and_the_case_goes_back_to_review(shop: Shop, clock: FakeClock) -> None:
    case_id = shop.request()
    offer_id = offer_of(shop, case_id)
    clock.forward(days=4)  # the third day counts to its end
    with pytest.raises(Conflict, match="time for this offer is over"):
        accept(shop, offer_id, shop.shopper)
    for expected in (True, False):
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            assert offers.lapse_offer(shop.ctx, session, session.get_one(Case, case_id)) is expected
    assert (shop.case(case_id).status, all_offers(shop, case_id)[0][2]) == ("requested", "lapsed")
    assert mails(shop).count("offer_ended") == 1


def test_the_terms_say_how_long_an_offer_stands(shop: Shop, clock: FakeClock) -> None:
    case_id = shop.request()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        terms = CaseTerms(deadlines={"offer": Length(12, LengthUnit.HOURS)})
        session.get_one(Case, case_id).terms = terms.dump()
    offer_id = offer_of(shop, case_id)
    clock.forward(hours=13)
    with pytest.raises(Conflict, match="over"):
        accept(shop, offer_id, shop.shopper)


@pytest.mark.parametrize("end", ["reject", "cancel"])
def test_an_open_offer_ends_with_its_case(shop: Shop, end: str) -> None:
    case_id = shop.request()
    offer_id = offer_of(shop, case_id)
    if end == "reject":
        cases.reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Worn.")
    else:
        cases.cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    assert all_offers(shop, case_id)[0][2] == "lapsed"
    with pytest.raises(Conflict):
        accept(shop, offer_id, shop.shopper)


@pytest.mark.parametrize(
    ("proposal", "field"),
    [
        (keep("0.00"), "amount"),
        (keep("20.01"), "amount"),
        (Proposal(kind=OfferKind.COMPENSATION), "amount"),
        (Proposal(kind=OfferKind.EXCHANGE), "wish"),
        (Proposal(kind=OfferKind.REPAIR, keeps_item=True), "keeps_item"),
        (Proposal(kind=OfferKind.POSTAGE), "postage_bearer"),
        (
            Proposal(kind=OfferKind.COMPENSATION, amount=usd("5.00"), postage_bearer=PostageBearer.MERCHANT),
            "postage_bearer",
        ),
        (
            Proposal(kind=OfferKind.POSTAGE, postage_bearer=PostageBearer.SHARED, merchant_percent=100),
            "merchant_percent",
        ),
        (Proposal(kind=OfferKind.EXCHANGE, wish="x" * 301), "wish"),
        (Proposal(kind=OfferKind.EXCHANGE, wish="Size L", amount=usd("1.00")), "amount"),
        (Proposal(kind=OfferKind.REFUND, amount=Money(usd("5.00").amount, "EUR")), "amount"),
    ],
)
def test_what_cannot_be_offered_is_refused_at_its_field_and_changes_nothing(
    shop: Shop, proposal: Proposal, field: str
) -> None:
    case_id = shop.request()
    with pytest.raises(BadInput) as refused:
        offer_of(shop, case_id, proposal)
    assert refused.value.field == field
    assert (shop.case(case_id).status, all_offers(shop, case_id)) == ("requested", [])


def test_what_the_policy_allows_binds_shoppers_and_not_staff(shop: Shop) -> None:
    case_id = shop.request()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case_id).terms = CaseTerms(allowed=(Resolution.REFUND,)).dump()
    with pytest.raises(BadInput) as refused:
        offer_of(shop, case_id, by=shop.shopper)
    assert refused.value.field == "kind"
    assert offer_of(shop, case_id)


def test_no_more_can_be_offered_than_was_not_given_back_yet(shop: Shop) -> None:
    shop.to_payment({"line-1": 1})
    shop.work(looks=2)
    case_id = shop.request({"line-1": 2})
    with pytest.raises(BadInput, match=r"40\.00"):
        offer_of(shop, case_id, keep("40.01"))


def test_offers_are_made_in_review_only(shop: Shop) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    with pytest.raises(MoveRefused):
        offer_of(shop, case_id)


def test_staff_agree_on_goods_only_with_an_address_for_them(shop: Shop) -> None:
    case_id = shop.request()
    offer_id = offer_of(shop, case_id, Proposal(kind=OfferKind.REFUND), by=shop.shopper)
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "return_address": ""}
    with pytest.raises(BadInput) as refused:
        accept(shop, offer_id, shop.staff)
    assert refused.value.code == "NO_ADDRESS"


def test_an_agreed_exchange_is_settled_by_hand_and_pays_nothing(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.request()
    accept(shop, offer_of(shop, case_id, Proposal(kind=OfferKind.EXCHANGE, wish="Size L")), shop.shopper)
    shop.receive(case_id)
    with pytest.raises(Conflict) as refused:
        cases.conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert refused.value.code == "OWED"
    with pytest.raises(Conflict, match="nothing to refund"):
        shop.pay(case_id)
    cases.fulfil_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proof="On its way: TRACK-9")
    assert (shop.case(case_id).status, saleor.paid) == ("resolved", [])
    assert "fulfilled" in mails(shop)


def test_the_goods_of_an_exchange_are_counted_before_it_is_done(shop: Shop) -> None:
    case_id = shop.request()
    accept(shop, offer_of(shop, case_id, Proposal(kind=OfferKind.EXCHANGE, wish="Size L")), shop.shopper)
    with pytest.raises(Conflict, match="not counted"):
        cases.fulfil_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)


def test_a_refund_is_not_marked_as_done_by_hand(shop: Shop) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    shop.receive(case_id)
    with pytest.raises(Conflict, match="approve it"):
        cases.fulfil_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)


def test_where_the_fee_leaves_nothing_the_case_is_resolved_without_a_refund(shop: Shop) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, case_id).terms = {"restocking_percent": "100"}
    shop.receive(case_id)
    cases.conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert shop.case(case_id).status == "resolved"


def test_a_stale_version_is_a_conflict(shop: Shop) -> None:
    case_id = shop.request()
    seen = shop.case(case_id).version
    offer_id = offer_of(shop, case_id)
    with pytest.raises(Conflict) as refused:
        offers.withdraw_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.staff, version=seen)
    assert refused.value.code == "STALE"


def test_the_same_form_sent_twice_makes_one_offer(shop: Shop) -> None:
    case_id = shop.request()
    made = [offer_of(shop, case_id, offer_id="01900000-0000-7000-8000-000000000001") for _ in range(2)]
    assert (len(set(made)), len(all_offers(shop, case_id))) == (1, 1)


def test_another_shops_offer_does_not_exist(shop: Shop) -> None:
    offer_id = offer_of(shop, shop.request())
    other = add_tenant(shop.ctx.db, "other")
    with pytest.raises(NotFound):
        offers.accept_offer(shop.ctx, other.id, offer_id, actor=shop.shopper)


def test_staff_of_another_channel_do_not_see_the_offer(shop: Shop) -> None:
    offer_id = offer_of(shop, shop.request(), by=shop.shopper)
    stranger = replace(shop.staff, channels=frozenset({"elsewhere"}))
    with pytest.raises(NotFound):
        accept(shop, offer_id, stranger)


def at_once(*works: Callable[[], object]) -> list[str]:
    """What came of each; all of them begin at the same time."""
    gate = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        gate.wait()
        try:
            work()
        except (Conflict, Forbidden) as problem:
            return problem.code
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_accepting_and_withdrawing_at_once_one_happens(any_ctx: Context, shop_of: Callable[[Context], Shop]) -> None:
    shop = shop_of(any_ctx)
    for _ in range(8):
        case_id = shop.request({"line-1": 1})
        offer_id = offer_of(shop, case_id)
        outcome = at_once(
            lambda: accept(shop, offer_id, shop.shopper),  # noqa: B023
            lambda: offers.withdraw_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.staff),  # noqa: B023
        )
        assert sorted(outcome) == ["OFFER_CLOSED", "done"]
        case, status = shop.case(case_id), all_offers(shop, case_id)[0][2]
        assert (case.status, status) in {("approved", "accepted"), ("requested", "withdrawn")}
        assert (case.terms.get("agreed_by_offer") == 1) is (status == "accepted")
        if case.status == CaseStatus.APPROVED:
            cases.cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        else:
            cases.reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="No.")


def test_of_two_offers_at_once_one_is_open(any_ctx: Context, shop_of: Callable[[Context], Shop]) -> None:
    shop = shop_of(any_ctx)
    case_id = shop.request()
    outcome = at_once(
        lambda: offer_of(shop, case_id),
        lambda: offer_of(shop, case_id, by=shop.shopper),
        lambda: offer_of(shop, case_id, keep("3.00")),
    )
    assert sorted(outcome) == ["OFFER_OPEN", "OFFER_OPEN", "done"]
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert len(session.scalars(select(Offer).where(Offer.case_id == case_id)).all()) == 1
