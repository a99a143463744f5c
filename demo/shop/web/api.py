"""`/graphql/` and the JWKS, without a framework in between: this is what is measured."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from demo.serving import Dropped, Wsgi
from demo.shop.traffic import operation_name

if TYPE_CHECKING:
    from demo.shop.shop import Shop

_REASONS = {200: "OK", 400: "Bad Request", 405: "Method Not Allowed", 502: "Bad Gateway"}
_CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Headers", "content-type, authorization, authorization-bearer"),
    ("Access-Control-Allow-Methods", "POST, OPTIONS"),
]


def api(shop: Shop, otherwise: Wsgi) -> Wsgi:
    """A WSGI application that answers the API itself and leaves every other path to `otherwise`."""

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/graphql/":
            return _graphql(shop, environ, start)
        if path == "/.well-known/jwks.json":
            return _json(start, 200, shop.keys.jwks())
        return otherwise(environ, start)

    return application


def _graphql(shop: Shop, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "OPTIONS":
        start("200 OK", _CORS)
        return [b""]
    if environ["REQUEST_METHOD"] != "POST":
        return _json(start, 405, {"errors": [{"message": "GraphQL only supports POST here."}]})
    try:
        request = json.loads(environ["wsgi.input"].read(), parse_float=Decimal)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        return _json(start, 400, {"errors": [{"message": "Unable to parse query."}]})
    operation = operation_name(str(request.get("query")))
    began = time.perf_counter()
    fault = shop.traffic.take_fault(operation)
    if fault and fault.kind == "down":
        raise Dropped
    if fault and fault.kind in ("bad-gateway", "nonsense"):
        return _text(start, 502 if fault.kind == "bad-gateway" else 200, "<html><h1>Something is odd here</h1></html>")
    if fault and fault.kind == "slow":
        time.sleep(fault.seconds)
    status, answer = shop.graphql(request, token=_token(environ))
    shop.traffic.count(operation, time.perf_counter() - began)
    if fault and fault.kind == "lost":
        raise Dropped
    return _json(start, status, answer)


def _token(environ: dict[str, Any]) -> str | None:
    """From `Authorization-Bearer`, which wins, or `Authorization: Bearer`."""
    bare: str | None = environ.get("HTTP_AUTHORIZATION_BEARER")
    scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return bare or (value.strip() if scheme.lower() in ("bearer", "jwt") else None)


def _json(start: Callable[..., Any], status: int, answer: Any) -> Iterable[bytes]:
    start(f"{status} {_REASONS[status]}", [("Content-Type", "application/json"), *_CORS])
    return [json.dumps(answer).encode()]


def _text(start: Callable[..., Any], status: int, text: str) -> Iterable[bytes]:
    start(f"{status} {_REASONS[status]}", [("Content-Type", "text/html"), *_CORS])
    return [text.encode()]
