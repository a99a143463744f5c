"""The part of `FakeSaleor` that sells variants and keeps orders made for a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.errors import SaleorRefused, SaleorUnclear
from saleor_returns_app.services.ports import Replacement, ReplacementRequest, ShopConnection, Variant


def make_variant(variant_id: str = "variant-2", *, price: str = "20.00", available: int = 5) -> Variant:
    return Variant(
        id=variant_id,
        product_id="product-1",
        product_name="Monospace Tee",
        name=variant_id.removeprefix("variant-").upper(),
        sku=f"TEE-{variant_id.removeprefix('variant-')}",
        price=Money(Decimal(price), "USD"),
        available=available,
        image_url="",
    )


class FakeReplacements:
    """Variants on sale and what was ordered of them. Trouble is put up by method, as for other writes: `LostAnswer` writes and
    loses the answer, any other is raised before anything is written."""

    #: By id. Completing takes units from them; cancelling gives them back.
    variants: dict[str, Variant]
    #: By order id: as a read finds it.
    replacements: dict[str, Replacement]
    #: By order id: what was asked for.
    replacement_requests: dict[str, ReplacementRequest]
    #: What shipping a replacement costs before the discount; None: the shop has no way of shipping.
    replacement_shipping: Money | None
    discount_reasons: dict[str, str]

    def __init__(self) -> None:
        self.variants = {item.id: item for item in (make_variant("variant-1"), make_variant("variant-2"))}
        self.replacements = {}
        self.replacement_requests = {}
        self.replacement_shipping = Money(Decimal("10.00"), "USD")
        self.discount_reasons = {}

    def _call(self, name: str) -> None:
        raise NotImplementedError

    def _mood_of(self, name: str) -> str:
        raise NotImplementedError

    def _next(self, kind: str) -> str:
        raise NotImplementedError

    def list_variants(
        self,
        shop: ShopConnection,
        *,
        channel: str,
        country: str,
        product_id: str = "",
        search: str = "",
        most: int = 50,
    ) -> tuple[Variant, ...]:
        self._call("list_variants")
        found = [
            item
            for item in self.variants.values()
            if (item.product_id == product_id if product_id else True)
            and search.lower() in f"{item.product_name}\n{item.name}\n{item.sku}".lower()
        ]
        return tuple(found[:most])

    def read_variants(
        self, shop: ShopConnection, *, channel: str, country: str, variant_ids: Sequence[str]
    ) -> tuple[Variant, ...]:
        self._call("read_variants")
        return tuple(self.variants[key] for key in dict.fromkeys(variant_ids) if key in self.variants)

    def find_replacement(self, shop: ShopConnection, *, mark: str) -> Replacement | None:
        self._call("find_replacement")
        found = [
            self.replacements[key]
            for key, request in self.replacement_requests.items()
            if request.mark == mark and key in self.replacements
        ]
        if len(found) > 1:
            raise SaleorRefused("several orders carry the mark of this case", codes=["SEVERAL"])
        return found[0] if found else None

    def read_replacement(self, shop: ShopConnection, order_id: str) -> Replacement | None:
        self._call("read_replacement")
        return self.replacements.get(order_id)

    def create_replacement(self, shop: ShopConnection, wanted: ReplacementRequest) -> Replacement:
        lost = self._mood_of("create_replacement") == "lost"
        if any(line.variant_id not in self.variants for line in wanted.lines):
            raise SaleorRefused("an article is no longer in the shop", codes=["NOT_FOUND"])
        currency = self.variants[wanted.lines[0].variant_id].price.currency
        worth = total(
            (self.variants[line.variant_id].price for line in wanted.lines for _ in range(line.quantity)), currency
        )
        key = self._next("replacement")
        self.replacement_requests[key] = wanted
        self.replacements[key] = Replacement(
            order_id=key,
            number=str(1000 + len(self.replacement_requests)),
            is_draft=True,
            status="DRAFT",
            total=worth,
            due=worth,
            undiscounted=worth,
            discounted=None,
            has_shipping=False,
            is_shipped=False,
            is_cancelled=False,
            tracking="",
            tax=Money.zero(currency),
        )
        if lost:
            raise SaleorUnclear()
        return self.replacements[key]

    def choose_shipping(self, shop: ShopConnection, order_id: str) -> None:
        lost = self._mood_of("choose_shipping") == "lost"
        draft = self._draft(order_id)
        if self.replacement_shipping is None:
            raise SaleorRefused("no way of shipping", codes=["SHIPPING_METHOD_REQUIRED"])
        if not draft.has_shipping:
            worth = draft.total + self.replacement_shipping
            self._put(draft, total=worth, due=worth, undiscounted=worth, has_shipping=True)
        if lost:
            raise SaleorUnclear()

    def discount_replacement(self, shop: ShopConnection, order_id: str, *, amount: Money, reason: str) -> None:
        lost = self._mood_of("discount_replacement") == "lost"
        draft = self._draft(order_id)
        if amount > draft.undiscounted:
            raise SaleorRefused("more than the total", codes=["AMOUNT_TOO_HIGH"])
        worth = draft.undiscounted - amount
        self._put(draft, total=worth, due=worth, discounted=amount if amount else None)
        self.discount_reasons[order_id] = reason
        if lost:
            raise SaleorUnclear()

    def complete_replacement(self, shop: ShopConnection, order_id: str) -> None:
        lost = self._mood_of("complete_replacement") == "lost"
        order = self.replacements[order_id]
        if not order.is_draft:
            raise SaleorRefused("The order is not draft.", codes=["INVALID"])
        if not order.has_shipping:
            raise SaleorRefused("Shipping method is required.", codes=["SHIPPING_METHOD_REQUIRED"])
        lines = self.replacement_requests[order_id].lines
        for line in lines:
            if line.variant_id not in self.variants or self.variants[line.variant_id].available < line.quantity:
                raise SaleorRefused("Insufficient product stock.", codes=["INSUFFICIENT_STOCK"])
        self._hold(order_id, -1)
        self._put(order, is_draft=False, status="UNFULFILLED")
        if lost:
            raise SaleorUnclear()

    def cancel_replacement(self, shop: ShopConnection, order_id: str) -> None:
        lost = self._mood_of("cancel_replacement") == "lost"
        order = self.replacements.get(order_id)
        if order is not None and order.is_draft:
            del self.replacements[order_id]
        elif order is not None and not order.is_cancelled:
            if order.is_shipped or order.due != order.total:
                raise SaleorRefused("something of this order was paid or sent", codes=["CANNOT_CANCEL_ORDER"])
            self._hold(order_id, 1)
            self._put(order, status="CANCELED", is_cancelled=True)
        if lost:
            raise SaleorUnclear()

    def pay_replacement(self, order_id: str) -> None:
        """What the shopper does in the shop."""
        order = self.replacements[order_id]
        self._put(order, due=Money.zero(order.total.currency))

    def ship_replacement(self, order_id: str, *, tracking: str = "TRACK-9") -> None:
        """What the shop's staff do; Saleor lets them only when it is paid."""
        order = self.replacements[order_id]
        assert not order.due, "CANNOT_FULFILL_UNPAID_ORDER"
        self._put(order, status="FULFILLED", is_shipped=True, tracking=tracking)

    def drop_replacement(self, order_id: str) -> None:
        """Staff cancel the order by hand, or it expires unpaid."""
        self._hold(order_id, 1)
        self._put(self.replacements[order_id], status="CANCELED", is_cancelled=True)

    def _draft(self, order_id: str) -> Replacement:
        order = self.replacements.get(order_id)
        if order is None:
            raise SaleorRefused("the draft is gone", codes=["NOT_FOUND"])
        if not order.is_draft:
            raise SaleorRefused("the order is no draft any more", codes=["NOT_DRAFT"])
        return order

    def _put(self, order: Replacement, **changes: object) -> None:
        self.replacements[order.order_id] = replace(order, **changes)  # type: ignore[arg-type]

    def _hold(self, order_id: str, sign: int) -> None:
        for line in self.replacement_requests[order_id].lines:
            variant = self.variants[line.variant_id]
            self.variants[variant.id] = replace(variant, available=variant.available + sign * line.quantity)
