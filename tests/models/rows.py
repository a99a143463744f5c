"""Rows to look at: the shops "ours" and "theirs", each with the case `case-<shop>` and its line `line-<shop>`."""

from __future__ import annotations

from saleor_returns_app.models import Database
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.tenants import Tenant
from tests.fakes import START


def add_shops(database: Database) -> None:
    with database.everyone() as session:
        for shop in ("ours", "theirs"):
            session.add(make_tenant(shop))
            session.flush()
            session.add(make_case(shop, lines=[make_return_line(shop)]))


def make_tenant(shop: str) -> Tenant:
    return Tenant(
        id=shop,
        slug=shop,
        api_url=f"https://{shop}.example/graphql/",
        app_id="app-1",
        token_secret="secret",
        installed_at=START,
    )


def make_case(shop: str, **changes: object) -> Case:
    values: dict[str, object] = {
        "id": f"case-{shop}",
        "tenant_id": shop,
        "sequence": 1,
        "number": "R-2026-000001",
        "saleor_order_id": "order-1",
        "order_number": "74",
        "channel_slug": "default-channel",
        "currency": "USD",
        "email": f"{shop}@example.com",
        "opened_through": "portal",
        "created_at": START,
        "updated_at": START,
    }
    return Case(**{**values, **changes})


def make_return_line(shop: str, **changes: object) -> ReturnLine:
    values: dict[str, object] = {
        "id": f"line-{shop}",
        "tenant_id": shop,
        "position": 0,
        "order_line_id": "order-line-1",
        "product_name": f"Tee of {shop}",
        "quantity": 1,
        "reason": "damaged",
        "resolution": "refund",
    }
    return ReturnLine(**{**values, **changes})
