"""The audit log of a shop: written by what staff do, checked and taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, text, update

from saleor_returns_app import commands
from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.errors import BadInput, Forbidden
from saleor_returns_app.models.audit import AuditRow
from saleor_returns_app.services.audit import AuditSearch, export_deeds, list_deeds, record_deed, verify_chain
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.messages import add_note
from tests.fakes import FakeClock

from .journeys import Shop


def fill(shop: Shop, count: int) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        for _ in range(count):
            record_deed(shop.ctx, session, shop.tenant_id, shop.staff, action="look", subject="person")


def test_what_staff_do_to_a_case_is_chained_and_what_shoppers_do_is_not(
    any_ctx: Context, shop_of: Callable[[Context], Shop]
) -> None:
    shop = shop_of(any_ctx)
    case_id = shop.to_payment()
    page = list_deeds(shop.ctx, shop.tenant_id, actor=shop.staff, wanted=AuditSearch())
    assert {row.subject_id for row in page.rows} == {case_id}
    assert {row.who for row in page.rows} == {"staff"}
    assert "approve" in {row.action for row in page.rows}
    assert verify_chain(shop.ctx, shop.tenant_id).broken is None


def test_no_row_holds_what_people_typed_or_who_the_shopper_is(shop: Shop) -> None:
    case_id = shop.to_payment()
    add_note(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, body="Rita is my neighbour")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        said = str([(row.params, row.actor_id, row.subject_id) for row in session.scalars(select(AuditRow))])
    assert "rita" not in said.lower()


@pytest.mark.parametrize(
    ("harm", "first"),
    [
        (lambda mine: update(AuditRow).where(mine == 2).values(action="nothing"), 2),
        (lambda mine: delete(AuditRow).where(mine == 2), 2),
        (lambda mine: delete(AuditRow).where(mine == 3), 3),
        (lambda mine: delete(AuditRow), 1),
    ],
)
def test_the_first_row_that_does_not_hold_is_named(shop: Shop, harm: Callable[[object], object], first: int) -> None:
    fill(shop, 3)
    with shop.ctx.db.everyone() as session:
        session.execute(harm(AuditRow.sequence))  # type: ignore[call-overload]
    broken = verify_chain(shop.ctx, shop.tenant_id).broken
    assert broken is not None
    assert broken.sequence == first


def test_a_log_that_was_written_anew_is_told_by_a_hash_kept_elsewhere(shop: Shop) -> None:
    fill(shop, 3)
    kept = verify_chain(shop.ctx, shop.tenant_id)
    fill(shop, 1)
    expected = (kept.sequence, kept.hash)
    assert verify_chain(shop.ctx, shop.tenant_id, expected=expected).broken is None
    with shop.ctx.db.everyone() as session:
        session.execute(text("delete from audit_log"))
        session.execute(text("delete from audit_heads"))
    fill(shop, 3)
    clock = shop.ctx.clock
    assert isinstance(clock, FakeClock)
    assert verify_chain(shop.ctx, shop.tenant_id).broken is None
    with shop.ctx.db.everyone() as session:
        session.execute(text("delete from audit_log"))
        session.execute(text("delete from audit_heads"))
    clock.forward(seconds=1)
    fill(shop, 4)
    broken = verify_chain(shop.ctx, shop.tenant_id, expected=expected).broken
    assert broken is not None
    assert (broken.sequence, "written anew" in broken.reason) == (3, True)


def test_the_command_names_the_broken_shop_and_fails(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(shop, 2)
    monkeypatch.setattr(commands, "build_context", lambda settings: shop.ctx)
    assert commands.verify_audit(shop.ctx.settings, shop="", expect="") == 0
    said = capsys.readouterr().out.split()
    assert said[:2] == ["holds", "shop"]
    assert commands.verify_audit(shop.ctx.settings, shop="shop", expect=said[2]) == 0
    assert commands.verify_audit(shop.ctx.settings, shop="shop", expect="2:" + "0" * 64) == 1
    assert commands.verify_audit(shop.ctx.settings, shop="shop", expect="nonsense") == 2
    assert commands.verify_audit(shop.ctx.settings, shop="nobody", expect="") == 2
    with shop.ctx.db.everyone() as session:
        session.execute(update(AuditRow).where(AuditRow.sequence == 1).values(actor_id="somebody else"))
    capsys.readouterr()
    assert commands.verify_audit(shop.ctx.settings, shop="", expect="") == 1
    assert "BROKEN  shop  row 1 says something else" in capsys.readouterr().out


def test_the_log_is_searched_and_paged_by_number(shop: Shop) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    fill(shop, 60)

    def find(wanted: AuditSearch, before: int = 0) -> list[int]:
        page = list_deeds(shop.ctx, shop.tenant_id, actor=shop.staff, wanted=wanted, before=before)
        return [row.sequence for row in page.rows]

    newest = find(AuditSearch())
    assert len(newest) == 50
    assert find(AuditSearch(), newest[-1])[0] == newest[-1] - 1
    assert find(AuditSearch(case="r-2026-000001")) == find(AuditSearch(action="Approve")) != []
    assert find(AuditSearch(person="nobody")) == []
    today = shop.ctx.now().date().isoformat()
    assert find(AuditSearch(since=today, until=today)) == newest
    assert find(AuditSearch(until="2001-01-01")) == []
    with pytest.raises(BadInput, match="2026-11-30"):
        find(AuditSearch(since="yesterday"))


def test_the_table_runs_no_formula_and_taking_it_out_is_told(shop: Shop) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        record_deed(
            shop.ctx, session, shop.tenant_id, replace(shop.staff, id="=cmd()"), action="look", subject="person"
        )
    table = "".join(export_deeds(shop.ctx, shop.tenant_id, actor=shop.staff, wanted=AuditSearch()))
    assert "'=cmd()" in table
    assert table.splitlines()[0].startswith("number,at,who")
    assert "export_audit" in table


def test_the_log_is_for_those_who_may_change_settings(shop: Shop, staff: Actor) -> None:
    clerk = replace(staff, permissions=frozenset({"MANAGE_ORDERS"}))
    with pytest.raises(Forbidden):
        list_deeds(shop.ctx, shop.tenant_id, actor=clerk, wanted=AuditSearch())
    with pytest.raises(Forbidden):
        export_deeds(shop.ctx, shop.tenant_id, actor=clerk, wanted=AuditSearch())
