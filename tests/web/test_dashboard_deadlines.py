"""The settings of deadlines, the deadlines on a case's page, and how the queue sorts by them."""

from __future__ import annotations

import pytest
from flask import Flask

from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.deadlines import act_on_due
from tests.fakes import FakeClock, FakeSaleor, make_order
from tests.services.journeys import Shop

from .desk import Desk, seat, words

PAGE = "/dashboard/settings/deadlines"
TYPED = {"time_zone": "Europe/Berlin", "holiday_country": "de", "closed_days": "2026-12-24, 2026-12-31\n2026-12-24"}


class TestSettings:
    def test_they_are_saved_beside_the_others(self, ctx: Context, desk: Desk, tenant: Tenant) -> None:
        answer = desk.post(PAGE, **TYPED, **{"escalate.review": "admin", "escalate.": "", "escalate.nonsense": "admin"})
        assert "Settings saved" in answer.headers["HX-Trigger"]
        found = ctx.tenant_settings(tenant.id)
        assert (found.time_zone, found.holiday_country) == ("Europe/Berlin", "DE")
        assert found.closed_days == ("2026-12-24", "2026-12-31")
        assert found.escalations == {"review": "admin"}
        assert found.return_address.startswith("Returns dept.")
        desk.post("/dashboard/settings", window_days="30", shipping_rule="always", return_address="Dock 7")
        assert ctx.tenant_settings(tenant.id).time_zone == "Europe/Berlin"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("time_zone", "Mars/Olympus"),
            ("time_zone", "../../etc/passwd"),
            ("holiday_country", "XX"),
            ("closed_days", "tomorrow"),
            ("closed_days", "2026-02-30"),
        ],
    )
    def test_what_is_wrong_is_said_beside_it_and_kept(
        self, ctx: Context, desk: Desk, tenant: Tenant, field: str, value: str
    ) -> None:
        answer = desk.post(PAGE, **{**TYPED, field: value})
        assert answer.status_code == 400
        assert f'id="{field}-problem"' in answer.text
        assert value in answer.text
        assert ctx.tenant_settings(tenant.id).time_zone == "UTC"

    def test_who_may_not_manage_apps_reads_only(self, web: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
        ann = seat(web, saleor, tenant, email="ann@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))
        assert "you need the permission MANAGE_APPS" in words(ann.get(PAGE).text)
        assert ann.post(PAGE, **TYPED).status_code == 403

    def test_the_protocol_is_shown(self, desk: Desk) -> None:
        said = words(desk.get(PAGE).text)
        for part in ("Review of the request The shop 48 hours", "7 business days", "2 days before", "1 day "):
            assert part in said


class TestCasePage:
    def test_it_shows_what_is_waited_for_until_when_in_the_shops_zone(self, desk: Desk, shop: Shop) -> None:
        desk.post(PAGE, **TYPED)
        case_id = shop.request()
        shop.approve(case_id)
        said = words(desk.get(f"/dashboard/cases/{case_id}").text)
        assert "Goods to be sent Waiting The shopper · due Mar 9, 2026, 11:59 PM UTC+1" in said.replace("\u202f", " ")
        assert "Review of the request Done" in said

    def test_what_was_escalated_names_to_whom(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor, tenant: Tenant, clock: FakeClock
    ) -> None:
        case_id = shop.request()
        clock.forward(hours=49)
        act_on_due(shop.ctx)
        desk.renew(saleor, tenant, clock)
        said = words(desk.get(f"/dashboard/cases/{case_id}").text)
        assert "Escalated to admin" in said
        assert "Review of the request · was due March 4, 2026 · to admin" in said

    def test_more_time_is_given_on_the_page(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        shop.approve(case_id)
        assert desk.act(case_id, "more-time", until="yesterday").status_code == 400
        assert desk.act(case_id, "more-time", until="2026-03-20").status_code == 200
        assert str(shop.case(case_id).due_at) == "2026-03-20 23:59:59.999999+00:00"


class TestQueue:
    @pytest.fixture
    def cases(self, shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> tuple[str, str, str]:
        """One that the shopper owes, one that the shop owes, and one of the shop's that is late."""
        for number in (2, 3):
            saleor.orders[f"order-{number}"] = make_order(f"order-{number}", number=str(number))
        late = shop.request()
        approved = shop.request(order_id="order-2")
        shop.approve(approved)
        clock.forward(hours=49)
        review = shop.request(order_id="order-3")
        return late, review, approved

    def shown(self, desk: Desk, cases: tuple[str, ...], **asked: str) -> list[str]:
        page = desk.get("/dashboard/", **asked).text
        order = {
            page.find(f"/dashboard/cases/{case_id}"): name
            for case_id, name in zip(cases, ("late", "review", "approved"), strict=True)
        }
        return [name for place, name in sorted(order.items()) if place >= 0]

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, ["review", "approved", "late"]),
            ({"due": "any"}, ["late", "review", "approved"]),
            ({"due": "today"}, ["late"]),
            ({"due": "week"}, ["late", "review", "approved"]),
            ({"owner": "staff"}, ["late", "review"]),
            ({"owner": "shopper"}, ["approved"]),
            ({"owner": "staff", "view": "approved"}, []),
            ({"due": "any", "view": "approved"}, ["approved"]),
            ({"view": "overdue"}, ["late"]),
            ({"due": "nonsense", "owner": "nobody"}, ["review", "approved", "late"]),
        ],
    )
    def test_sorted_and_filtered(
        self,
        desk: Desk,
        saleor: FakeSaleor,
        tenant: Tenant,
        clock: FakeClock,
        cases: tuple[str, str, str],
        asked: dict[str, str],
        found: list[str],
    ) -> None:
        desk.renew(saleor, tenant, clock)
        shown = self.shown(desk, cases, **asked)
        assert sorted(shown) == sorted(found)
        if asked.get("due") in ("any", "week"):
            assert shown == found

    def test_the_tab_of_what_is_escalated(
        self, desk: Desk, shop: Shop, saleor: FakeSaleor, tenant: Tenant, clock: FakeClock, cases: tuple[str, str, str]
    ) -> None:
        desk.renew(saleor, tenant, clock)
        assert "Escalated" not in words(desk.get("/dashboard/").text)
        act_on_due(shop.ctx)
        assert self.shown(desk, cases, view="escalated") == ["late"]
        assert "Escalated 1" in words(desk.get("/dashboard/").text)
