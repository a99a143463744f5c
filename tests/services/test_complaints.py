"""Complaints: filed once, looked into by somebody who is not named in them, decided with reasons, taken up again by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Channel
from saleor_returns_app.domain.complaints import ComplaintStatus, Topic
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import AppError, BadInput, Conflict, Forbidden, MoveRefused, NotFound
from saleor_returns_app.models.cases import CaseEntry
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.staff import StaffMember
from saleor_returns_app.services import complaints
from saleor_returns_app.services.assigning import assign_case
from saleor_returns_app.services.bulk import preview_bulk
from saleor_returns_app.services.bulk_refunds import look_at_refunds
from saleor_returns_app.services.cases import approve_case, reject_case
from saleor_returns_app.services.complaints import (
    acknowledge_complaint,
    close_complaint,
    decide_complaint,
    escalate_complaint,
    handle_danger,
    investigate_complaint,
    make_good,
    reopen_complaint,
    withdraw_complaint,
)
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.disputes import dispute_case
from saleor_returns_app.services.filing import MOST_OPEN, Filing, file_complaint
from saleor_returns_app.services.linking import merge_case, related_cases
from saleor_returns_app.services.messages import send_message
from saleor_returns_app.services.queue import Asked, View, count_cases, list_cases
from saleor_returns_app.services.tenant_settings import change_settings
from tests.fakes import FakeClock, FakeSaleor, make_order

from .journeys import Shop

LATE_PARCEL = Filing(topic=Topic.DELIVERY, description="It came ten days late and nobody answered.", wish="An apology.")

HURT = Filing(topic=Topic.ITEM, order_line_id="line-1", description="It burnt my hand.", dangerous=True)


def file(shop: Shop, filing: Filing = LATE_PARCEL, *, actor: Actor | None = None, case_id: str | None = None) -> str:
    return file_complaint(
        shop.ctx,
        shop.tenant_id,
        saleor_order_id="order-1",
        filing=filing,
        actor=actor or shop.shopper,
        through=Channel.PORTAL,
        language="en",
        case_id=case_id,
    )


def colleague(shop: Shop, name: str = "otto", **changes: object) -> Actor:
    """One more person of the shop's staff, who was seen here."""
    actor = replace(shop.staff, id=f"user-{name}", name=f"{name}@shop.example", **changes)  # type: ignore[arg-type]
    see(shop, actor)
    return actor


def see(shop: Shop, actor: Actor) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.add(StaffMember(user_id=actor.id, email=actor.name, roles=[], seen_at=shop.ctx.now()))


def investigated(shop: Shop, filing: Filing = LATE_PARCEL, *, by: Actor | None = None) -> str:
    case_id = file(shop, filing)
    acknowledge_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    investigate_complaint(shop.ctx, shop.tenant_id, case_id, actor=by or shop.staff)
    return case_id


def decide(shop: Shop, case_id: str, *, by: Actor | None = None, outcome: str = "upheld") -> None:
    decide_complaint(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=by or shop.staff,
        outcome=outcome,
        reasons="The carrier lost it for a week.",
        root_cause="carrier",
    )


def complaint(shop: Shop, case_id: str) -> Complaint:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.get_one(Complaint, case_id)


def mails(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        found = select(Notification.kind).where(Notification.case_id == case_id).order_by(Notification.id)
        return list(session.scalars(found))


def told(shop: Shop, case_id: str, kind: str) -> Notification:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        found = select(Notification).where(Notification.case_id == case_id, Notification.kind == kind)
        return session.scalars(found.order_by(Notification.id.desc())).all()[0]


def waits(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        open_ones = select(DeadlineRow).where(DeadlineRow.case_id == case_id, DeadlineRow.ended_at.is_(None))
        return [f"{row.waits_for} {row.owner}" for row in session.scalars(open_ones)]


def events(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        found = select(CaseEntry.event).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)
        return list(session.scalars(found))


def clock_of(shop: Shop) -> FakeClock:
    assert isinstance(shop.ctx.clock, FakeClock)
    return shop.ctx.clock


class TestFiling:
    def test_it_has_a_number_among_those_of_returns_and_waits_to_be_acknowledged(self, shop: Shop) -> None:
        shop.request()
        case = shop.case(file(shop))
        assert (case.number, case.kind, case.status) == (f"C-{case.created_at.year}-000002", "complaint", "submitted")
        assert waits(shop, case.id) == ["acknowledgement staff"]
        assert mails(shop, case.id) == ["complaint_received"]

    def test_asking_twice_under_one_id_files_one(self, shop: Shop) -> None:
        first = file(shop, case_id="0190-x")
        assert file(shop, case_id="0190-x") == first
        assert mails(shop, first) == ["complaint_received"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"description": "  "}, "description"),
            ({"description": "x" * 4001}, "description"),
            ({"wish": "x" * 1001}, "wish"),
            ({"topic": Topic.ITEM}, "item"),
            ({"order_line_id": "line-of-another-order"}, "item"),
            ({"about": "R-2026-999999"}, "about"),
        ],
    )
    def test_what_cannot_be_used_is_said_at_its_field(self, shop: Shop, changes: dict[str, object], field: str) -> None:
        with pytest.raises(BadInput) as refused:
            file(shop, replace(LATE_PARCEL, **changes))  # type: ignore[arg-type]
        assert refused.value.field == field

    def test_it_is_about_a_return_of_the_same_order_and_linked_to_it(self, shop: Shop) -> None:
        about = shop.case(shop.request())
        case_id = file(shop, replace(LATE_PARCEL, about=about.number.lower()))
        assert complaint(shop, case_id).about_id == about.id
        related = related_cases(shop.ctx, shop.tenant_id, shop.case(case_id), actor=shop.staff)
        assert [(row.case.number, row.kind) for row in related] == [(about.number, "related")]

    def test_a_return_of_another_order_is_no_subject_of_it(self, shop: Shop, saleor: FakeSaleor) -> None:
        saleor.orders["order-2"] = make_order("order-2", number="2")
        other = shop.case(shop.request(order_id="order-2"))
        with pytest.raises(BadInput) as refused:
            file(shop, replace(LATE_PARCEL, about=other.number))
        assert refused.value.code == "ABOUT"

    def test_a_shopper_has_a_few_open_at_once_and_staff_file_on(self, shop: Shop) -> None:
        for _ in range(MOST_OPEN):
            last = file(shop)
        with pytest.raises(Conflict) as refused:
            file(shop)
        assert refused.value.code == "MANY_OPEN"
        withdraw_complaint(shop.ctx, shop.tenant_id, last, actor=shop.shopper)
        file(shop)
        file(shop, actor=shop.staff)

    def test_staff_of_another_channel_do_not_reach_the_order(self, shop: Shop) -> None:
        stranger = replace(shop.staff, channels=frozenset({"elsewhere"}))
        with pytest.raises(NotFound):
            file(shop, actor=stranger)
        case_id = file(shop)
        with pytest.raises(NotFound):
            acknowledge_complaint(shop.ctx, shop.tenant_id, case_id, actor=stranger)


class TestDanger:
    def test_whoever_is_named_hears_of_it_at_once_and_it_is_critical(self, shop: Shop) -> None:
        admin = colleague(shop)
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            session.scalars(select(StaffMember)).one().roles = ["admin"]
        case_id = file(shop, HURT)
        assert told(shop, case_id, "danger").recipient == admin.name
        case = shop.case(case_id)
        assert (case.attention, complaint(shop, case_id).severity) == ("DANGEROUS", "critical")

    def test_it_is_not_decided_before_somebody_said_what_was_done(self, shop: Shop) -> None:
        case_id = investigated(shop, HURT)
        with pytest.raises(Conflict) as refused:
            decide(shop, case_id)
        assert refused.value.code == "DANGER"
        handle_danger(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, done="Taken off sale.")
        assert shop.case(case_id).attention == ""
        decide(shop, case_id)
        assert shop.case(case_id).status == "resolved"

    def test_what_is_found_to_be_dangerous_later_raises_the_alarm_once(self, shop: Shop) -> None:
        case_id = investigated(shop)
        for _ in range(2):
            complaints.classify_complaint(
                shop.ctx, shop.tenant_id, case_id, actor=shop.staff, severity="low", dangerous=True
            )
        assert shop.case(case_id).attention == "DANGEROUS"
        assert complaint(shop, case_id).severity == "critical"

    def test_the_alarm_stays_when_the_shopper_takes_the_complaint_back(self, shop: Shop) -> None:
        case_id = file(shop, HURT)
        withdraw_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        assert shop.case(case_id).attention == "DANGEROUS"
        handle_danger(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, done="Looked at: a loose cable.")
        assert shop.case(case_id).attention == ""


class TestImpartial:
    @pytest.fixture
    def rejected(self, shop: Shop) -> str:
        """The number of a return that the shop's person rejected."""
        see(shop, shop.staff)
        case_id = shop.request()
        reject_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="Worn.")
        return shop.case(case_id).number

    def test_who_is_named_in_it_neither_looks_into_nor_decides_it(self, shop: Shop, rejected: str) -> None:
        other = colleague(shop)
        case_id = file(shop, replace(LATE_PARCEL, about=rejected))
        acknowledge_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
        with pytest.raises(Conflict) as refused:
            investigate_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
        assert refused.value.code == "NAMED"
        with pytest.raises(Conflict):
            assign_case(shop.ctx, shop.tenant_id, case_id, actor=other, user_id=shop.staff.id)
        investigate_complaint(shop.ctx, shop.tenant_id, case_id, actor=other)
        with pytest.raises(Conflict):
            decide(shop, case_id)
        decide(shop, case_id, by=other)
        assert shop.case(case_id).assignee == other.name

    def test_a_shop_of_one_decides_all_the_same(self, shop: Shop, rejected: str) -> None:
        case_id = investigated(shop, replace(LATE_PARCEL, about=rejected))
        decide(shop, case_id)
        assert complaint(shop, case_id).decided_by == shop.staff.name

    def test_who_only_wrote_in_the_return_is_not_named(self, shop: Shop) -> None:
        colleague(shop)
        about = shop.request()
        send_message(shop.ctx, shop.tenant_id, about, actor=shop.staff, body="Hello", through="dashboard")
        case_id = investigated(shop, replace(LATE_PARCEL, about=shop.case(about).number))
        decide(shop, case_id)

    def test_taken_up_again_it_is_somebody_elses(self, shop: Shop) -> None:
        see(shop, shop.staff)
        other = colleague(shop)
        case_id = investigated(shop)
        decide(shop, case_id, outcome="not_upheld")
        reopen_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, reason="Nobody looked at the photos.")
        case = shop.case(case_id)
        assert (case.status, case.assignee, case.unread) == ("investigating", "", True)
        with pytest.raises(Conflict):
            decide(shop, case_id)
        decide(shop, case_id, by=other)


class TestDeciding:
    def test_the_reasons_reach_the_shopper_with_the_last_day_to_object(self, shop: Shop) -> None:
        case_id = investigated(shop)
        decide(shop, case_id, outcome="partly_upheld")
        told_ = told(shop, case_id, "complaint_decided").params
        last = (shop.ctx.now() + timedelta(days=30)).date().isoformat()
        assert (told_["outcome"], told_["reasons"], told_["until"]) == (
            "partly_upheld", "The carrier lost it for a week.", last,
        )  # fmt: skip
        assert waits(shop, case_id) == ["confirmation shopper"]

    @pytest.mark.parametrize(
        ("outcome", "body"), [("upheld", ""), ("partly_upheld", "The board"), ("not_upheld", "The board")]
    )
    def test_the_body_of_the_orders_country_is_named_where_it_is_not_upheld(
        self, shop: Shop, outcome: str, body: str
    ) -> None:
        with shop.ctx.db.everyone() as session:
            from saleor_returns_app.models.tenants import Tenant

            tenant = session.get_one(Tenant, shop.tenant_id)
            tenant.settings = {**tenant.settings, "dispute_bodies": {"": "The board"}}
        case_id = investigated(shop)
        decide(shop, case_id, outcome=outcome)
        assert told(shop, case_id, "complaint_decided").params["body"] == body

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"outcome": "maybe"}, "outcome"), ({"reasons": " "}, "reasons"), ({"root_cause": "moon"}, "root_cause")],
    )
    def test_a_decision_says_how_why_and_what_caused_it(self, shop: Shop, changes: dict[str, str], field: str) -> None:
        case_id = investigated(shop)
        values = {"outcome": "upheld", "reasons": "So it is.", "root_cause": "unknown", **changes}
        with pytest.raises(BadInput) as refused:
            decide_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, **values)  # type: ignore[arg-type]
        assert refused.value.field == field
        assert shop.case(case_id).status == "investigating"

    def test_one_that_was_handed_up_is_an_approvers(self, shop: Shop) -> None:
        agent = colleague(shop, "anna", roles=frozenset({"agent"}))
        approver = colleague(shop, "paul", roles=frozenset({"approver"}))
        case_id = investigated(shop)
        escalate_complaint(shop.ctx, shop.tenant_id, case_id, actor=agent, reason="Beyond what I may say.")
        assert (shop.case(case_id).status, shop.case(case_id).escalated_to) == ("escalated", "admin")
        with pytest.raises(Forbidden):
            decide(shop, case_id, by=agent)
        decide(shop, case_id, by=approver)
        assert shop.case(case_id).escalated_to == ""

    def test_words_that_are_too_long_are_sent_back_and_not_cut(self, shop: Shop) -> None:
        case_id = file(shop)
        with pytest.raises(BadInput) as refused:
            acknowledge_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, message="x" * 4001)
        assert refused.value.field == "message"
        assert shop.case(case_id).status == "submitted"

    def test_shoppers_decide_nothing(self, shop: Shop) -> None:
        case_id = investigated(shop)
        with pytest.raises(AppError):
            decide(shop, case_id, by=shop.shopper)
        with pytest.raises(AppError):
            acknowledge_complaint(shop.ctx, shop.tenant_id, file(shop), actor=shop.shopper)

    def test_it_is_not_taken_up_again_after_a_month(self, shop: Shop) -> None:
        case_id = investigated(shop)
        decide(shop, case_id)
        close_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
        clock_of(shop).forward(hours=24 * 31)
        with pytest.raises(Conflict) as refused:
            reopen_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, reason="Again.")
        assert refused.value.code == "TOO_LATE"


class TestMakingGood:
    def test_a_return_is_opened_for_it_and_linked_once(self, shop: Shop) -> None:
        case_id = investigated(shop)
        remedy = shop.request(actor=shop.staff)
        for _ in range(2):
            make_good(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, return_id=remedy)
        assert shop.case(case_id).status == "negotiating"
        assert events(shop, case_id).count("make_good") == 1
        related = related_cases(shop.ctx, shop.tenant_id, shop.case(case_id), actor=shop.staff)
        assert [(row.case.id, row.kind) for row in related] == [(remedy, "related")]
        decide(shop, case_id)

    def test_a_return_of_another_order_does_not_make_it_good(self, shop: Shop, saleor: FakeSaleor) -> None:
        saleor.orders["order-2"] = make_order("order-2", number="2")
        other = shop.request(order_id="order-2")
        case_id = investigated(shop)
        with pytest.raises(BadInput):
            make_good(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, return_id=other)


class TestTime:
    def test_one_that_nobody_acknowledges_names_somebody_and_stays_submitted(self, shop: Shop) -> None:
        case_id = file(shop)
        clock_of(shop).forward(hours=24 * 6)
        assert act_on_due(shop.ctx) == 1
        assert (shop.case(case_id).status, shop.case(case_id).escalated_to) == ("submitted", "admin")

    def test_one_that_nobody_decides_becomes_an_approvers(self, shop: Shop) -> None:
        case_id = investigated(shop)
        clock_of(shop).forward(hours=24 * 16)
        assert act_on_due(shop.ctx) == 1
        case = shop.case(case_id)
        assert (case.status, case.escalated_to) == ("escalated", "admin")
        assert waits(shop, case_id) == ["complaint staff"]
        assert case.due_at is not None
        assert case.due_at < shop.ctx.now(), "it stays late until it is decided"

    def test_one_that_nobody_answers_is_closed(self, shop: Shop) -> None:
        case_id = investigated(shop)
        decide(shop, case_id)
        clock_of(shop).forward(hours=24 * 9)
        assert act_on_due(shop.ctx) == 1
        assert shop.case(case_id).status == "closed"
        assert mails(shop, case_id)[-2:] == ["complaint_closed", "survey"]


class TestApart:
    """A complaint is no return: it never takes the place of one."""

    def test_what_is_done_with_returns_does_not_find_it(self, shop: Shop) -> None:
        case_id = file(shop)
        with pytest.raises(NotFound):
            approve_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
        with pytest.raises(NotFound):
            dispute_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, reason="x")

    def test_what_is_done_with_complaints_does_not_find_a_return(self, shop: Shop) -> None:
        case_id = shop.request()
        with pytest.raises(NotFound):
            acknowledge_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)

    def test_it_is_linked_with_a_return_but_never_merged_into_one(self, shop: Shop) -> None:
        case_id, other = file(shop), shop.case(shop.request())
        with pytest.raises(Conflict) as refused:
            merge_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, number=other.number)
        assert refused.value.code == "COMPLAINT"

    def test_it_takes_no_units_from_the_order(self, shop: Shop) -> None:
        file(shop, Filing(topic=Topic.ITEM, order_line_id="line-1", description="Scratched."))
        shop.request({"line-1": 2})

    def test_the_queue_has_a_tab_for_it_and_tabs_of_states_are_returns(
        self, shop_of: Callable[..., Shop], any_ctx: object
    ) -> None:
        shop = shop_of(any_ctx)
        case_id = investigated(shop)
        returned = shop.request()
        make_good(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, return_id=returned)

        def seen(view: object) -> set[str]:
            page = list_cases(shop.ctx, shop.tenant_id, actor=shop.staff, asked=Asked(view=view))  # type: ignore[arg-type]
            return {row.case.id for row in page.rows}

        from saleor_returns_app.domain.cases import CaseStatus

        assert seen(View.COMPLAINTS) == {case_id}
        assert seen(View.OPEN) == {case_id, returned}
        assert seen(View.ALL) == {case_id, returned}
        assert seen(CaseStatus.NEGOTIATING) == set()
        assert seen(CaseStatus.REQUESTED) == {returned}
        assert seen(View.MINE) == {case_id}
        counts = count_cases(shop.ctx, shop.tenant_id, actor=shop.staff)
        assert (counts.complaints, counts.open, counts.states[CaseStatus.NEGOTIATING]) == (1, 2, 0)
        decide(shop, case_id)
        assert seen(View.COMPLAINTS) == set()

    def test_a_refused_move_says_what_is_possible_instead(self, shop: Shop) -> None:
        case_id = file(shop)
        with pytest.raises(MoveRefused) as refused:
            investigate_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
        assert "Cannot investigate this complaint: it is submitted." in refused.value.message()


@pytest.mark.parametrize(
    ("typed", "country", "named"),
    [
        ("DE: Schlichtungsstelle, Kehl\nThe board, Geneva", "DE", "Schlichtungsstelle, Kehl"),
        ("DE: Schlichtungsstelle, Kehl\nThe board, Geneva", "FR", "The board, Geneva"),
        ("DE: Schlichtungsstelle, Kehl", "FR", ""),
    ],
)
def test_bodies_are_found_by_country(shop: Shop, admin: Actor, typed: str, country: str, named: str) -> None:
    set_bodies(shop, admin, typed)
    assert settings_of_shop(shop).dispute_body(country) == named


@pytest.mark.parametrize("typed", ["One\nTwo", "DE: One\nDE: Two", "x" * 501])
def test_two_bodies_for_one_country_are_refused(shop: Shop, admin: Actor, typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        set_bodies(shop, admin, typed)
    assert refused.value.field == "dispute_bodies"


@pytest.fixture
def admin(staff: Actor) -> Actor:
    return replace(staff, permissions=staff.permissions | {"MANAGE_APPS"})


def settings_of_shop(shop: Shop) -> TenantSettings:
    return shop.ctx.tenant_settings(shop.tenant_id)


def set_bodies(shop: Shop, admin: Actor, typed: str) -> None:
    change_settings(
        shop.ctx,
        shop.tenant_id,
        actor=admin,
        return_address="",
        window_days="7",
        shipping_rule="with_last_unit",
        brand_color="",
        contact_email="",
        dispute_bodies=typed,
    )


def test_every_open_state_belongs_to_the_machine() -> None:
    from saleor_returns_app.domain.complaints import COMPLAINT, OPEN_COMPLAINTS

    assert set(COMPLAINT.states()) == set(ComplaintStatus)
    assert {state for state in ComplaintStatus if COMPLAINT.possible(state, Who.STAFF)} >= OPEN_COMPLAINTS


def test_what_is_done_to_many_leaves_complaints_alone(shop: Shop) -> None:
    case_id, returned = file(shop), shop.request()
    chosen = preview_bulk(shop.ctx, shop.tenant_id, actor=shop.staff, action="approve", case_ids=[case_id, returned])
    assert ([case.id for case in chosen.fits], [case.id for case in chosen.others]) == ([returned], [case_id])
    (prospect,) = look_at_refunds(shop.ctx, shop.tenant_id, [shop.case(case_id)], actor=shop.staff)
    assert prospect.why_not is not None
    assert prospect.why_not.code == "COMPLAINT"
