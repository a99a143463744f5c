"""Orders made in place of goods: found, made, priced, completed, cancelled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import structlog

from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import RemoteError, SaleorRefused, SaleorUnavailable, SaleorUnclear
from saleor_returns_app.services.ports import Replacement, ReplacementRequest, ShopConnection

from . import operations
from .catalogue import CatalogueCalls
from .discounting import manual_discounts, settle_discount
from .refusals import raise_refusal
from .replacement_answers import (
    NodePayload,
    OriginalOrder,
    ReplacementFields,
    ReplacementPayload,
    WholeAddress,
)

log = structlog.get_logger()

#: Metadata key that only orders made in place of goods carry.
MARK = "returns.replacement"
_DRAFT = "DRAFT"
#: Saleor lets orders that nobody paid expire where the channel says so; their goods are free again.
_ENDED = ("CANCELED", "EXPIRED")
#: A fulfillment that staff cancelled before anything left.
_TAKEN_BACK = "CANCELED"
_WAITING = "WAITING_FOR_APPROVAL"


class ReplacementCalls(CatalogueCalls):
    """The part of the client that `services.ports.Replacements` asks for."""

    def add_note(self, shop: ShopConnection, order_id: str, text: str) -> None:
        raise NotImplementedError

    def find_replacement(self, shop: ShopConnection, *, mark: str) -> Replacement | None:
        wanted = {"metadata": [{"key": MARK, "value": mark}]}
        answer = self._gateway.read(shop, operations.FIND_REPLACEMENTS, {"orders": wanted, "drafts": wanted})
        if answer.orders is None or answer.draft_orders is None:
            raise SaleorUnavailable()
        found = {edge.node.id: edge.node for edge in (*answer.orders.edges, *answer.draft_orders.edges)}
        if len(found) > 1:
            raise SaleorRefused("several orders carry the mark of this case", codes=["SEVERAL"])
        return next((_replacement(node) for node in found.values()), None)

    def read_replacement(self, shop: ShopConnection, order_id: str) -> Replacement | None:
        found = self._fields(shop, order_id)
        return _replacement(found) if found else None

    def _fields(self, shop: ShopConnection, order_id: str) -> ReplacementFields | None:
        try:
            return self._gateway.read(shop, operations.REPLACEMENT, {"id": order_id}).order
        except SaleorRefused as error:
            if "GraphQLError" in error.codes:  # not an id of an order at all
                return None
            raise

    def _draft(self, shop: ShopConnection, order_id: str) -> ReplacementFields:
        found = self._fields(shop, order_id)
        if found is None:
            raise SaleorRefused("the draft is gone", codes=["NOT_FOUND"])
        if found.status != _DRAFT:
            raise SaleorRefused("the order is no draft any more", codes=["NOT_DRAFT"])
        return found

    def create_replacement(self, shop: ShopConnection, wanted: ReplacementRequest) -> Replacement:
        original = self._original(shop, wanted)
        given = _draft_input(original, wanted)
        answer = self._gateway.write(shop, operations.CREATE_DRAFT_ORDER, {"input": given})
        made = _replacement(_order(answer.draft_order_create))
        if wanted.note:
            try:
                self.add_note(shop, made.order_id, wanted.note)
            except RemoteError as error:
                # The draft is there, and a note is not worth making a second one.
                log.warning("saleor.note_failed", tenant=shop.tenant_id, reason=error.message())
        return made

    def _original(self, shop: ShopConnection, wanted: ReplacementRequest) -> OriginalOrder:
        variants = list(dict.fromkeys(line.variant_id for line in wanted.lines))
        if not variants or any(line.quantity < 1 for line in wanted.lines):
            raise SaleorRefused("a replacement needs at least one unit", codes=["INVALID_QUANTITY"])
        asked = {"id": wanted.order_id, "variants": variants}
        answer = self._gateway.read(shop, operations.ORDER_TO_REPLACE, asked)
        known = {edge.node.id for edge in answer.product_variants.edges} if answer.product_variants else set()
        if answer.order is None:
            raise SaleorRefused("the original order is gone", codes=["NOT_FOUND"])
        if not known.issuperset(variants):
            raise SaleorRefused("an article is no longer in the shop", codes=["NOT_FOUND"])
        return answer.order

    def choose_shipping(self, shop: ShopConnection, order_id: str) -> None:
        order = self._gateway.read(shop, operations.SHIPPING_METHODS, {"id": order_id}).order
        if order is None:
            raise SaleorRefused("the draft is gone", codes=["NOT_FOUND"])
        if not order.is_shipping_required:
            return
        usable = [method for method in order.shipping_methods if method.active]
        if not usable:
            raise SaleorRefused("the shop has no way of shipping for this order", codes=["SHIPPING_METHOD_REQUIRED"])
        cheapest = min(usable, key=lambda method: (method.price.amount, method.id))
        answer = self._gateway.write(shop, operations.CHOOSE_SHIPPING, {"order": order_id, "method": cheapest.id})
        _done(answer.order_update_shipping)

    def discount_replacement(self, shop: ShopConnection, order_id: str, *, amount: Money, reason: str) -> None:
        if amount.amount < 0:
            raise SaleorRefused("a discount cannot be less than zero", codes=["AMOUNT_NOT_POSITIVE"])
        draft = self._without_discounts(shop, self._draft(shop, order_id))
        whole = _replacement(draft).total
        if amount > whole:
            raise SaleorRefused("a discount cannot be more than the total", codes=["AMOUNT_TOO_HIGH"])

        def add(value: Decimal) -> ReplacementFields:
            given = {"valueType": "FIXED", "value": str(value), "reason": reason}
            answer = self._gateway.write(shop, operations.ADD_ORDER_DISCOUNT, {"order": order_id, "input": given})
            return _order(answer.order_discount_add)

        if amount:
            settle_discount(
                draft, whole - amount, add=add, take_away=lambda order: self._without_discounts(shop, order)
            )

    def _without_discounts(self, shop: ShopConnection, order: ReplacementFields) -> ReplacementFields:
        # An update of the discount would be held against a total that the discount itself made zero.
        for discount in manual_discounts(order):
            answer = self._gateway.write(shop, operations.DELETE_ORDER_DISCOUNT, {"discount": discount.id})
            order = _order(answer.order_discount_delete)
        return order

    def complete_replacement(self, shop: ShopConnection, order_id: str) -> None:
        answer = self._gateway.write(shop, operations.COMPLETE_DRAFT_ORDER, {"order": order_id})
        _done(answer.draft_order_complete)

    def cancel_replacement(self, shop: ShopConnection, order_id: str) -> None:
        found = self._fields(shop, order_id)
        if found is None or found.status in _ENDED:
            return
        if found.status == _DRAFT:
            answer = self._gateway.write(shop, operations.DELETE_DRAFT_ORDER, {"order": order_id})
            _done(answer.draft_order_delete)
            return
        is_sent = any(parcel.status != _TAKEN_BACK for parcel in found.fulfillments)
        if found.total_charged.amount or found.total_authorized.amount or is_sent:
            raise SaleorRefused("something of this order was paid or sent", codes=["CANNOT_CANCEL_ORDER"])
        _done(self._gateway.write(shop, operations.CANCEL_ORDER, {"order": order_id}).order_cancel)


def _draft_input(original: OriginalOrder, wanted: ReplacementRequest) -> dict[str, Any]:
    given: dict[str, Any] = {
        "channelId": original.channel.id,
        "userEmail": original.user_email,
        "languageCode": original.language_code_enum,
        "metadata": [{"key": key, "value": value} for key, value in {**wanted.metadata, MARK: wanted.mark}.items()],
        "lines": [{"variantId": line.variant_id, "quantity": line.quantity} for line in wanted.lines],
    }
    if original.user is not None:
        given["user"] = original.user.id
    for name, address in (
        ("billingAddress", original.billing_address),
        ("shippingAddress", original.shipping_address),
    ):
        if address is not None:
            given[name] = _address(address)
            # It is the order's address again, not a new one of the customer's.
            given[f"save{name[0].upper()}{name[1:]}"] = False
    return given


def _address(address: WholeAddress) -> dict[str, str]:
    given = address.model_dump(by_alias=True, exclude={"country"}, exclude_none=True)
    return {**given, "country": address.country.code}


def _order(payload: ReplacementPayload | None) -> ReplacementFields:
    if payload is not None:
        raise_refusal(payload.errors)
    if payload is None or payload.order is None:
        raise SaleorUnclear()
    return payload.order


def _done(payload: NodePayload | None) -> None:
    if payload is None:
        raise SaleorUnclear()
    raise_refusal(payload.errors)


def _replacement(found: ReplacementFields) -> Replacement:
    currency = found.channel.currency_code
    try:
        total = Money(found.total.gross.amount, currency)
        paid = Money(found.total_charged.amount + found.total_authorized.amount, currency)
    except ValueError as error:
        raise SaleorRefused(f"order {found.number}: {error}", codes=["UNREADABLE_AMOUNT"]) from error
    discounts = manual_discounts(found)
    taken = Money.rounded(sum((item.amount.amount for item in discounts), start=total.amount * 0), currency)
    if discounts and not found.channel.tax_configuration.prices_entered_with_tax:
        # The discount is kept without tax. Saleor's undiscounted total is zero where everything is taken off.
        taken = max(taken, Money.rounded(found.undiscounted_total.gross.amount, currency) - total)
    return Replacement(
        order_id=found.id,
        number=found.number,
        is_draft=found.status == _DRAFT,
        status=found.status,
        total=total,
        due=max(total - paid, Money.zero(currency)),
        undiscounted=total + taken,
        discounted=taken if discounts else None,
        has_shipping=not found.is_shipping_required or bool(found.shipping_method_name),
        is_shipped=all(line.quantity_fulfilled >= line.quantity for line in found.lines)
        and all(parcel.status != _WAITING for parcel in found.fulfillments),
        is_cancelled=found.status in _ENDED,
        tracking=", ".join(dict.fromkeys(item.tracking_number for item in found.fulfillments if item.tracking_number)),
        tax=Money.rounded(found.total.tax.amount, currency),
    )
