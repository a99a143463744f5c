"""Every address of the staff pages, tried by those it is not for: nothing is told, nothing changes."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from saleor_returns_app.models.base import Base
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.web.dashboard import actions, complaints, thread
from saleor_returns_app.web.dashboard.desk import VERBS
from tests.fakes import FakeSaleor
from tests.services.journeys import Shop
from tests.services.test_complaints import file

from .desk import Desk, seat

#: The buttons that addresses name: of a case, a refund, an offer, the thread.
_GROUPS = (actions.CASE_ACTIONS, actions.REFUND_ACTIONS, thread.OFFER_ACTIONS)
BUTTONS = [
    *sorted({action.name for group in _GROUPS for action in group.values()}),
    *sorted({action.name for action in complaints.ACTIONS.values()} - {"close", "acknowledge"}),
    *("classify", "handle-danger"),
    *("fulfil", "more-time", "tracking", "lose", "confirm-return", "acknowledge", "message", "note", "offer"),
]
TYPED = {
    "version": "1",
    "seen": "",
    "reason": "Because.",
    "message": "Hello",
    "tag": "urgent",
    "number": "R-2026-000001",
    "user_id": "staff-1",
    "text": "Hello",
    "settlement": "Done.",
}


@pytest.fixture(params=["return", "complaint"])
def case_id(shop: Shop, request: pytest.FixtureRequest) -> str:
    return shop.request() if request.param == "return" else file(shop)


def rules(web: Flask) -> list[Rule]:
    found = [rule for rule in web.url_map.iter_rules() if rule.endpoint.startswith("dashboard.")]
    assert len(found) > 50
    return [rule for rule in found if rule.endpoint != "dashboard.nowhere"]


def doors(web: Flask, case_id: str) -> list[tuple[str, str]]:
    """Method and path of every address, with the case in the place of a case and each verb in the place of a verb."""
    found = []
    for rule in rules(web):
        verbs = sorted(VERBS) if "verb" in rule.arguments else BUTTONS if "name" in rule.arguments else [""]
        for verb in verbs:
            values: dict[str, Any] = dict.fromkeys(rule.arguments, "0190-none")
            values.update(case_id=case_id, order_id="order-1", number=1, name=verb, verb=verb)
            with web.test_request_context():
                path = web.url_map.bind("localhost").build(
                    rule.endpoint, {name: values[name] for name in rule.arguments}, force_external=False
                )
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return sorted(set(found))


def everything(ctx: Context) -> dict[str, Any]:
    """All rows of all tables but the people whom the app has seen."""
    with ctx.db.everyone() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name != "staff_members"
        }


def knock(desk: Desk, method: str, path: str, case_id: str) -> tuple[int, str]:
    if method == "GET":
        answer = desk.get(path, orderId="order-1", customerId="customer-1")
    else:
        answer = desk.post(path, **TYPED, case=case_id, order_id="order-1", action="approve")
    return answer.status_code, answer.text


def test_without_a_token_nothing_opens(web: Flask, ctx: Context, case_id: str) -> None:
    before = everything(ctx)
    client = web.test_client()
    for method, path in doors(web, case_id):
        answer = client.open(path, method=method, data=TYPED if method == "POST" else None)
        # The queue's address is the frame's first: it answers with the empty page whose script brings the token.
        if answer.status_code != 401:
            assert (method, answer.status_code) == ("GET", 200), path
            assert "rita@example.com" not in answer.text
            assert "R-2026-" not in answer.text
    assert everything(ctx) == before


def test_staff_without_a_permission_change_and_see_nothing(
    web: Flask, ctx: Context, saleor: FakeSaleor, tenant: Tenant, shop: Shop, case_id: str
) -> None:
    nobody = seat(web, saleor, tenant, email="cleo@shop.example", permissions=frozenset({"MANAGE_PRODUCTS"}))
    nobody.get("/dashboard/")
    before = everything(ctx)
    number = shop.case(case_id).number
    for method, path in doors(web, case_id):
        status, text = knock(nobody, method, path, case_id)
        assert status in (403, 404), (method, path)
        assert number not in text, path
    assert everything(ctx) == before


@pytest.mark.parametrize("who", ["another channel", "another shop"])
def test_a_case_of_others_is_neither_shown_nor_changed(
    web: Flask, ctx: Context, shop: Shop, case_id: str, yen_desk: Desk, foreign_desk: Desk, who: str
) -> None:
    stranger = yen_desk if who == "another channel" else foreign_desk
    number, before = shop.case(case_id).number, rows_of_case(ctx, shop.tenant_id, case_id)
    for method, path in doors(web, case_id):
        status, text = knock(stranger, method, path, case_id)
        assert status < 500, (method, path)
        assert number not in text.replace(TYPED["number"], "") or number == TYPED["number"], path
        assert "rita@example.com" not in text, path
        if case_id in path:
            assert status in (403, 404), (method, path)
    assert rows_of_case(ctx, shop.tenant_id, case_id) == before


def rows_of_case(ctx: Context, tenant_id: str, case_id: str) -> dict[str, list[str]]:
    """The case and all that hangs on it."""
    found = {}
    with ctx.db.everyone() as session:
        for table in Base.metadata.sorted_tables:
            if table.name == "cases":
                found[table.name] = [repr(row) for row in session.execute(select(table).where(table.c.id == case_id))]
            elif "case_id" in table.c:
                mine = select(table).where(table.c.case_id == case_id, table.c.tenant_id == tenant_id)
                found[table.name] = sorted(repr(row) for row in session.execute(mine))
    assert len(found) > 5
    return found


def test_the_same_doors_open_for_those_they_are_for(
    web: Flask, ctx: Context, shop: Shop, case_id: str, desk: Desk
) -> None:
    number, before = shop.case(case_id).number, rows_of_case(ctx, shop.tenant_id, case_id)
    answers = [knock(desk, method, path, case_id) for method, path in doors(web, case_id)]
    assert sum(status == 200 and number in text for status, text in answers) > 5
    assert rows_of_case(ctx, shop.tenant_id, case_id) != before
