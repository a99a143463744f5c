"""What can be done about the replacement of a case."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.effects import EffectKind, EffectState
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.services import choosing, exchanges
from saleor_returns_app.services.attention import owes_goods
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.context import Context

from .buttons import Action, Typed, plain

#: Where a replacement may be sent; before the goods are back only where the shop's settings say so.
_SENDS = (
    *(CaseStatus.APPROVED, CaseStatus.IN_TRANSIT, CaseStatus.RECEIVED),
    *(CaseStatus.INSPECTED, CaseStatus.RESOLVING),
)


def _send_replacement(
    ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None
) -> None:
    exchanges.send_replacement(
        ctx, tenant_id, case_id, actor=actor, version=version, fingerprint=typed.get("fingerprint", "")
    )


def _mark_sent(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    choosing.mark_sent(ctx, tenant_id, case_id, actor=actor, version=version, tracking=typed.get("tracking", ""))


#: What is agreed to be sent: approved where the quote is read.
SEND_REPLACEMENT = Action(
    name="send-replacement",
    title="Send the replacement?",
    label="Send the replacement",
    said="Replacement approved",
    run=_send_replacement,
    form="replacement.html",
    tone="primary",
)
ORDER_AGAIN = Action(
    name="order-again",
    title="Order it again?",
    label="It is on stock again",
    said="It is ordered again",
    run=partial(plain, choosing.try_again),
    explained="Another replacement order is made of the same items.",
)
GIVE_MONEY = Action(
    name="give-money",
    title="Money instead of the replacement?",
    label="Refund it instead",
    said="It will be refunded",
    run=partial(plain, choosing.choose_again),
    verb=Verb.NEGOTIATE,
    explained="The shopper gets what the policy gives for the items in place of the replacement. You approve the refund next.",
)
CANCEL_REPLACEMENT = Action(
    name="cancel-replacement",
    title="Cancel the replacement?",
    label="Cancel the replacement",
    said="The replacement is being cancelled",
    run=partial(plain, choosing.cancel_replacement),
    explained="Its order is cancelled in Saleor, unless the difference was paid meanwhile. Then agree on something else with the shopper.",
    tone="critical",
)
#: The same, where the app knows of no order.
GIVE_UP = replace(
    CANCEL_REPLACEMENT,
    said="The replacement is given up",
    explained="Look in Saleor first: what was ordered there for this return, you cancel yourself. Then agree on something else with the "
    "shopper.",
)
MARK_SENT = Action(
    name="mark-sent",
    title="Was the replacement sent?",
    label="Mark as sent",
    said="The replacement is sent",
    run=_mark_sent,
    form="sent.html",
)
EXCHANGE_ACTIONS = (SEND_REPLACEMENT, ORDER_AGAIN, GIVE_MONEY, CANCEL_REPLACEMENT, MARK_SENT)


def exchange_actions(file: CaseFile) -> list[Action]:
    """What can be done about the replacement; a lane does the rest."""
    exchange, status = file.exchange, CaseStatus(file.case.status)
    if exchange is None:
        return [SEND_REPLACEMENT] if owes_goods(file.case) and status in _SENDS else []
    if exchange.state == ExchangeState.OUT_OF_STOCK:
        return [ORDER_AGAIN, GIVE_MONEY]
    if choosing.is_by_hand(exchange):
        return [MARK_SENT, GIVE_UP]
    if exchange.state == ExchangeState.UNPAID:
        return [CANCEL_REPLACEMENT]
    made = (effect for effect in file.effects if effect.kind == EffectKind.REPLACEMENT)
    stuck = exchange.state == ExchangeState.PLANNED and any(effect.state == EffectState.STUCK for effect in made)
    return [GIVE_UP] if stuck else []


def may_refund(file: CaseFile) -> bool:
    """While what is to be sent may be out of stock, nobody knows what is to be refunded."""
    if file.exchange is None:
        return not owes_goods(file.case)
    return file.exchange.state not in (ExchangeState.PLANNED, ExchangeState.OUT_OF_STOCK)
