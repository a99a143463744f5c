"""The shopper's word on what a repair costs."""

from __future__ import annotations

from typing import Literal

from flask import Response
from pydantic import Field

from saleor_returns_app.domain.repairs import RepairEvent
from saleor_returns_app.services.repairs import answer_repair_quote
from saleor_returns_app.web.current import ctx

from .access import actor, blueprint, tenant
from .cases import fresh_case, once, own_case
from .orders import PROBLEMS
from .shapes import CaseOut, CasePath, StrictIn, WriteHeaders


class PriceAnswerIn(StrictIn):
    answer: Literal["accept", "decline"]
    version: int = Field(ge=1, description="Of the repair that the shopper read: another price takes another answer.")
    reason: str = Field("", max_length=4000)


@blueprint.post("/cases/<string:number>/repair", responses={**PROBLEMS, 200: CaseOut})
def answer_repair(path: CasePath, body: PriceAnswerIn, header: WriteHeaders) -> Response:
    """Accept or decline the price of the repair. Without an answer in time it counts as declined."""

    def carry_out(_id: str | None) -> tuple[int, CaseOut]:
        case = own_case(path.number)
        answer_repair_quote(
            ctx(),
            tenant().id,
            case.id,
            actor=actor(),
            event=RepairEvent(body.answer),
            seen=body.version,
            reason=body.reason,
        )
        return 200, fresh_case(case.id)

    return once(header.idempotency_key, {"repair": path.number, **body.model_dump(mode="json")}, carry_out)
