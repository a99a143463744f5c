"""Codes that are money: gift cards and vouchers, each made once, sealed at rest, for its shopper alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM
from saleor_returns_app.domain.cases import CaseEvent
from saleor_returns_app.domain.effects import EffectKind, EffectState, Finished, Sight, ToDo
from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import ConfigurationError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.refunds import Refund

from .context import Context
from .effects import plan_effect
from .history import move_case, record_entry
from .notifications import queue_case_mail
from .ports import GiftCardRequest, ShopConnection, VoucherRequest
from .settling import settle_given

log = structlog.get_logger()
#: Key of the result: what was made in Saleor. Without it somebody made it by hand.
_MADE = "made"
_SEALED = "sealed_code"
#: Kind → the entry of the history, and the mail, once it is there.
ISSUED = {EffectKind.GIFT_CARD: "credit_issued", EffectKind.VOUCHER: "voucher_issued"}
#: Without letters and digits that are taken for one another.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """What a shopper was given. `worth` at first; whoever has the code can spend it."""

    kind: EffectKind
    worth: Money
    code: str = field(repr=False)


def plan_code(
    ctx: Context, session: Session, case: Case, *, kind: EffectKind, worth: Money, refund: Refund | None = None
) -> Effect:
    """Plan the gift card or voucher that settles a case, or the gift card that settles one `refund` of it."""
    about = refund.id if refund is not None else case.id
    effect = plan_effect(
        ctx,
        session,
        case,
        kind=kind,
        key=f"{kind.value}:{about}",
        lane=case.saleor_order_id,
        what={
            "minor": worth.minor,
            "currency": worth.currency,
            "amount": str(worth),
            "number": case.number,
            "channel": case.channel_slug,
            "mark": f"{case.tenant_id}/{about}",
            **({"refund": refund.id} if refund is not None else {}),
        },
    )
    if kind is EffectKind.VOUCHER and _SEALED not in effect.result:
        # Chosen before the first call: it is what the voucher is recognised by.
        effect.result = _sealed(ctx, _new_code())
    return effect


def _new_code() -> str:
    """80 bits of chance: nobody guesses one that is worth money."""
    return "-".join(["THANKS", *("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))])


def _sealed(ctx: Context, code: str) -> dict[str, str]:
    # A code is money: encrypted at rest, shown to its shopper only.
    return {_SEALED: ctx.cipher.encrypt(code), "ending": code[-4:]}


def worth_of(effect: Effect) -> Money:
    return Money.from_minor(int(effect.what["minor"]), str(effect.what["currency"]))


class _Issuing:
    """What follows once there is a code."""

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        """The case or its refund is settled, and the shopper gets the code."""
        issued = ISSUED[EffectKind(effect.kind)]
        if "refund" in effect.what:
            settle_given(ctx, session, case, session.get_one(Refund, effect.what["refund"]))
        else:
            move_case(ctx, case, CaseEvent.SETTLE, SYSTEM)
        detail = {"total": effect.what["amount"]}
        record_entry(ctx, session, case, event=issued, actor=SYSTEM, public=True, detail=detail)
        if _MADE in effect.result:
            code = ctx.cipher.decrypt(str(effect.result[_SEALED]))
            queue_case_mail(ctx, session, case, issued, credit_minor=int(effect.what["minor"]), code=code)
        elif "refund" not in effect.what:  # made by hand: whoever did it tells the shopper
            queue_case_mail(ctx, session, case, "fulfilled", message="")

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """What it is recognised by stays: it says where it comes from."""


class IssuingGiftCard(_Issuing):
    """Recognised by the case in the gift card's metadata."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        if _MADE in effect.result:
            return Finished()
        found = ctx.saleor.find_gift_card(shop, mark=str(effect.what["mark"]))
        return ToDo() if found is None else Finished({_MADE: found.id, **_sealed(ctx, found.code)})

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        wanted = GiftCardRequest(
            amount=worth_of(effect), mark=str(effect.what["mark"]), note=f"{effect.what['number']}: store credit"
        )
        made = ctx.saleor.create_gift_card(shop, wanted)
        return {_MADE: made.id, **_sealed(ctx, made.code)}


class IssuingVoucher(_Issuing):
    """Recognised by its code. Made first, then listed in the channel of the order: only then is it worth something."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        found = ctx.saleor.find_voucher(
            shop, code=ctx.cipher.decrypt(str(effect.result[_SEALED])), channel=str(effect.what["channel"])
        )
        if found is None:
            return ToDo()
        return Finished({_MADE: found.id}) if found.is_listed else ToDo({"voucher": found.id})

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:
        if "voucher" in seen:
            channel = str(effect.what["channel"])
            ctx.saleor.list_voucher(shop, str(seen["voucher"]), channel=channel, amount=worth_of(effect))
            return {}
        code = ctx.cipher.decrypt(str(effect.result[_SEALED]))
        ctx.saleor.create_voucher(shop, VoucherRequest(code=code, name=str(effect.what["number"])))
        return {}


def issued_codes(ctx: Context, session: Session, case_id: str) -> tuple[IssuedCode, ...]:
    """The shopper's gift cards and vouchers of a case, oldest first; without those whose key is gone, which the shop finds in Saleor."""
    effects = session.scalars(
        select(Effect)
        .where(Effect.case_id == case_id, Effect.kind.in_(list(ISSUED)), Effect.state == EffectState.DONE)
        .order_by(Effect.id)
    )
    found = ((effect, _open(ctx, effect)) for effect in effects if _MADE in effect.result)
    return tuple(
        IssuedCode(kind=EffectKind(effect.kind), worth=worth_of(effect), code=code) for effect, code in found if code
    )


def _open(ctx: Context, effect: Effect) -> str:
    try:
        return ctx.cipher.decrypt(str(effect.result[_SEALED]))
    except ConfigurationError:
        log.exception("code not readable", effect=effect.id)
        return ""
