"""The shopper complains: led to what is missing, sent once, followed on its page, withdrawn, and objected to."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.complaints import (
    acknowledge_complaint,
    decide_complaint,
    investigate_complaint,
    withdraw_complaint,
)
from saleor_returns_app.services.context import Context

from .walking import cases, fill_in, hidden, log_in, post, refused, send

CASE = "/r/shop/cases/C-2026-000001"
ANSWER = "complaints/C-2026-000001"


def complain(visitor: FlaskClient, **typed: str) -> str:
    """Fill the form in and send it; gives where it leads to."""
    form = visitor.get("/r/shop/complaint")
    values = {"topic": "delivery", "description": "It came <late>.", "ticket": hidden(form, "ticket"), **typed}
    answer = post(visitor, "complaint", **values)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def decided(ctx: Context, tenant: Tenant, staff: Actor, case: Case, outcome: str = "not_upheld") -> None:
    acknowledge_complaint(ctx, tenant.id, case.id, actor=staff, message="We read it.")
    investigate_complaint(ctx, tenant.id, case.id, actor=staff)
    decide_complaint(
        ctx, tenant.id, case.id, actor=staff, outcome=outcome, reasons="It was on <time>.", root_cause="unknown"
    )


def test_the_order_page_leads_to_it_and_lists_it_apart_from_returns(
    visitor: FlaskClient, ctx: Context, tenant: Tenant
) -> None:
    assert "/r/shop/complaint" in visitor.get("/r/shop/order").text
    assert complain(visitor).endswith("/cases/C-2026-000001/done")
    listed = visitor.get("/r/shop/order").text
    assert "Your complaints" in listed
    assert "Your returns" not in listed
    page = visitor.get(f"{CASE}/done").text
    for said in ("Your complaint is with the shop", "It came &lt;late&gt;.", "Somebody reads your complaint by"):
        assert said in page
    assert cases(ctx, tenant)[0].opened_through == "portal"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"topic": ""}, "Choose what it is about."),
        ({"description": " "}, "Please describe what happened."),
        ({"topic": "item"}, "Choose the item that it is about."),
        ({"wish": "x" * 1001}, "at most 1000 characters"),
        ({"item": "line-99", "topic": "item"}, "This item is not part of the order."),
        ({"about": "R-2026-000099"}, "This return is not one of this order."),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, typed: dict[str, str], said: str
) -> None:
    form = visitor.get("/r/shop/complaint")
    values = {"topic": "delivery", "description": "Kept words.", "wish": "A kept wish.", "dangerous": "yes", **typed}
    page = refused(visitor, post(visitor, "complaint", ticket=hidden(form, "ticket"), **values)).text
    assert said in page
    if "description" not in typed:
        assert "Kept words." in page
    if "wish" not in typed:
        assert "A kept wish." in page
    assert cases(ctx, tenant) == []


def test_sending_it_twice_files_one(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    ticket = hidden(visitor.get("/r/shop/complaint"), "ticket")
    for _ in range(2):
        assert complain(visitor, ticket=ticket).endswith("/done")
    assert len(cases(ctx, tenant)) == 1
    assert complain(visitor).endswith("/C-2026-000002/done"), "another one is another one"


def test_an_id_that_somebody_made_up_files_nothing(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    complain(visitor, ticket="0190aaaa-0000-7000-8000-000000000000")
    assert cases(ctx, tenant) == []


def test_photos_come_with_it(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    form = visitor.get("/r/shop/complaint")
    data = {
        "csrf": hidden(form, "csrf"),
        "ticket": hidden(form, "ticket"),
        "topic": "order",
        "description": "See the photo.",
        "files-": (io.BytesIO(b"photo of a box"), "box.jpg"),
    }
    assert visitor.post("/r/shop/complaint", data=data).status_code == 303
    with ctx.db.tenant(tenant.id) as session:
        file = session.scalars(select(Evidence)).one()
    assert file.case_id == cases(ctx, tenant)[0].id
    assert "<img" in visitor.get(CASE).text


def test_it_can_be_about_a_return(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    send(visitor, fill_in(visitor))
    case = visitor.get("/r/shop/cases/R-2026-000001").text
    assert "/r/shop/complaint?about=R-2026-000001" in case
    form = visitor.get("/r/shop/complaint?about=R-2026-000001").text
    assert '<option value="R-2026-000001" selected>' in form
    complain(visitor, about="R-2026-000001")
    page = visitor.get("/r/shop/cases/C-2026-000002").text
    assert "/r/shop/cases/R-2026-000001" in page
    with ctx.db.tenant(tenant.id) as session:
        about = session.scalars(select(Complaint)).one().about_id
    assert about == cases(ctx, tenant)[0].id


def test_danger_is_marked(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    complain(visitor, dangerous="yes", topic="item", item="line-1")
    assert cases(ctx, tenant)[0].attention == "DANGEROUS"


def test_a_decision_is_read_and_objected_to_once(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    complain(visitor)
    decided(ctx, tenant, staff, cases(ctx, tenant)[0])
    page = visitor.get(CASE).text
    for said in ("The shop does not agree with you", "It was on &lt;time&gt;.", "I do not agree with this decision"):
        assert said in page
    again = refused(visitor, post(visitor, f"{ANSWER}/reopen", reason=" ")).text
    assert "Write what you disagree with" in again
    for _ in range(2):
        assert post(visitor, f"{ANSWER}/reopen", reason="It was not.").status_code == 303
    page = visitor.get(CASE).text
    assert "Somebody who is not part of it looks into your complaint" in page
    assert "The decision" not in page
    assert cases(ctx, tenant)[0].status == "investigating"


def test_who_is_content_ends_it(visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> None:
    complain(visitor)
    decided(ctx, tenant, staff, cases(ctx, tenant)[0], "upheld")
    for _ in range(2):
        assert post(visitor, f"{ANSWER}/close").status_code == 303
    assert cases(ctx, tenant)[0].status == "closed"
    assert "I do not agree with this decision" in visitor.get(CASE).text, "for a month it can be taken up again"


def test_it_is_withdrawn_and_messages_still_reach_the_shop(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    complain(visitor)
    assert post(visitor, "cases/C-2026-000001/messages", body="One more thing.").status_code == 303
    assert "One more thing." in visitor.get(CASE).text
    post(visitor, f"{ANSWER}/withdraw")
    page = visitor.get(CASE).text
    assert "This complaint was withdrawn." in page
    assert "Withdraw this complaint" not in page


def test_a_refused_answer_says_how_it_stands(visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> None:
    complain(visitor)
    withdraw_complaint(ctx, tenant.id, cases(ctx, tenant)[0].id, actor=staff, reason="Asked for on the phone.")
    page = refused(visitor, post(visitor, f"{ANSWER}/close")).text
    assert "the complaint is “Withdrawn” now" in page


@pytest.mark.parametrize("form", ["cancel", "tracking", "dispute", "offers", "way", "exchange", "repair"])
def test_forms_of_returns_do_not_reach_a_complaint(visitor: FlaskClient, form: str) -> None:
    complain(visitor)
    assert post(visitor, f"cases/C-2026-000001/{form}").status_code in (404, 405)


@pytest.mark.parametrize("name", ["withdraw", "close", "reopen"])
def test_forms_of_complaints_do_not_reach_a_return(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, name: str
) -> None:
    send(visitor, fill_in(visitor))
    assert post(visitor, f"complaints/R-2026-000001/{name}", reason="x").status_code == 404
    assert cases(ctx, tenant)[0].status == "requested"


def test_nobody_elses_complaint_is_shown(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    complain(visitor)
    with ctx.db.tenant(tenant.id) as session:
        session.scalars(select(Case)).one().email = "somebody@else.example"
    assert visitor.get(CASE).status_code == 404
    assert post(visitor, f"{ANSWER}/withdraw").status_code == 404


def test_who_is_not_signed_in_is_asked_to(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    assert client.get("/r/shop/complaint").status_code == 401
    log_in(client, ctx, tenant)
    assert client.get("/r/shop/complaint").status_code == 200


def test_the_page_is_there_in_chinese(visitor: FlaskClient) -> None:
    complain(visitor)
    page = visitor.get(f"{CASE}?lang=zh").text
    assert "投诉 C-2026-000001" in page
    assert "We" not in page.partition("<main")[2].partition("It came")[0].replace("Web", "")
