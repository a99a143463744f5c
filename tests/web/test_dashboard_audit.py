"""The page of the audit log, and that what staff do on any page stands there."""

from __future__ import annotations

from sqlalchemy import select

from saleor_returns_app.models.audit import AuditRow, acting
from tests.services.journeys import Shop

from .desk import Desk, words

PAGE = "/dashboard/settings/audit"


def rows(shop: Shop) -> list[AuditRow]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.sequence)))


def test_changing_settings_is_told_by_who_and_what(desk: Desk, shop: Shop) -> None:
    desk.post(
        "/dashboard/settings", window_days="14", shipping_rule="never", seller="Rita Roe", return_address="1 Road"
    )
    assert [(row.action, row.actor_id) for row in rows(shop)] == [("save_settings", "user:sam@shop.example")]
    assert rows(shop)[0].params["settings"]["seller"] == "changed"
    page = words(desk.get(PAGE).text)
    assert "sam@shop.example" in page
    assert "Window days: None → 14" in page
    assert "Rita Roe" not in page


def test_looking_and_what_is_refused_leave_no_row(desk: Desk, orders_desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    desk.get(f"/dashboard/cases/{case_id}")
    assert orders_desk.post("/dashboard/settings", window_days="14").status_code == 403
    assert rows(shop) == []
    assert acting.get() is None


def test_a_reply_kept_for_reuse_is_told_without_its_words(desk: Desk, shop: Shop) -> None:
    answer = desk.post("/dashboard/settings/replies", name="Thanks", language="en", body="Dear Rita")
    assert answer.status_code == 200
    assert [(row.action, row.subject) for row in rows(shop)] == [("save_reply", "canned_replies")]


def test_the_page_and_the_table_are_for_those_who_may_change_settings(desk: Desk, orders_desk: Desk) -> None:
    assert orders_desk.get(PAGE).status_code == 403
    assert orders_desk.post(PAGE).status_code == 403
    table = desk.post(PAGE)
    assert table.headers["Content-Disposition"] == 'attachment; filename="audit-log.csv"'
    assert table.text.startswith("number,at,who")


def test_a_day_that_is_none_keeps_what_was_typed(desk: Desk) -> None:
    page = desk.get(PAGE, since="someday", action="approve")
    assert page.status_code == 400
    assert "Write the day like" in words(page.text)
    assert 'value="someday"' in page.text
