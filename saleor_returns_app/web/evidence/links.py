"""Links that open one file for a while. Whoever holds one sees the file: it is given only to who may, and ends soon."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeSerializer

from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.services.context import Context

#: Seconds that a link lives at least and at most. Within a step the same file has the same link, so that a page that is drawn again
#: fetches nothing anew.
LIFETIME, STEP = 1800, 900
_OVER = "This link is over. Go back to the page that it was on and reload it."


class View(StrEnum):
    WHOLE = "w"
    THUMBNAIL = "t"
    DOWNLOAD = "d"


@dataclass(frozen=True, slots=True)
class Opened:
    tenant_id: str
    evidence_id: str
    view: View


def link_to(ctx: Context, row: Evidence, view: View = View.WHOLE) -> str:
    """The address of one view of a file."""
    until = math.ceil(ctx.now().timestamp() / STEP) * STEP + LIFETIME
    token = _signer(ctx).dumps([row.tenant_id, row.id, view.value, until])
    return f"{ctx.settings.base_url}/files/{token}"


def open_link(ctx: Context, token: str) -> Opened:
    """Raises NotFound for a link that is over or was never ours: nothing tells the two apart but its own text."""
    try:
        tenant_id, evidence_id, view, until = _signer(ctx).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(_OVER, code="LINK_OVER") from error
    if until <= ctx.now().timestamp():
        raise NotFound(_OVER, code="LINK_OVER")
    return Opened(tenant_id, evidence_id, View(view))


def _signer(ctx: Context) -> URLSafeSerializer:
    # The first key signs; links made with the ones before it hold until they end.
    keys = [key.strip() for key in ctx.settings.secret_keys.get_secret_value().split(",") if key.strip()]
    return URLSafeSerializer(list(reversed(keys)), salt="evidence", signer_kwargs={"digest_method": hashlib.sha256})
