"""Links that open one credit note. Whoever holds one reads it: it is given only to who may, and ends."""

from __future__ import annotations

import math
from datetime import timedelta

from .context import Context
from .signing import open_signed, sign

#: How long a link on a page lives at least. The same note has the same link for a while, so that a page drawn again is the same.
LIFETIME, STEP = timedelta(hours=1), timedelta(minutes=30)
_PURPOSE = "credit-note"


def link_to(ctx: Context, tenant_id: str, case_id: str, number: str, *, lifetime: timedelta = LIFETIME) -> str:
    """The address of a note as PDF."""
    step = STEP.total_seconds()
    until = math.ceil(ctx.now().timestamp() / step) * int(step) + int(lifetime.total_seconds())
    return f"{ctx.settings.base_url}/documents/{sign(ctx, _PURPOSE, tenant_id, case_id, number, until=until)}"


def open_link(ctx: Context, token: str) -> tuple[str, str, str]:
    """(tenant, case, number). Raises NotFound for a link that is over or was never ours."""
    tenant_id, case_id, number = open_signed(ctx, _PURPOSE, token)
    return tenant_id, case_id, number
