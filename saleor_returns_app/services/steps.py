"""What a person says of a step in Saleor that no job could settle: try it again, or it is done."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.effects import EffectEvent, EffectKind, EffectState
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect

from .advancing import HANDLERS
from .attention import refresh_attention
from .context import Context
from .effects import move_effect
from .guards import check_version, require_permission, require_role
from .history import load_return, record_entry

#: Whose hands a kind lies in; goods are the warehouse's.
_MONEY = frozenset({EffectKind.GIFT_CARD, EffectKind.VOUCHER})


def retry_effect(ctx: Context, tenant_id: str, effect_id: str, *, actor: Actor, version: int | None = None) -> None:
    """A person looked and nothing was done: it is tried again."""
    with ctx.db.tenant(tenant_id) as session:
        effect, case = _stuck(session, effect_id, actor, version)
        move_effect(ctx, effect, EffectEvent.RETRY, actor)
        effect.check_at, effect.settled_at, effect.tries = ctx.now(), None, 0
        # What was remembered of an earlier try would be taken for this one's.
        effect.result = {**effect.result, "again": int(effect.result.get("again", 0)) + 1}
        refresh_attention(session, case)
        record_entry(ctx, session, case, event="retry_step", actor=actor, detail={"kind": effect.kind, **effect.what})
        ctx.jobs.advance_order(
            session, tenant_id=tenant_id, saleor_order_id=effect.lane, key=f"effect:{effect.id}:{new_id()}"
        )


def vouch_effect(ctx: Context, tenant_id: str, effect_id: str, *, actor: Actor, version: int | None = None) -> None:
    """A person did it, or saw that it is done; the case goes on as if the app had."""
    with ctx.db.tenant(tenant_id) as session:
        effect, case = _stuck(session, effect_id, actor, version)
        move_effect(ctx, effect, EffectEvent.VOUCH, actor)
        record_entry(ctx, session, case, event="vouch_step", actor=actor, detail={"kind": effect.kind, **effect.what})
        HANDLERS[EffectKind(effect.kind)].done(ctx, session, case, effect)
        refresh_attention(session, case)


def _stuck(session: Session, effect_id: str, actor: Actor, version: int | None) -> tuple[Effect, Case]:
    found = session.execute(select(Effect.case_id, Effect.kind).where(Effect.id == effect_id)).one_or_none()
    if found is None:
        raise NotFound("This step does not exist, or it is not yours to see.", code="UNKNOWN_STEP")
    in_money = found.kind in _MONEY
    require_permission(actor, "HANDLE_PAYMENTS" if in_money else "MANAGE_ORDERS")
    require_role(actor, Verb.PAY if in_money else Verb.RECEIVE)
    case = load_return(session, found.case_id, actor)  # before the step, as everybody does
    check_version(case, version)
    effect = session.scalars(select(Effect).where(Effect.id == effect_id).with_for_update()).one()
    if effect.state not in (EffectState.STUCK, EffectState.LISTED):
        raise Conflict("This does not wait for anybody.", code="NOT_STUCK")
    return effect, case
