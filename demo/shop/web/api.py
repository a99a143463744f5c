"""`/graphql/` and the JWKS, without a framework in between: this is what is measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo.serving import Wsgi

if TYPE_CHECKING:
    from demo.shop.shop import Shop

_CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "content-type, authorization, authorization-bearer"),
    ("Access-Control-Allow-Methods", "POST, OPTIONS"),
]


def api(shop: Shop, otherwise: Wsgi) -> Wsgi:
    """A WSGI application that answers the API itself and leaves every other path to `otherwise`."""

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/.well-known/jwks.json":
            return _json(start, 200, shop.keys.jwks())
        if path != "/graphql/":
            return otherwise(environ, start)
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start("200 OK", _CORS)
            return [b""]
        if environ["REQUEST_METHOD"] != "POST":
            return _json(start, 405, {"errors": [{"message": "GraphQL only supports POST here."}]})
        try:
            request = json.loads(environ["wsgi.input"].read(), parse_float=Decimal)
            assert isinstance(request, dict)
        except (ValueError, AssertionError):
            return _json(start, 400, {"errors": [{"message": "Unable to parse query."}]})
        status, answer = shop.graphql(request, token=_token(environ))
        return _json(start, status, answer)

    return application


def _token(environ: dict[str, Any]) -> str | None:
    """From `Authorization-Bearer`, which wins, or `Authorization: Bearer`."""
    bare = environ.get("HTTP_AUTHORIZATION_BEARER")
    scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return bare or (value.strip() if scheme.lower() in ("bearer", "jwt") else None)


def _json(start: Callable[..., Any], status: int, answer: Any) -> Iterable[bytes]:
    reason = {200: "OK", 400: "Bad Request", 405: "Method Not Allowed"}[status]
    start(f"{status} {reason}", [("Content-Type", "application/json"), *_CORS])
    return [json.dumps(answer).encode()]
