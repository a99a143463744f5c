"""Stock follows the goods: what is accepted and goes back on the shelf is added to the stock of a warehouse in Saleor.

Saleor only sets absolute quantities. So each addition is read, written and marked in one lane per variant: the mark tells after a
crash whether it was written, and the same request says what stood there just before, so that a sale in between is put right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from saleor_returns_app.domain.effects import Doubtful, EffectKind, Finished, Sight, ToDo
from saleor_returns_app.domain.inspection import Disposition
from saleor_returns_app.errors import NotFound, RemoteError
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.inspection import Finding

from .context import Context
from .effects import plan_effect
from .orders import mirrored_order
from .ports import ShopConnection
from .waiting import settings_of

_BEGUN, _DONE = "begun", "done"


def plan_restock(ctx: Context, session: Session, case: Case, finding: Finding) -> None:
    """Plan what a finding adds to the stock, once; nothing where its disposition is another."""
    if finding.stocked:
        return
    finding.stocked = True
    if finding.accepted and finding.disposition == Disposition.RESTOCK:
        line = session.get_one(ReturnLine, finding.line_id)
        _plan(ctx, session, case, line, finding.quantity, key=f"restock:{finding.id}")


def restock_correction(
    ctx: Context, session: Session, case: Case, *, replaced: Sequence[Finding], kept: Sequence[Finding]
) -> None:
    """The stock follows a correction of one line by the difference, up or down."""
    for finding in kept:
        finding.stocked = True
    difference = _restocked(kept) - _restocked(replaced)
    about = next(iter([*kept, *replaced]), None)
    if difference and about is not None:
        line = session.get_one(ReturnLine, about.line_id)
        _plan(ctx, session, case, line, difference, key=f"restock:{about.id}:corrected")


def _restocked(findings: Sequence[Finding]) -> int:
    return sum(item.quantity for item in findings if item.accepted and item.disposition == Disposition.RESTOCK)


def _plan(ctx: Context, session: Session, case: Case, line: ReturnLine, quantity: int, *, key: str) -> None:
    settings = settings_of(session, case)
    variant_id, warehouse_id = _where(session, case, line)
    warehouse_id = settings.restock_warehouse or warehouse_id
    what = {
        "variant_id": variant_id,
        "warehouse_id": warehouse_id,
        "quantity": quantity,
        "sku": line.sku,
        "item": line.product_name,
        "variant": line.variant_name,
    }
    doubt = ""
    if not variant_id:
        doubt = f"{line.product_name} is no longer in the catalogue, so its stock cannot be raised."
    elif not warehouse_id:
        doubt = "The order does not say from which warehouse it was sent. Choose one under Settings."
    plan_effect(
        ctx,
        session,
        case,
        kind=EffectKind.RESTOCK,
        key=key,
        lane=f"stock:{variant_id or line.id}",
        what=what,
        listed=not settings.restocks,
        doubt=doubt,
    )


def _where(session: Session, case: Case, line: ReturnLine) -> tuple[str, str]:
    """The variant and the warehouse it was sent from, as the order was last read; empty where it does not say."""
    try:
        order = mirrored_order(session, case.saleor_order_id)
    except NotFound:
        return "", ""
    bought = order.line(line.order_line_id)
    sent_from = [
        item.warehouse_id
        for item in order.fulfillments
        if item.warehouse_id and any(part.order_line_id == line.order_line_id for part in item.lines)
    ]
    return (bought.variant_id or "") if bought else "", sent_from[0] if sent_from else ""


class Restocking:
    """`result.step` counts the writes; a write that found another quantity than was read is followed by one that puts it right."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        wanted = int(effect.result.get("drift", effect.what["quantity"]))
        if not wanted:
            return Finished()
        warehouse = str(effect.what["warehouse_id"])
        level = ctx.saleor.read_stock(shop, str(effect.what["variant_id"]), mark=_mark(effect))
        if level is None:
            return Doubtful("The variant is no longer in the catalogue.")
        if not level.tracked:
            return Finished({"untracked": True})
        before = level.quantities.get(warehouse, 0)
        if level.mark.startswith(_DONE):
            return Finished()  # written; only the answer was lost
        if level.mark.startswith(_BEGUN):
            was, after = int(effect.seen["before"]), int(effect.seen["after"])
            if before == after:
                return Finished()
            text = "It stood at %s and was to become %s, but whether that was written is not known; now it is %s."
            return Doubtful(text % (was, after, before))
        if before + wanted < 0:
            return Doubtful(f"Only {before} are on stock, so {-wanted} cannot be taken off.")
        return ToDo({"before": before, "after": before + wanted})

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:
        found = ctx.saleor.set_stock(
            shop,
            variant_id=str(effect.what["variant_id"]),
            warehouse_id=str(effect.what["warehouse_id"]),
            quantity=int(seen["after"]),
            mark=_mark(effect),
        )
        # Sold or counted by somebody between our read and our write: what we wrote is off by so many.
        return {"step": int(effect.result.get("step", 0)) + 1, "drift": found - int(seen["before"])}

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        """Nothing in the case waits for the stock."""

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        steps = int(effect.result.get("step", 0))
        marks = [_mark_of(effect, again, step) for again in range(_again(effect) + 1) for step in range(steps + 1)]
        try:
            ctx.saleor.forget_marks(shop, str(effect.what["variant_id"]), marks)
        except RemoteError:
            return  # a mark too many harms nobody


def _again(effect: Effect) -> int:
    return int(effect.result.get("again", 0))


def _mark(effect: Effect) -> str:
    """The metadata key of the step that is due."""
    return _mark_of(effect, _again(effect), int(effect.result.get("step", 0)))


def _mark_of(effect: Effect, again: int, step: int) -> str:
    return f"returns.restock.{effect.id}.{again}.{step}"
