"""What is done in Saleor besides refunds: its states, and what a look at the shop says of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .machines import STAFF, SYSTEM, Machine


class EffectKind(StrEnum):
    RESTOCK = "restock"
    GIFT_CARD = "gift_card"  # store credit
    VOUCHER = "voucher"
    INVOICE = "invoice"  # a credit note on its order
    REPLACEMENT = "replacement"  # the order that sends what was agreed
    LABEL = "label"  # for a parcel back, and the courier that fetches it; Saleor has no part in it, nor in the next
    VOID = "void"  # a label that nobody used is given back
    RETRACTION = "retraction"  # a replacement order is cancelled


class EffectState(StrEnum):
    PLANNED = "planned"
    CALLING = "calling"  # a call may be on its way, or its answer was lost
    DONE = "done"
    STUCK = "stuck"  # only a person can tell
    LISTED = "listed"  # the shop does it outside, from a list
    CANCELLED = "cancelled"


class EffectEvent(StrEnum):
    LIST = "list"
    CALL = "call"
    REST = "rest"
    FINISH = "finish"
    DOUBT = "doubt"
    RETRY = "retry"
    VOUCH = "vouch"
    CANCEL = "cancel"


_S, _E = EffectState, EffectEvent

# fmt: off
EFFECT = Machine("step", _S.PLANNED, [
    # from          event        to             who
    (_S.PLANNED,    _E.LIST,     _S.LISTED,     SYSTEM),   # the shop does it outside
    (_S.PLANNED,    _E.CALL,     _S.CALLING,    SYSTEM),
    (_S.PLANNED,    _E.FINISH,   _S.DONE,       SYSTEM),   # a read shows that it is done
    (_S.PLANNED,    _E.DOUBT,    _S.STUCK,      SYSTEM),
    (_S.PLANNED,    _E.CANCEL,   _S.CANCELLED,  SYSTEM),
    (_S.CALLING,    _E.CALL,     _S.CALLING,    SYSTEM),   # a read shows that the call before did nothing
    (_S.CALLING,    _E.REST,     _S.PLANNED,    SYSTEM),   # nothing was sent
    (_S.CALLING,    _E.FINISH,   _S.DONE,       SYSTEM),
    (_S.CALLING,    _E.DOUBT,    _S.STUCK,      SYSTEM),
    (_S.STUCK,      _E.CANCEL,   _S.CANCELLED,  SYSTEM),   # what it was for is over
    (_S.STUCK,      _E.RETRY,    _S.PLANNED,    STAFF),
    (_S.STUCK,      _E.VOUCH,    _S.DONE,       STAFF),    # a person looked: it is done
    (_S.LISTED,     _E.VOUCH,    _S.DONE,       STAFF),    # somebody took it from the list
])
# fmt: on

#: A lane works on these.
OPEN = (EffectState.PLANNED, EffectState.CALLING)


@dataclass(frozen=True, slots=True)
class Finished:
    """It is done, and what came of it."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToDo:
    """A step has to be taken; `seen` is what it rests on."""

    seen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """What was seen does not tell; the message says what a person should compare."""

    message: str


Sight = Finished | ToDo | Doubtful
