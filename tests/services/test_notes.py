"""Notes on the Saleor order: who did what, without costing calls."""

from __future__ import annotations

from saleor_returns_app.errors import SaleorUnclear
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


def test_notes_that_rode_with_a_lost_answer_are_not_written_twice(shop: Shop, saleor: FakeSaleor) -> None:
    saleor.trouble["return_products"] = [LostAnswer()]
    shop.to_payment()
    shop.work(looks=8)
    assert said(saleor).count("return approved") == 1
