"""Links that open one credit note. Whoever holds one reads it: it is given only to who may, and ends."""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from saleor_returns_app.errors import NotFound

from .context import Context

#: How long a link on a page lives at least. The same note has the same link for a while, so that a page drawn again is the same.
LIFETIME, STEP = timedelta(hours=1), timedelta(minutes=30)
_OVER = "This link is over. Go back to the page that it was on and reload it."


def link_to(ctx: Context, tenant_id: str, case_id: str, number: str, *, lifetime: timedelta = LIFETIME) -> str:
    """The address of a note as PDF."""
    step = STEP.total_seconds()
    until = math.ceil(ctx.now().timestamp() / step) * int(step) + int(lifetime.total_seconds())
    token = _signer(ctx).dumps([tenant_id, case_id, number, until])
    return f"{ctx.settings.base_url}/documents/{token}"


def open_link(ctx: Context, token: str) -> tuple[str, str, str]:
    """(tenant, case, number). Raises NotFound for a link that is over or was never ours."""
    try:
        tenant_id, case_id, number, until = _signer(ctx).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(_OVER, code="LINK_OVER") from error
    if until <= ctx.now().timestamp():
        raise NotFound(_OVER, code="LINK_OVER")
    return tenant_id, case_id, number


def _signer(ctx: Context) -> URLSafeSerializer:
    # The first key signs; links made with the ones before it hold until they end.
    keys = [key.strip() for key in ctx.settings.secret_keys.get_secret_value().split(",") if key.strip()]
    return URLSafeSerializer(list(reversed(keys)), salt="credit-note", signer_kwargs={"digest_method": hashlib.sha256})
