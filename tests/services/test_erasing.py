"""Erasing a person: nothing that identifies them is left in any column of any table, and what counts stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import JSON, String, select, update

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.erasing import DROPPED, KEPT, missing_from, scrub
from saleor_returns_app.errors import BadInput, Conflict, Forbidden
from saleor_returns_app.models.audit import AuditRow
from saleor_returns_app.models.base import Base, TenantScoped
from saleor_returns_app.models.cases import Case, CaseEntry, ReturnLine
from saleor_returns_app.models.credit_notes import CreditNoteRow
from saleor_returns_app.models.erasures import Erasure
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.portal import PortalLink, PortalSession
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services.cases import close_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.erasing import find_holdings, request_erasure, work_erasures
from saleor_returns_app.services.messages import add_note, send_message
from saleor_returns_app.services.orders import fresh_order

from .journeys import Shop

RITA = "rita@example.com"
SECRET = "Private words"


def past(shop: Shop) -> str:
    """A case that is paid and closed, with words in it."""
    case_id = shop.to_payment()
    send_message(
        shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, body=f"{SECRET} of Rita Returner", through="portal"
    )
    add_note(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, body=f"{SECRET} about {RITA}")
    shop.work(looks=6)
    assert shop.case(case_id).status == "resolved"
    close_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    return case_id


def fill_free_text(shop: Shop) -> None:
    """What identifies the person, in every column of text that is not kept, and beside the facts of every history."""
    with shop.ctx.db.everyone() as session:
        for mapper in Base.registry.mappers:
            table, entity = mapper.local_table, mapper.class_
            if not issubclass(entity, TenantScoped) or "case_id" not in table.c or str(table.description) in DROPPED:
                continue
            free = {
                column.name: f"{SECRET} {RITA}"[: getattr(column.type, "length", None) or 99]
                for column in table.c
                if type(column.type).__name__ in ("String", "Text")
                and not column.foreign_keys
                and not column.primary_key
                and not column.unique
                and column.name not in KEPT.get(str(table.description), ())
                and str(table.description) != "evidence"
                and (getattr(column.type, "length", None) or 99) > 30
            }
            if free:
                session.execute(update(entity).values(free))
        for entry in session.scalars(select(CaseEntry)):
            entry.detail = {**entry.detail, "message": SECRET, "someday": {"of": RITA}}


def everything(shop: Shop) -> dict[str, str]:
    """Table and column → all that stands there."""
    found = {}
    with shop.ctx.db.everyone() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.c:
                if isinstance(column.type, String | JSON):
                    values = session.execute(select(column)).scalars().all()
                    found[f"{table.name}.{column.name}"] = json.dumps(
                        values, default=str, ensure_ascii=False
                    ).casefold()
    return found


def holding(shop: Shop, *needles: str) -> list[str]:
    return [name for name, said in everything(shop).items() if any(needle.casefold() in said for needle in needles)]


def erase(shop: Shop) -> None:
    request_erasure(shop.ctx, shop.tenant_id, actor=shop.staff, who=f" {RITA.title()} ", typed=RITA)
    while work_erasures(shop.ctx):
        pass


def test_nothing_that_identifies_the_person_is_left_in_any_column(
    any_ctx: Context, shop_of: Callable[[Context], Shop]
) -> None:
    shop = shop_of(any_ctx)
    case_id = past(shop)
    now = shop.ctx.now()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.add(PortalLink(digest="d1", saleor_order_id="order-1", email=RITA, expires_at=now))
        session.add(
            PortalSession(digest="d2", saleor_order_id="order-1", email=RITA, expires_at=now, draft={"text": SECRET})
        )
    fill_free_text(shop)
    needles = (RITA, "Rita Returner", SECRET)
    assert len(holding(shop, *needles)) > 10
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        issued = session.scalars(select(CreditNoteRow.data)).one()
    erase(shop)
    assert holding(shop, *needles) == ["credit_notes.data"]
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(Erasure.state)).one() == "done"
        case = session.get_one(Case, case_id)
        assert (case.number, case.status) == ("R-2026-000001", "closed")
        assert session.scalars(select(ReturnLine.product_name)).first()
        assert session.scalars(select(Refund.paid_minor)).one() > 0
        note = session.scalars(select(CreditNoteRow.data)).one()
        assert note == issued


def test_every_table_of_a_case_says_what_stays() -> None:
    columns = {table.name: list(table.c.keys()) for table in Base.metadata.sorted_tables}
    assert missing_from(columns) == []
    of_cases = {name for name, names in columns.items() if "case_id" in names} | {"cases"}
    assert of_cases - set(KEPT) - DROPPED == {"evidence"}


def test_a_job_that_died_is_taken_up_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    past(shop)
    request_erasure(shop.ctx, shop.tenant_id, actor=shop.staff, who=RITA, typed=RITA)
    from saleor_returns_app.services import erasing

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "_finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work_erasures(shop.ctx)
    assert work_erasures(shop.ctx) == 0  # left to the worker that took it
    shop.ctx.clock.forward(seconds=300)  # type: ignore[attr-defined]
    assert work_erasures(shop.ctx) == 1
    assert holding(shop, RITA, "Rita Returner") == ["credit_notes.data"]


def test_what_is_open_is_named_and_nothing_is_erased(shop: Shop) -> None:
    shop.request()
    assert find_holdings(shop.ctx, shop.tenant_id, actor=shop.staff, who=RITA).blocking == ("R-2026-000001",)
    with pytest.raises(Conflict):
        request_erasure(shop.ctx, shop.tenant_id, actor=shop.staff, who=RITA, typed=RITA)


def test_a_case_opened_meanwhile_stops_it_before_anything_goes(shop: Shop) -> None:
    past(shop)
    request_erasure(shop.ctx, shop.tenant_id, actor=shop.staff, who=RITA, typed=RITA)
    shop.request()
    work_erasures(shop.ctx)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        row = session.scalars(select(Erasure)).one()
        assert (row.state, row.told, row.person) == ("refused", "R-2026-000002", "")
    assert "cases.email" in holding(shop, RITA)


def test_the_audit_log_tells_of_it_without_the_address(shop: Shop) -> None:
    past(shop)
    erase(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        told = session.scalars(select(AuditRow).where(AuditRow.subject == "person").order_by(AuditRow.sequence)).all()
    assert [row.action for row in told] == ["request_erasure", "erase"]
    assert "rita" not in str([row.params for row in told])


def test_an_order_read_again_does_not_bring_the_person_back(shop: Shop) -> None:
    past(shop)
    erase(shop)
    shop.ctx.clock.forward(seconds=3600)  # type: ignore[attr-defined]
    fresh_order(shop.ctx, shop.tenant_id, "order-1")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert "rita" not in str(session.scalars(select(OrderMirror.snapshot)).one()).lower()


def test_the_address_is_written_once_more_and_the_role_is_needed(shop: Shop, staff: Actor) -> None:
    past(shop)
    with pytest.raises(BadInput, match="once more"):
        request_erasure(shop.ctx, shop.tenant_id, actor=shop.staff, who=RITA, typed="rita")
    clerk = replace(staff, permissions=frozenset({"MANAGE_ORDERS"}))
    with pytest.raises(Forbidden):
        find_holdings(shop.ctx, shop.tenant_id, actor=clerk, who=RITA)


def test_an_id_that_begins_like_another_is_not_taken_for_it() -> None:
    assert scrub({"by": "VXNlcjoxMA==", "to": "VXNlcjox"}, {"vxnlcjox"}) == {"by": "VXNlcjoxMA==", "to": ""}
