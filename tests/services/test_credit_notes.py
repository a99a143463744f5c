"""Credit notes: one a refund, numbered without gaps, never changed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.credit_notes import CreditNote
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.credit_notes import CreditNoteRow
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import settling
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credit_notes import _next, list_credit_notes, read_credit_note
from saleor_returns_app.services.payouts import confirm_payout
from saleor_returns_app.services.refunds import approve_rest
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, make_order, make_transaction, usd

from .journeys import Shop
from .test_payouts import agree, propose, record, second


def notes(shop: Shop, case_id: str) -> list[CreditNote]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        rows = list_credit_notes(session, case_id)
        return [read_credit_note(session, case_id, row.number) for row in rows]


def another_order(saleor: FakeSaleor, number: int) -> str:
    paid = make_transaction(f"transaction-{number}")
    saleor.orders[f"order-{number}"] = make_order(f"order-{number}", number=str(number), transactions=(paid,))
    return f"order-{number}"


def test_a_note_goes_to_where_the_order_was_billed(shop: Shop, saleor: FakeSaleor) -> None:
    home = Address(name="Rita Returner", company="Returner GmbH", street_1="Hof 3", postal_code="10115", city="Berlin")
    saleor.orders["order-1"] = make_order(billing_address=home)
    case_id = shop.to_payment()
    shop.work()
    assert notes(shop, case_id)[0].address == ("Rita Returner", "Returner GmbH", "Hof 3", "10115 Berlin")


def test_a_paid_refund_has_a_note_that_says_what_was_given_back(shop: Shop) -> None:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "seller": "Demo Ltd\n1 Dock Road\nVAT 123"}
    case_id = shop.to_payment({"line-1": 3})
    assert notes(shop, case_id) == [], "nothing is paid yet"
    shop.work()
    (note,) = notes(shop, case_id)
    assert note.number == "CN-2026-000001"
    assert (note.total, note.net, note.tax, note.whole) == (usd("70.00"), usd("58.33"), usd("11.67"), None)
    said = [
        (line.kind, line.label, line.quantity, line.gross, line.net, line.tax, str(line.rate)) for line in note.lines
    ]
    assert said == [
        ("goods", "Monospace Tee", 3, usd("60.00"), usd("50.00"), usd("10.00"), "20"),
        ("shipping", "Shipping", 0, usd("10.00"), usd("8.33"), usd("1.67"), "20"),
    ]
    assert (note.seller, note.customer_name, note.email) == (
        "Demo Ltd\n1 Dock Road\nVAT 123",
        "Rita Returner",
        "rita@example.com",
    )
    assert (note.order_number, note.paid_to, str(note.issued_on)) == ("74", "Card", "2026-03-02")


def test_numbers_have_no_gap_and_begin_anew_each_year_and_in_each_shop(
    shop: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    first = shop.to_payment()
    second = shop.to_payment(order_id=another_order(saleor, 2))
    shop.work()
    assert [notes(shop, case_id)[0].number for case_id in (first, second)] == ["CN-2026-000001", "CN-2026-000002"]
    other = Shop(shop.ctx, add_tenant(shop.ctx.db, "other").id, shop.staff, shop.shopper)
    theirs = other.to_payment(order_id=another_order(saleor, 3))
    other.work()
    assert notes(other, theirs)[0].number == "CN-2026-000001"
    with other.ctx.db.tenant(other.tenant_id) as session, pytest.raises(NotFound):
        read_credit_note(session, first, "CN-2026-000001")
    late = shop.to_payment(order_id=another_order(saleor, 4))
    clock.time = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
    shop.work()
    assert notes(shop, late)[0].number == "CN-2027-000001"


def test_what_is_undone_gives_its_number_back(shop: Shop, saleor: FakeSaleor, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = shop.to_payment()

    def breaking(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(settling, "settle_case", breaking)  # after the note, in its transaction
        with pytest.raises(KeyboardInterrupt):
            shop.work()
    assert notes(shop, case_id) == []
    shop.work(looks=2)
    assert [note.number for note in notes(shop, case_id)] == ["CN-2026-000001"]


def test_a_refund_on_two_payments_has_two_notes_that_sum_to_it(shop: Shop, saleor: FakeSaleor) -> None:
    cards = (
        make_transaction(charged=usd("45.00")),
        make_transaction("transaction-2", name="Other card", charged=usd("25.00")),
    )
    saleor.change("order-1", transactions=cards)
    case_id = shop.to_payment({"line-1": 3})
    shop.work(looks=2)
    found = notes(shop, case_id)
    assert [(note.number, note.total, note.paid_to, note.whole) for note in found] == [
        ("CN-2026-000001", usd("45.00"), "Card", usd("70.00")),
        ("CN-2026-000002", usd("25.00"), "Other card", usd("70.00")),
    ]
    assert found[0].tax + found[1].tax == usd("11.67")
    assert found[0].lines[0].gross + found[1].lines[0].gross == usd("60.00")


def test_notes_of_several_parts_give_each_line_exactly(shop: Shop, saleor: FakeSaleor) -> None:
    amounts = ("23.33", "23.33", "23.34")
    cards = tuple(make_transaction(f"transaction-{place}", charged=usd(said)) for place, said in enumerate(amounts))
    saleor.change("order-1", transactions=cards)
    case_id = shop.to_payment({"line-1": 3})
    shop.work(looks=3)
    found = notes(shop, case_id)
    assert [note.total for note in found] == [usd(said) for said in amounts]
    assert sum(note.lines[0].gross.minor for note in found) == 6000
    assert sum(note.tax.minor for note in found) == 1167


def test_what_a_provider_paid_in_part_is_noted_as_paid_and_the_rest_later(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment()
    saleor.moods.append("part")
    shop.work()
    (part,) = notes(shop, case_id)
    assert part.whole == usd("20.00")
    assert part.total < usd("20.00")
    rest = shop.refunds(case_id)[-1]
    approve_rest(shop.ctx, shop.tenant_id, rest.id, actor=shop.staff)
    shop.work()
    assert [note.refund_number for note in notes(shop, case_id)] == [1, 2]
    assert sum(note.total.minor for note in notes(shop, case_id)) == 2000


def test_what_was_paid_by_hand_has_a_note_too(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.change("order-1", transactions=(make_transaction(charged=usd("5.00")),))
    case_id = shop.to_payment()
    by_hand = next(refund for refund in shop.refunds(case_id) if refund.way == "person")
    agree(shop, propose(shop, by_hand))
    record(shop, by_hand)
    confirm_payout(shop.ctx, shop.tenant_id, by_hand.id, actor=second(shop))
    shop.work()
    assert sorted((note.total, note.way) for note in notes(shop, case_id)) == [
        (usd("5.00"), "transaction"),
        (usd("15.00"), "person"),
    ]


def test_a_declined_refund_has_no_note(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment()
    saleor.moods.append("decline")
    shop.work()
    assert notes(shop, case_id) == []


def test_a_note_keeps_what_was_when_it_was_issued(shop: Shop, saleor: FakeSaleor) -> None:
    case_id = shop.to_payment()
    shop.work()
    before = notes(shop, case_id)
    with shop.ctx.db.everyone() as session:
        session.get_one(Tenant, shop.tenant_id).settings = {"seller": "Somebody else"}
    saleor.change("order-1", lines=())
    shop.work(looks=2)
    assert notes(shop, case_id) == before
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert len(session.scalars(select(CreditNoteRow)).all()) == 1


def test_numbers_given_at_once_are_different(any_ctx: Context, shop_of: Callable[[Context], Shop]) -> None:
    shop = shop_of(any_ctx)

    def give(_: int) -> int:
        with any_ctx.db.tenant(shop.tenant_id) as session:
            return _next(session, 2026)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, range(20))) == list(range(1, 21))
