"""What the shopper's draft says of each line of the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from saleor_returns_app.domain.cases import Reason, Resolution
from saleor_returns_app.domain.orders import Order, OrderLine
from saleor_returns_app.domain.policy import Condition, Outcome
from saleor_returns_app.errors import BadInput
from saleor_returns_app.services.judging import JudgedLine, LineRequest, judge_order
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import REASONS

from .access import tenant


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the order on the page."""

    line: OrderLine
    judged: JudgedLine
    quantity: int
    reason: str
    description: str
    resolution: str
    condition: str = ""

    @property
    def is_late(self) -> bool:
        """Only a fault can still be claimed: the window for all other reasons is over."""
        codes = [because.code for because in self.judged.verdict.because]
        return self.judged.verdict.outcome is Outcome.INELIGIBLE and codes == ["WINDOW_OVER"]

    @property
    def may_be_chosen(self) -> bool:
        return self.judged.returnable > 0 and (self.judged.verdict.outcome is not Outcome.INELIGIBLE or self.is_late)


def choices(order: Order, draft: Mapping[str, Any]) -> list[Choice]:
    asked = requests_in(order, draft)
    judged = {line.order_line_id: line for line in judge_order(ctx(), tenant().id, order, asked)}
    found = []
    for line in order.lines:
        said = draft.get("reasons", {}).get(line.id, {})
        found.append(
            Choice(
                line=line,
                judged=judged[line.id],
                quantity=int(draft.get("quantities", {}).get(line.id, 0)),
                reason=said.get("reason", ""),
                description=said.get("description", ""),
                resolution=said.get("resolution") or _usual(judged[line.id]),
                condition=said.get("condition", ""),
            )
        )
    return found


def _usual(judged: JudgedLine) -> Resolution:
    """What most people want, where the policy offers it."""
    offered = judged.verdict.resolutions
    return Resolution.REFUND if Resolution.REFUND in offered or not offered else offered[0]


def requests_in(order: Order, draft: Mapping[str, Any]) -> list[LineRequest]:
    """What the draft asks for so far: lines that are chosen and have a reason."""
    found = []
    for line in order.lines:
        quantity = int(draft.get("quantities", {}).get(line.id, 0))
        said = draft.get("reasons", {}).get(line.id, {})
        if quantity > 0 and said.get("reason") in REASONS:
            found.append(
                LineRequest(
                    order_line_id=line.id,
                    quantity=quantity,
                    reason=Reason(said["reason"]),
                    description=said.get("description", ""),
                    resolution=Resolution(said.get("resolution") or Resolution.REFUND),
                    condition=Condition(said["condition"]) if said.get("condition") else None,
                )
            )
    return found


def complete_requests(order: Order, draft: Mapping[str, Any]) -> list[LineRequest]:
    """What a finished draft asks for. Raises BadInput while a chosen line has no reason yet."""
    asked = requests_in(order, draft)
    chosen = sum(1 for quantity in draft.get("quantities", {}).values() if int(quantity) > 0)
    if len(asked) < chosen:
        raise BadInput("Choose a reason for each item.", code="NO_REASON")
    return asked
