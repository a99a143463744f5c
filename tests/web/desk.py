"""A staff member at the Dashboard: tokens as Saleor signs them, and a client that sends them."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.test import TestResponse

from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.ports import StaffIdentity
from tests.conftest import ALL_PERMISSIONS
from tests.fakes import START, FakeClock, FakeSaleor


@cache
def shop_key(name: str = "shop-key") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name}, private=True)


def give_keys(ctx: Context, tenant: Tenant, *keys: RSAKey) -> None:
    """The tenant's stored signing keys."""
    with ctx.db.everyone() as session:
        session.get_one(Tenant, tenant.id).jwks = {"keys": [key.as_dict(private=False) for key in keys]}


def sign(tenant: Tenant, *, key: RSAKey | OctKey | None = None, alg: str = "RS256", **claims: Any) -> str:
    """A token for an app's frame, as the shop's Dashboard gets it, with changes."""
    values = {
        "iss": tenant.api_url,
        "owner": "saleor",
        "type": "thirdparty",
        "app": tenant.app_id,
        "user_id": "staff-1",
        "email": "sam@shop.example",
        "is_staff": True,
        "permissions": ["MANAGE_ORDERS"],
        "user_permissions": sorted(ALL_PERMISSIONS),
        "iat": int(START.timestamp()),
        "exp": int(START.timestamp()) + 300,
        **claims,
    }
    key = key or shop_key()
    return jwt.encode({"alg": alg, "kid": key.kid or "shop-key", "typ": "JWT"}, values, key, algorithms=[alg])


class Desk:
    """Asks for pages as the script of a frame does."""

    def __init__(self, client: FlaskClient, api_url: str, token: str) -> None:
        self.client = client
        self.headers = {"authorization-bearer": token, "saleor-api-url": api_url, "hx-request": "true"}

    def get(self, path: str, **query: str) -> TestResponse:
        return self.client.get(path, query_string=query or None, headers=self.headers)

    def post(self, path: str, **typed: Any) -> TestResponse:
        return self.client.post(path, data=typed, headers=self.headers)

    def seen(self, path: str) -> dict[str, str]:
        """What a form on this page says about the case that it was made for."""
        page = self.get(path).text
        return {name: hidden(page, name) for name in ("version", "seen")}

    def renew(self, saleor: FakeSaleor, tenant: Tenant, clock: FakeClock) -> None:
        """A fresh token for the same person, as the Dashboard gives one every few minutes."""
        before = self.headers["authorization-bearer"]
        token = sign(tenant, exp=int(clock.now().timestamp()) + 300)
        saleor.staff[token] = saleor.staff[before]
        self.headers["authorization-bearer"] = token

    def act(self, case_id: str, name: str, **typed: Any) -> TestResponse:
        """Press a button on a page that was just loaded."""
        return self.post(f"/dashboard/cases/{case_id}/{name}", **{**self.seen(f"/dashboard/cases/{case_id}"), **typed})


def seat(
    app: Flask,
    saleor: FakeSaleor,
    tenant: Tenant,
    *,
    email: str = "sam@shop.example",
    permissions: frozenset[str] = ALL_PERMISSIONS,
    channels: frozenset[str] | None = None,
) -> Desk:
    """A person whom Saleor knows, at their desk."""
    token = sign(tenant, email=email, user_id=f"user:{email}", user_permissions=sorted(permissions))
    saleor.staff[token] = StaffIdentity(user_id=f"user:{email}", email=email, channels=channels)
    return Desk(app.test_client(), tenant.api_url, token)


def hidden(page: str, name: str) -> str:
    """The value of the first hidden input of this name."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, f"no hidden input {name}"
    return unescape(found[1])


def words(page: str) -> str:
    """What people read of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page))).strip()
