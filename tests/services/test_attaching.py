"""Credit notes on the Saleor order: where the shop wants it, once, and never a burden."""

from __future__ import annotations

import pytest

from saleor_returns_app.domain.effects import EffectState
from saleor_returns_app.errors import SaleorDenied, SaleorRefused, SaleorUnavailable
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.credit_note_links import open_link
from saleor_returns_app.services.effects import effects_of
from tests.fakes import FakeClock, FakeSaleor

from .journeys import Shop


@pytest.fixture
def wanted(shop: Shop) -> Shop:
    with shop.ctx.db.everyone() as session:
        tenant = session.get_one(Tenant, shop.tenant_id)
        tenant.settings = {**tenant.settings, "attaches_credit_notes": True}
    return shop


def attachment(shop: Shop, case_id: str) -> Effect:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        (found,) = [effect for effect in effects_of(session, case_id) if effect.kind == "invoice"]
    return found


def test_nothing_is_attached_unless_the_shop_wants_it(shop: Shop, saleor: FakeSaleor) -> None:
    shop.to_payment()
    shop.work(looks=3)
    assert saleor.invoices == []
    assert not saleor.calls["list_invoices"]


def test_the_note_is_on_the_order_by_a_link_that_holds_for_years(
    wanted: Shop, saleor: FakeSaleor, clock: FakeClock
) -> None:
    case_id = wanted.to_payment()
    wanted.work(looks=3)
    ((order_id, number, url),) = saleor.invoices
    assert (order_id, number) == ("order-1", "CN-2026-000001")
    assert attachment(wanted, case_id).state == EffectState.DONE
    clock.forward(days=3600)
    token = url.removeprefix("http://returns.test/documents/")
    assert open_link(wanted.ctx, token) == (wanted.tenant_id, case_id, number)


def test_a_lost_answer_attaches_it_once(wanted: Shop, saleor: FakeSaleor) -> None:
    case_id = wanted.to_payment()
    wanted.work()
    saleor.moods.append("lost")
    wanted.work(looks=4)
    assert len(saleor.invoices) == 1
    assert attachment(wanted, case_id).state == EffectState.DONE


@pytest.mark.parametrize("call", ["list_invoices", "create_invoice"])
@pytest.mark.parametrize(
    "problem", [SaleorRefused("no billing address", codes=["NOT_READY"]), SaleorDenied("no right")]
)
def test_an_order_that_can_have_none_is_left_at_that(
    wanted: Shop, saleor: FakeSaleor, call: str, problem: Exception
) -> None:
    saleor.trouble[call] = [problem]
    case_id = wanted.to_payment()
    wanted.work(looks=3)
    found = attachment(wanted, case_id)
    assert (found.state, "refused" in found.result) == (EffectState.DONE, True)
    assert (saleor.invoices, wanted.case(case_id).attention) == ([], "")


def test_a_shop_that_does_not_answer_gets_it_later(wanted: Shop, saleor: FakeSaleor) -> None:
    case_id = wanted.to_payment()
    saleor.trouble["list_invoices"] = [SaleorUnavailable()]
    saleor.trouble["create_invoice"] = [SaleorUnavailable()]
    wanted.work(looks=6)
    assert len(saleor.invoices) == 1
    assert attachment(wanted, case_id).state == EffectState.DONE
