"""The payment provider behind the shop: pays, or misbehaves as its mood says, and writes down every call."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, get_args

from demo.clock import real_now
from demo.shop.money import Money, quantize

Mood = Literal["success", "failure", "async", "slow", "partial", "http500", "noref"]
MOODS: tuple[Mood, ...] = get_args(Mood)
MOOD_TEXTS: dict[Mood, str] = {
    "success": "Pays at once and says so.",
    "failure": "Declines: “Card account closed”. Nothing is paid.",
    "async": "Says “later”; pays when you press “report now”.",
    "slow": "Pays, but answers after the shop has given up: the refund looks failed although the money went out.",
    "partial": "Pays half of what was asked and calls it a success.",
    "http500": "Falls over with HTTP 500 and pays nothing; the shop keeps trying.",
    "noref": "Pays, but forgets the reference in its answer: the shop writes a failure.",
}


@dataclass(slots=True, frozen=True)
class Ask:
    """What the shop asks to refund."""

    transaction: str
    psp_reference: str
    money: Money
    order_number: str
    granted_refund: str | None


@dataclass(slots=True, frozen=True)
class Answer:
    """An HTTP answer: status, JSON body, and how long it takes (`late` means: longer than anyone waits)."""

    status: int
    body: dict[str, Any]
    late: bool = False


@dataclass(slots=True, eq=False)
class Call:
    """One request that reached the provider. `paid` is what left the merchant's account because of it."""

    at: datetime
    mood: Mood
    ask: Ask | None
    psp_reference: str
    paid: Decimal | None = None
    is_waiting: bool = False

    def as_dict(self) -> dict[str, Any]:
        ask = self.ask
        return {
            "at": self.at.isoformat(),
            "mood": self.mood,
            "pspReference": self.psp_reference,
            "transaction": ask and ask.transaction,
            "order": ask and ask.order_number,
            "grantedRefund": ask and ask.granted_refund,
            "asked": ask and str(ask.money.amount),
            "currency": ask and ask.money.currency,
            "paid": None if self.paid is None else str(self.paid),
            "waiting": self.is_waiting,
        }


@dataclass(slots=True)
class Ledger:
    """The provider's own books."""

    mood: Mood = "success"
    script: deque[Mood] = field(default_factory=deque)
    scripts: dict[str, deque[Mood]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)


class Provider:
    """Answers refund requests. Thread-safe: it keeps its own books straight whatever the shop does."""

    def __init__(self, ledger: Ledger, *, now: Callable[[], datetime] = real_now) -> None:
        self._now = now
        self.ledger = ledger
        self._lock = threading.Lock()

    def set_mood(self, mood: Mood) -> None:
        self.ledger.mood = mood

    def set_script(self, moods: Iterable[Mood], *, order_number: str | None = None) -> None:
        """Moods for the next calls, one each (of one order, if named); then the standing mood again."""
        if order_number is None:
            self.ledger.script = deque(moods)
        else:
            self.ledger.scripts[order_number] = deque(moods)

    def refund(self, ask: Ask | None) -> Answer:
        """One request. None is the empty body that Saleor's retries carry: nothing can be paid for it."""
        with self._lock:
            call = Call(self._now(), self._next_mood(ask), ask, f"psp-refund-{secrets.token_hex(5)}")
            self.ledger.calls.append(call)
        if call.mood == "http500":
            return Answer(500, {"error": "boom"})
        if ask is None:
            return Answer(400, {"error": "empty request"})
        return self._answer(call, ask)

    def pay_legacy(self, ask: Ask) -> None:
        """A refund by the gateway of the legacy API, which has no moods: it pays."""
        with self._lock:
            reference = f"dummy-refund-{secrets.token_hex(5)}"
            self.ledger.calls.append(Call(self._now(), "success", ask, reference, paid=ask.money.amount))

    def take_waiting(self, psp_reference: str | None = None) -> list[Call]:
        """Calls that were answered with “later” and are paid or declined by the report that follows; each once."""
        with self._lock:
            waiting = [
                call for call in self.ledger.calls if call.is_waiting and psp_reference in (None, call.psp_reference)
            ]
            for call in waiting:
                call.is_waiting = False
            return waiting

    def paid(self, *, transaction: str | None = None, order_number: str | None = None) -> Decimal:
        """What has been paid out, of one transaction or order or altogether (then of mixed currencies)."""
        return sum(
            (
                call.paid
                for call in self.ledger.calls
                if call.paid is not None
                and call.ask is not None
                and transaction in (None, call.ask.transaction)
                and order_number in (None, call.ask.order_number)
            ),
            Decimal(0),
        )

    def _next_mood(self, ask: Ask | None) -> Mood:
        own = self.ledger.scripts.get(ask.order_number) if ask else None
        if own:
            return own.popleft()
        return self.ledger.script.popleft() if self.ledger.script else self.ledger.mood

    def _answer(self, call: Call, ask: Ask) -> Answer:
        amount = ask.money.amount
        if call.mood == "async":
            call.is_waiting = True
            return Answer(200, {"pspReference": call.psp_reference})
        if call.mood == "failure":
            declined = {"result": "REFUND_FAILURE", "message": "Card account closed"}
            return Answer(200, {"pspReference": call.psp_reference, "amount": amount, **declined})
        if call.mood == "partial":
            amount = quantize(amount / 2, ask.money.currency)
        call.paid = amount
        body: dict[str, Any] = {"pspReference": call.psp_reference, "result": "REFUND_SUCCESS", "amount": amount}
        if call.mood == "noref":
            del body["pspReference"]
        return Answer(200, body, late=call.mood == "slow")
