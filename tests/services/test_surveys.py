"""The survey: asked once when a case is over, answered once by its link, followed up where somebody is unhappy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.surveys import Survey
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.assigning import assign_case
from saleor_returns_app.services.cases import close_case
from saleor_returns_app.services.complaints import close_complaint, reopen_complaint
from saleor_returns_app.services.deadlines import act_on_due
from saleor_returns_app.services.disputes import uphold_decision
from saleor_returns_app.services.queue import Asked, View, count_cases, list_cases
from saleor_returns_app.services.surveys import answer_survey, follow_up, open_survey, read_satisfaction
from tests.conftest import add_tenant

from .journeys import Shop
from .test_complaints import clock_of, colleague, decide, events, investigated, see
from .test_disputes import dispute, settled


def asked(shop: Shop) -> list[Notification]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        found = select(Notification).where(Notification.kind == "survey").order_by(Notification.id)
        return list(session.scalars(found))


def token(shop: Shop) -> str:
    """Of the survey that was asked last."""
    return str(asked(shop)[-1].params["link"]).rpartition("/")[2]


def closed(shop: Shop) -> str:
    case_id = settled(shop)
    close_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
    return case_id


def answer(shop: Shop, stars: str = "5", comment: str = "", *, by: str = "") -> None:
    answer_survey(shop.ctx, shop.tenant_id, by or token(shop), stars=stars, comment=comment)


def survey(shop: Shop, case_id: str) -> Survey:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return session.scalars(select(Survey).where(Survey.case_id == case_id)).one()


class TestAsking:
    def test_a_case_that_staff_close_is_asked_about(self, shop: Shop) -> None:
        case_id = closed(shop)
        (mail,) = asked(shop)
        assert (mail.case_id, mail.recipient) == (case_id, "rita@example.com")
        assert "/r/shop/opinion/" in mail.params["link"]
        assert survey(shop, case_id).agent == shop.staff.name

    def test_so_is_one_that_time_closes(self, shop: Shop) -> None:
        settled(shop)
        clock_of(shop).forward(hours=24 * 9)
        assert act_on_due(shop.ctx) == 1
        assert len(asked(shop)) == 1

    def test_and_one_whose_decision_is_upheld(self, shop: Shop) -> None:
        case_id = settled(shop)
        dispute(shop, case_id)
        uphold_decision(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, reason="So it stays.")
        assert len(asked(shop)) == 1

    def test_a_complaint_is_asked_about_once_however_often_it_ends(self, shop: Shop) -> None:
        case_id = investigated(shop)
        for _ in range(2):
            decide(shop, case_id)
            close_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
            reopen_complaint(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, reason="No.")
        assert len(asked(shop)) == 1

    def test_a_shop_may_ask_nothing(self, shop: Shop) -> None:
        with shop.ctx.db.everyone() as session:
            tenant = session.get_one(Tenant, shop.tenant_id)
            tenant.settings = {**tenant.settings, "asks_opinion": False}
        closed(shop)
        assert asked(shop) == []

    def test_the_answer_counts_for_who_has_the_case(self, shop: Shop) -> None:
        other = colleague(shop)
        case_id = settled(shop)
        assign_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, user_id=other.id)
        close_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
        assert survey(shop, case_id).agent == other.name


class TestAnswering:
    def test_the_first_answer_counts(self, shop: Shop) -> None:
        case_id = closed(shop)
        answer(shop, "4", "Fast.\r\nThanks.")
        with pytest.raises(Conflict) as refused:
            answer(shop, "1")
        assert refused.value.code == "ANSWERED"
        row = survey(shop, case_id)
        assert (row.stars, row.comment, row.follow_up) == (4, "Fast.\nThanks.", "")
        assert events(shop, case_id)[-1] == "answer_survey"

    @pytest.mark.parametrize("stars", ["", "0", "6", "-1", "1.5", "５", "55", "x"])
    def test_only_one_to_five_stars_count(self, shop: Shop, stars: str) -> None:
        case_id = closed(shop)
        with pytest.raises(BadInput):
            answer(shop, stars)
        assert survey(shop, case_id).stars is None

    def test_a_comment_has_an_end(self, shop: Shop) -> None:
        closed(shop)
        with pytest.raises(BadInput) as refused:
            answer(shop, "5", "x" * 2001)
        assert refused.value.field == "comment"

    def test_a_link_opens_its_own_survey_in_its_own_shop_for_sixty_days(self, shop: Shop) -> None:
        closed(shop)
        made = token(shop)
        other = add_tenant(shop.ctx.db, "other").id
        for tenant_id, said in ((other, made), (shop.tenant_id, made + "x"), (shop.tenant_id, "x")):
            with pytest.raises(NotFound):
                open_survey(shop.ctx, tenant_id, said)
        clock_of(shop).forward(hours=24 * 59)
        open_survey(shop.ctx, shop.tenant_id, made)
        clock_of(shop).forward(hours=24 * 2)
        with pytest.raises(NotFound):
            answer(shop, by=made)


class TestFollowingUp:
    @pytest.fixture
    def unhappy(self, shop: Shop) -> str:
        see(shop, shop.staff)
        case_id = settled(shop)
        assign_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff, user_id=shop.staff.id)
        close_case(shop.ctx, shop.tenant_id, case_id, actor=shop.staff)
        answer(shop, "2", "Nobody answered.")
        return case_id

    def test_who_is_unhappy_waits_in_the_queue_and_the_agent_is_told(self, shop: Shop, unhappy: str) -> None:
        page = list_cases(shop.ctx, shop.tenant_id, actor=shop.staff, asked=Asked(view=View.UNHAPPY))
        assert [row.case.id for row in page.rows] == [unhappy]
        assert count_cases(shop.ctx, shop.tenant_id, actor=shop.staff).unhappy == 1
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            told = session.scalars(select(Notification).where(Notification.kind == "news_to_staff")).all()
        assert [(mail.recipient, mail.params["body"]) for mail in told] == [(shop.staff.name, "★★ Nobody answered.")]

    def test_once_followed_up_nobody_waits(self, shop: Shop, unhappy: str) -> None:
        with pytest.raises(BadInput):
            follow_up(shop.ctx, shop.tenant_id, unhappy, actor=shop.staff, done=" ")
        follow_up(shop.ctx, shop.tenant_id, unhappy, actor=shop.staff, done="Called and said sorry.")
        assert count_cases(shop.ctx, shop.tenant_id, actor=shop.staff).unhappy == 0
        assert survey(shop, unhappy).followed_by == shop.staff.name
        with pytest.raises(Conflict):
            follow_up(shop.ctx, shop.tenant_id, unhappy, actor=shop.staff, done="Again.")

    def test_shoppers_and_other_channels_follow_nothing_up(self, shop: Shop, unhappy: str) -> None:
        with pytest.raises(Forbidden):
            follow_up(shop.ctx, shop.tenant_id, unhappy, actor=shop.shopper, done="x")
        stranger = replace(shop.staff, channels=frozenset({"elsewhere"}))
        with pytest.raises(NotFound):
            follow_up(shop.ctx, shop.tenant_id, unhappy, actor=stranger, done="x")
        assert list_cases(shop.ctx, shop.tenant_id, actor=stranger, asked=Asked(view=View.UNHAPPY)).rows == ()
        assert count_cases(shop.ctx, shop.tenant_id, actor=stranger).unhappy == 0


class TestReading:
    def test_answers_are_counted_by_stars_and_names(self, shop: Shop) -> None:
        closed(shop)
        answer(shop, "2", "Slow.")
        found = read_satisfaction(shop.ctx, shop.tenant_id, actor=shop.staff, days=90)
        assert (found.asked, found.answered, found.average) == (1, 1, 2.0)
        assert found.spread[2] == 1
        assert [(score.name, score.count, score.average) for score in found.agents] == [(shop.staff.name, 1, None)]
        assert [said.survey.comment for said in found.said] == ["Slow."]

    def test_what_is_older_or_of_another_channel_does_not_count(self, shop: Shop) -> None:
        closed(shop)
        answer(shop)
        stranger: Actor = replace(shop.staff, channels=frozenset({"elsewhere"}))
        assert read_satisfaction(shop.ctx, shop.tenant_id, actor=stranger, days=90).asked == 0
        clock_of(shop).forward(hours=24 * 31)
        assert read_satisfaction(shop.ctx, shop.tenant_id, actor=shop.staff, days=30).asked == 0
        assert read_satisfaction(shop.ctx, shop.tenant_id, actor=shop.staff, days=90).asked == 1
