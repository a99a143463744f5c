"""Declarations that wait for a person, on their page."""

from __future__ import annotations

import uuid

from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.models.withdrawals import Withdrawal
from saleor_returns_app.services.context import Context
from tests.fakes import START

from .desk import Desk, words


def set_aside(ctx: Context, tenant: Tenant, **changes: str) -> str:
    withdrawal_id = str(uuid.uuid4())
    values = {"name": "Rita <b>", "order_number": "99", "email": "rita@example.com", "why": "NO_ORDER", **changes}
    with ctx.db.tenant(tenant.id) as session:
        row = Withdrawal(id=withdrawal_id, declared_at=START, language="en", state="aside", next_at=START, **values)
        session.add(row)
    return withdrawal_id


def test_the_queue_leads_to_what_waits_and_a_person_deals_with_it(ctx: Context, tenant: Tenant, desk: Desk) -> None:
    assert "withdrawal" not in desk.get("/dashboard/").text
    waiting = set_aside(ctx, tenant)
    assert "1 withdrawal to look at" in desk.get("/dashboard/").text
    page = desk.get("/dashboard/withdrawals")
    assert "No order has this number." in page.text
    assert "Rita &lt;b&gt;" in page.text
    refused = desk.post(f"/dashboard/withdrawals/{waiting}", settlement=" ")
    assert refused.status_code == 400
    assert "Write what you did about it" in refused.text
    done = desk.post(f"/dashboard/withdrawals/{waiting}", settlement="It was order 47.")
    assert "Nothing waits" in words(done.text)
    again = desk.post(f"/dashboard/withdrawals/{waiting}", settlement="Once more")
    assert again.status_code == 409


def test_another_shop_sees_and_settles_nothing_of_it(
    ctx: Context, tenant: Tenant, desk: Desk, foreign_desk: Desk
) -> None:
    waiting = set_aside(ctx, tenant)
    assert "Nothing waits" in words(foreign_desk.get("/dashboard/withdrawals").text)
    assert foreign_desk.post(f"/dashboard/withdrawals/{waiting}", settlement="Mine").status_code == 404
    assert "No order has this number." in desk.get("/dashboard/withdrawals").text


def test_people_of_one_channel_see_none_as_they_belong_to_none_yet(
    ctx: Context, tenant: Tenant, yen_desk: Desk
) -> None:
    waiting = set_aside(ctx, tenant)
    assert "Nothing waits" in words(yen_desk.get("/dashboard/withdrawals").text)
    assert yen_desk.post(f"/dashboard/withdrawals/{waiting}", settlement="Mine").status_code == 404
