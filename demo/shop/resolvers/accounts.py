"""People: fields of users, and logging in."""

from __future__ import annotations

from typing import Any

from demo.shop import tokens
from demo.shop.asked import Asked
from demo.shop.errors import Refused
from demo.shop.keys import ExpiredToken, ForeignSignature
from demo.shop.model.accounts import User
from demo.shop.resolvers.connections import connection
from demo.shop.resolvers.kinds import Fields, Resolvers


def permissions_shown(permissions: frozenset[str]) -> list[dict[str, str]]:
    """Permissions by code, as `permissions` and `userPermissions` list them."""
    return [{"code": code, "name": code.replace("_", " ").capitalize() + "."} for code in sorted(permissions)]


def _channels(user: User, info: Any) -> list[Any]:
    return list(user.channels or info.context.shop.state.channels.values()) if user.is_staff else []


def _orders(user: User, info: Any, **arguments: Any) -> dict[str, Any]:
    own = [order for order in info.context.shop.state.orders.values() if order.user is user]
    return connection(own[::-1], arguments)


def _token_create(asked: Asked, email: str, password: str, audience: str | None = None) -> dict[str, Any]:
    shop = asked.shop
    user = next((user for user in shop.state.users.values() if user.email.lower() == email.lower()), None)
    if user is None or user.password != password:
        raise Refused("email", "INVALID_CREDENTIALS", "Please, enter valid credentials")
    pair = {"token": tokens.access_token(shop, user), "refreshToken": tokens.refresh_token(shop, user)}
    return {**pair, "csrfToken": "", "user": user}


def _token_refresh(asked: Asked, **arguments: Any) -> dict[str, Any]:
    try:
        claims = asked.shop.keys.decode(arguments.get("refreshToken") or "")
    except (ForeignSignature, ExpiredToken):
        raise Refused("refreshToken", "JWT_INVALID_TOKEN", "Invalid token") from None
    user = asked.shop.state.users.get(claims.get("user_id", ""))
    if claims.get("type") != "refresh" or user is None or claims.get("token") != user.jwt_token_key:
        raise Refused("refreshToken", "JWT_INVALID_TOKEN", "Invalid token")
    return {"token": tokens.access_token(asked.shop, user), "user": user}


def _token_verify(asked: Asked, token: str) -> dict[str, Any]:
    found = tokens.who_asks(asked.shop, token)
    if found.user is None:
        raise Refused("token", "JWT_INVALID_TOKEN", "Signature verification failed")
    return {"isValid": True, "user": found.user}


FIELDS: Fields = {
    "User": {
        "accessibleChannels": _channels,
        "userPermissions": lambda user, _info: permissions_shown(user.permissions),
        "languageCode": lambda _user, _info: "EN",
        "orders": _orders,
    },
}
MUTATION: Resolvers = {"tokenCreate": _token_create, "tokenRefresh": _token_refresh, "tokenVerify": _token_verify}
