"""Doing things in Saleor that are neither refunds nor recorded returns: planned with the decision, looked at before and after each
call, recognised after a crash, left to a person where a look does not tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import SYSTEM, Actor
from saleor_returns_app.domain.effects import (
    EFFECT,
    OPEN,
    Doubtful,
    EffectEvent,
    EffectKind,
    EffectState,
    Finished,
    Sight,
    ToDo,
)
from saleor_returns_app.errors import (
    CarrierRefused,
    CarrierUnreachable,
    SaleorDenied,
    SaleorRefused,
    SaleorUnavailable,
    SaleorUnclear,
)
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.effects import Effect

from .attention import refresh_attention
from .context import Context
from .lanes import GRACE, LOOKS, STALE, Lane
from .ports import ShopConnection

#: Writes that one run makes for one effect; a kind that asks for more is looked at again later.
_STEPS = 8
#: How long a step may take that is not one call to Saleor: whoever sells labels is asked several times, and for a file.
_LONGEST = dict.fromkeys((EffectKind.LABEL, EffectKind.VOID), timedelta(minutes=3))
#: Key of the result: a look said that it is done.
_FINISHED = "finished"


class Handler(Protocol):
    """How one kind of effect is done. Every method gets the row as it was read; none is called inside a transaction but `done`."""

    def look(self, ctx: Context, shop: ShopConnection, effect: Effect) -> Sight:
        """What a fresh read says. Also tells, after a lost answer, whether the step before was taken."""
        ...

    def act(self, ctx: Context, shop: ShopConnection, effect: Effect, seen: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take one step; gives what to remember of it in the effect's result."""
        ...

    def done(self, ctx: Context, session: Session, case: Case, effect: Effect) -> None:
        """What follows in the database, in the transaction that finishes the effect."""
        ...

    def tidy(self, ctx: Context, shop: ShopConnection, effect: Effect) -> None:
        """Take away marks that were only needed to recognise it. Best effort."""
        ...


def plan_effect(
    ctx: Context,
    session: Session,
    case: Case,
    *,
    kind: EffectKind,
    key: str,
    lane: str,
    what: Mapping[str, Any],
    listed: bool = False,
    doubt: str = "",
) -> Effect:
    """Insert the plan row with the decision it follows from; its lane runs after the commit. The same key is planned once.

    `listed`: the shop does it outside. `doubt`: why only a person can do it.
    """
    known = session.scalar(select(Effect).where(Effect.key == key))
    if known is not None:
        return known
    effect = Effect(
        id=new_id(), case_id=case.id, lane=lane, kind=kind, key=key, what=dict(what), state=EFFECT.initial,
        created_at=ctx.now(), check_at=ctx.now(),
    )  # fmt: skip
    session.add(effect)
    session.flush()
    if listed:
        move_effect(ctx, effect, EffectEvent.LIST)
    elif doubt:
        _stick(ctx, session, effect, doubt)
    else:
        ctx.jobs.advance_order(session, tenant_id=case.tenant_id, saleor_order_id=lane, key=f"effect:{effect.id}")
    return effect


def open_effects(session: Session, lane: str) -> list[tuple[str, str]]:
    """Ids and kinds of what a lane has to do, planned first first."""
    mine = select(Effect).where(Effect.lane == lane, Effect.state.in_(OPEN)).order_by(Effect.id)
    return [(effect.id, effect.kind) for effect in session.scalars(mine)]


def effects_of(session: Session, case_id: str) -> Sequence[Effect]:
    return session.scalars(select(Effect).where(Effect.case_id == case_id).order_by(Effect.id)).all()


def advance_effect(lane: Lane, shop: ShopConnection, effect_id: str, handler: Handler) -> None:
    """Take an effect as far as it goes now. Repeating it does nothing twice."""
    for _ in range(_STEPS):
        if not _take_step(lane, shop, effect_id, handler):
            return


def _take_step(lane: Lane, shop: ShopConnection, effect_id: str, handler: Handler) -> bool:
    """Look, then act if there is something to do. True where the next look may find another step."""
    ctx = lane.ctx
    with lane.write() as session:
        effect = session.get_one(Effect, effect_id)
        if effect.state not in OPEN:
            return False
        if effect.running_until is not None and effect.running_until > ctx.now():
            effect.check_at = effect.running_until  # a call may still be carried out: a look now would prove nothing
            return False
    try:
        sight = Finished() if _FINISHED in effect.result else handler.look(ctx, shop, effect)
    except (SaleorUnavailable, CarrierUnreachable):
        _look_later(lane, effect_id)
        return False
    except (SaleorDenied, SaleorRefused, CarrierRefused) as problem:
        sight = Doubtful(problem.message())
    if not isinstance(sight, ToDo):
        _end(lane, shop, effect_id, sight, handler)
        return False
    with lane.write() as session:
        effect = session.get_one(Effect, effect_id)
        move_effect(ctx, effect, EffectEvent.CALL)
        effect.seen, effect.fence = dict(sight.seen), lane.fence
        planned_at = ctx.now()
        longest = _LONGEST.get(EffectKind(effect.kind), timedelta(seconds=ctx.settings.saleor_timeout))
        effect.running_until = planned_at + longest + GRACE
        effect.check_at = effect.running_until
    if ctx.now() - planned_at > STALE:
        return False  # stopped after planning: others may have looked meanwhile
    return _act(lane, shop, effect, handler, sight.seen)


def _act(lane: Lane, shop: ShopConnection, effect: Effect, handler: Handler, seen: Mapping[str, Any]) -> bool:
    ctx = lane.ctx
    try:
        result = handler.act(ctx, shop, effect, seen)
    except (SaleorRefused, SaleorDenied, CarrierRefused) as problem:
        _end(lane, shop, effect.id, Doubtful(problem.message()), handler)
        return False
    except SaleorUnavailable:
        with lane.write() as session:
            row = session.get_one(Effect, effect.id)
            move_effect(ctx, row, EffectEvent.REST)
            row.running_until = None
            _schedule(ctx, row)
        return False
    except (SaleorUnclear, CarrierUnreachable):
        return False  # a look after the call can no longer be running tells
    with lane.write() as session:
        row = session.get_one(Effect, effect.id)
        row.result = {**row.result, **result}
        row.running_until = None
        row.check_at = ctx.now()
    return True


def _end(lane: Lane, shop: ShopConnection, effect_id: str, sight: Finished | Doubtful, handler: Handler) -> None:
    ctx = lane.ctx
    with lane.write() as session:
        effect = session.get_one(Effect, effect_id)
        if isinstance(sight, Doubtful):
            _stick(ctx, session, effect, sight.message)
            return
        effect.result = {**effect.result, **sight.result, _FINISHED: True}
    # Only now that it is known to be done may the marks go that would tell.
    handler.tidy(ctx, shop, effect)
    with lane.write() as session:
        effect = session.get_one(Effect, effect_id)
        move_effect(ctx, effect, EffectEvent.FINISH)
        handler.done(ctx, session, session.get_one(Case, effect.case_id), effect)


def _look_later(lane: Lane, effect_id: str) -> None:
    with lane.write() as session:
        _schedule(lane.ctx, session.get_one(Effect, effect_id))


def _schedule(ctx: Context, effect: Effect) -> None:
    effect.check_at = ctx.now() + LOOKS[min(effect.tries, len(LOOKS) - 1)]
    effect.tries += 1


def _stick(ctx: Context, session: Session, effect: Effect, message: str) -> None:
    move_effect(ctx, effect, EffectEvent.DOUBT)
    effect.message, effect.running_until = message, None
    refresh_attention(session, session.get_one(Case, effect.case_id))


def move_effect(ctx: Context, effect: Effect, event: EffectEvent, actor: Actor = SYSTEM) -> None:
    state = EFFECT.move(EffectState(effect.state), event, actor.who)
    effect.state = state
    if state not in OPEN:
        effect.check_at = None
        effect.settled_at = ctx.now()
