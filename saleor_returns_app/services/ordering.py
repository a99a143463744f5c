"""Making and retracting a replacement order in Saleor: a draft with the true prices, one discount down to what is owed, completed.

Every step is recognised by a look at the draft, which carries our mark: a crash in between makes no second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.effects import Doubtful, Finished, Sight, ToDo
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import RemoteError, SaleorRefused
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange

from .context import Context
from .exchanges import give_up, note_ordered, note_out_of_stock, note_paid
from .ports import Replacement, ReplacementLine, ReplacementRequest, ShopConnection

#: Key of the result: what ran out before it could be ordered.
_MISSING = "missing"
_STOCK = "INSUFFICIENT_STOCK"
_STEP, _CREATE, _SHIPPING, _DISCOUNT, _COMPLETE = "step", "create", "shipping", "discount", "complete"


class Ordering:
    """Recognised by the mark in the order's metadata."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        if _MISSING in effect.result:
            return Finished()
        found = ctx.saleor.find_replacement(shop, mark=str(effect.what["mark"]))
        if found is None:
            return ToDo({_STEP: _CREATE})
        if found.is_cancelled:
            return Doubtful(f"Order {found.number} was cancelled in Saleor.")
        if not found.is_draft:
            return Finished({"order": found.order_id, "number": found.number, "due_minor": found.due.minor})
        return self._next(effect, found)

    def _next(self, effect: Effect, found: Replacement) -> Sight:
        done = effect.result.get("steps", {})
        owed = Money.from_minor(int(effect.what["owed_minor"]), str(effect.what["currency"]))
        if not found.has_shipping and _SHIPPING not in done:
            return ToDo({_STEP: _SHIPPING, "order": found.order_id})
        if found.total > owed:
            if _DISCOUNT in done:
                return Doubtful(
                    f"Draft {found.number} costs {found.total} instead of {owed}, though it was discounted."
                )
            off = found.undiscounted - owed
            return ToDo({_STEP: _DISCOUNT, "order": found.order_id, "off_minor": off.minor})
        return ToDo({_STEP: _COMPLETE, "order": found.order_id})

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:
        step = str(seen[_STEP])
        try:
            self._act(ctx, shop, effect, seen, step)
        except SaleorRefused as refusal:
            if _STOCK not in refusal.codes:
                raise
            return {_MISSING: refusal.reason}
        before = {} if step == _CREATE else effect.result.get("steps", {})  # a draft made anew has had none
        return {"steps": {**before, step: True}}

    def _act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any], step: str) -> None:
        saleor, number = ctx.saleor, str(effect.what["number"])
        if step == _CREATE:
            lines = [
                ReplacementLine(variant_id=str(line["variant_id"]), quantity=int(line["quantity"]))
                for line in effect.what["lines"]
            ]
            self._check_stock(ctx, shop, effect)
            wanted = ReplacementRequest(
                order_id=effect.lane,
                lines=tuple(lines),
                mark=str(effect.what["mark"]),
                note=f"Replacement for return {number}",
                metadata={"return": number},
            )
            saleor.create_replacement(shop, wanted)
            return
        order_id = str(seen["order"])
        if step == _SHIPPING:
            saleor.choose_shipping(shop, order_id)
        elif step == _DISCOUNT:
            off = Money.from_minor(int(seen["off_minor"]), str(effect.what["currency"]))
            saleor.discount_replacement(shop, order_id, amount=off, reason=f"Replacement for return {number}")
        else:
            saleor.complete_replacement(shop, order_id)

    @staticmethod
    def _check_stock(ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """Saleor does not say which line is out of stock when it completes a draft."""
        names = {str(line["variant_id"]): int(line["quantity"]) for line in effect.what["lines"]}
        sold = ctx.saleor.read_variants(
            shop, channel=str(effect.what["channel"]), country=str(effect.what["country"]), variant_ids=list(names)
        )
        there = {variant.id: variant for variant in sold}
        short = [
            f"{there[variant_id].product_name} {there[variant_id].name}".strip() if variant_id in there else ""
            for variant_id, quantity in names.items()
            if variant_id not in there or there[variant_id].available < quantity
        ]
        if short:
            named = ", ".join(name for name in short if name) or str(effect.what["items"])
            raise SaleorRefused(named, codes=[_STOCK])

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        exchange = session.get_one(Exchange, str(effect.what["exchange"]))
        if exchange.state != ExchangeState.PLANNED:
            return
        if _MISSING in effect.result:
            note_out_of_stock(ctx, session, case, exchange, str(effect.result[_MISSING]))
            return
        if "order" in effect.result:  # else a person made it, who knows its number
            exchange.replacement_id = str(effect.result["order"])
            exchange.replacement_number = str(effect.result["number"])
            exchange.owed_minor = int(effect.result["due_minor"])
        note_ordered(ctx, session, case, exchange)

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """A draft that cannot be completed goes; what was ordered is linked from the order it replaces."""
        try:
            if _MISSING in effect.result:
                left = ctx.saleor.find_replacement(shop, mark=str(effect.what["mark"]))
                if left is not None and left.is_draft:
                    ctx.saleor.cancel_replacement(shop, left.order_id)
        except RemoteError:
            return  # a draft that is left behind sends nothing


class Retracting:
    """Recognised by the order itself: it is cancelled, or it was paid or sent meanwhile and stays."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        found = ctx.saleor.read_replacement(shop, str(effect.what["order"]))
        if found is None or found.is_cancelled:
            paid_minor = (found.total - found.due).minor if found is not None else 0
            return Finished({"cancelled": True, "paid_minor": paid_minor})
        if found.is_shipped or not found.due:
            return Finished({"cancelled": False})
        return ToDo()

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        ctx.saleor.cancel_replacement(shop, str(effect.what["order"]))
        return {}

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        exchange = session.get_one(Exchange, str(effect.what["exchange"]))
        if exchange.state != ExchangeState.UNPAID:
            return
        if effect.result.get("cancelled", True):
            paid = Money.from_minor(int(effect.result.get("paid_minor", 0)), exchange.currency)
            give_up(ctx, session, case, exchange, SYSTEM, event="replacement_cancelled", paid=paid)
        else:
            note_paid(ctx, session, case, exchange)

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """Nothing was marked."""
