"""Goods that go back to the shopper, on the page of a case: a parcel with what is in it, and its number put right."""

from __future__ import annotations

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.parcels import parcel_number
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput
from saleor_returns_app.services import sending_out
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.context import Context

from .buttons import Action, Offered, Typed, offered_to

_UNITS = "units."


def _send(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    sending_out.send_goods_back(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        units={
            name.removeprefix(_UNITS): _count(name, text) for name, text in typed.items() if name.startswith(_UNITS)
        },
        carrier=typed.get("carrier", ""),
        tracking_number=typed.get("tracking_number", ""),
    )


def _count(name: str, text: str) -> int:
    said = text.strip() or "0"
    if not (said.isascii() and said.isdigit() and len(said) < 7):
        raise BadInput("Write how many there are, in digits.", code="UNITS", field=name)
    return int(said)


def _correct(ctx: Context, tenant_id: str, case_id: str, typed: Typed, *, actor: Actor, version: int | None) -> None:
    sending_out.correct_parcel_out(
        ctx,
        tenant_id,
        case_id,
        actor=actor,
        version=version,
        parcel=parcel_number(typed.get("parcel", "")) or 0,
        carrier=typed.get("carrier", ""),
        tracking_number=typed.get("tracking_number", ""),
    )


SEND_GOODS = Action(
    name="send-goods-back",
    title="Send items back to the shopper?",
    label="Send items back",
    said="Sent back",
    run=_send,
    verb=Verb.RECEIVE,
    form="send_goods.html",
)
CORRECT_PARCEL = Action(
    name="correct-parcel-out",
    title="Was the number wrong?",
    label="Correct a number",
    said="Number corrected",
    run=_correct,
    verb=Verb.RECEIVE,
    form="correct_parcel_out.html",
)
_BY_NAME = {action.name: action for action in (SEND_GOODS, CORRECT_PARCEL)}


def sending_action(name: str) -> Action | None:
    return _BY_NAME.get(name)


def sending_actions(file: CaseFile, actor: Actor) -> dict[str, Offered]:
    """By name: what can be done about goods that go to the shopper."""
    offered = [offered_to(SEND_GOODS, actor)] if file.owed else []
    offered += [offered_to(CORRECT_PARCEL, actor)] if file.sent else []
    return {item.action.name: item for item in offered}
