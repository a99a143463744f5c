"""Who looks after a case, what it is sorted by, which cases belong together, and duplicates that give way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.errors import AppError, BadInput, Conflict, NotFound
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.messages import Message
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.staff import CaseTag, StaffMember
from saleor_returns_app.services.assigning import (
    assign_case,
    read_desk,
    tag_case,
    untag_case,
    unwatch_case,
    watch_case,
)
from saleor_returns_app.services.linking import link_case, merge_case, related_cases, unlink_case
from saleor_returns_app.services.offers import accept_offer, make_offer
from tests.conftest import add_tenant
from tests.fakes import usd

from .journeys import Shop


def call(shop: Shop, verb: Callable[..., None], case_id: str, **more: Any) -> None:
    verb(shop.ctx, shop.tenant_id, case_id, **{"actor": shop.staff, **more})


def events(shop: Shop, case_id: str) -> list[str]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(CaseEntry.event).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)))


def number(shop: Shop, case_id: str) -> str:
    return shop.case(case_id).number


def two(shop: Shop) -> tuple[str, str]:
    return shop.request({"line-1": 1}), shop.request({"line-1": 1})


def test_a_case_is_given_and_taken_and_history_says_so_once(shop: Shop) -> None:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.add(StaffMember(user_id="u-9", email="olga@shop.example", seen_at=shop.ctx.now()))
    case_id = shop.request()
    for _ in range(2):
        call(shop, assign_case, case_id, user_id="u-9")
    assert shop.case(case_id).assignee == "olga@shop.example"
    call(shop, assign_case, case_id, user_id="")
    assert (shop.case(case_id).assignee_id, shop.case(case_id).assignee) == ("", "")
    assert events(shop, case_id).count("assign") == 2


def test_following_twice_is_once(shop: Shop) -> None:
    case_id = shop.request()
    for _ in range(2):
        call(shop, watch_case, case_id)
    assert len(read_desk(shop.ctx, shop.tenant_id, case_id).watchers) == 1
    for _ in range(2):
        call(shop, unwatch_case, case_id)
    assert read_desk(shop.ctx, shop.tenant_id, case_id).watchers == ()


def test_tags_are_lower_case_without_what_cannot_be_seen(shop: Shop) -> None:
    case_id = shop.request()
    for tag in ("  Batch\u200b 7 ", "batch 7", "VIP"):
        call(shop, tag_case, case_id, tag=tag)
    assert read_desk(shop.ctx, shop.tenant_id, case_id).tags == ("batch 7", "vip")
    call(shop, untag_case, case_id, tag="VIP")
    with pytest.raises(NotFound):
        call(shop, untag_case, case_id, tag="vip")
    with pytest.raises(BadInput):
        call(shop, tag_case, case_id, tag="x" * 41)


def test_a_case_has_a_bounded_number_of_tags(shop: Shop) -> None:
    case_id = shop.request()
    for index in range(20):
        call(shop, tag_case, case_id, tag=f"t{index}")
    with pytest.raises(BadInput, match="at most 20"):
        call(shop, tag_case, case_id, tag="one more")


def test_open_cases_of_the_same_order_are_shown_until_they_are_linked(shop: Shop) -> None:
    first, second = two(shop)

    def kinds() -> list[tuple[str, str]]:
        found = related_cases(shop.ctx, shop.tenant_id, shop.case(first), actor=shop.staff)
        return [(each.case.id, each.kind) for each in found]

    assert kinds() == [(second, "same_order")]
    for _ in range(2):
        call(shop, link_case, first, number=f" {number(shop, second).lower()} ")
    assert kinds() == [(second, "related")]
    assert events(shop, first).count("link") == events(shop, second).count("link") == 1
    call(shop, unlink_case, second, number=number(shop, first))
    assert kinds() == [(second, "same_order")]


@pytest.mark.parametrize("said", ["", "R-2026-999999", "mine"])
def test_a_number_that_leads_nowhere_is_refused(shop: Shop, said: str) -> None:
    case_id = shop.request()
    with pytest.raises(BadInput):
        call(shop, link_case, case_id, number=number(shop, case_id) if said == "mine" else said)


def test_a_case_of_another_channel_or_shop_is_no_case(shop: Shop) -> None:
    first, second = two(shop)
    elsewhere = replace(shop.staff, channels=frozenset({"channel-jpy"}))
    with pytest.raises(NotFound):
        call(shop, link_case, first, number=number(shop, second), actor=elsewhere)
    other = add_tenant(shop.ctx.db, "other")
    with pytest.raises(NotFound):
        link_case(shop.ctx, other.id, first, actor=shop.staff, number=number(shop, second))


def test_a_duplicate_gives_way_and_what_was_said_moves_along(shop: Shop) -> None:
    first, second = two(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.add(Message(case_id=second, at=shop.ctx.now(), who="shopper", body="It is torn.", through="portal"))
        session.add(CaseTag(case_id=second, tag="batch 7"))
    call(shop, watch_case, second)
    call(shop, merge_case, second, number=number(shop, first))
    gone = shop.case(second)
    assert (gone.status, gone.merged_into) == (CaseStatus.CANCELLED, first)
    desk = read_desk(shop.ctx, shop.tenant_id, first)
    assert (desk.tags, len(desk.watchers)) == (("batch 7",), 1)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert session.scalars(select(Message.case_id)).all() == [first]
        mail = session.scalars(select(Notification).where(Notification.kind == "cancelled")).one()
    assert mail.params["goes_on"] == number(shop, first)
    assert (events(shop, second)[-1], events(shop, first)[-1]) == ("merge", "take_over")
    found = related_cases(shop.ctx, shop.tenant_id, gone, actor=shop.staff)
    assert [each.kind for each in found] == ["goes_on"]


def test_units_of_a_merged_duplicate_can_be_announced_again(shop: Shop) -> None:
    first, second = shop.request({"line-1": 1}), shop.request({"line-1": 2})
    call(shop, merge_case, second, number=number(shop, first))
    assert shop.request({"line-1": 2})


def test_merging_is_refused_twice_in_a_circle_and_after_goods_moved(shop: Shop) -> None:
    first, second = two(shop)
    third = shop.request({"line-1": 1})
    call(shop, merge_case, second, number=number(shop, first))

    def code(case_id: str, into: str) -> str:
        with pytest.raises(AppError) as refused:
            call(shop, merge_case, case_id, number=number(shop, into))
        return refused.value.code

    assert code(second, first) == "MOVED_ON"
    assert code(first, second) == "NOT_OPEN"
    shop.approve(third)
    shop.receive(third)
    assert code(third, first) == "MOVED_ON"


def test_only_cases_of_one_order_and_shopper_are_merged(shop: Shop) -> None:
    first, second = two(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, second).email = "eve@example.com"
    with pytest.raises(Conflict) as refused:
        call(shop, merge_case, second, number=number(shop, first))
    assert refused.value.code == "OTHER_ORDER"


def refusal(shop: Shop, case_id: str, into: str) -> str:
    with pytest.raises(AppError) as refused:
        call(shop, merge_case, case_id, number=number(shop, into))
    return refused.value.code


def test_a_withdrawal_by_law_never_gives_way(shop: Shop) -> None:
    first, second = two(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, second).is_withdrawal = True
    assert refusal(shop, second, first) == "WITHDRAWAL"
    assert shop.case(second).status == CaseStatus.REQUESTED


def test_what_was_agreed_with_the_shopper_never_gives_way(shop: Shop) -> None:
    first, second = two(shop)
    proposal = Proposal(kind=OfferKind.COMPENSATION, amount=usd("5.00"))
    offer_id = make_offer(shop.ctx, shop.tenant_id, second, actor=shop.staff, proposal=proposal)
    accept_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper)
    assert refusal(shop, second, first) == "AGREED"


def test_a_duplicate_that_gave_way_has_nothing_left_to_read(shop: Shop) -> None:
    first, second = two(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Case, second).unread = True
    call(shop, merge_case, second, number=number(shop, first))
    assert (shop.case(first).unread, shop.case(second).unread) == (True, False)


def test_a_shopper_without_an_address_is_not_every_shopper_without_one(shop: Shop) -> None:
    first, second = two(shop)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        for case_id, order in ((first, "order-1"), (second, "order-2")):
            case = session.get_one(Case, case_id)
            case.email, case.saleor_order_id = "", order
    assert related_cases(shop.ctx, shop.tenant_id, shop.case(first), actor=shop.staff) == ()
