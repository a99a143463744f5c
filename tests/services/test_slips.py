"""What the slip of a case says, and which mails it goes with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.orders import Address
from saleor_returns_app.domain.slips import Paper
from saleor_returns_app.errors import Conflict, DocumentUnavailable, NotFound
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.cases import cancel_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.notifications import Letter, send_waiting_mails
from saleor_returns_app.services.slips import read_slip
from tests.conftest import add_tenant
from tests.fakes import FakeMailer, FakeSaleor, PlainDocuments

from .journeys import Shop


def render(kind: str, language: str, params: dict[str, Any], tenant: Tenant) -> Letter:
    return Letter(subject=kind, text="text", html="<p>html</p>")


@pytest.fixture
def mailer(ctx: Context) -> FakeMailer:
    assert isinstance(ctx.mailer, FakeMailer)
    return ctx.mailer


@pytest.fixture
def documents(ctx: Context) -> PlainDocuments:
    assert isinstance(ctx.documents, PlainDocuments)
    return ctx.documents


def attached(mailer: FakeMailer) -> dict[str, list[str]]:
    return {mail.subject: [file.name for file in mail.attachments] for mail in mailer.sent}


def test_the_slip_says_what_is_sent_from_where_to_where_by_when(shop: Shop, saleor: FakeSaleor) -> None:
    home = Address(name="Rita Ruiz", street_1="5 High Street", city="New York", postal_code="10001", country="US")
    saleor.orders["order-1"] = replace(saleor.orders["order-1"], shipping_address=home)
    case_id = shop.request({"line-1": 2})
    shop.approve(case_id)
    slip = read_slip(shop.ctx, shop.tenant_id, case_id, language="en")
    case = shop.case(case_id)
    assert (slip.number, slip.shop_name, slip.language) == (case.number, "Shop & Co", "en")
    assert slip.sender == ("Rita Ruiz", "5 High Street", "10001 New York", "US")
    assert slip.recipient == ("Returns dept.", "1 Dock Road", "10001 New York")
    assert [(line.quantity, line.name) for line in slip.lines] == [(2, case.lines[0].product_name)]
    assert case.due_at
    assert isinstance(slip.due, date)
    assert slip.due == case.due_at.date()


def test_before_the_approval_and_after_the_end_there_is_no_slip(shop: Shop) -> None:
    case_id = shop.request()
    with pytest.raises(Conflict):
        read_slip(shop.ctx, shop.tenant_id, case_id, language="en")
    shop.approve(case_id)
    assert read_slip(shop.ctx, shop.tenant_id, case_id, language="en")
    cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    with pytest.raises(Conflict):
        read_slip(shop.ctx, shop.tenant_id, case_id, language="en")


def test_another_shop_reads_no_slip(shop: Shop) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    other = add_tenant(shop.ctx.db, "other")
    with pytest.raises(NotFound):
        read_slip(shop.ctx, other.id, case_id, language="en")


def test_the_slip_goes_with_the_approval_and_with_no_other_mail(
    shop: Shop, mailer: FakeMailer, documents: PlainDocuments
) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    send_waiting_mails(shop.ctx, render)
    assert attached(mailer) == {"requested": [], "approved": [f"{shop.case(case_id).number}.pdf"]}
    assert [paper for _, paper in documents.slips] == [Paper.A4]


def test_what_needs_no_parcel_any_more_gets_no_slip(shop: Shop, mailer: FakeMailer) -> None:
    case_id = shop.request()
    shop.approve(case_id)
    cancel_case(shop.ctx, shop.tenant_id, case_id, actor=shop.shopper)
    send_waiting_mails(shop.ctx, render)
    assert attached(mailer)["approved"] == []


def test_a_slip_that_cannot_be_drawn_does_not_hold_up_the_mail(
    shop: Shop, mailer: FakeMailer, documents: PlainDocuments
) -> None:
    documents.trouble = DocumentUnavailable()
    shop.approve(shop.request())
    send_waiting_mails(shop.ctx, render)
    assert attached(mailer) == {"requested": [], "approved": []}


def test_the_slip_in_the_mail_is_in_the_language_of_the_mail(
    shop: Shop, documents: PlainDocuments, staff: Actor
) -> None:
    case_id = shop.request()
    with shop.ctx.db.tenant(shop.tenant_id) as session:
        session.merge(shop.case(case_id)).language = "zh"
    shop.approve(case_id)
    send_waiting_mails(shop.ctx, render)
    assert [slip.language for slip, _ in documents.slips] == ["zh"]
