"""Repairs: the goods are looked at, mended and sent back; at a price only where the shopper agreed to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from .because import Because
from .cases import Resolution
from .exchanges import fit, in_pieces
from .machines import SHOPPER, STAFF, SYSTEM, Machine
from .terms import CaseTerms


class RepairStatus(StrEnum):
    RECEIVED = "received"
    DIAGNOSED = "diagnosed"
    QUOTED = "quoted"
    REPAIRING = "repairing"
    REPAIRED = "repaired"
    UNREPAIRED = "unrepaired"
    SENT_BACK = "sent_back"
    RETURNED = "returned"
    TURNED = "turned"


class RepairEvent(StrEnum):
    DIAGNOSE = "diagnose"
    QUOTE = "quote"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    BEGIN = "begin"
    FINISH = "finish"
    REWORK = "rework"
    GIVE_UP = "give_up"
    SEND = "send"
    TURN = "turn"


_S, _E = RepairStatus, RepairEvent

# fmt: off
REPAIR = Machine("repair", _S.RECEIVED, [
    # from             event         to              who
    (_S.RECEIVED,      _E.DIAGNOSE,  _S.DIAGNOSED,   STAFF),
    (_S.RECEIVED,      _E.TURN,      _S.TURNED,      STAFF),
    (_S.DIAGNOSED,     _E.BEGIN,     _S.REPAIRING,   STAFF),   # free of charge
    (_S.DIAGNOSED,     _E.DIAGNOSE,  _S.DIAGNOSED,   STAFF),   # somebody looked again
    (_S.DIAGNOSED,     _E.QUOTE,     _S.QUOTED,      STAFF),
    (_S.DIAGNOSED,     _E.GIVE_UP,   _S.UNREPAIRED,  STAFF),   # cannot be repaired
    (_S.DIAGNOSED,     _E.TURN,      _S.TURNED,      STAFF),
    (_S.QUOTED,        _E.ACCEPT,    _S.REPAIRING,   SHOPPER),
    (_S.QUOTED,        _E.DECLINE,   _S.UNREPAIRED,  SHOPPER),
    (_S.QUOTED,        _E.LAPSE,     _S.UNREPAIRED,  SYSTEM),
    (_S.QUOTED,        _E.WITHDRAW,  _S.DIAGNOSED,   STAFF),   # to quote it anew, or to do it for nothing
    (_S.REPAIRING,     _E.FINISH,    _S.REPAIRED,    STAFF),
    (_S.REPAIRING,     _E.GIVE_UP,   _S.UNREPAIRED,  STAFF),   # it turned out not to be possible
    (_S.REPAIRED,      _E.SEND,      _S.SENT_BACK,   STAFF),
    (_S.REPAIRED,      _E.REWORK,    _S.REPAIRING,   STAFF),   # it still does not work
    (_S.UNREPAIRED,    _E.SEND,      _S.RETURNED,    STAFF),
    (_S.UNREPAIRED,    _E.DIAGNOSE,  _S.DIAGNOSED,   STAFF),   # another try, another quote
    (_S.UNREPAIRED,    _E.TURN,      _S.TURNED,      STAFF),   # into another resolution
])
# fmt: on

#: The goods went back to the shopper, or something else is agreed on.
ENDED = frozenset({_S.SENT_BACK, _S.RETURNED, _S.TURNED})


class Finding(StrEnum):
    """What a diagnosis comes to."""

    FREE = "free"  # in warranty, or a courtesy of the shop
    PRICED = "priced"  # out of warranty: the shopper is asked first
    BEYOND_REPAIR = "beyond_repair"


class PaidHow(StrEnum):
    """How money came or went that the app does not move itself."""

    BANK_TRANSFER = "bank_transfer"
    CARD = "card"
    CASH = "cash"
    OTHER = "other"


def is_repair(terms: CaseTerms) -> bool:
    """Whether all goods of a case come to be repaired: they stay the shopper's, and go back."""
    return terms.resolution is Resolution.REPAIR and not terms.keeps_item and not terms.pieces


def units_to_repair(terms: CaseTerms, units: Mapping[str, int]) -> dict[str, int]:
    """Of so many units of each order line, those that are repaired: all of them, or as many as were agreed on."""
    if is_repair(terms):
        return {line_id: quantity for line_id, quantity in units.items() if quantity > 0}
    return in_pieces([piece for piece in fit(terms.pieces, units) if piece.resolution is Resolution.REPAIR])


def payment_due(status: RepairStatus, *, priced: bool, paid: bool) -> bool:
    """Whether the shopper owes what they agreed to pay."""
    return priced and not paid and status in (RepairStatus.REPAIRING, RepairStatus.REPAIRED)


def repayment_due(status: RepairStatus, *, paid: bool, repaid: bool) -> bool:
    """Whether the shop owes money back: it was paid for a repair that did not come about."""
    return paid and not repaid and status is RepairStatus.UNREPAIRED


def obstacle(event: RepairEvent, status: RepairStatus, *, priced: bool, paid: bool, repaid: bool) -> Because | None:
    """Why a move that the table allows has to wait. Goods that are paid for go back when the money is there, and the other way
    round; a second price is not asked for while the money of the first is here."""
    if event is RepairEvent.SEND and payment_due(status, priced=priced, paid=paid):
        return Because("UNPAID", "The repair is not paid yet. Record the payment before the goods are sent back.")
    leaves = event in (RepairEvent.SEND, RepairEvent.TURN, RepairEvent.DIAGNOSE)
    if leaves and repayment_due(status, paid=paid, repaid=repaid):
        text = "The shopper paid for a repair that did not come about. Give the money back and record it first."
        return Because("PAID_FOR_NOTHING", text)
    return None
