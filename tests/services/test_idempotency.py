"""Keys of writes: once carried out, once answered, also after a crash in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.errors import Conflict
from saleor_returns_app.models.portal import IdempotencyKey
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import idempotency
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.idempotency import Turn
from tests.conftest import add_tenant
from tests.fakes import FakeClock


def begin(ctx: Context, tenant: Tenant, *, key: str = "k", request: Any = "a", subject: str = "rita") -> Turn:
    return idempotency.begin(ctx, tenant.id, subject=subject, key=key, request=request)


def refusal(ctx: Context, tenant: Tenant, **more: Any) -> str:
    with pytest.raises(Conflict) as caught:
        begin(ctx, tenant, **more)
    return caught.value.code


def test_the_answer_is_kept_for_who_asks_again(ctx: Context, tenant: Tenant) -> None:
    turn = begin(ctx, tenant)
    assert turn.status == 0
    idempotency.finish(ctx, tenant.id, turn, status=201, answer={"number": "R-1"})
    assert begin(ctx, tenant) == Turn(turn.id, 201, {"number": "R-1"})


def test_a_key_stands_for_one_request(ctx: Context, tenant: Tenant) -> None:
    begin(ctx, tenant)
    assert refusal(ctx, tenant, request="b") == "KEY_REUSED"


def test_while_it_runs_nobody_else_runs_it(ctx: Context, tenant: Tenant) -> None:
    begin(ctx, tenant)
    assert refusal(ctx, tenant) == "KEY_RUNNING"


def test_of_many_at_once_one_gets_the_turn(ctx: Context, tenant: Tenant) -> None:
    def ask(_: int) -> str:
        try:
            return begin(ctx, tenant).id
        except Conflict as conflict:
            return conflict.code

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(ask, range(6)))
    assert found.count("KEY_RUNNING") == 5


@pytest.mark.parametrize("other", [{"subject": "eve"}, {"key": "k2"}])
def test_keys_are_apart(ctx: Context, tenant: Tenant, other: dict[str, str]) -> None:
    assert begin(ctx, tenant).id != begin(ctx, tenant, **other).id


def test_keys_of_two_shops_are_apart(ctx: Context, tenant: Tenant) -> None:
    begin(ctx, tenant)
    assert begin(ctx, add_tenant(ctx.db, "other")).status == 0


def test_after_a_refusal_the_key_is_free(ctx: Context, tenant: Tenant) -> None:
    idempotency.give_up(ctx, tenant.id, begin(ctx, tenant))
    assert begin(ctx, tenant, request="b").status == 0


def test_after_a_fault_it_is_carried_out_under_the_same_id(ctx: Context, tenant: Tenant) -> None:
    first = begin(ctx, tenant)
    idempotency.break_off(ctx, tenant.id, first)
    assert begin(ctx, tenant) == Turn(first.id, 0, {})
    assert refusal(ctx, tenant) == "KEY_RUNNING"


def test_after_a_crash_it_is_carried_out_under_the_same_id(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    first = begin(ctx, tenant)
    clock.forward(minutes=2)
    assert begin(ctx, tenant) == Turn(first.id, 0, {})


def test_keys_are_forgotten_after_a_day(ctx: Context, tenant: Tenant, clock: FakeClock) -> None:
    begin(ctx, tenant, key="old")
    clock.forward(hours=24, seconds=1)
    begin(ctx, tenant, key="new")
    idempotency.forget_keys(ctx)
    with ctx.db.tenant(tenant.id) as session:
        assert session.scalars(select(IdempotencyKey.key)).all() == ["new"]
