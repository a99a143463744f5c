"""Notes on the Saleor order: who did what, without costing calls."""

from __future__ import annotations

from sqlalchemy import select

from saleor_returns_app.errors import SaleorUnclear
from saleor_returns_app.models.refunds import OrderNote
from saleor_returns_app.services.advancing import advance_order
from tests.fakes import FakeSaleor, LostAnswer

from .journeys import Shop


def said(saleor: FakeSaleor) -> str:
    return "\n".join(text for _, text in saleor.notes)


def test_notes_ride_with_the_next_write_and_name_who_acted(shop: Shop, saleor: FakeSaleor) -> None:
    shop.to_payment()
    shop.work()
    assert saleor.calls["add_note"] == 0
    assert "R-2026-000001: return approved (sam@shop.example)" in said(saleor)
    assert "refund of 20.00 USD approved (sam@shop.example)" in said(saleor)


def test_a_note_without_a_write_goes_alone_after_a_minute(shop: Shop, saleor: FakeSaleor) -> None:
    shop.request()
    shop.work(looks=2)
    assert saleor.notes == [("order-1", "R-2026-000001: return requested (rita@example.com)")]
    shop.work(looks=3)
    assert len(saleor.notes) == 1


def test_a_note_whose_sending_was_unclear_is_looked_for_first(shop: Shop, saleor: FakeSaleor) -> None:
    shop.request()
    shop.work()
    saleor.trouble["add_note"] = [SaleorUnclear()]
    shop.work(looks=2)
    saleor.notes.append(("order-1", "R-2026-000001: return requested (rita@example.com)"))
    shop.work(looks=8)
    assert len(saleor.notes) == 1


def test_a_note_is_not_looked_for_while_the_call_that_writes_it_may_be_running(shop: Shop, saleor: FakeSaleor) -> None:
    shop.request()
    shop.work(looks=2)  # written, and this worker dies before it can say so
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        note = session.scalars(select(OrderNote)).one()
        note.sent_at, note.tried_at = None, shop.ctx.now()
    advance_order(shop.ctx, shop.tenant_id, "order-1", holder="next")
    assert saleor.calls["note_exists"] == 0
    shop.work(looks=8)
    assert (saleor.calls["note_exists"], len(saleor.notes)) == (1, 1)


def test_notes_that_rode_with_a_lost_answer_are_not_written_twice(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["return_products"] = [LostAnswer()]
    shop.to_payment()
    shop.work(looks=8)
    assert said(saleor).count("return approved") == 1
