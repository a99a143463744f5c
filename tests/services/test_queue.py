"""The queue's lists: what a person sees, in which order, page by page, and never another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.models.cases import Case, ReturnLine
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import queue
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.queue import Asked, View, count_cases, list_cases, list_channels
from tests.conftest import add_tenant
from tests.fakes import START, FakeClock, usd

from .journeys import Shop

Add = Callable[..., str]


@pytest.fixture
def add(ctx: Context, tenant: Tenant) -> Add:
    """Adds a case straight to the table; a method of opening one would take a page of setting up."""
    last = [0]

    def add(tenant_id: str = tenant.id, sku: str = "", **changes: Any) -> str:
        last[0] += 1
        values: dict[str, Any] = {
            "sequence": last[0],
            "number": f"R-2026-{last[0]:06d}",
            "status": CaseStatus.REQUESTED,
            "saleor_order_id": f"order-{last[0]}",
            "order_number": str(1000 + last[0]),
            "channel_slug": "default-channel",
            "currency": "USD",
            "email": f"person{last[0]}@example.com",
            "opened_through": "portal",
            "created_at": START,
            "updated_at": START,
        }
        case = Case(**{**values, **changes})
        line = {"position": 0, "order_line_id": "line", "product_name": "Tee", "quantity": 1, "reason": "other"}
        case.lines = [ReturnLine(sku=sku, resolution="refund", **line)]
        with ctx.db.tenant(tenant_id) as session:
            session.add(case)
        return case.id

    return add


@pytest.fixture
def see(ctx: Context, tenant: Tenant, staff: Actor) -> Callable[..., list[str]]:
    def see(actor: Actor = staff, **asked: Any) -> list[str]:
        return [row.case.id for row in list_cases(ctx, tenant.id, actor=actor, asked=Asked(**asked)).rows]

    return see


See = Callable[..., list[str]]


class TestViews:
    def test_newest_comes_first(self, add: Add, see: See) -> None:
        first, second = add(), add()
        assert see() == [second, first]

    def test_open_leaves_out_what_is_over(self, add: Add, see: See) -> None:
        mine = add()
        for over in (CaseStatus.CLOSED, CaseStatus.REJECTED, CaseStatus.CANCELLED, CaseStatus.EXPIRED):
            add(status=over)
        assert see() == [mine]
        assert len(see(view=View.ALL)) == 5

    @pytest.mark.parametrize("status", CaseStatus)
    def test_each_state_has_its_list(self, add: Add, see: See, status: CaseStatus) -> None:
        ids = {state: add(status=state) for state in CaseStatus}
        assert see(view=status) == [ids[status]]

    def test_attention_lists_what_only_a_person_can_settle(self, add: Add, see: See) -> None:
        add()
        stuck = add(attention="DECLINED", status=CaseStatus.RESOLVING)
        assert see(view=View.ATTENTION) == [stuck]

    def test_overdue_lists_the_latest_first_and_spares_the_shopper(self, add: Add, see: See, clock: FakeClock) -> None:
        late = add(due_by="staff", due_at=START - timedelta(hours=1))
        later = add(due_by="system", due_at=START - timedelta(days=3))
        add(due_by="staff", due_at=START + timedelta(hours=1))
        add(due_by="shopper", due_at=START - timedelta(days=9))
        add()
        assert see(view=View.OVERDUE) == [later, late]
        clock.forward(hours=2)
        assert len(see(view=View.OVERDUE)) == 3

    def test_a_row_tells_what_is_given_back(self, ctx: Context, shop: Shop, staff: Actor) -> None:
        case_id = shop.request({"line-1": 2})
        assert list_cases(ctx, shop.tenant_id, actor=staff, asked=Asked()).rows[0].expected == usd("40.00")
        shop.approve(case_id)
        shop.receive(case_id, {"line-1": 1})
        row = list_cases(ctx, shop.tenant_id, actor=staff, asked=Asked()).rows[0]
        assert row.refunds is None
        shop.pay(case_id)
        row = list_cases(ctx, shop.tenant_id, actor=staff, asked=Asked()).rows[0]
        assert row.refunds == usd("20.00")


class TestPages:
    @pytest.fixture(autouse=True)
    def _small_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(queue, "PAGE", 3)

    @pytest.mark.parametrize(
        ("asked", "changes"),
        [
            ({}, {}),
            ({"view": View.ALL}, {}),
            ({"view": View.ATTENTION}, {"attention": "DECLINED"}),
            ({"view": CaseStatus.APPROVED, "channel": "default-channel"}, {"status": CaseStatus.APPROVED}),
            ({"search": "rita@example.com"}, {"email": "rita@example.com"}),
            ({"search": "SKU-7"}, {"sku": "SKU-7"}),
        ],
        ids=str,
    )
    def test_pages_lead_through_everything_and_back(
        self, ctx: Context, tenant: Tenant, staff: Actor, add: Add, asked: dict[str, Any], changes: dict[str, Any]
    ) -> None:
        ids = [add(**changes) for _ in range(8)][::-1]
        self.walk(ctx, tenant, staff, Asked(**asked), ids)

    def test_pages_of_late_cases_lead_through_everything_and_back(
        self, ctx: Context, tenant: Tenant, staff: Actor, add: Add
    ) -> None:
        # Two owners in turn, and twins in time: the id decides between them.
        ids = [
            add(due_by=("staff", "system")[index % 2], due_at=START - timedelta(hours=8 - index // 2))
            for index in range(8)
        ]
        self.walk(ctx, tenant, staff, Asked(view=View.OVERDUE), ids)

    def walk(self, ctx: Context, tenant: Tenant, staff: Actor, asked: Asked, ids: list[str]) -> None:
        page = list_cases(ctx, tenant.id, actor=staff, asked=asked)
        assert [row.case.id for row in page.rows] == ids[:3]
        assert page.before is None
        assert page.after is not None
        second = list_cases(ctx, tenant.id, actor=staff, asked=replace(asked, after=page.after))
        assert [row.case.id for row in second.rows] == ids[3:6]
        assert second.after is not None
        last = list_cases(ctx, tenant.id, actor=staff, asked=replace(asked, after=second.after))
        assert [row.case.id for row in last.rows] == ids[6:]
        assert last.after is None
        assert last.before is not None
        back = list_cases(ctx, tenant.id, actor=staff, asked=replace(asked, before=last.before))
        assert [row.case.id for row in back.rows] == ids[3:6]
        assert back.before is not None
        assert back.after is not None
        first = list_cases(ctx, tenant.id, actor=staff, asked=replace(asked, before=back.before))
        assert [row.case.id for row in first.rows] == ids[:3]
        assert first.before is None
        assert first.after is not None

    @pytest.mark.parametrize("cursor", ["~", "nonsense", "2026-01-01~x", "'; drop table cases; --"])
    @pytest.mark.parametrize("view", [View.OPEN, View.OVERDUE])
    def test_a_cursor_that_is_not_ours_does_no_harm(self, add: Add, see: See, view: View, cursor: str) -> None:
        add(due_by="staff", due_at=START)
        assert len(see(view=view, after=cursor)) <= 1
        assert len(see(view=view, before=cursor)) <= 1


class TestSearch:
    @pytest.mark.parametrize(
        "said",
        [
            "R-2026-000002",
            "r-2026-000002",
            "2",
            "5077",
            "#5077",
            " 5077 ",
            "Rita@Example.com",
            "rita@",
            "ab-12",
            "AB-1",
            "50",
        ],
    )
    def test_finds_by_number_order_mail_and_sku(self, add: Add, see: See, said: str) -> None:
        add()
        wanted = add(order_number="5077", email="rita@example.com", sku="AB-12", status=CaseStatus.CLOSED)
        add()
        assert see(search=said) == [wanted]

    def test_what_equals_the_search_wins_over_what_begins_with_it(self, add: Add, see: See) -> None:
        exact = add(order_number="12")
        add(order_number="123")
        assert see(search="12") == [exact]

    def test_a_case_with_the_sku_on_two_lines_is_shown_once(
        self, ctx: Context, tenant: Tenant, add: Add, see: See
    ) -> None:
        case_id = add(sku="TEE")
        with ctx.db.tenant(tenant.id) as session:
            line = {"position": 1, "order_line_id": "other", "product_name": "Tee", "quantity": 1, "reason": "other"}
            session.add(ReturnLine(case_id=case_id, sku="TEE", resolution="refund", **line))
        assert see(search="TEE") == [case_id]

    @pytest.mark.parametrize("said", ["%", "_", "x", "\x00", "' or 1=1 --", "\U0010ffff", "9" * 400, "💥", "مرحبا"])
    def test_what_matches_nothing_finds_nothing(self, add: Add, see: See, said: str) -> None:
        add(sku="AB")
        assert see(search=said) == []

    def test_similar_ones_are_cut_and_it_says_so(
        self, ctx: Context, tenant: Tenant, staff: Actor, add: Add, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("saleor_returns_app.services.queue_search.MOST_SIMILAR", 2)
        ids = [add(sku=f"TEE-{index}") for index in range(3)]
        page = list_cases(ctx, tenant.id, actor=staff, asked=Asked(search="tee"))
        assert page.cut
        assert len(page.rows) == 2
        assert {row.case.id for row in page.rows} < set(ids)


class TestWhoSeesWhat:
    def test_another_shop_s_cases_are_never_seen(self, ctx: Context, staff: Actor, add: Add, see: See) -> None:
        other = add_tenant(ctx.db, "other")
        foreign = add(
            tenant_id=other.id,
            order_number="77",
            email="rita@example.com",
            sku="TEE",
            attention="DECLINED",
            due_by="staff",
            due_at=START,
            customer_id="user-1",
        )
        for view in (*View, *CaseStatus):
            assert see(view=view) == []
        for said in ("77", "rita@example.com", "TEE", "te", "R-2026-000001", "r-2026", "1"):
            assert see(search=said) == []
        with ctx.db.everyone() as session:
            mine = session.get_one(Case, foreign).tenant_id
        assert mine == other.id

    @pytest.mark.parametrize("view", [View.OPEN, View.ALL, View.ATTENTION, View.OVERDUE, CaseStatus.REQUESTED])
    def test_another_shop_s_cases_take_no_place_on_a_page(
        self, ctx: Context, add: Add, see: See, monkeypatch: pytest.MonkeyPatch, view: View | CaseStatus
    ) -> None:
        monkeypatch.setattr(queue, "PAGE", 1)
        values = {"attention": "DECLINED", "due_by": "staff", "sku": "TEE"}
        mine = add(**values, due_at=START)
        other = add_tenant(ctx.db, "other")
        for _ in range(3):
            add(tenant_id=other.id, **values, due_at=START - timedelta(days=1))
        assert see(view=view) == [mine]
        assert see(search="TEE") == [mine]

    def test_counts_and_channels_are_of_one_shop(self, ctx: Context, tenant: Tenant, staff: Actor, add: Add) -> None:
        other = add_tenant(ctx.db, "other")
        add(tenant_id=other.id, channel_slug="foreign", attention="DECLINED", due_by="staff", due_at=START)
        counts = count_cases(ctx, tenant.id, actor=staff)
        assert (sum(counts.states.values()), counts.attention, counts.overdue) == (0, 0, 0)
        assert list_channels(ctx, tenant.id, actor=staff) == ()
        for related in (queue.order_cases, queue.customer_cases):
            assert related(ctx, tenant.id, "order-1", actor=staff) == ()

    def test_staff_see_only_their_channels(
        self, ctx: Context, tenant: Tenant, staff: Actor, add: Add, see: See
    ) -> None:
        theirs = replace(staff, channels=frozenset({"channel-jpy"}))
        late = {"attention": "DECLINED", "due_by": "staff", "due_at": START, "sku": "TEE", "customer_id": "user-1"}
        add(**late, saleor_order_id="order-1")
        yen = add(channel_slug="channel-jpy", **late)
        for asked in ({}, {"view": View.ALL}, {"view": View.ATTENTION}, {"view": View.OVERDUE}, {"search": "TEE"}):
            assert see(theirs, **asked) == [yen], asked
        assert see(theirs, search="R-2026-000001") == []
        assert see(theirs, search="person1@") == []
        assert see(theirs, channel="default-channel") == []
        counts = count_cases(ctx, tenant.id, actor=theirs)
        assert (counts.open, counts.attention, counts.overdue) == (1, 1, 1)
        assert list_channels(ctx, tenant.id, actor=theirs) == ("channel-jpy",)
        assert queue.order_cases(ctx, tenant.id, "order-1", actor=theirs) == ()
        assert [row.case.id for row in queue.customer_cases(ctx, tenant.id, "user-1", actor=theirs)] == [yen]

    def test_staff_without_any_channel_see_nothing(self, add: Add, see: See, staff: Actor) -> None:
        add()
        nobody = replace(staff, channels=frozenset())
        assert see(nobody) == []
        assert see(nobody, search="R-2026-000001") == []

    def test_many_channels_are_still_one_list(self, add: Add, see: See, staff: Actor) -> None:
        slugs = frozenset(f"channel-{index}" for index in range(30))
        mine = add(channel_slug="channel-7")
        add(channel_slug="elsewhere")
        assert see(replace(staff, channels=slugs), view=View.ALL) == [mine]

    def test_channels_are_those_with_cases(self, ctx: Context, tenant: Tenant, staff: Actor, add: Add) -> None:
        for slug in ("b", "a", "b", "c"):
            add(channel_slug=slug)
        assert list_channels(ctx, tenant.id, actor=staff) == ("a", "b", "c")


def test_counts_tell_each_state_up_to_a_bound(
    ctx: Context, tenant: Tenant, staff: Actor, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_COUNTED", 2)
    for _ in range(4):
        add()
    add(status=CaseStatus.APPROVED)
    counts = count_cases(ctx, tenant.id, actor=staff)
    assert counts.states[CaseStatus.REQUESTED] == 3
    assert counts.states[CaseStatus.APPROVED] == 1
    assert counts.states[CaseStatus.CLOSED] == 0
    assert counts.open == 3
