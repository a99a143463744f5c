"""Health, readiness and metrics; the request id and the log line of every request."""

from __future__ import annotations

import hmac
import ipaddress
import time
import uuid

import structlog
from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from saleor_returns_app.models.migrating import pending_migration
from saleor_returns_app.web.current import ctx

blueprint = Blueprint("operating", __name__)
log = structlog.get_logger()

REQUESTS = Counter("returns_http_requests_total", "Requests by endpoint and status.", ["endpoint", "status"])
SECONDS = Histogram("returns_http_request_seconds", "Time to answer by endpoint.", ["endpoint"])
#: Too frequent to log each: they are counted.
_QUIET = frozenset({"operating.health", "operating.ready", "operating.metrics", "webhooks.receive", "static"})


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> ResponseReturnValue:
    """The process can work: its database answers and has this release's tables."""
    try:
        with ctx().db.engine.connect() as connection:
            connection.execute(text("select 1"))
        missing = pending_migration(ctx().db.engine)
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    if missing:
        return jsonify(status="migration pending", revision=missing), 503
    return jsonify(status="ready")


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    token = ctx().settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    allowed = hmac.compare_digest(given.encode(), token.encode()) if token else _is_loopback(request.remote_addr)
    if not allowed:
        return jsonify(status="forbidden"), 403
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


@blueprint.before_app_request
def _begin() -> None:
    g.begun = time.perf_counter()
    if request.endpoint in _QUIET:
        return
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:16])


@blueprint.after_app_request
def _end(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    seconds = time.perf_counter() - g.get("begun", time.perf_counter())
    REQUESTS.labels(endpoint, str(response.status_code)).inc()
    SECONDS.labels(endpoint).observe(seconds)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if request.endpoint not in _QUIET:
        # The rule, not the path: paths carry case ids and the like.
        rule = request.url_rule.rule if request.url_rule else ""
        log.info("request", method=request.method, rule=rule, status=response.status_code, ms=round(seconds * 1000, 1))
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        if request_id:
            response.headers["X-Request-Id"] = str(request_id)
    return response
