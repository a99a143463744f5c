"""Fakes that we own: a Saleor in memory that keeps the rules which matter, a clock, a mailbox, a list of jobs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO

from saleor_returns_app.domain.evidence import EvidenceKind, Refusal, refusal
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    GrantedRefund,
    GrantedRefundLine,
    GrantStatus,
    Order,
    OrderLine,
    Payment,
    Transaction,
    TransactionEvent,
)
from saleor_returns_app.domain.slips import Paper, Slip
from saleor_returns_app.errors import ConfigurationError, NotFound, SaleorRefused, SaleorUnavailable, SaleorUnclear
from saleor_returns_app.services.ports import (
    ExaminedFile,
    GiftCard,
    GiftCardRequest,
    GrantRequest,
    Mail,
    OrdersPage,
    RecordedReturn,
    RefundReasonRule,
    ReturnUnits,
    ShopConnection,
    ShopperIdentity,
    StaffIdentity,
    StockLevel,
    StoredFile,
    Voucher,
    VoucherRequest,
    Warehouse,
)

from .fake_replacements import FakeReplacements

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@dataclass
class FakeClock:
    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class FakeMailer:
    sent: list[Mail] = field(default_factory=list)
    trouble: Exception | None = None

    def send(self, mail: Mail) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.sent.append(mail)


@dataclass
class RecordingJobs:
    """Keeps what was enqueued; a key counts once, as in the engine."""

    keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    def advance_order(self, session: Any, *, tenant_id: str, saleor_order_id: str, key: str, delay: float = 0) -> None:
        self.keys.setdefault(f"{tenant_id}:{key}", (tenant_id, saleor_order_id))

    def take(self) -> list[tuple[str, str]]:
        found = list(dict.fromkeys(self.keys.values()))
        self.keys.clear()
        return found


class PlainCipher:
    def encrypt(self, clear: str) -> str:
        return f"secret:{clear}"

    def decrypt(self, secret: str) -> str:
        if not secret.startswith("secret:"):
            raise ConfigurationError("of another key")
        return secret.removeprefix("secret:")


class FakeKeys:
    def __init__(self, jwks: Mapping[str, Any] | None = None) -> None:
        self.jwks = jwks or {"keys": []}
        self.fetches = 0

    def fetch(self, api_url: str) -> Mapping[str, Any]:
        self.fetches += 1
        return self.jwks


def make_line(line_id: str = "line-1", **changes: Any) -> OrderLine:
    values: dict[str, Any] = {
        "id": line_id,
        "product_name": "Monospace Tee",
        "variant_name": "S",
        "sku": "328223580",
        "quantity": 3,
        "unit_gross": usd("20.00"),
        "undiscounted_unit_gross": usd("20.00"),
        "total_gross": usd("60.00"),
        "total_net": usd("50.00"),
        "is_shipping_required": True,
        "variant_id": "variant-1",
        "product_id": "product-1",
    }
    return OrderLine(**{**values, **changes})


def make_transaction(transaction_id: str = "transaction-1", **changes: Any) -> Transaction:
    zero = usd("0")
    values: dict[str, Any] = {
        "id": transaction_id,
        "name": "Card",
        "psp_reference": "psp-1",
        "charged": usd("70.00"),
        "refunded": zero,
        "refund_pending": zero,
    }
    return Transaction(**{**values, **changes})


def make_fulfillment(lines: Sequence[OrderLine], /, **changes: Any) -> Fulfillment:
    values: dict[str, Any] = {
        "id": "fulfillment-1",
        "status": FulfillmentStatus.FULFILLED,
        "created": START - timedelta(days=2),
        "tracking_number": "TRACK-1",
        "warehouse_id": "warehouse-1",
        "lines": tuple(
            FulfillmentLine(id=f"fl-{line.id}", order_line_id=line.id, quantity=line.quantity) for line in lines
        ),
    }
    return Fulfillment(**{**values, **changes})


def make_order(order_id: str = "order-1", **changes: Any) -> Order:
    """Three shirts of 20.00 and 10.00 shipping, paid by card, fulfilled two days ago."""
    lines = changes.get("lines", (make_line(),))
    values: dict[str, Any] = {
        "id": order_id,
        "number": "74",
        "status": "FULFILLED",
        "charge_status": "FULL",
        "created": START - timedelta(days=3),
        "updated_at": START - timedelta(days=2),
        "email": "rita@example.com",
        "customer_id": "user-1",
        "customer_name": "Rita Returner",
        "language": "en",
        "channel_slug": "default-channel",
        "currency": "USD",
        "total_gross": usd("70.00"),
        "shipping_gross": usd("10.00"),
        "shipping_net": usd("8.33"),
        "total_charged": usd("70.00"),
        "total_refunded": usd("0"),
        "lines": lines,
        "fulfillments": (make_fulfillment(lines),),
        "transactions": (make_transaction(),),
        "granted_refunds": (),
        "payments": (),
    }
    return Order(**{**values, **changes})


def make_payment(**changes: Any) -> Payment:
    values: dict[str, Any] = {
        "id": "payment-1",
        "gateway": "mirumee.payments.dummy",
        "is_active": True,
        "charge_status": "FULLY_CHARGED",
        "captured": usd("70.00"),
        "available_refund": usd("70.00"),
    }
    return Payment(**{**values, **changes})


class FakeSaleor(FakeReplacements):
    """Orders in memory; a payment provider with moods. As the real one, it never checks that a call was made before.

    `moods` are used up one a request: success | decline | wait | part | timeout (pays, says undelivered) | lost (pays, the answer
    never comes) | unsent (the connection fails) | gone (the answer never comes and nothing was done) | no_webhook. Then success.
    """

    def __init__(self, *orders: Order) -> None:
        super().__init__()
        self.orders = {order.id: order for order in orders}
        self.moods: list[str] = []
        self.trouble: dict[str, list[Exception]] = {}
        self.paid: list[tuple[str, Money]] = []  # what the provider paid, by grant or order
        self.notes: list[tuple[str, str]] = []
        self.invoices: list[tuple[str, str, str]] = []  # order, number, address
        self.calls: Counter[str] = Counter()
        self.pages: list[int] = []  # how many orders were asked for at once
        self.problems: dict[str, str] = {}
        self.shoppers: dict[str, ShopperIdentity] = {}
        self.staff: dict[str, StaffIdentity] = {}
        self.clock: FakeClock | None = None
        self.stock: dict[tuple[str, str], int] = {("variant-1", "warehouse-1"): 5}  # (variant, warehouse) → quantity
        self.marks: dict[tuple[str, str], str] = {}  # (object, key) → private metadata
        self.gift_cards: list[tuple[GiftCard, GiftCardRequest]] = []
        self.vouchers: list[tuple[str, VoucherRequest]] = []
        self.listed: dict[str, tuple[str, Money]] = {}  # voucher id → channel and amount
        self.untracked: set[str] = set()
        self.gone_variants: set[str] = set()
        #: Sold between a read of the stock and the write that follows it, one a write.
        self.sales: list[tuple[tuple[str, str], int]] = []
        self._ids = Counter[str]()

    def _next(self, kind: str) -> str:
        self._ids[kind] += 1
        return f"{kind}-{self._ids[kind]}"

    def _now(self) -> datetime:
        return self.clock.now() if self.clock else START

    def _call(self, name: str) -> None:
        self.calls[name] += 1
        waiting = self.trouble.get(name)
        if waiting:
            raise waiting.pop(0)

    def change(self, order_id: str, **changes: Any) -> None:
        self.orders[order_id] = replace(self.orders[order_id], updated_at=self._now(), **changes)

    def read_app_id(self, shop: ShopConnection) -> str:
        self._call("read_app_id")
        return "app-1"

    def read_version(self, shop: ShopConnection) -> tuple[str, str]:
        return "3.23.28", "Test shop"

    def read_order(self, shop: ShopConnection, order_id: str) -> Order | None:
        self._call("read_order")
        return self.orders.get(order_id)

    def find_order(self, shop: ShopConnection, number: str) -> Order | None:
        self._call("find_order")
        return next((order for order in self.orders.values() if order.number == number), None)

    def read_orders(self, shop: ShopConnection, order_ids: Sequence[str]) -> tuple[Order, ...]:
        self._call("read_orders")
        return tuple(self.orders[order_id] for order_id in order_ids if order_id in self.orders)

    def list_orders(self, shop: ShopConnection, *, since: date, cursor: str, most: int) -> OrdersPage:
        self._call("list_orders")
        self.pages.append(most)
        found = [order for order in self.orders.values() if order.created.date() >= since]
        found.sort(key=lambda order: (order.created, order.id), reverse=True)
        start = int(cursor or 0)
        end = start + most
        return OrdersPage(
            orders=tuple(found[start:end]),
            cursor=str(end) if end < len(found) else "",
            total=None if cursor else len(found),
        )

    def read_shopper(self, shop: ShopConnection, access_token: str) -> ShopperIdentity | None:
        self._call("read_shopper")
        return self.shoppers.get(access_token)

    def read_staff(self, shop: ShopConnection, dashboard_token: str) -> StaffIdentity | None:
        self._call("read_staff")
        return self.staff.get(dashboard_token)

    def read_refund_reason_rule(self, shop: ShopConnection) -> RefundReasonRule:
        return RefundReasonRule(reason_type_id=None)

    def note_exists(self, shop: ShopConnection, order_id: str, text: str) -> bool:
        self._call("note_exists")
        return any(order == order_id and text in said for order, said in self.notes)

    def grant_refund(self, shop: ShopConnection, grant: GrantRequest) -> str:
        mood = self._mood_of("grant_refund")
        order = self.orders[grant.order_id]
        transaction = order.transaction(grant.transaction_id)
        if transaction is None or grant.amount > transaction.charged:
            raise SaleorRefused("Amount is greater than available.", codes=["AMOUNT_GREATER_THAN_AVAILABLE"])
        if grant.include_shipping and any(earlier.shipping_included for earlier in order.granted_refunds):
            raise SaleorRefused("Shipping costs are already granted.", codes=["SHIPPING_COSTS_ALREADY_GRANTED"])
        for wanted in grant.lines:
            # All grants count, failed ones too.
            named = sum(
                line.quantity
                for earlier in order.granted_refunds
                for line in earlier.lines
                if line.order_line_id == wanted.order_line_id
            )
            fulfilled = next(line.quantity for line in order.lines if line.id == wanted.order_line_id)
            if named + wanted.quantity > fulfilled:
                raise SaleorRefused("Quantity is greater than available.", codes=["QUANTITY_GREATER_THAN_AVAILABLE"])
        granted = GrantedRefund(
            id=self._next("grant"),
            status=GrantStatus.NONE,
            amount=grant.amount,
            reason=grant.reason,
            shipping_included=grant.include_shipping,
            created_at=self._now(),
            transaction_id=grant.transaction_id,
            lines=tuple(
                GrantedRefundLine(order_line_id=line.order_line_id, quantity=line.quantity) for line in grant.lines
            ),
        )
        self.change(order.id, granted_refunds=(*order.granted_refunds, granted))
        if grant.note:
            self.notes.append((order.id, grant.note))
        if mood == "lost":
            raise SaleorUnclear()
        return granted.id

    def _mood_of(self, name: str) -> str:
        """Trouble put up for a method, a mood of `lost` among it."""
        self.calls[name] += 1
        waiting = self.trouble.get(name)
        if waiting:
            problem = waiting.pop(0)
            if isinstance(problem, LostAnswer):
                return "lost"
            raise problem
        return "success"

    def request_refund(self, shop: ShopConnection, grant_id: str) -> None:
        self._call("request_refund")
        mood = self.moods.pop(0) if self.moods else "success"
        if mood == "unsent":
            raise SaleorUnavailable()
        if mood == "gone":
            raise SaleorUnclear()
        if mood == "no_webhook":
            raise SaleorRefused("No app.", codes=["MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK"])
        _, grant = self._grant(grant_id)
        self.add_event(grant_id, "REFUND_REQUEST", grant.amount)
        if mood == "wait":
            self._set_grant(grant_id, status=GrantStatus.PENDING)
        elif mood == "decline":
            self.add_event(grant_id, "REFUND_FAILURE", grant.amount, "Card account closed")
            self._set_grant(grant_id, status=GrantStatus.FAILURE)
        elif mood == "timeout":
            self.paid.append((grant_id, grant.amount))
            self.add_event(grant_id, "REFUND_FAILURE", grant.amount, "Failed to delivery request.")
            self._set_grant(grant_id, status=GrantStatus.FAILURE)
        else:
            half = Money.rounded(grant.amount.amount / 2, grant.amount.currency)
            self.pay(grant_id, half if mood == "part" else grant.amount)
        if mood == "lost":
            raise SaleorUnclear()

    def pay(self, grant_id: str, amount: Money) -> None:
        order, grant = self._grant(grant_id)
        self.paid.append((grant_id, amount))
        self.add_event(grant_id, "REFUND_SUCCESS", amount)
        self._set_grant(grant_id, status=GrantStatus.SUCCESS)
        transactions = tuple(
            replace(item, charged=item.charged - amount, refunded=item.refunded + amount)
            if item.id == grant.transaction_id
            else item
            for item in order.transactions
        )
        self.change(order.id, transactions=transactions, total_refunded=order.total_refunded + amount)

    def _grant(self, grant_id: str) -> tuple[Order, GrantedRefund]:
        for order in self.orders.values():
            grant = order.grant(grant_id)
            if grant is not None:
                return order, grant
        raise SaleorRefused("Not found.", codes=["NOT_FOUND"])

    def _set_grant(self, grant_id: str, **changes: Any) -> None:
        order, _ = self._grant(grant_id)
        grants = tuple(replace(item, **changes) if item.id == grant_id else item for item in order.granted_refunds)
        self.change(order.id, granted_refunds=grants)

    def add_event(self, grant_id: str, kind: str, amount: Money, message: str = "") -> None:
        _, grant = self._grant(grant_id)
        requests = sum(event.type == "REFUND_REQUEST" for event in grant.events)
        event = TransactionEvent(
            id=self._next("event"),
            type=kind,
            amount=amount,
            psp_reference=f"psp-{requests + (kind == 'REFUND_REQUEST')}",
            message=message,
            created_at=self._now(),
        )
        self._set_grant(grant_id, events=(*grant.events, event))

    def list_warehouses(self, shop: ShopConnection) -> tuple[Warehouse, ...]:
        self._call("list_warehouses")
        return tuple(Warehouse(id=key, name=key.title()) for key in sorted({key for _, key in self.stock}))

    def read_stock(self, shop: ShopConnection, variant_id: str, *, mark: str) -> StockLevel | None:
        self._call("read_stock")
        if variant_id in self.gone_variants:
            return None
        quantities = {key: quantity for (variant, key), quantity in self.stock.items() if variant == variant_id}
        return StockLevel(
            tracked=variant_id not in self.untracked, quantities=quantities, mark=self.marks.get((variant_id, mark), "")
        )

    def set_stock(self, shop: ShopConnection, *, variant_id: str, warehouse_id: str, quantity: int, mark: str) -> int:
        """Trouble `LostAnswer` writes and loses the answer, `HalfWay` marks that it begins and dies."""
        self.calls["set_stock"] += 1
        problem = next(iter(self.trouble.get("set_stock", ())), None)
        if problem is not None:
            self.trouble["set_stock"].pop(0)
            if not isinstance(problem, LostAnswer | HalfWay):
                raise problem
        if self.sales:
            sold, units = self.sales.pop(0)
            self.stock[sold] -= units
        before = self.stock.get((variant_id, warehouse_id), 0)
        self.marks[(variant_id, mark)] = f"begun:{quantity}"
        if isinstance(problem, HalfWay):
            raise SaleorUnclear()
        self.stock[(variant_id, warehouse_id)] = quantity
        self.marks[(variant_id, mark)] = f"done:{quantity}"
        if problem is not None:
            raise SaleorUnclear()
        return before

    def find_gift_card(self, shop: ShopConnection, *, mark: str) -> GiftCard | None:
        self._call("find_gift_card")
        found = [card for card, wanted in self.gift_cards if wanted.mark == mark]
        return found[0] if found else None

    def create_gift_card(self, shop: ShopConnection, wanted: GiftCardRequest) -> GiftCard:
        lost = self._mood_of("create_gift_card") == "lost"
        card = GiftCard(id=self._next("gift-card"), code=f"ABCD-EFGH-{len(self.gift_cards):04d}")
        self.gift_cards.append((card, wanted))
        if lost:
            raise SaleorUnclear()
        return card

    def find_voucher(self, shop: ShopConnection, *, code: str, channel: str) -> Voucher | None:
        self._call("find_voucher")
        found = [voucher_id for voucher_id, wanted in self.vouchers if wanted.code == code]
        if not found:
            return None
        return Voucher(id=found[0], is_listed=self.listed.get(found[0], ("",))[0] == channel)

    def create_voucher(self, shop: ShopConnection, wanted: VoucherRequest) -> str:
        lost = self._mood_of("create_voucher") == "lost"
        if any(wanted.code == earlier.code for _, earlier in self.vouchers):
            raise SaleorRefused("Promo code already exists.", codes=["ALREADY_EXISTS"])
        voucher_id = self._next("voucher")
        self.vouchers.append((voucher_id, wanted))
        if lost:
            raise SaleorUnclear()
        return voucher_id

    def list_voucher(self, shop: ShopConnection, voucher_id: str, *, channel: str, amount: Money) -> None:
        lost = self._mood_of("list_voucher") == "lost"
        self.listed[voucher_id] = (channel, amount)
        if lost:
            raise SaleorUnclear()

    def forget_marks(self, shop: ShopConnection, object_id: str, keys: Sequence[str]) -> None:
        self._call("forget_marks")
        for key in keys:
            self.marks.pop((object_id, key), None)

    def return_products(
        self, shop: ShopConnection, *, order_id: str, units: Sequence[ReturnUnits], reason: str, note: str | None
    ) -> RecordedReturn:
        mood = self._mood_of("return_products")
        order = self.orders[order_id]
        moved: list[FulfillmentLine] = []
        kept = []
        wanted = {unit.fulfillment_line_id: unit.quantity for unit in units}
        for fulfillment in order.fulfillments:
            lines = []
            for line in fulfillment.lines:
                take = wanted.get(line.id, 0)
                if take > line.quantity:
                    raise SaleorRefused("Quantity is greater than fulfilled.", codes=["INVALID_QUANTITY"])
                if take:
                    moved.append(replace(line, id=self._next("moved"), quantity=take))
                if line.quantity > take:
                    lines.append(replace(line, quantity=line.quantity - take))
            if lines:
                kept.append(replace(fulfillment, lines=tuple(lines)))
        returned = Fulfillment(
            id=self._next("returned"),
            status=FulfillmentStatus.RETURNED,
            created=self._now(),
            tracking_number="",
            warehouse_id=None,
            lines=tuple(moved),
        )
        self.change(order_id, fulfillments=(*kept, returned))
        if note:
            self.notes.append((order_id, note))
        if mood == "lost":
            raise SaleorUnclear()
        return RecordedReturn(fulfillment_id=returned.id, order_status="PARTIALLY_RETURNED")

    def refund_legacy_order(self, shop: ShopConnection, order_id: str, amount: Money) -> None:
        mood = self._mood_of("refund_legacy_order")
        order = self.orders[order_id]
        payments = tuple(replace(item, available_refund=item.available_refund - amount) for item in order.payments)
        self.change(order_id, payments=payments, total_refunded=order.total_refunded + amount)
        self.paid.append((order_id, amount))
        if mood == "lost":
            raise SaleorUnclear()

    def add_note(self, shop: ShopConnection, order_id: str, text: str) -> None:
        self._call("add_note")
        self.notes.append((order_id, text))

    def list_invoices(self, shop: ShopConnection, order_id: str) -> frozenset[str]:
        self._call("list_invoices")
        return frozenset(number for order, number, _ in self.invoices if order == order_id)

    def create_invoice(self, shop: ShopConnection, order_id: str, *, number: str, url: str) -> None:
        lost = self._mood_of("create_invoice") == "lost"
        self.invoices.append((order_id, number, url))
        if lost:
            raise SaleorUnclear()

    def write_metadata(self, shop: ShopConnection, object_id: str, values: Mapping[str, str]) -> None:
        self._call("write_metadata")

    def report_problem(self, shop: ShopConnection, *, key: str, message: str) -> None:
        self.problems[key] = message

    def dismiss_problem(self, shop: ShopConnection, *, key: str) -> None:
        self.problems.pop(key, None)


class LostAnswer(Exception):
    """Put into `FakeSaleor.trouble`: the write is carried out and its answer never comes."""


class HalfWay(Exception):
    """Put into `FakeSaleor.trouble`: a write of several parts dies after its first."""


class MemoryStorage:
    """Files in memory; `trouble` is raised by every call while it is set."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.files: dict[str, tuple[bytes, datetime]] = {}
        self.clock = clock
        self.trouble: Exception | None = None

    def _call(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def write(self, key: str, source: BinaryIO) -> None:
        self._call()
        assert key not in self.files, "a key is written once"
        self.files[key] = (source.read(), self.clock.now() if self.clock else START)

    def read(self, key: str, *, start: int, end: int) -> Iterator[bytes]:
        self._call()
        if key not in self.files:
            raise NotFound(code="FILE_GONE")
        yield self.files[key][0][start:end]

    def delete(self, keys: Iterable[str]) -> None:
        self._call()
        for key in keys:
            self.files.pop(key, None)

    def list_files(self, prefix: str) -> Iterator[StoredFile]:
        self._call()
        found = [(key, at) for key, (_, at) in self.files.items() if key.startswith(f"{prefix}/")]
        return iter([StoredFile(key=key, stored_at=at) for key, at in found])

    def list_folders(self) -> list[str]:
        return sorted({key.partition("/")[0] for key in self.files})

    def check(self) -> None:
        self._call()


class PlainDocuments:
    """Writes what a document is about instead of drawing it; `trouble` is raised while it is set."""

    def __init__(self) -> None:
        self.slips: list[tuple[Slip, Paper]] = []
        self.trouble: Exception | None = None

    def render_slip(self, slip: Slip, *, paper: Paper) -> bytes:
        if self.trouble is not None:
            raise self.trouble
        self.slips.append((slip, paper))
        return f"%PDF-1.7 {slip.number} {paper.value}".encode()

    def draw_code(self, text: str) -> str:
        return f'<svg data-code="{text}"></svg>'

    def draw_barcode(self, text: str) -> str:
        return f'<svg data-bars="{text}"></svg>'

    def draw(self, template: str, values: Mapping[str, Any], *, written_at: datetime) -> bytes:
        """As JSON behind the first bytes of a PDF."""
        return b"%PDF-" + json.dumps([template, values, written_at.isoformat()], ensure_ascii=False).encode()


class PlainExaminer:
    """Believes the first bytes: `photo…` is a photo, `video…` a video, all else is refused as the real one would."""

    def examine(self, source: BinaryIO) -> ExaminedFile:
        data = source.read()
        if data.startswith(b"video"):
            kind, media_type, thumbnail = EvidenceKind.VIDEO, "video/mp4", b""
        elif data.startswith(b"photo"):
            kind, media_type, thumbnail = EvidenceKind.PHOTO, "image/jpeg", b"small " + data
        else:
            raise refusal(Refusal.UNKNOWN_KIND)
        return ExaminedFile(
            kind=kind,
            media_type=media_type,
            content=BytesIO(data),
            size=len(data),
            width=640 if thumbnail else None,
            height=480 if thumbnail else None,
            thumbnail=thumbnail,
        )
