"""Addresses inside the Dashboard, for links that leave the app's own frame."""

from __future__ import annotations

from urllib.parse import quote

from saleor_returns_app.adapters.saleor import versions
from saleor_returns_app.models.tenants import Tenant


def order_place(order_id: str) -> str:
    return f"/orders/{quote(order_id, safe='')}"


def customer_place(customer_id: str) -> str:
    return f"/customers/{quote(customer_id, safe='')}"


def app_place(tenant: Tenant, route: str) -> str:
    """A page of this app, opened in the Dashboard's own frame: `/cases/1` is `/dashboard/cases/1` here.

    A Dashboard of 3.21 knows apps under their former address only.
    """
    app = quote(tenant.app_id, safe="")
    if versions.knows(tenant.saleor_version, versions.WIDGETS):
        return f"/extensions/app/{app}{route}"
    return f"/apps/{app}/app{route}"
