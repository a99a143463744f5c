"""How often one address may try to sign in. Counted per process: it slows guessing down, the database holds the real limits."""

from __future__ import annotations

import ipaddress

from flask import current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from saleor_returns_app.errors import TooMany

from .access import blueprint

#: Asking for a code reads the shop and may send a mail. Many people can share one address.
CODES = RateLimitItemPerMinute(30, 10, namespace="codes")
#: Trying a code or a link reads the database only; a code has five tries of its own.
TRIES = RateLimitItemPerMinute(100, 10, namespace="tries")
_KEY = "returns_limits"


@blueprint.record
def _prepare(state: object) -> None:
    state.app.extensions[_KEY] = FixedWindowRateLimiter(MemoryStorage())  # type: ignore[attr-defined]


def check(item: RateLimitItem) -> None:
    """Count this request. Raises TooMany."""
    limiter: FixedWindowRateLimiter = current_app.extensions[_KEY]
    if not limiter.hit(item, _caller()):
        raise TooMany


def _caller() -> str:
    """The address; of IPv6 the network that one subscriber has, for inside it anyone can take a new one each time."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
