"""Links that open one file for a while. Whoever holds one sees the file: it is given only to who may, and ends soon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.signing import open_signed, sign

#: Seconds that a link lives at least and at most. Within a step the same file has the same link, so that a page that is drawn again
#: fetches nothing anew.
LIFETIME, STEP = 1800, 900
_PURPOSE = "evidence"


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
    token = sign(ctx, _PURPOSE, row.tenant_id, row.id, view.value, until=until)
    return f"{ctx.settings.base_url}/files/{token}"


def open_link(ctx: Context, token: str) -> Opened:
    """Raises NotFound for a link that is over or was never ours: nothing tells the two apart but its own text."""
    tenant_id, evidence_id, view = open_signed(ctx, _PURPOSE, token)
    return Opened(tenant_id, evidence_id, View(view))
