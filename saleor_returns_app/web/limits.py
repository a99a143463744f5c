"""How often one address may try what costs us or a shop something. Counted per process; the database holds the real limits."""

from __future__ import annotations

import ipaddress

from flask import Flask, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from saleor_returns_app.errors import TooMany

#: Asking for a code reads the shop and may send a mail. Many people can share one address.
CODES = RateLimitItemPerMinute(30, 10, namespace="codes")
#: Trying a code or a link reads the database only; a code has five tries of its own.
TRIES = RateLimitItemPerMinute(100, 10, namespace="tries")
#: Registering asks the named shop for three things; a shop installs once, and tries again a few times.
INSTALLS = RateLimitItemPerMinute(20, 1, namespace="installs")
#: Examining a photo costs a second of a processor; a case takes twenty.
UPLOADS = RateLimitItemPerMinute(300, 10, namespace="uploads")
_KEY = "returns_limits"


def register(app: Flask) -> None:
    app.extensions[_KEY] = FixedWindowRateLimiter(MemoryStorage())


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
