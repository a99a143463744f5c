"""Roles and groups: set on a page, enforced at every verb, explained where a person may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from saleor_returns_app.models.staff import StaffMember
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor
from tests.services.journeys import Shop

from .desk import Desk, give_keys, seat, shop_key, words

PEOPLE = "/dashboard/settings/people"
ORDERS = frozenset({"MANAGE_ORDERS", "HANDLE_PAYMENTS"})


def members(ctx: Context, tenant: Tenant) -> dict[str, StaffMember]:
    with ctx.db.tenant(tenant.id) as session:
        return {member.email: member for member in session.scalars(select(StaffMember))}


def give(desk: Desk, ctx: Context, tenant: Tenant, **roles: str) -> int:
    """Set the roles of people by the first part of their address; those who are not named lose theirs."""
    typed: dict[str, object] = {"member": [member.id for member in members(ctx, tenant).values()]}
    for email, member in members(ctx, tenant).items():
        typed[f"{member.id}.role"] = roles.get(email.partition("@")[0], "").split()
    return desk.post(PEOPLE, **typed).status_code


@pytest.fixture
def ann(web: Flask, saleor: FakeSaleor, tenant: Tenant) -> Desk:
    return seat(web, saleor, tenant, email="ann@shop.example", permissions=ORDERS)


class TestSeen:
    def test_who_opens_the_app_is_written_down_once_an_hour(
        self, ctx: Context, desk: Desk, saleor: FakeSaleor, tenant: Tenant, clock: FakeClock
    ) -> None:
        desk.get("/dashboard/")
        first = members(ctx, tenant)["sam@shop.example"].seen_at
        clock.forward(minutes=3)
        desk.get("/dashboard/")
        assert members(ctx, tenant)["sam@shop.example"].seen_at == first
        clock.forward(hours=1)
        desk.renew(saleor, tenant, clock)
        desk.get("/dashboard/")
        assert members(ctx, tenant)["sam@shop.example"].seen_at == first + timedelta(hours=1, minutes=3)

    def test_people_of_another_shop_are_not_shown(
        self, ctx: Context, desk: Desk, web: Flask, saleor: FakeSaleor
    ) -> None:
        other = add_tenant(ctx.db, "other")
        give_keys(ctx, other, shop_key())
        seat(web, saleor, other, email="eve@other.example").get("/dashboard/")
        page = desk.get(PEOPLE).text
        assert "sam@shop.example" in page
        assert "eve@other.example" not in page


class TestSetting:
    def test_the_page_says_that_nobody_has_a_role(self, desk: Desk) -> None:
        assert "Nobody has a role yet" in words(desk.get(PEOPLE).text)

    def test_the_first_needs_an_admin(self, ctx: Context, desk: Desk, ann: Desk, tenant: Tenant) -> None:
        ann.get("/dashboard/")
        desk.get("/dashboard/")
        assert give(desk, ctx, tenant, ann="agent") == 409
        assert members(ctx, tenant)["ann@shop.example"].roles == []
        assert give(desk, ctx, tenant, ann="agent", sam="admin agent") == 200
        assert members(ctx, tenant)["sam@shop.example"].roles == ["agent", "admin"]
        assert members(ctx, tenant)["ann@shop.example"].changed_by == "sam@shop.example"

    def test_the_last_admin_stays_unless_all_roles_go(
        self, ctx: Context, desk: Desk, ann: Desk, tenant: Tenant
    ) -> None:
        ann.get("/dashboard/")
        desk.get("/dashboard/")
        give(desk, ctx, tenant, ann="agent", sam="admin")
        assert give(desk, ctx, tenant, ann="agent") == 409
        assert members(ctx, tenant)["sam@shop.example"].roles == ["admin"]
        assert give(desk, ctx, tenant) == 200
        assert "Nobody has a role yet" in words(desk.get(PEOPLE).text)

    def test_what_was_refused_keeps_what_was_ticked(self, ctx: Context, desk: Desk, tenant: Tenant) -> None:
        desk.get("/dashboard/")
        member = members(ctx, tenant)["sam@shop.example"]
        typed = {"member": member.id, f"{member.id}.role": "agent", f"{member.id}.group": "Night shift"}
        page = desk.post(PEOPLE, **typed).text
        assert "Somebody has to be admin" in words(page)
        assert 'value="Night shift"' in page
        assert 'value="agent" checked' in page

    @pytest.mark.parametrize("group", ["a@b", "Admin", "x" * 61])
    def test_a_group_is_a_short_name_of_its_own(self, ctx: Context, desk: Desk, tenant: Tenant, group: str) -> None:
        desk.get("/dashboard/")
        member = members(ctx, tenant)["sam@shop.example"]
        assert desk.post(PEOPLE, **{"member": member.id, f"{member.id}.group": group}).status_code == 400

    def test_who_may_neither_manage_apps_nor_is_admin_reads_only(
        self, ctx: Context, desk: Desk, ann: Desk, tenant: Tenant
    ) -> None:
        ann.get("/dashboard/")
        desk.get("/dashboard/")
        assert give(ann, ctx, tenant, ann="admin") == 403
        assert "role admin in this app" in words(ann.get(PEOPLE).text)
        give(desk, ctx, tenant, ann="admin")
        assert give(ann, ctx, tenant, ann="admin", sam="agent") == 200

    def test_an_admin_of_the_app_gets_no_permission_of_saleor_by_it(
        self, ctx: Context, desk: Desk, ann: Desk, tenant: Tenant
    ) -> None:
        ann.get("/dashboard/")
        desk.get("/dashboard/")
        give(desk, ctx, tenant, ann="admin")
        assert ann.post("/dashboard/settings", window_days="30").status_code == 403


class TestEnforced:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [("agent", {"approve"}), ("warehouse", {"receive"}), ("approver", {"refund"}), ("admin", set()), ("", set())],
    )
    def test_each_step_is_for_its_role_alone(
        self, ctx: Context, desk: Desk, ann: Desk, tenant: Tenant, shop: Shop, role: str, allowed: set[str]
    ) -> None:
        requested, approved, inspected = (shop.request({"line-1": 1}) for _ in range(3))
        shop.approve(approved)
        shop.approve(inspected)
        shop.receive(inspected)
        ann.get("/dashboard/")
        desk.get("/dashboard/")
        give(desk, ctx, tenant, ann=role, sam="admin")
        line = shop.case(approved).lines[0].id
        done = set()
        for name, case_id, typed in (
            ("approve", requested, {}),
            ("receive", approved, {f"{line}.0.received": "1"}),
            ("refund", inspected, {"fingerprint": "x"}),
        ):
            answer = ann.post(f"/dashboard/cases/{case_id}/{name}", version=shop.case(case_id).version, **typed)
            if answer.status_code == 403:
                assert "the role" in words(answer.text)
            else:
                done.add(name)
        assert done == allowed

    def test_the_page_says_who_may(self, ctx: Context, desk: Desk, ann: Desk, tenant: Tenant, shop: Shop) -> None:
        case_id = shop.request()
        ann.get("/dashboard/")
        desk.get("/dashboard/")
        give(desk, ctx, tenant, ann="warehouse", sam="admin")
        said = words(ann.get(f"/dashboard/cases/{case_id}").text)
        assert "Only who has the role agent does this." in said

    def test_without_roles_nobody_is_narrowed(self, ann: Desk, shop: Shop) -> None:
        assert ann.act(shop.request(), "approve").status_code == 200
