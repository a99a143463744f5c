"""Writing to the shop and negotiating, as a shopper without scripts."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.messages import Message
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import messages, offers
from saleor_returns_app.services.context import Context
from tests.fakes import usd

from .walking import cases, fill_in, hidden, post, refused, send

PLACE = "/r/shop/cases/R-2026-000001"


@pytest.fixture
def case(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> Case:
    send(visitor, fill_in(visitor))
    return cases(ctx, tenant)[0]


def offer(ctx: Context, tenant: Tenant, case: Case, staff: Actor, amount: str = "12.00") -> str:
    proposal = Proposal(kind=OfferKind.COMPENSATION, amount=usd(amount))
    return offers.make_offer(ctx, tenant.id, case.id, actor=staff, proposal=proposal, note="For the trouble.")


def offer_rows(ctx: Context, tenant: Tenant) -> list[tuple[str, str]]:
    with ctx.db.tenant(tenant.id) as session:
        return [(row.made_by, row.status) for row in session.scalars(select(Offer).order_by(Offer.number))]


def test_a_message_is_written_once_however_often_it_is_sent(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case
) -> None:
    ticket = hidden(visitor.get(PLACE), "ticket")
    for body in ("Where is it?", "Where is it?", "And when?"):
        assert post(visitor, "cases/R-2026-000001/messages", body=body, ticket=ticket).status_code == 303
    with ctx.db.tenant(tenant.id) as session:
        assert [row.body for row in session.scalars(select(Message).order_by(Message.id))] == [
            "Where is it?",
            "And when?",
        ]
    assert "Where is it?" in visitor.get(PLACE).text


def test_an_empty_message_is_refused_where_it_was_written(visitor: FlaskClient, case: Case) -> None:
    page = refused(visitor, post(visitor, "cases/R-2026-000001/messages", body=" "))
    assert 'id="message-body-problem"' in page.text


def test_internal_notes_and_mail_addresses_of_staff_stay_with_staff(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case, staff: Actor
) -> None:
    messages.add_note(ctx, tenant.id, case.id, actor=staff, body="Known for this.")
    messages.send_message(ctx, tenant.id, case.id, actor=staff, body="Hello Rita.", through="dashboard")
    page = visitor.get(PLACE).text
    assert "Hello Rita." in page
    assert "Known for this." not in page
    assert staff.name not in page


def test_new_messages_are_marked_until_they_were_shown(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case, staff: Actor
) -> None:
    messages.send_message(ctx, tenant.id, case.id, actor=staff, body="Hello Rita.", through="dashboard")
    assert "1 new" in visitor.get(PLACE).text
    assert "1 new" not in visitor.get(PLACE).text


def test_an_offer_says_what_it_means_and_accepting_takes_two_steps(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case, staff: Actor
) -> None:
    offer(ctx, tenant, case, staff)
    page = visitor.get(PLACE).text
    assert "You keep the items and get $12.00." in page
    assert "Please answer it by March 5, 2026" in page
    step = re.search(r"<details[^>]*><summary[^>]*>Accept</summary>(.*?)</details>", page, re.DOTALL)
    assert step
    assert "You agree to this:" in step[1]
    assert page.count('action="/r/shop/cases/R-2026-000001/offers/1/accept"') == step[1].count("<form") == 1
    for _ in range(2):
        assert post(visitor, "cases/R-2026-000001/offers/1/accept").headers["Location"].endswith("R-2026-000001")
    after = visitor.get(PLACE).text
    assert cases(ctx, tenant)[0].status == "approved"
    assert "please send nothing" in after
    assert "Send it to" not in after
    assert "Tracking number" not in after


def test_an_offer_that_was_taken_back_meanwhile_says_so(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case, staff: Actor
) -> None:
    offer_id = offer(ctx, tenant, case, staff)
    offers.withdraw_offer(ctx, tenant.id, offer_id, actor=staff)
    page = refused(visitor, post(visitor, "cases/R-2026-000001/offers/1/accept"))
    assert "This offer was withdrawn in the meantime." in page.text
    assert cases(ctx, tenant)[0].status == "requested"


def test_a_counter_offer_that_cannot_be_keeps_what_was_typed(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case, staff: Actor
) -> None:
    offer(ctx, tenant, case, staff)
    typed = {"kind": "compensation", "amount": "4000", "note": "It is worth more."}
    page = refused(visitor, post(visitor, "cases/R-2026-000001/offers/1/counter", **typed))
    assert 'id="counter-1-amount-problem"' in page.text
    assert 'value="4000"' in page.text
    assert "It is worth more." in page.text
    assert offer_rows(ctx, tenant) == [("staff", "open")]
    assert post(visitor, "cases/R-2026-000001/offers/1/counter", **{**typed, "amount": "20"}).status_code == 303
    assert offer_rows(ctx, tenant) == [("staff", "countered"), ("shopper", "open")]
    assert "The shop answers your offer by" in visitor.get(PLACE).text


def test_an_offer_is_declined_with_words(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case, staff: Actor
) -> None:
    offer(ctx, tenant, case, staff)
    for _ in range(2):
        assert (
            "check"
            not in post(visitor, "cases/R-2026-000001/offers/1/decline", reason="Too little.").headers["Location"]
        )
    assert offer_rows(ctx, tenant) == [("staff", "declined")]
    assert "Too little." in visitor.get(PLACE).text


def test_a_shopper_proposes_once_and_takes_it_back(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case
) -> None:
    typed = {"kind": "exchange", "wish": "Size L", "ticket": hidden(visitor.get(PLACE), "ticket")}
    for _ in range(2):
        assert "check" not in post(visitor, "cases/R-2026-000001/offers", **typed).headers["Location"]
    assert offer_rows(ctx, tenant) == [("shopper", "open")]
    page = visitor.get(PLACE).text
    assert "You send the items back and get instead: Size L" in page
    assert "offers/1/accept" not in page
    post(visitor, "cases/R-2026-000001/offers/1/withdraw")
    assert offer_rows(ctx, tenant) == [("shopper", "withdrawn")]


def test_only_what_the_policy_allows_can_be_chosen(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case
) -> None:
    with ctx.db.tenant(tenant.id) as session:
        session.get_one(Case, case.id).terms = CaseTerms(allowed=(Resolution.REFUND, Resolution.EXCHANGE)).dump()
    page = visitor.get(PLACE).text
    shown = set(re.findall(r'<option value="(\w+)">', page))
    assert {"refund", "postage", "exchange"} <= shown
    assert not {"repair", "compensation", "voucher"} & shown


def test_another_cases_thread_does_not_exist(visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case) -> None:
    with ctx.db.tenant(tenant.id) as session:
        session.get_one(Case, case.id).email = "eve@example.com"
    for path in ("messages", "offers", "offers/1/accept", "offers/1/counter"):
        assert post(visitor, f"cases/R-2026-000001/{path}", body="Hello").status_code == 404


def test_what_staff_write_is_text(visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case, staff: Actor) -> None:
    messages.send_message(ctx, tenant.id, case.id, actor=staff, body="<script>alert(1)</script>", through="dashboard")
    assert "<script>" not in visitor.get(PLACE).text


def test_where_a_form_was_sent_to_leads_back(visitor: FlaskClient, case: Case) -> None:
    for path in ("messages", "offers", "offers/1/accept"):
        assert visitor.get(f"{PLACE}/{path}").status_code == 303


def test_photos_come_with_a_message_and_what_cannot_be_used_keeps_the_words(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, case: Case
) -> None:
    def write(content: bytes) -> TestResponse:
        csrf = hidden(visitor.get("/r/shop/order"), "csrf")
        data = {"csrf": csrf, "body": "See the scratch.", "files": (BytesIO(content), "scratch.jpg")}
        return visitor.post(f"{PLACE}/messages", data=data, content_type="multipart/form-data")

    page = refused(visitor, write(b"a virus"))
    assert 'id="message-files-problem"' in page.text
    assert "See the scratch." in page.text
    assert write(b"photo of a scratch").status_code == 303
    with ctx.db.tenant(tenant.id) as session:
        message_id = session.scalars(select(Message.id)).one()
        assert session.scalars(select(Evidence.message_id)).all() == [message_id]
    assert "Photo 1 of 1" in visitor.get(PLACE).text
