"""Sending back: the shopper's parcel."""

from __future__ import annotations

import re

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput

from .context import Context
from .guards import check_goods_come_back, check_version, require_permission, require_role
from .history import load_case, move_case, record_entry

#: UPU S10 is 13 characters, carriers use up to 40; letters, digits and the separators that labels print.
_TRACKING = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{3,59}")


def add_tracking(
    ctx: Context,
    tenant_id: str,
    case_id: str,
    *,
    actor: Actor,
    tracking_number: str,
    carrier: str = "",
    version: int | None = None,
) -> None:
    """The parcel is on its way. A second call corrects the number. Raises BadInput for what no label can show."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    number = tracking_number.strip()
    if not _TRACKING.fullmatch(number):
        text = "This does not look like a tracking number: 4 to 60 letters and digits, as printed on the label."
        raise BadInput(text, code="TRACKING", field="tracking_number")
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        check_goods_come_back(case)
        said = carrier.strip()[:100]
        if case.status != CaseStatus.IN_TRANSIT:
            move_case(ctx, case, CaseEvent.SHIP, actor)
        elif (case.tracking_number, case.carrier) == (number, said):
            return  # a second click
        case.tracking_number, case.carrier = number, said
        record_entry(
            ctx,
            session,
            case,
            event="ship",
            actor=actor,
            public=True,
            detail={"tracking_number": number, "carrier": said},
        )
