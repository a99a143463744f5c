"""What an operator is told to do by hand does what is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models import Database
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import refunds, tenants
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.tenant_settings import NEEDED
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, make_order, make_payment, usd
from tests.services.journeys import Shop

DOCS = Path(__file__).parents[2] / "docs"


def statement(first_words: str) -> str:
    """The indented statement of the page that begins so."""
    page = (DOCS / "operating.md").read_text(encoding="utf-8")
    found = re.search(rf"^ +({first_words}[^;]+);", page, re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def any_shop(ctx: Context, any_database: Database, staff: Actor, shopper: Actor) -> Shop:
    return Shop(replace(ctx, db=any_database), add_tenant(any_database).id, staff, shopper)


def run(shop: Shop, statement: str) -> list[tuple[object, ...]]:
    with shop.ctx.db.everyone() as session:
        result = session.connection().execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def test_a_shop_said_to_be_uninstalled_is_erased(any_shop: Shop, clock: FakeClock) -> None:
    other = add_tenant(any_shop.ctx.db, "other")
    any_shop.request()
    for tenant_id in (any_shop.tenant_id, other.id):
        tenants.mark_disconnected(any_shop.ctx, tenant_id, token="token")
    run(any_shop, statement("update tenants"))
    clock.time = datetime.now(UTC) + timedelta(minutes=1)  # the statement goes by the database's own clock
    assert tenants.erase_due_tenants(any_shop.ctx) == 1
    with any_shop.ctx.db.everyone() as session:
        assert session.get(Tenant, any_shop.tenant_id) is None
        assert session.get(Tenant, other.id) is not None


@pytest.fixture
def restored(any_shop: Shop, saleor: FakeSaleor) -> str:
    """A legacy refund that a restored copy has as approved, made to wait; its case."""
    saleor.orders["order-1"] = make_order(transactions=(), payments=(make_payment(),))
    case_id = any_shop.to_payment()
    found = run(any_shop, statement("update refunds"))
    assert found == [(any_shop.tenant_id, any_shop.refunds(case_id)[0].marker)]
    any_shop.work(looks=3)
    assert saleor.paid == []
    return case_id


def test_a_legacy_refund_paid_after_the_copy_is_recorded(any_shop: Shop, saleor: FakeSaleor, restored: str) -> None:
    refund = any_shop.refunds(restored)[0]
    refunds.record_refund(
        any_shop.ctx, any_shop.tenant_id, refund.id, actor=any_shop.staff, proof="paid before the restore"
    )
    any_shop.work(looks=3)
    assert saleor.paid == []
    assert any_shop.case(restored).status == "resolved"


def test_a_legacy_refund_not_paid_after_the_copy_is_paid_once_a_person_vouches(
    any_shop: Shop, saleor: FakeSaleor, restored: str
) -> None:
    refund = any_shop.refunds(restored)[0]
    refunds.vouch_unsent(any_shop.ctx, any_shop.tenant_id, refund.id, actor=any_shop.staff)
    any_shop.work(looks=3)
    assert saleor.paid == [("order-1", usd("20.00"))]
    assert any_shop.case(restored).status == "resolved"


def test_the_permission_for_the_settings_page_is_named() -> None:
    assert f"`{NEEDED}`" in (DOCS / "permissions.md").read_text(encoding="utf-8")
