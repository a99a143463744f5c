"""The thread on the page of a case: what staff read and write there, and negotiating."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.offers import OfferKind, OfferStatus, Proposal, possible_moves
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.messages import CannedReply
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import messages, offers
from saleor_returns_app.services.context import Context
from saleor_returns_app.web import build_web
from saleor_returns_app.web.dashboard.thread import OFFER_ACTIONS
from tests.fakes import FakeSaleor, usd
from tests.services.journeys import Shop

from .desk import Desk, give_keys, hidden, seat, shop_key, words


@pytest.fixture
def app(ctx: Context, tenant: Tenant) -> Flask:
    give_keys(ctx, tenant, shop_key())
    return build_web(ctx)


@pytest.fixture
def shop(ctx: Context, tenant: Tenant, staff, shopper) -> Shop:  # type: ignore[no-untyped-def]
    return Shop(ctx, tenant.id, staff, shopper)


@pytest.fixture
def desk(app: Flask, saleor: FakeSaleor, tenant: Tenant) -> Desk:
    return seat(app, saleor, tenant)


def place(case_id: str) -> str:
    return f"/dashboard/cases/{case_id}"


def offer_by(shop: Shop, case_id: str, who: str, amount: str = "12.00") -> str:
    return offers.make_offer(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=getattr(shop, who),
        proposal=Proposal(kind=OfferKind.COMPENSATION, amount=usd(amount)),
        note="A fair part.",
    )


def offer_rows(shop: Shop) -> list[Offer]:
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        return list(session.scalars(select(Offer).order_by(Offer.number)))


def test_a_reply_and_a_note_stand_in_the_thread(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    desk.act(case_id, "message", body="On its way.", ticket="t-1")
    desk.act(case_id, "note", body="Asked the depot.", ticket="t-2")
    page = words(desk.get(place(case_id)).text)
    assert "On its way." in page
    assert "Internal note" in page
    assert "Asked the depot." in page


def test_one_ticket_is_one_message(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    for _ in range(2):
        desk.act(case_id, "message", body="On its way.", ticket="t-1")
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        assert len(messages.read_messages(session, case_id, shop.staff)) == 1


def test_a_photo_comes_with_a_reply(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    answer = desk.act(case_id, "message", body="The label to use.", files=(BytesIO(b"photo of a label"), "label.jpg"))
    assert answer.status_code == 200
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        message_id = messages.read_messages(session, case_id, shop.shopper)[0].id
        assert session.scalars(select(Evidence.message_id)).all() == [message_id]


def test_an_empty_reply_comes_back_with_what_is_wrong(desk: Desk, shop: Shop) -> None:
    answer = desk.act(shop.request(), "message", body="  ")
    assert answer.status_code == 400
    assert "Write a message first." in answer.text


def test_what_people_write_is_text(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    messages.send_message(
        shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, body="<script>alert(1)</script>", through="portal"
    )
    offers.make_offer(
        shop.ctx,
        shop.tenant_id,
        case_id,
        actor=shop.shopper,
        proposal=Proposal(kind=OfferKind.EXCHANGE, wish="<img src=x>"),
        note="<b>now</b>",
    )
    page = desk.get(place(case_id)).text
    assert not re.search("<script>alert|<img src=x|<b>now", page)


def test_the_queue_marks_what_is_unread_until_it_is_looked_at(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    messages.send_message(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, body="Hello?", through="portal")
    assert 'class="unread"' in desk.get("/dashboard/").text
    number = shop.case(case_id).number
    assert number in desk.get("/dashboard/", view="unread").text
    desk.get(place(case_id))
    assert number not in desk.get("/dashboard/", view="unread").text
    assert 'class="unread"' not in desk.get("/dashboard/").text


def test_an_offer_is_made_and_shown_against_what_was_paid(desk: Desk, shop: Shop) -> None:
    case_id = shop.request({"line-1": 2})
    answer = desk.act(case_id, "offer", kind="compensation", amount="12,50", note="For the scratch.")
    assert answer.status_code == 200
    page = words(answer.text)
    assert "Partial refund, items are kept: $12.50" in page
    assert "31 % of the $40.00 that these items cost" in page
    assert "Waiting for the shopper’s answer" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "compensation", "amount": "twelve"}, "Write the amount with digits, like 12.50."),
        ({"kind": "compensation", "amount": "1.005"}, "Write the amount with digits, like 12.50."),
        ({"kind": "compensation", "amount": ""}, "Say how much."),
        ({"kind": "compensation", "amount": "20.01"}, "At most"),
        ({"kind": "exchange"}, "Choose what is to be sent, or say it in a few words."),
        ({"kind": "nonsense"}, "Choose what you propose."),
    ],
)
def test_a_refused_offer_comes_back_with_what_was_typed(
    desk: Desk, shop: Shop, typed: dict[str, str], said: str
) -> None:
    answer = desk.act(shop.request(), "offer", note="Kept words", **typed)
    assert answer.status_code == 400
    assert said in words(answer.text)
    assert "Kept words" in answer.text
    assert offer_rows(shop) == []


def test_a_field_that_the_kind_does_not_have_is_passed_over(desk: Desk, shop: Shop) -> None:
    desk.act(shop.request(), "offer", kind="exchange", wish="Size L", amount="999")
    assert [(offer.resolution, offer.amount_minor) for offer in offer_rows(shop)] == [("exchange", None)]


@pytest.mark.parametrize("made_by", ["staff", "shopper"])
@pytest.mark.parametrize("status", OfferStatus)
def test_an_offers_buttons_are_those_of_its_table(desk: Desk, shop: Shop, made_by: str, status: OfferStatus) -> None:
    case_id = shop.request()
    offer_id = offer_by(shop, case_id, made_by)
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.get_one(Offer, offer_id).status = status
    found = set(
        re.findall(rf'hx-post="/dashboard/cases/[\w-]+/offers/{offer_id}/(\w+)"', desk.get(place(case_id)).text)
    )
    wanted = {OFFER_ACTIONS[event].name for event in possible_moves(status, made_by=Who(made_by), who=Who.STAFF)}
    assert found == wanted


def test_staff_accept_the_shoppers_offer_and_the_quote_shows_it(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    offer_id = offer_by(shop, case_id, "shopper")
    answer = desk.act(case_id, f"offers/{offer_id}/accept")
    assert answer.status_code == 200
    assert "The items are kept: approve the refund" in words(answer.text)
    quote = words(desk.get(f"{place(case_id)}/quote").text)
    assert "Off as agreed in offer 1" in quote
    assert "Total $12.00" in quote
    assert "receive" not in answer.text.lower() or "/receive" not in answer.text


def test_two_people_at_once_see_each_others_move(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    offer_id = offer_by(shop, case_id, "shopper")
    seen = desk.seen(place(case_id))
    offers.withdraw_offer(shop.ctx, shop.tenant_id, offer_id, actor=shop.shopper, reason="Found another way.")
    answer = desk.post(f"{place(case_id)}/offers/{offer_id}/accept", **seen)
    assert answer.status_code == 409
    page = words(answer.text)
    assert "This offer was withdrawn in the meantime." in page
    assert "Offer taken back · rita@example.com" in page
    assert shop.case(case_id).status == CaseStatus.REQUESTED


def test_a_counter_offer_begins_with_what_was_offered(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    offer_id = offer_by(shop, case_id, "shopper", "11.00")
    assert 'value="11.00"' in desk.get(place(case_id)).text
    desk.act(case_id, f"offers/{offer_id}/counter", kind="compensation", amount="9")
    assert [(offer.made_by, offer.status) for offer in offer_rows(shop)] == [
        ("shopper", "countered"),
        ("staff", "open"),
    ]


def test_another_cases_offer_is_not_found(desk: Desk, shop: Shop) -> None:
    first, second = shop.request(), shop.request()
    offer_id = offer_by(shop, first, "shopper")
    assert desk.act(second, f"offers/{offer_id}/accept").status_code == 404


def test_an_agreed_exchange_is_marked_as_done(desk: Desk, shop: Shop) -> None:
    case_id = shop.request()
    proposal = Proposal(kind=OfferKind.RESHIP, keeps_item=True, wish="The missing lid")
    offer_id = offers.make_offer(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper, proposal=proposal)
    desk.act(case_id, f"offers/{offer_id}/accept")
    page = desk.get(place(case_id)).text
    assert "Mark as done" in page
    assert "/receive" not in page
    assert desk.act(case_id, "fulfil", proof="RR123456785DE").status_code == 200
    assert shop.case(case_id).status == "resolved"


class TestKeptReplies:
    def test_the_starters_are_added_once_and_offered_in_the_shoppers_language(self, desk: Desk, shop: Shop) -> None:
        case_id = shop.request()
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            session.get_one(Case, case_id).language = "zh-hans"
        for _ in range(2):
            assert desk.post("/dashboard/settings/replies/starters").status_code == 200
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            rows = list(session.scalars(select(CannedReply)))
        assert len({(row.name, row.language) for row in rows}) == len(rows) == 16
        name = "Outside of the return period"
        chosen = next(row for row in rows if (row.name, row.language) == (name, "zh"))
        box = desk.post(f"{place(case_id)}/compose", reply=chosen.id, body="Dear Rita")
        assert "Dear Rita\n\n" in box.text
        assert "Monospace Tee 的退货期限已过" in box.text

    @pytest.mark.parametrize(
        ("typed", "field", "said"),
        [
            ({"name": ""}, "name", "Give the reply a name"),
            ({"language": "tlh"}, "language", "Choose a language."),
            ({"reason": "boredom"}, "reason", "Choose a reason"),
            ({"body": ""}, "body", "Write the reply"),
            ({"body": "Hello {first_name}"}, "body", "{first_name} is not known."),
            ({"body": "Hello {customer_name"}, "body", "A brace stands alone."),
        ],
    )
    def test_a_reply_that_cannot_be_kept_says_why(
        self, desk: Desk, shop: Shop, typed: dict[str, str], field: str, said: str
    ) -> None:
        good = {"name": "Sorry", "language": "en", "reason": "", "body": "Hello {customer_name}"}
        answer = desk.post("/dashboard/settings/replies", **{**good, **typed})
        assert answer.status_code == 400
        assert said in words(answer.text)
        assert f'id="{field}-problem"' in answer.text

    def test_a_reply_is_kept_changed_and_deleted(self, desk: Desk, shop: Shop) -> None:
        good = {"name": "Sorry", "language": "en", "reason": "damaged", "body": "Hello {customer_name}"}
        desk.post("/dashboard/settings/replies", **good)
        assert desk.post("/dashboard/settings/replies", **good).status_code == 409
        with shop.ctx.db.tenant(shop.tenant_id) as session:
            reply_id = session.scalars(select(CannedReply.id)).one()
        editing = desk.get(f"/dashboard/settings/replies/{reply_id}").text
        assert hidden(editing, "reply_id") == reply_id
        desk.post("/dashboard/settings/replies", **{**good, "reply_id": reply_id, "body": "Good day {number}"})
        assert "Good day {number}" in desk.get("/dashboard/settings/replies").text
        desk.post(f"/dashboard/settings/replies/{reply_id}/delete")
        assert "No replies yet" in desk.get("/dashboard/settings/replies").text

    def test_who_may_not_manage_the_app_changes_none(self, app: Flask, saleor: FakeSaleor, tenant: Tenant) -> None:
        clerk = seat(app, saleor, tenant, email="clerk@shop.example", permissions=frozenset({"MANAGE_ORDERS"}))
        assert clerk.post("/dashboard/settings/replies/starters").status_code == 403
        assert "MANAGE_APPS" in clerk.get("/dashboard/settings/replies").text
