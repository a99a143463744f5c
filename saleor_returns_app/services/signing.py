"""Signed texts for links: nobody can make one, and whoever holds one can do what it says."""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, URLSafeSerializer

from saleor_returns_app.errors import NotFound

from .context import Context

_OVER = "This link is over. Go back to the page that it was on and reload it."


def sign(ctx: Context, purpose: str, *values: str, until: int) -> str:
    """A text that holds the values until then (seconds since 1970). One of another purpose is not taken for it."""
    return _signer(ctx, purpose).dumps([*values, until])


def open_signed(ctx: Context, purpose: str, token: str, *, over: str = _OVER) -> list[str]:
    """The values. Raises NotFound, saying `over`, for a text that is over or was never ours: nothing tells the two apart."""
    try:
        *values, until = _signer(ctx, purpose).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(over, code="LINK_OVER") from error
    if until <= ctx.now().timestamp():
        raise NotFound(over, code="LINK_OVER")
    return [str(value) for value in values]


def _signer(ctx: Context, purpose: str) -> URLSafeSerializer:
    # The first key signs; links made with the ones before it hold until they end.
    keys = [key.strip() for key in ctx.settings.secret_keys.get_secret_value().split(",") if key.strip()]
    return URLSafeSerializer(list(reversed(keys)), salt=purpose, signer_kwargs={"digest_method": hashlib.sha256})
