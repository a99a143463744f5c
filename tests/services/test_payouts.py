"""Bank transfers and cash: only with consent on record, paid by one person, confirmed by another."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.errors import BadInput, ConfigurationError, Conflict, Forbidden, NotFound
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.payouts import Payout
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services import payouts, refunds
from saleor_returns_app.services.evidence import Upload, add_evidence, holder_of
from tests.fakes import FakeClock, FakeSaleor, make_transaction, usd

from .journeys import Shop

IBAN = "DE89370400440532013000"
ACCOUNT = {"holder": "Ada Lovelace", "iban": IBAN}


def left_over(shop: Shop, saleor: FakeSaleor) -> tuple[str, Refund]:
    """A case of which 15.00 can go back to no payment."""
    saleor.change("order-1", transactions=(make_transaction(charged=usd("5.00")),))
    case_id = shop.to_payment()
    shop.work()
    return case_id, next(refund for refund in shop.refunds(case_id) if refund.way == "person")


def propose(shop: Shop, refund: Refund, means: str = "bank_transfer") -> Payout:
    payouts.propose_payout(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, means=means)
    return payout_of(shop, refund)


def payout_of(shop: Shop, refund: Refund) -> Payout:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        found = select(Payout).where(Payout.refund_id == refund.id).order_by(Payout.id.desc())
        return session.scalars(found).first()  # type: ignore[return-value]


def agree(shop: Shop, payout: Payout, **typed: str) -> None:
    payouts.agree_payout(
        shop.ctx, shop.tenant_id, payout.case_id, payout.id, actor=shop.shopper, typed={**ACCOUNT, **typed}
    )


def record(shop: Shop, refund: Refund, *, shows: bool = True, **changes: Any) -> None:
    holder = holder_of("staff", shop.staff.id, f"payout:{refund.id}")
    if shows:
        upload = Upload(source=BytesIO(b"photo of the transfer"), name="transfer.png")
        add_evidence(shop.ctx, shop.tenant_id, upload=upload, holder=holder, actor=shop.staff)
    typed = {"paid_on": shop.ctx.now().date().isoformat(), "reference": "TX-77", **changes}
    payouts.record_payout(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, typed=typed, holder=holder)


def second(shop: Shop) -> Any:
    return replace(shop.staff, id="staff-2", name="second@shop.example")


def test_only_consent_a_payment_and_a_second_person_settle_it(shop: Shop, saleor: FakeSaleor) -> None:
    case_id, refund = left_over(shop, saleor)
    with pytest.raises(Conflict, match="has to agree first"):
        refunds.record_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, proof="paid it")
    payout = propose(shop, refund)
    with pytest.raises(Conflict):
        record(shop, refund)
    agree(shop, payout)
    with pytest.raises(Conflict):
        payouts.confirm_payout(shop.ctx, shop.tenant_id, refund.id, actor=second(shop))
    record(shop, refund)
    with pytest.raises(Conflict, match="second person"):
        payouts.confirm_payout(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)
    assert shop.case(case_id).status == "resolving"
    payouts.confirm_payout(shop.ctx, shop.tenant_id, refund.id, actor=second(shop))
    assert shop.case(case_id).status == "resolved"
    settled = next(item for item in shop.refunds(case_id) if item.id == refund.id)
    assert (settled.status, settled.paid) == ("recorded", usd("15.00"))
    with pytest.raises(Conflict):
        payouts.confirm_payout(shop.ctx, shop.tenant_id, refund.id, actor=second(shop))


class LostKey:
    """A cipher whose key is no longer listed."""

    def encrypt(self, clear: str) -> str:
        return clear

    def decrypt(self, secret: str) -> str:
        raise ConfigurationError


def test_an_account_whose_key_is_gone_counts_as_none(shop: Shop, saleor: FakeSaleor) -> None:
    _, refund = left_over(shop, saleor)
    agree(shop, propose(shop, refund))
    lost = replace(shop.ctx, cipher=LostKey())
    assert payouts.account_of(lost, payout_of(shop, refund), actor=shop.staff) is None


def test_the_account_is_sealed_masked_and_forgotten(shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
    _, refund = left_over(shop, saleor)
    agree(shop, propose(shop, refund))
    payout = payout_of(shop, refund)
    assert payout.account.startswith("secret:")
    assert payout.ending == "3000"
    seen = payouts.account_of(shop.ctx, payout, actor=shop.staff)
    assert seen is not None
    assert seen.iban == IBAN
    clerk = replace(shop.staff, permissions=frozenset({"MANAGE_ORDERS"}))
    assert payouts.account_of(shop.ctx, payout, actor=clerk) is None
    packer = replace(shop.staff, roles=frozenset({"warehouse"}))
    assert payouts.account_of(shop.ctx, payout, actor=packer) is None
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        said = [entry.detail for entry in session.scalars(select(CaseEntry))]
        said += [mail.params for mail in session.scalars(select(Notification))]
    assert IBAN not in str(said)
    record(shop, refund)
    payouts.confirm_payout(shop.ctx, shop.tenant_id, refund.id, actor=second(shop))
    clock.forward(days=13)
    payouts.forget_accounts(shop.ctx)
    assert payout_of(shop, refund).account
    clock.forward(days=2)
    payouts.forget_accounts(shop.ctx)
    assert payout_of(shop, refund).account == ""
    assert payout_of(shop, refund).ending == "3000"


def test_staff_note_what_was_said_on_the_phone(shop: Shop, saleor: FakeSaleor) -> None:
    _, refund = left_over(shop, saleor)
    propose(shop, refund, means="cash")
    with pytest.raises(BadInput, match="how and when"):
        payouts.note_consent(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, typed={})
    payouts.note_consent(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, typed={"how": "By phone, 3 March"})
    payout = payout_of(shop, refund)
    assert (payout.status, payout.agreed_who, payout.agreed_how) == ("agreed", "staff", "By phone, 3 March")


def test_a_payment_needs_its_proof_and_a_day_that_can_be(shop: Shop, saleor: FakeSaleor) -> None:
    _, refund = left_over(shop, saleor)
    agree(shop, propose(shop, refund))
    with pytest.raises(BadInput, match="photo or a screenshot"):
        record(shop, refund, shows=False)
    with pytest.raises(BadInput, match="day the shopper agreed"):
        record(shop, refund, paid_on="2001-01-01")
    with pytest.raises(BadInput, match="reference"):
        record(shop, refund, reference=" ")
    assert payout_of(shop, refund).status == "agreed"
    record(shop, refund)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        proof = session.get_one(Evidence, payout_of(shop, refund).proof_id)
        assert (proof.internal, proof.case_id) == (True, refund.case_id)


def test_what_the_second_person_doubts_is_recorded_anew(shop: Shop, saleor: FakeSaleor) -> None:
    case_id, refund = left_over(shop, saleor)
    agree(shop, propose(shop, refund))
    record(shop, refund)
    payouts.doubt_payout(shop.ctx, shop.tenant_id, refund.id, actor=second(shop), reason="Another amount.")
    assert shop.case(case_id).status == "resolving"
    record(shop, refund, reference="TX-78")
    payouts.confirm_payout(shop.ctx, shop.tenant_id, refund.id, actor=second(shop))
    assert shop.case(case_id).status == "resolved"


def test_a_shopper_who_declines_is_asked_again(shop: Shop, saleor: FakeSaleor) -> None:
    _, refund = left_over(shop, saleor)
    payout = propose(shop, refund)
    payouts.decline_payout(shop.ctx, shop.tenant_id, payout.case_id, payout.id, actor=shop.shopper)
    assert payout_of(shop, refund).status == "declined"
    assert propose(shop, refund, means="cash").status == "proposed"
    with pytest.raises(Conflict):
        propose(shop, refund)


def test_one_that_failed_is_not_tried_again_while_it_is_paid_out(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    case_id = shop.to_payment()
    shop.work(looks=2)
    (refund,) = shop.refunds(case_id)
    agree(shop, propose(shop, refund))
    for verb in (refunds.retry_refund, refunds.cancel_refund):
        with pytest.raises(Conflict, match="under way"):
            verb(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)
    with pytest.raises(Conflict, match="under way"):
        refunds.record_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff, proof="psp")
    payouts.withdraw_payout(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)
    assert payout_of(shop, refund).account == ""
    refunds.retry_refund(shop.ctx, shop.tenant_id, refund.id, actor=shop.staff)


def test_a_provider_that_pays_late_takes_the_payout_back(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    case_id = shop.to_payment()
    shop.work(looks=2)
    (refund,) = shop.refunds(case_id)
    agree(shop, propose(shop, refund))
    saleor.add_event("grant-1", "REFUND_REQUEST", usd("20.00"))
    saleor.add_event("grant-1", "REFUND_SUCCESS", usd("20.00"))
    shop.ctx.jobs.advance_order(None, tenant_id=shop.tenant_id, saleor_order_id="order-1", key="look")
    shop.work()
    assert shop.refunds(case_id)[0].status == "succeeded"
    assert payout_of(shop, refund).status == "withdrawn"


def test_money_that_comes_both_ways_is_told_to_a_person(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["decline"]
    case_id = shop.to_payment()
    shop.work(looks=2)
    (refund,) = shop.refunds(case_id)
    agree(shop, propose(shop, refund))
    record(shop, refund)
    saleor.add_event("grant-1", "REFUND_REQUEST", usd("20.00"))
    saleor.add_event("grant-1", "REFUND_SUCCESS", usd("20.00"))
    shop.ctx.jobs.advance_order(None, tenant_id=shop.tenant_id, saleor_order_id="order-1", key="look")
    shop.work()
    assert shop.refunds(case_id)[0].concern == "PAID_AFTER_ALL"
    assert shop.case(case_id).attention == "PAID_AFTER_ALL"


def test_a_rest_is_not_approved_while_it_is_paid_out(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.moods = ["part"]
    case_id = shop.to_payment()
    shop.work()
    rest = shop.refunds(case_id)[-1]
    agree(shop, propose(shop, rest))
    with pytest.raises(Conflict, match="under way"):
        refunds.approve_rest(shop.ctx, shop.tenant_id, rest.id, actor=shop.staff)


def test_who_may_not_pay_may_not_ask(shop: Shop, saleor: FakeSaleor) -> None:
    _, refund = left_over(shop, saleor)
    clerk = replace(shop.staff, permissions=frozenset({"MANAGE_ORDERS"}))
    with pytest.raises(Forbidden):
        payouts.propose_payout(shop.ctx, shop.tenant_id, refund.id, actor=clerk, means="cash")
    payout = propose(shop, refund)
    with pytest.raises(NotFound):
        payouts.agree_payout(shop.ctx, shop.tenant_id, payout.case_id, payout.id, actor=shop.staff, typed=dict(ACCOUNT))
