"""Goods to put on stock for shops whose stock another system keeps: what a warehouse booked in and nobody took from the list yet."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from sqlalchemy import func, select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.effects import EffectKind, EffectState
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect

from .context import Context
from .formulas import inert
from .guards import require_permission
from .steps import vouch_effect

#: Lines on one page, the oldest first; what is taken makes room for the next.
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """Units to add, or to take off where a count was corrected downwards."""

    effect: Effect
    number: str


@dataclass(frozen=True, slots=True)
class StockList:
    lines: Sequence[StockLine]
    total: int


def read_stock_list(ctx: Context, tenant_id: str, *, actor: Actor) -> StockList:
    """What waits on the list, as far as the person may see its cases."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        waiting = (Effect.kind == EffectKind.RESTOCK, Effect.state == EffectState.LISTED)
        found = select(Effect, Case.number).join(Case, Case.id == Effect.case_id).where(*waiting)
        count = select(func.count()).select_from(Effect).join(Case, Case.id == Effect.case_id).where(*waiting)
        if actor.channels is not None:
            seen = Case.channel_slug.in_(sorted(actor.channels))
            found, count = found.where(seen), count.where(seen)
        rows = session.execute(found.order_by(Effect.id).limit(MOST)).all()
        total = session.scalar(count) or 0
    return StockList([StockLine(effect=effect, number=number) for effect, number in rows], total)


def take_from_list(ctx: Context, tenant_id: str, *, actor: Actor, effect_ids: Sequence[str]) -> int:
    """These are in the other system now; gives how many were still waiting."""
    waiting = {line.effect.id for line in read_stock_list(ctx, tenant_id, actor=actor).lines}
    chosen = [effect_id for effect_id in dict.fromkeys(effect_ids) if effect_id in waiting]
    for effect_id in chosen:
        vouch_effect(ctx, tenant_id, effect_id, actor=actor)
    return len(chosen)


def as_csv(lines: Sequence[StockLine]) -> str:
    """The list as a table: UTF-8, commas, a header. Texts that would be run as formulas get an apostrophe before them."""
    out = StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(("id", "booked_at", "return", "sku", "product", "variant", "quantity", "variant_id", "warehouse_id"))
    for line in lines:
        what = line.effect.what
        texts = (what.get("sku", ""), what.get("item", ""), what.get("variant", ""))
        table.writerow(
            (
                line.effect.id,
                line.effect.created_at.isoformat(timespec="seconds"),
                line.number,
                *(inert(str(text)) for text in texts),
                what["quantity"],
                what["variant_id"],
                what["warehouse_id"],
            )
        )
    return out.getvalue()
