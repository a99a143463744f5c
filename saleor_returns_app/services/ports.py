"""What the services need from outside. Adapters implement these; tests bring fakes of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Protocol

from saleor_returns_app.domain.evidence import EvidenceKind
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.slips import Paper, Slip
from saleor_returns_app.services import replacement_ports, voucher_ports

Variant = replacement_ports.Variant
ReplacementLine = replacement_ports.ReplacementLine
ReplacementRequest = replacement_ports.ReplacementRequest
Replacement = replacement_ports.Replacement
Voucher = voucher_ports.Voucher
VoucherRequest = voucher_ports.VoucherRequest


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopConnection:
    """What a call to one tenant's Saleor needs. `token` is the clear app token: keep it out of logs and reprs."""

    tenant_id: str
    api_url: str
    token: str
    saleor_version: str

    def __repr__(self) -> str:
        return f"ShopConnection(tenant_id={self.tenant_id!r}, api_url={self.api_url!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    order_line_id: str
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRequest:
    """A grant to create: always with an explicit amount and one transaction."""

    order_id: str
    transaction_id: str
    amount: Money
    lines: tuple[GrantLine, ...]
    include_shipping: bool
    reason: str  # the case's marker, recognised again after a crash
    note: str | None = None  # written to the order in the same request


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnUnits:
    fulfillment_line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReturn:
    fulfillment_id: str
    order_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopperIdentity:
    user_id: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffIdentity:
    user_id: str
    email: str
    #: None: no restriction. Otherwise the slugs of the channels this person may see.
    channels: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReasonRule:
    """What the shop's refund settings ask (3.22+): a reason page type named, or nothing."""

    reason_type_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersPage:
    """Orders, newest first. `cursor` asks for those that follow; empty after the last of them."""

    orders: tuple[Order, ...]
    cursor: str
    total: int | None  # of all pages; counted with the first one only


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """What a variant has on stock: warehouse id → quantity. `mark`: what was written beside it under a key; empty if nothing."""

    tracked: bool
    quantities: Mapping[str, int]
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardRequest:
    """A gift card to make. `mark` is found again in its metadata; `note` is for staff."""

    amount: Money
    mark: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCard:
    """`code` is money for whoever holds it: keep it out of logs and reprs."""

    id: str
    code: str = field(repr=False)


class Saleor(replacement_ports.Replacements, voucher_ports.Vouchers, Protocol):
    """Saleor's GraphQL API. Reads may be retried by the transport, writes never are.

    Errors are those of `saleor_returns_app.errors`: SaleorUnavailable (nothing was sent, or a read failed),
    SaleorUnclear (a write may have been carried out), SaleorRefused (Saleor answered with an error code),
    SaleorDenied (a permission is missing), TokenDead (the app token is no longer known).
    """

    def read_app_id(self, shop: ShopConnection) -> str: ...
    def read_version(self, shop: ShopConnection) -> tuple[str, str]:
        """(Saleor version, shop name)."""
        ...

    def read_order(self, shop: ShopConnection, order_id: str) -> Order | None: ...
    def find_order(self, shop: ShopConnection, number: str) -> Order | None: ...
    def read_orders(self, shop: ShopConnection, order_ids: Sequence[str]) -> tuple[Order, ...]:
        """Those of at most 100 ids that are known and readable, in any order."""
        ...

    def list_orders(self, shop: ShopConnection, *, since: date, cursor: str, most: int) -> OrdersPage:
        """A page of the orders placed on or after a day (UTC), those that cannot be read left out.

        Raises SaleorRefused with QueryCostError when so many are more than the shop's Saleor answers at once.
        """
        ...

    def read_shopper(self, shop: ShopConnection, access_token: str) -> ShopperIdentity | None:
        """`me` with the shopper's own token; None when the session is no longer alive."""
        ...

    def read_staff(self, shop: ShopConnection, dashboard_token: str) -> StaffIdentity | None: ...
    def read_refund_reason_rule(self, shop: ShopConnection) -> RefundReasonRule: ...
    def note_exists(self, shop: ShopConnection, order_id: str, text: str) -> bool: ...

    def grant_refund(self, shop: ShopConnection, grant: GrantRequest) -> str:
        """Create the grant and give its id."""
        ...

    def request_refund(self, shop: ShopConnection, grant_id: str) -> None:
        """Ask the payment app to pay. "Already processed" and "is pending" are successes here: a read tells the rest."""
        ...

    def return_products(
        self,
        shop: ShopConnection,
        *,
        order_id: str,
        units: Sequence[ReturnUnits],
        reason: str,
        note: str | None,
    ) -> RecordedReturn: ...
    def refund_legacy_order(self, shop: ShopConnection, order_id: str, amount: Money) -> None: ...
    def list_warehouses(self, shop: ShopConnection) -> tuple[Warehouse, ...]: ...
    def read_stock(self, shop: ShopConnection, variant_id: str, *, mark: str) -> StockLevel | None:
        """What is on stock, and what was marked under this key; None for a variant that is gone."""
        ...

    def set_stock(self, shop: ShopConnection, *, variant_id: str, warehouse_id: str, quantity: int, mark: str) -> int:
        """Set the quantity in one warehouse; gives the one that stood there just before, in the same request.

        `begun:…` is marked under the key before, `done:…` after.
        """
        ...

    def find_gift_card(self, shop: ShopConnection, *, mark: str) -> GiftCard | None:
        """The gift card that carries this mark. Raises SaleorRefused where there are several."""
        ...

    def create_gift_card(self, shop: ShopConnection, wanted: GiftCardRequest) -> GiftCard: ...
    def forget_marks(self, shop: ShopConnection, object_id: str, keys: Sequence[str]) -> None: ...
    def add_note(self, shop: ShopConnection, order_id: str, text: str) -> None: ...
    def list_invoices(self, shop: ShopConnection, order_id: str) -> frozenset[str]:
        """Numbers of the documents that the order has; of an order that is gone none."""
        ...

    def create_invoice(self, shop: ShopConnection, order_id: str, *, number: str, url: str) -> None:
        """Put a document on the order, by its address. Doing it twice makes two. Raises SaleorRefused for an order that can
        have none: NOT_READY for one without a billing address, INVALID_STATUS for a draft."""
        ...

    def write_metadata(self, shop: ShopConnection, object_id: str, values: Mapping[str, str]) -> None: ...
    def report_problem(self, shop: ShopConnection, *, key: str, message: str) -> None:
        """Tell the merchant inside the Dashboard (3.22.36+; elsewhere does nothing)."""
        ...

    def dismiss_problem(self, shop: ShopConnection, *, key: str) -> None: ...


class KeySource(Protocol):
    """A shop's signing keys."""

    def fetch(self, api_url: str) -> Mapping[str, Any]:
        """The JWKS document at `<origin>/.well-known/jwks.json`. Raises SaleorUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail. `name` is plain ASCII."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    sender_name: str
    reply_to: str = ""  # empty: nobody reads answers
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand one mail to the mail server. Raises MailRefused (never again) or MailUnavailable (later again)."""
        ...


class Cipher(Protocol):
    def encrypt(self, clear: str) -> str: ...
    def decrypt(self, secret: str) -> str: ...


class Jobs(Protocol):
    """Enqueues work that runs after the commit of the given session's transaction, or not at all if it rolls back."""

    def advance_order(
        self,
        session: Any,
        *,
        tenant_id: str,
        saleor_order_id: str,
        key: str,
        delay: float = 0,
    ) -> None:
        """Let the order's lane do whatever is planned for it. The same `key` is enqueued once; `delay` in seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    key: str
    stored_at: datetime


class Storage(Protocol):
    """Where files are kept, by keys like `<tenant>/<day>/<random>`. All raise StorageUnavailable when it does not answer."""

    def write(self, key: str, source: BinaryIO) -> None:
        """Keep everything from the source's present position to its end. A key is written once."""
        ...

    def read(self, key: str, *, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to and without `end`, in pieces. Raises NotFound for a key that is not there."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete files; those that are gone already are no error."""
        ...

    def list_files(self, prefix: str) -> Iterator[StoredFile]:
        """Every file below `<prefix>/`."""
        ...

    def list_folders(self) -> list[str]:
        """First parts of all keys: one a tenant."""
        ...

    def check(self) -> None:
        """Write, read and delete a small file. Raises ConfigurationError or StorageUnavailable that says what is wrong."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedFile:
    """A file that proved to be a photo or video. `content` is what to keep: made anew for a photo, as it came for a video."""

    kind: EvidenceKind
    media_type: str
    content: BinaryIO
    size: int  # bytes of the content
    width: int | None
    height: int | None
    thumbnail: bytes  # a JPEG; empty for a video


class Examiner(Protocol):
    """Finds out what a file really is."""

    def examine(self, source: BinaryIO) -> ExaminedFile:
        """Believe neither name nor header. Raises the errors of `domain.evidence.refusal`."""
        ...


class Documents(Protocol):
    """Draws what is printed or shown to be scanned."""

    def render_slip(self, slip: Slip, *, paper: Paper) -> bytes:
        """A PDF in the slip's language. Raises DocumentUnavailable when it cannot be drawn here."""
        ...

    def draw_code(self, text: str) -> str:
        """A QR code as SVG markup of its own, black on white with its quiet zone."""
        ...

    def draw_barcode(self, text: str) -> str:
        """A Code 128 barcode as SVG markup, black on white. Printable ASCII only: raises ValueError for all else."""
        ...

    def draw(self, template: str, values: Mapping[str, Any], *, written_at: datetime) -> bytes:
        """A PDF by one of our templates, filled with JSON values; every text in them is text, never markup.

        Raises DocumentUnavailable when it cannot be drawn here.
        """
        ...
