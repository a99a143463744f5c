"""Store credit as a Saleor gift card: only what both sides agreed on, made once, its code for the shopper alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus, Resolution
from saleor_returns_app.domain.credits import credit_owed
from saleor_returns_app.domain.effects import EffectKind, EffectState, Finished, Sight, ToDo
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferKind
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect

from .approvals import check_accepted, waits_for_second_person
from .context import Context
from .effects import plan_effect
from .guards import check_version, require_permission, require_role
from .history import load_case, move_case, record_entry
from .notifications import queue_case_mail
from .orders import mirrored_order
from .ports import GiftCardRequest, ShopConnection

_SEALED = "sealed_code"


def is_credit(terms: CaseTerms) -> bool:
    """Whether both sides agreed on store credit; a voucher is given by hand."""
    return (
        terms.resolution is Resolution.STORE_CREDIT
        and terms.agreed_by_offer is not None
        and terms.amount is not None
        and terms.detail.get("kind") == OfferKind.STORE_CREDIT
    )


def owed_credit(session: Session, case: Case) -> Money | None:
    """What the gift card will be worth, as the case stands; None where no store credit was agreed."""
    terms = CaseTerms.load(case.terms or {})
    if not is_credit(terms) or terms.amount is None:
        return None
    return credit_owed(
        mirrored_order(session, case.saleor_order_id),
        agreed=terms.amount,
        announced={line.order_line_id: line.quantity for line in case.lines},
        accepted={line.order_line_id: line.accepted for line in case.lines},
    )


def issue_credit(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, version: int | None = None) -> None:
    """Let the agreed credit be made. Above the policy's limit the first approval only counts as such.

    Raises Conflict where no credit was agreed, nothing was accepted, or the same person approves twice.
    """
    require_permission(actor, "HANDLE_PAYMENTS")
    require_role(actor, Verb.PAY)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        check_version(case, version)
        owed = owed_credit(session, case)
        if owed is None:
            raise Conflict("The shopper did not agree to store credit. Make an offer first.", code="NO_CONSENT")
        RETURN_CASE.move(CaseStatus(case.status), CaseEvent.RESOLVE, actor.who)
        check_accepted(case)
        if not owed:
            raise Conflict("Nothing was accepted, so no credit is owed.", code="NOTHING_DUE")
        if waits_for_second_person(ctx, session, case, worth=owed, fingerprint=f"credit:{owed}", actor=actor):
            return
        case.first_approval = {}
        move_case(ctx, case, CaseEvent.RESOLVE, actor)
        plan_effect(
            ctx,
            session,
            case,
            kind=EffectKind.GIFT_CARD,
            key=f"gift_card:{case.id}",
            lane=case.saleor_order_id,
            what={
                "minor": owed.minor,
                "currency": owed.currency,
                "amount": str(owed),
                "number": case.number,
                "mark": f"{case.tenant_id}/{case.id}",
            },
        )
        record_entry(
            ctx,
            session,
            case,
            event="issue_credit",
            actor=actor,
            public=True,
            detail={"total": str(owed)},
            note=f"store credit of {owed} approved",
        )


class IssuingCredit:
    """Recognised by the case in the gift card's private metadata."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        if "card" in effect.result:
            return Finished()
        found = ctx.saleor.find_gift_card(shop, mark=str(effect.what["mark"]))
        return ToDo() if found is None else Finished(_kept(ctx, found.id, found.code))

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002
        made = ctx.saleor.create_gift_card(
            shop,
            GiftCardRequest(
                amount=Money.from_minor(int(effect.what["minor"]), str(effect.what["currency"])),
                mark=str(effect.what["mark"]),
                note=f"{effect.what['number']}: store credit",
            ),
        )
        return _kept(ctx, made.id, made.code)

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        """The case is settled, and the shopper gets the code."""
        move_case(ctx, case, CaseEvent.SETTLE, SYSTEM)
        record_entry(
            ctx,
            session,
            case,
            event="credit_issued",
            actor=SYSTEM,
            public=True,
            detail={"total": effect.what["amount"]},
        )
        secret = effect.result.get(_SEALED)
        if secret:
            code = ctx.cipher.decrypt(str(secret))
            queue_case_mail(ctx, session, case, "credit_issued", credit_minor=int(effect.what["minor"]), code=code)
        else:  # made by hand: whoever did it tells the shopper
            queue_case_mail(ctx, session, case, "fulfilled", message="")

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """The mark stays: it says where the card comes from."""


def _kept(ctx: Context, card_id: str, code: str) -> dict[str, str]:
    # A code is money: encrypted at rest, shown to its shopper only.
    return {"card": card_id, _SEALED: ctx.cipher.encrypt(code), "ending": code[-4:]}


def credit_code(ctx: Context, session: Session, case_id: str) -> tuple[Money, str] | None:
    """The shopper's gift card: what it was worth at first, and its code. None while there is none."""
    effect = session.scalar(
        select(Effect).where(
            Effect.case_id == case_id, Effect.kind == EffectKind.GIFT_CARD, Effect.state == EffectState.DONE
        )
    )
    if effect is None or _SEALED not in effect.result:
        return None
    worth = Money.from_minor(int(effect.what["minor"]), str(effect.what["currency"]))
    return worth, ctx.cipher.decrypt(str(effect.result[_SEALED]))
