"""Tokens: reading who asks from one, and making them for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo.shop.asked import Asked
from demo.shop.keys import ExpiredToken, ForeignSignature, unverified
from demo.shop.model.accounts import User
from demo.shop.model.apps import App

if TYPE_CHECKING:
    from demo.shop.shop import Shop

_APP_TOKEN_LIFE = 300.0
_REFRESH_LIFE = 30 * 86_400.0
_STALE = ("Invalid token. Create new one by using tokenCreate mutation.", "InvalidTokenError")


def who_asks(shop: Shop, token: str | None) -> Asked:
    """An app by its token, a person by their JWT, else nobody; a JWT's fault is kept for the fields that ask."""
    if not token:
        return Asked(shop)
    for app in shop.state.apps.values():
        if app.token == token:
            return Asked(shop, app=app, permissions=app.permissions) if app.is_active else Asked(shop)
    claims = unverified(token)
    if claims is None or claims.get("owner") != "saleor":
        return Asked(shop)
    try:
        claims = shop.keys.decode(token)
    except ForeignSignature:
        return Asked(shop, bad_token=("Signature verification failed", "InvalidSignatureError"))
    except ExpiredToken:
        return Asked(shop, bad_token=("Signature has expired", "ExpiredSignatureError"))
    return _person(shop, claims)


def _person(shop: Shop, claims: dict[str, Any]) -> Asked:
    user = next((user for user in shop.state.users.values() if user.email == claims.get("email")), None)
    session = claims.get("token")
    if claims.get("type") not in ("access", "thirdparty") or user is None or session != user.jwt_token_key:
        return Asked(shop, bad_token=_STALE)
    if not user.is_active:
        return Asked(shop)
    granted = claims.get("permissions")
    permissions = user.permissions if granted is None else user.permissions & frozenset(granted)
    return Asked(shop, user=user, permissions=permissions)


def _claims(shop: Shop, user: User, kind: str) -> dict[str, Any]:
    person = {"email": user.email, "user_id": user.id, "is_staff": user.is_staff, "token": user.jwt_token_key}
    return {"owner": "saleor", "iss": shop.api_url, "type": kind, **person}


def access_token(shop: Shop, user: User) -> str:
    """A session of a shopper, or of staff in the Dashboard."""
    return shop.keys.encode(_claims(shop, user, "access"), seconds=shop.settings.access_token_life)


def refresh_token(shop: Shop, user: User) -> str:
    return shop.keys.encode(_claims(shop, user, "refresh"), seconds=_REFRESH_LIFE)


def third_party_token(shop: Shop, app: App, user: User) -> str:
    """For an app's frame in the Dashboard: the permissions that both the app and the person have."""
    claims = _claims(shop, user, "thirdparty")
    claims["app"] = app.id
    claims["permissions"] = sorted(app.permissions & user.permissions)
    claims["user_permissions"] = sorted(user.permissions)
    if app.audience:
        claims["aud"] = app.audience
    return shop.keys.encode(claims, seconds=_APP_TOKEN_LIFE)
