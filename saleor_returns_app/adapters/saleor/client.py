"""The Saleor port (`services/ports.py`): one method a verb, each running one document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import structlog

from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import SaleorRefused, SaleorUnavailable, SaleorUnclear, TokenDead
from saleor_returns_app.services.ports import (
    GiftCard,
    GiftCardRequest,
    GrantRequest,
    OrdersPage,
    RecordedReturn,
    RefundReasonRule,
    ReturnUnits,
    ShopConnection,
    ShopperIdentity,
    StaffIdentity,
    StockLevel,
    Warehouse,
)

from . import operations, versions
from .addresses import AddressRules
from .answers import NotePayload, Stock
from .gateway import Gateway, TokenRefused
from .order_answers import OrderEdges
from .orders import to_order
from .refusals import raise_refusal
from .replacements import ReplacementCalls
from .vouchers import VoucherCalls

log = structlog.get_logger()

#: Core's answers to a request for a grant that was requested before: what was wanted is under way or done.
ALREADY_REQUESTED = frozenset({"REFUND_ALREADY_PROCESSED", "REFUND_IS_PENDING"})
#: Core keeps order numbers as 32-bit integers.
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
#: Metadata key of what is made for a case.
_CASE = "returns.case"
_NOTE_ADDED = "NOTE_ADDED"
P = TypeVar("P")


class SaleorClient(ReplacementCalls, VoucherCalls):
    """Talks to every tenant's Saleor; safe to share between threads and kept for the life of the process.

    `identifier` is the manifest's id: a token of any other app is refused. `token_died` hears of each dead token.
    """

    def __init__(
        self,
        *,
        rules: AddressRules,
        write_seconds: float = 25.0,
        identifier: str | None = None,
        token_died: Callable[[ShopConnection], None] | None = None,
    ) -> None:
        self._identifier = identifier
        self._gateway = Gateway(rules=rules, write_seconds=write_seconds, token_died=token_died)

    def close(self) -> None:
        self._gateway.close()

    def read_app_id(self, shop: ShopConnection) -> str:
        try:
            found = self._gateway.read_as(shop, operations.APP, shop.token).app
        except TokenRefused:
            found = None
        if found is None:
            raise TokenDead()
        if self._identifier is not None and found.identifier != self._identifier:
            # Whoever owns another app in the shop could else put its token in the place of ours.
            raise SaleorRefused("the token belongs to another app", codes=["OTHER_APP"])
        return found.id

    def read_version(self, shop: ShopConnection) -> tuple[str, str]:
        found = self._gateway.read(shop, operations.SHOP, {}).shop
        return found.version, found.name

    def read_order(self, shop: ShopConnection, order_id: str) -> Order | None:
        try:
            found = self._gateway.read(shop, operations.ORDER, {"id": order_id}).order
        except SaleorRefused as error:
            if "GraphQLError" in error.codes:  # not an id of an order at all
                return None
            raise
        return to_order(found) if found else None

    def find_order(self, shop: ShopConnection, number: str) -> Order | None:
        if not _NUMBER.fullmatch(number):
            return None  # core answers what is not a number with an internal error
        found = self._orders(shop, {"numbers": [number]}, most=5)
        return next((to_order(edge.node) for edge in found.edges if edge.node.number == number), None)

    def read_orders(self, shop: ShopConnection, order_ids: Sequence[str]) -> tuple[Order, ...]:
        return _readable(shop, self._orders(shop, {"ids": list(order_ids)}, most=len(order_ids)))

    def list_orders(self, shop: ShopConnection, *, since: date, cursor: str, most: int) -> OrdersPage:
        found = self._orders(shop, {"created": {"gte": since.isoformat()}}, most=most, cursor=cursor)
        return OrdersPage(
            orders=_readable(shop, found),
            cursor=(found.page_info.end_cursor or "") if found.page_info.has_next_page else "",
            total=found.total_count,
        )

    def _orders(
        self, shop: ShopConnection, wanted: Mapping[str, Any], *, most: int, cursor: str | None = None
    ) -> OrderEdges:
        """A page by a filter; counted when it is the first of several (`cursor` is empty, not None)."""
        variables = {"filter": wanted, "first": most, "after": cursor or None, "counted": cursor == ""}
        found = self._gateway.read(shop, operations.ORDERS, variables).orders
        if found is None:
            raise SaleorUnavailable()
        return found

    def read_shopper(self, shop: ShopConnection, access_token: str) -> ShopperIdentity | None:
        try:
            me = self._gateway.read_as(shop, operations.SHOPPER, access_token).me
        except TokenRefused:
            return None
        return ShopperIdentity(user_id=me.id, email=me.email) if me else None

    def read_staff(self, shop: ShopConnection, dashboard_token: str) -> StaffIdentity | None:
        try:
            me = self._gateway.read_as(shop, operations.STAFF_MEMBER, dashboard_token).me
        except TokenRefused:
            return None
        if me is None or not (me.is_staff and me.is_active):
            return None
        channels = frozenset(channel.slug for channel in me.accessible_channels or ())
        return StaffIdentity(
            user_id=me.id, email=me.email, channels=channels if me.restricted_access_to_channels else None
        )

    def read_refund_reason_rule(self, shop: ShopConnection) -> RefundReasonRule:
        if not versions.knows(shop.saleor_version, versions.REFUND_SETTINGS):
            return RefundReasonRule(reason_type_id=None)
        found = self._gateway.read(shop, operations.REFUND_SETTINGS, {}).refund_settings.reason_reference_type
        return RefundReasonRule(reason_type_id=found.id if found else None)

    def note_exists(self, shop: ShopConnection, order_id: str, text: str) -> bool:
        order = self._gateway.read(shop, operations.ORDER_NOTES, {"id": order_id}).order
        return order is not None and any(event.type == _NOTE_ADDED and event.message == text for event in order.events)

    def grant_refund(self, shop: ShopConnection, grant: GrantRequest) -> str:
        """The note is written even when the grant is refused, so it says what was decided, not what happened."""
        if grant.amount.amount <= 0:
            # A grant of 0 that is requested refunds the whole charge, and core accepts negative ones.
            raise SaleorRefused("a refund must be more than zero", codes=["AMOUNT_NOT_POSITIVE"])
        variables = {
            "order": grant.order_id,
            "input": {
                "transactionId": grant.transaction_id,
                "amount": str(grant.amount.amount),
                "reason": grant.reason,
                "grantRefundForShipping": grant.include_shipping,
                "lines": [
                    {"id": line.order_line_id, "quantity": line.quantity, "reason": line.reason} for line in grant.lines
                ],
            },
            **_note(grant.note),
        }
        answer = self._gateway.write(shop, operations.GRANT_REFUND, variables)
        payload = answer.order_grant_refund_create
        if payload is None:
            raise SaleorUnclear()
        raise_refusal(payload.errors)
        _log_note(shop, answer.note)
        if payload.granted_refund is None:
            raise SaleorUnclear()
        return payload.granted_refund.id

    def request_refund(self, shop: ShopConnection, grant_id: str) -> None:
        answer = self._gateway.write(shop, operations.REQUEST_REFUND, {"grantedRefund": grant_id})
        payload = _present(answer.transaction_request_refund_for_granted_refund)
        raise_refusal([error for error in payload.errors if error.code not in ALREADY_REQUESTED])

    def return_products(
        self, shop: ShopConnection, *, order_id: str, units: Sequence[ReturnUnits], reason: str, note: str | None
    ) -> RecordedReturn:
        """Core checks neither that the lines belong to the order nor that quantities are positive: the caller has."""
        wanted: dict[str, Any] = {
            "fulfillmentLines": [
                {"fulfillmentLineId": unit.fulfillment_line_id, "quantity": unit.quantity, "replace": False}
                for unit in units
            ],
            "refund": False,
            "includeShippingCosts": False,
        }
        if reason and versions.knows(shop.saleor_version, versions.RETURN_REASON):
            wanted["reason"] = reason
        answer = self._gateway.write(
            shop, operations.RETURN_PRODUCTS, {"order": order_id, "input": wanted, **_note(note)}
        )
        payload = _present(answer.order_fulfillment_return_products)
        raise_refusal(payload.errors)
        _log_note(shop, answer.note)
        if payload.return_fulfillment is None or payload.order is None:
            raise SaleorUnclear()
        return RecordedReturn(fulfillment_id=payload.return_fulfillment.id, order_status=payload.order.status)

    def refund_legacy_order(self, shop: ShopConnection, order_id: str, amount: Money) -> None:
        if amount.amount <= 0:
            raise SaleorRefused("a refund must be more than zero", codes=["AMOUNT_NOT_POSITIVE"])
        answer = self._gateway.write(
            shop, operations.REFUND_LEGACY_ORDER, {"order": order_id, "amount": str(amount.amount)}
        )
        raise_refusal(_present(answer.order_refund).errors)

    def list_warehouses(self, shop: ShopConnection) -> tuple[Warehouse, ...]:
        found: list[Warehouse] = []
        cursor: str | None = None
        while True:
            page = self._gateway.read(shop, operations.WAREHOUSES, {"first": 100, "after": cursor}).warehouses
            if page is None:
                raise SaleorUnavailable()
            found += [Warehouse(id=edge.node.id, name=edge.node.name) for edge in page.edges]
            cursor = page.page_info.end_cursor
            if not page.page_info.has_next_page or not cursor:
                return tuple(found)

    def read_stock(self, shop: ShopConnection, variant_id: str, *, mark: str) -> StockLevel | None:
        found = self._gateway.read(shop, operations.STOCK, {"variant": variant_id, "mark": mark}).product_variant
        if found is None:
            return None
        return StockLevel(
            tracked=found.track_inventory, quantities=_by_warehouse(found.stocks), mark=found.private_metafield or ""
        )

    def set_stock(self, shop: ShopConnection, *, variant_id: str, warehouse_id: str, quantity: int, mark: str) -> int:
        variables = {
            "variant": variant_id,
            "begun": [{"key": mark, "value": f"begun:{quantity}"}],
            "stocks": [{"warehouse": warehouse_id, "quantity": quantity}],
            "done": [{"key": mark, "value": f"done:{quantity}"}],
        }
        answer = self._gateway.write(shop, operations.SET_STOCK, variables)
        begun = _present(answer.begun)
        raise_refusal([*begun.errors, *_present(answer.product_variant_stocks_update).errors])
        if begun.item is None or begun.item.stocks is None:
            raise SaleorUnclear()
        return _by_warehouse(begun.item.stocks).get(warehouse_id, 0)

    def find_gift_card(self, shop: ShopConnection, *, mark: str) -> GiftCard | None:
        variables = {"filter": {"metadata": [{"key": _CASE, "value": mark}]}}
        found = self._gateway.read(shop, operations.GIFT_CARDS, variables).gift_cards
        if found is None:
            raise SaleorUnavailable()
        if len(found.edges) > 1:
            raise SaleorRefused("several gift cards carry the mark of this case", codes=["SEVERAL"])
        return next((GiftCard(id=edge.node.id, code=edge.node.code) for edge in found.edges), None)

    def create_gift_card(self, shop: ShopConnection, wanted: GiftCardRequest) -> GiftCard:
        if wanted.amount.amount <= 0:
            raise SaleorRefused("a gift card must be worth more than zero", codes=["AMOUNT_NOT_POSITIVE"])
        given = {
            "balance": {"amount": str(wanted.amount.amount), "currency": wanted.amount.currency},
            "isActive": True,
            "note": wanted.note,
            "metadata": [{"key": _CASE, "value": wanted.mark}],
        }
        payload = _present(self._gateway.write(shop, operations.CREATE_GIFT_CARD, {"input": given}).gift_card_create)
        raise_refusal(payload.errors)
        if payload.gift_card is None:
            raise SaleorUnclear()
        return GiftCard(id=payload.gift_card.id, code=payload.gift_card.code)

    def forget_marks(self, shop: ShopConnection, object_id: str, keys: Sequence[str]) -> None:
        answer = self._gateway.write(shop, operations.DELETE_PRIVATE_METADATA, {"id": object_id, "keys": list(keys)})
        raise_refusal(_present(answer.delete_private_metadata).errors)

    def add_note(self, shop: ShopConnection, order_id: str, text: str) -> None:
        answer = self._gateway.write(shop, operations.ADD_ORDER_NOTE, {"order": order_id, "note": {"message": text}})
        raise_refusal(_present(answer.order_note_add).errors)

    def list_invoices(self, shop: ShopConnection, order_id: str) -> frozenset[str]:
        order = self._gateway.read(shop, operations.INVOICES, {"id": order_id}).order
        return frozenset(invoice.number for invoice in order.invoices if invoice.number) if order else frozenset()

    def create_invoice(self, shop: ShopConnection, order_id: str, *, number: str, url: str) -> None:
        wanted = {"order": order_id, "input": {"number": number, "url": url}}
        answer = self._gateway.write(shop, operations.CREATE_INVOICE, wanted)
        raise_refusal(_present(answer.invoice_create).errors)

    def write_metadata(self, shop: ShopConnection, object_id: str, values: Mapping[str, str]) -> None:
        items = [{"key": key, "value": value} for key, value in values.items()]
        answer = self._gateway.write(shop, operations.UPDATE_ORDER_METADATA, {"id": object_id, "input": items})
        raise_refusal(_present(answer.update_metadata).errors)

    def report_problem(self, shop: ShopConnection, *, key: str, message: str) -> None:
        """`key` has 3 to 128 characters, `message` at least 3. Problems of one key within an hour are one."""
        if not versions.knows(shop.saleor_version, versions.APP_PROBLEMS):
            return
        answer = self._gateway.write(
            shop, operations.REPORT_PROBLEM, {"input": {"key": key, "message": message, "criticalThreshold": 1}}
        )
        raise_refusal(_present(answer.app_problem_create).errors)

    def dismiss_problem(self, shop: ShopConnection, *, key: str) -> None:
        if not versions.knows(shop.saleor_version, versions.APP_PROBLEMS):
            return
        answer = self._gateway.write(shop, operations.DISMISS_PROBLEM, {"input": {"byApp": {"keys": [key]}}})
        raise_refusal(_present(answer.app_problem_dismiss).errors)


def _readable(shop: ShopConnection, found: OrderEdges) -> tuple[Order, ...]:
    """Orders of a page. One that is not exact must not hold up the others: whoever works with it meets the reason."""
    orders = []
    for edge in found.edges:
        try:
            orders.append(to_order(edge.node))
        except SaleorRefused as error:
            log.warning("saleor.order_unreadable", tenant=shop.tenant_id, reason=error.message())
    return tuple(orders)


def _by_warehouse(stocks: Sequence[Stock] | None) -> dict[str, int]:
    return {stock.warehouse.id: stock.quantity for stock in stocks or ()}


def _note(text: str | None) -> dict[str, Any]:
    return {"note": {"message": text or ""}, "withNote": bool(text)}


def _present(payload: P | None) -> P:
    """A mutation's answer. Null without an error is nothing to rely on: only a read tells what happened."""
    if payload is None:
        raise SaleorUnclear()
    return payload


def _log_note(shop: ShopConnection, note: NotePayload | None) -> None:
    if note is not None and note.errors:
        log.warning("saleor.note_failed", tenant=shop.tenant_id, reason=note.errors[0].message)
