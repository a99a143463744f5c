"""Disputes: upheld with a reason, or taken up again; what was paid stays paid, and no unit is paid or recorded twice."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.domain.repairs import Finding
from saleor_returns_app.domain.terms import PostageBearer
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, MoveRefused, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.refunds import RecordedReturn
from saleor_returns_app.services import repairs
from saleor_returns_app.services.cases import conclude_case, reject_case
from saleor_returns_app.services.credits import issue_credit
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.disputes import dispute_case, overturn_decision, uphold_decision
from saleor_returns_app.services.inspection import correct_line, receive_case
from saleor_returns_app.services.offers import decline_offer, make_offer
from saleor_returns_app.services.refunds import cancel_refund, current_quote
from saleor_returns_app.services.return_methods import Chosen
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, usd

from .journeys import Shop
from .test_complaints import colleague, see
from .test_repairs import agree, begun, mails, waits
from .test_repairs import send as send_repaired
from .test_return_methods import approved, choose
from .test_sending_out import owed, send, turned_down


def settled(shop: Shop, units: int = 2, accepted: int = 1) -> str:
    """A case whose refund of what was accepted is paid."""
    case_id = shop.request({"line-1": units})
    shop.approve(case_id)
    shop.receive(case_id, {"line-1": accepted})
    shop.pay(case_id)
    shop.work(looks=3)
    assert shop.case(case_id).status == "resolved"
    return case_id


def dispute(shop: Shop, case_id: str, reason: str = "It came so.") -> None:
    dispute_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, reason=reason)


def overturn(shop: Shop, case_id: str) -> None:
    clock = shop.ctx.clock
    assert isinstance(clock, FakeClock)
    clock.forward(seconds=60)
    overturn_decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="You are right.")
    clock.forward(seconds=60)


def quoted(shop: Shop, case_id: str) -> int:
    return current_quote(shop.ctx, shop.tenant_id, case_id, actor=shop.staff).total.minor


def accept_all(shop: Shop, case_id: str) -> None:
    line = shop.case(case_id).lines[0]
    found = counted(received=line.quantity, accepted=line.quantity)
    correct_line(
        shop.ctx, shop.tenant_id, case_id, line.id, actor=shop.staff, found=found, why="The photos show it came so."
    )


def paid(shop: Shop, case_id: str) -> int:
    return sum(refund.paid_minor for refund in shop.refunds(case_id))


def recorded(shop: Shop) -> dict[str, int]:
    told: Counter[str] = Counter()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        for row in session.scalars(select(RecordedReturn)):
            told.update(row.units)
    return dict(told)


def restocked(shop: Shop) -> int:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return sum(effect.what["quantity"] for effect in session.scalars(select(Effect)) if effect.kind == "restock")


def whole_price(shop: Shop) -> int:
    """What the two units cost when all is well at once."""
    case_id = shop.request({"line-1": 2}, order_id="order-1")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        expected = session.get_one(Case, case_id).expected_minor
    reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Only asked.")
    return expected


def test_a_refused_unit_is_paid_after_a_dispute_and_the_first_not_again(shop: Shop) -> None:
    whole = whole_price(shop)
    case_id = settled(shop)
    first = paid(shop, case_id)
    dispute(shop, case_id)
    overturn(shop, case_id)
    case = shop.case(case_id)
    assert (case.status, case.lines[0].settled, case.lines[0].accepted) == ("requested", 1, 1)
    assert quoted(shop, case_id) == 0
    shop.approve(case_id)
    assert shop.case(case_id).status == "inspected"
    assert quoted(shop, case_id) == 0
    accept_all(shop, case_id)
    assert quoted(shop, case_id) == whole - first > 0
    shop.pay(case_id)
    shop.work(looks=3)
    assert shop.case(case_id).status == "resolved"
    assert paid(shop, case_id) == whole
    assert recorded(shop) == {"line-1": 2}
    assert restocked(shop) == 2
    assert mails(shop, "refunded")[-1].params["total_minor"] == whole - first


def test_goods_that_went_back_come_again_and_only_they_are_paid(shop: Shop) -> None:
    whole = whole_price(shop)
    case_id = settled(shop)
    send(shop, case_id, 1)
    dispute(shop, case_id)
    overturn(shop, case_id)
    line = shop.case(case_id).lines[0]
    assert (line.received, line.accepted, line.settled) == (1, 1, 1)
    shop.approve(case_id)
    assert shop.case(case_id).status == "approved"
    receive_case(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.staff,
        found={line.id: counted(received=1, accepted=1)},
    )
    shop.pay(case_id)
    shop.work(looks=3)
    assert paid(shop, case_id) == whole
    assert recorded(shop) == {"line-1": 2}
    assert restocked(shop) == 2
    assert owed(shop, case_id) == []


def test_what_is_refused_again_goes_back_again(shop: Shop) -> None:
    case_id = settled(shop)
    send(shop, case_id, 1)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    line = shop.case(case_id).lines[0].id
    found = {line: counted(received=1, accepted=0, refusal="Worn after all.")}
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=found)
    assert owed(shop, case_id) == [1]
    assert quoted(shop, case_id) == 0


def test_an_agreed_sum_is_not_owed_a_second_time(shop: Shop) -> None:
    case_id = shop.request({"line-1": 2})
    agree(shop, case_id, OfferKind.COMPENSATION, amount=usd("20.00"))
    shop.pay(case_id)
    shop.work(looks=3)
    assert paid(shop, case_id) == 2000
    dispute(shop, case_id)
    overturn(shop, case_id)
    assert quoted(shop, case_id) == 0
    with pytest.raises(BadInput):
        agree(shop, case_id, OfferKind.REFUND, amount=usd("5.00"))


def test_a_dispute_without_a_change_ends_without_money(shop: Shop) -> None:
    case_id = settled(shop)
    before = paid(shop, case_id)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    conclude_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert (shop.case(case_id).status, paid(shop, case_id)) == ("resolved", before)


def test_what_was_paid_cannot_be_counted_away(shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    line = shop.case(case_id).lines[0].id
    with pytest.raises(BadInput, match="refunded already"):
        correct_line(
            shop.ctx,
            shop.tenant_id,
            case_id,
            line,
            actor=shop.staff,
            found=counted(received=2, accepted=0, refusal="Worn."),
            why="Looked again.",
        )


def test_a_second_refund_that_is_cancelled_leads_back_to_the_quote(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    accept_all(shop, case_id)
    saleor.moods = ["decline"]
    shop.pay(case_id)
    shop.work(looks=3)
    second = shop.refunds(case_id)[-1]
    cancel_refund(shop.ctx, shop.tenant_id, second.id, actor=shop.staff)
    assert shop.case(case_id).status == "inspected"


def test_a_rejection_is_disputed_and_looked_at_again(shop: Shop) -> None:
    case_id = shop.request()
    reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Too late.")
    dispute(shop, case_id, "It was in time.")
    assert waits(shop, case_id) == [("dispute", "staff")]
    assert mails(shop, "dispute_received")[0].params["message"] == "It was in time."
    overturn(shop, case_id)
    case = shop.case(case_id)
    assert (case.status, case.rejection) == ("requested", "")
    shop.approve(case_id)
    shop.receive(case_id)
    assert quoted(shop, case_id) > 0


def test_a_decision_is_upheld_with_its_reason(shop: Shop) -> None:
    case_id = shop.request()
    reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Too late.")
    dispute(shop, case_id)
    with pytest.raises(BadInput, match="Write the reason"):
        uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason=" ")
    uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="The parcel was there on 2 March.")
    assert shop.case(case_id).status == "closed"
    assert mails(shop, "dispute_upheld")[0].params["reason"] == "The parcel was there on 2 March."
    with pytest.raises(MoveRefused):
        dispute(shop, case_id)


def test_refused_goods_wait_for_the_dispute_and_go_back_when_it_is_upheld(shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    assert owed(shop, case_id) == []
    uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Worn.")
    assert owed(shop, case_id) == [1]


def test_goods_of_a_rejected_case_go_back_also_when_the_rejection_is_upheld(shop: Shop) -> None:
    case_id = turned_down(shop, units=2)
    send(shop, case_id, 1)
    dispute(shop, case_id)
    assert owed(shop, case_id) == []
    uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Not from us.")
    assert (owed(shop, case_id), shop.case(case_id).holds_goods) == ([1], True)


def test_accepted_goods_that_went_back_have_to_come_again_before_they_are_paid(shop: Shop) -> None:
    case_id = turned_down(shop, units=2)
    send(shop, case_id, 1)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    line = shop.case(case_id).lines[0]
    assert (shop.case(case_id).status, line.received, line.accepted) == ("approved", 1, 1)
    missing = {line.id: counted(received=0, accepted=0)}
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=missing)
    assert quoted(shop, case_id) == 2000


def test_accepted_goods_that_went_back_can_be_received_again(shop: Shop) -> None:
    case_id = turned_down(shop, units=1)
    send(shop, case_id, 1)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    shop.receive(case_id)
    assert quoted(shop, case_id) == 2000
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        told = [row.units for row in session.scalars(select(RecordedReturn))]
    assert told == [{"line-1": 1}]


def test_a_rejection_after_credit_was_agreed_but_not_given_can_be_taken_up_again(
    shop: Shop, saleor: FakeSaleor
) -> None:
    case_id = shop.request()
    agree(shop, case_id, OfferKind.STORE_CREDIT, amount=usd("20.00"))
    shop.receive(case_id)
    offer = make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, proposal=Proposal(kind=OfferKind.REFUND))
    decline_offer(shop.ctx, shop.tenant_id, offer, actor=shop.shopper)
    reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Not from us.")
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    shop.pay(case_id)
    shop.work(looks=3)
    assert [str(amount) for _, amount in saleor.paid] == ["20.00 USD"]
    assert saleor.gift_cards == []


def test_a_dispute_that_nobody_decides_is_escalated(shop: Shop, clock: FakeClock) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    clock.forward(days=7)
    act_on_due(shop.ctx)
    case = shop.case(case_id)
    assert (case.status, bool(case.escalated_to)) == ("disputed", True)


def test_items_announced_elsewhere_are_not_disputed_back(shop: Shop) -> None:
    case_id = shop.request({"line-1": 3})
    reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Too late.")
    shop.request({"line-1": 3})
    with pytest.raises(Conflict, match="in the meantime"):
        dispute(shop, case_id)


def test_a_dispute_says_what_it_is_about_and_only_staff_decide(shop: Shop) -> None:
    case_id = settled(shop)
    with pytest.raises(BadInput, match="what you disagree with"):
        dispute(shop, case_id, "  ")
    dispute(shop, case_id)
    for verb in (uphold_decision, overturn_decision):
        with pytest.raises(MoveRefused):
            verb(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, reason="Me.")
        with pytest.raises(NotFound):
            verb(shop.ctx, add_tenant(shop.ctx.db, verb.__name__).id, case_id, actor=shop.staff, reason="x")


def test_credit_that_was_given_stays_given(shop: Shop) -> None:
    case_id = shop.request({"line-1": 1})
    agree(shop, case_id, OfferKind.STORE_CREDIT, amount=usd("10.00"))
    shop.receive(case_id)
    issue_credit(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    shop.work()
    dispute(shop, case_id)
    with pytest.raises(Conflict, match="stays given"):
        overturn(shop, case_id)


def test_a_repair_that_did_not_hold_begins_anew(shop: Shop) -> None:
    case_id = begun(shop, units=2)
    told = {"finding": Finding.BEYOND_REPAIR, "diagnosis": "Burnt."}
    repairs.diagnose_repair(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, **told)  # type: ignore[arg-type]
    send_repaired(shop, case_id)
    dispute(shop, case_id)
    overturn(shop, case_id)
    line = shop.case(case_id).lines[0]
    assert (line.received, line.accepted, line.acceptance) == (0, 0, "undecided")
    shop.approve(case_id)
    shop.receive(case_id)
    assert quoted(shop, case_id) > 0
    assert recorded(shop) == {"line-1": 2}


def test_goods_that_were_kept_before_a_dispute_are_not_counted_as_arrived(shop: Shop) -> None:
    case_id = shop.request({"line-1": 2})
    agree(shop, case_id, OfferKind.COMPENSATION, amount=usd("10.00"))
    shop.pay(case_id)
    shop.work(looks=3)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    with pytest.raises(BadInput, match="At most 0"):
        shop.receive(case_id)
    line = shop.case(case_id).lines[0]
    assert (line.received, line.accepted, line.settled) == (0, 2, 2)


def test_a_refunded_unit_is_not_repaired_and_sent_as_well(shop: Shop) -> None:
    case_id = settled(shop, units=1)
    dispute(shop, case_id)
    overturn(shop, case_id)
    agree(shop, case_id)
    with pytest.raises(Conflict, match="nothing to repair"):
        repairs.start_repair(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    assert restocked(shop) == 1


def test_credit_after_a_dispute_is_for_what_was_not_refunded(shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    overturn(shop, case_id)
    agree(shop, case_id, OfferKind.STORE_CREDIT, amount=usd("20.00"))
    with pytest.raises(Conflict, match="no credit is owed"):
        issue_credit(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    accept_all(shop, case_id)
    issue_credit(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        made = [effect.what["minor"] for effect in session.scalars(select(Effect)) if effect.kind == "gift_card"]
    assert made == [2000]


def test_the_way_back_is_paid_for_once(shop: Shop) -> None:
    case_id = approved(shop, "drop_off")
    choose(shop, case_id, Chosen(method="drop_off"))
    shop.receive(case_id, {"line-1": 1})
    assert quoted(shop, case_id) == 1610
    shop.pay(case_id)
    shop.work(looks=3)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)
    accept_all(shop, case_id)
    assert quoted(shop, case_id) == 2000


def test_what_was_corrected_is_put_on_stock_once(shop: Shop) -> None:
    case_id = settled(shop, units=3, accepted=1)
    send(shop, case_id, 2)
    dispute(shop, case_id)
    overturn(shop, case_id)
    shop.approve(case_id)  # two have to come again, and one of them does
    line_id = shop.case(case_id).lines[0].id
    one = {line_id: counted(received=1, accepted=1)}
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=one)
    two = counted(received=2, accepted=2)
    correct_line(shop.ctx, shop.tenant_id, case_id, line_id, actor=shop.staff, found=two, why="Looked again.")
    assert restocked(shop) == 2
    agree(shop, case_id, OfferKind.POSTAGE, postage_bearer=PostageBearer.MERCHANT)
    assert shop.case(case_id).status == "approved"
    receive_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, found=one)
    assert restocked(shop) == 3


def test_who_worked_on_it_does_not_decide_the_dispute_where_somebody_else_can(shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    see(shop, shop.staff)
    other = colleague(shop)
    for decision in (uphold_decision, overturn_decision):
        with pytest.raises(Conflict) as refused:
            decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="So it stays.")
        assert refused.value.code == "NAMED"
    assert shop.case(case_id).status == "disputed"
    uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=other, reason="So it stays.")
    assert shop.case(case_id).status == "closed"


def test_a_dispute_is_decided_by_an_approver_where_roles_are_in_use(shop: Shop) -> None:
    case_id = settled(shop)
    dispute(shop, case_id)
    agent = colleague(shop, "anna", roles=frozenset({"agent"}))
    with pytest.raises(Forbidden):
        uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=agent, reason="So it stays.")
    approver = colleague(shop, "paul", roles=frozenset({"approver"}))
    uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=approver, reason="So it stays.")
