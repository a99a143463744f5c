"""The status page of a case, and what its shopper can do there."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus, Channel, Reason
from saleor_returns_app.domain.parcels import ParcelStatus
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import QuoteRow, Refund
from saleor_returns_app.models.repairs import Repair
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.cases import approve_case, reject_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.judging import LineRequest
from saleor_returns_app.services.linking import merge_case
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.web.labels import next_text
from tests.fakes import FakeSaleor, make_order

from .walking import cases, fill_in, hidden, post, refused, send


def test_another_orders_case_does_not_exist(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, saleor: FakeSaleor
) -> None:
    saleor.orders["order-2"] = make_order("order-2", number="75", email="eve@example.com")
    open_case(
        ctx,
        tenant.id,
        saleor_order_id="order-2",
        lines=[LineRequest(order_line_id="line-1", quantity=1, reason=Reason.LATE)],
        actor=Actor.shopper(email="eve@example.com"),
        through=Channel.PORTAL,
        language="en",
    )
    for method, path in (("get", ""), ("post", "/cancel"), ("post", "/tracking")):
        csrf = hidden(visitor.get("/r/shop/order"), "csrf")
        answer = visitor.open(
            f"/r/shop/cases/R-2026-000001{path}", method=method, data={"csrf": csrf} if method == "post" else None
        )
        assert answer.status_code == 404, path


def test_a_case_can_be_followed_tracked_and_withdrawn(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    send(visitor, fill_in(visitor))
    case_id = cases(ctx, tenant)[0].id
    approve_case(ctx, tenant.id, case_id, actor=staff, message="Use the box.")
    page = visitor.get("/r/shop/cases/R-2026-000001")
    assert "1 Dock Road" in page.text
    assert "Use the box." in page.text
    wrong = post(visitor, "cases/R-2026-000001/tracking", tracking_number="?", carrier="Post")
    assert 'value="?"' in refused(visitor, wrong).text
    assert post(visitor, "cases/R-2026-000001/tracking", tracking_number="RR123456785DE").status_code == 303
    late = refused(visitor, post(visitor, "cases/R-2026-000001/cancel"))
    assert "the return is “In transit” now" in late.text


def test_withdrawing_takes_a_second_step_that_says_what_happens(visitor: FlaskClient) -> None:
    send(visitor, fill_in(visitor))
    page = visitor.get("/r/shop/cases/R-2026-000001").text
    step = re.search(r"<details[^>]*><summary>Withdraw this return</summary>(.*?)</details>", page, re.DOTALL)
    assert step
    assert "nothing is refunded" in step[1]
    assert page.count('action="/r/shop/cases/R-2026-000001/cancel"') == step[1].count("<form") == 1


def test_withdrawing_twice_is_withdrawing(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    send(visitor, fill_in(visitor))
    for _ in range(2):
        assert post(visitor, "cases/R-2026-000001/cancel").status_code == 303
    assert cases(ctx, tenant)[0].status == "cancelled"


def test_the_tracking_number_is_told_once_however_often_it_is_sent(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor
) -> None:
    send(visitor, fill_in(visitor))
    approve_case(ctx, tenant.id, cases(ctx, tenant)[0].id, actor=staff)
    for number in ("RR123456785DE", "RR123456785DE", "RR123456799DE"):
        assert post(visitor, "cases/R-2026-000001/tracking", tracking_number=number).status_code == 303
    assert visitor.get("/r/shop/cases/R-2026-000001").text.count("The parcel is on its way <") == 2


@pytest.mark.parametrize("action", ["tracking", "cancel"])
def test_what_a_form_was_sent_to_can_be_loaded_again(visitor: FlaskClient, action: str) -> None:
    send(visitor, fill_in(visitor))
    answer = visitor.get(f"/r/shop/cases/R-2026-000001/{action}")
    assert answer.headers["Location"] == "/r/shop/cases/R-2026-000001"


@pytest.mark.parametrize(
    ("status", "said", "amount"),
    [
        ("requested", "On its way", "$40.00"),
        ("failed", "The shop is looking into it", "$40.00"),
        ("succeeded", "Partly paid", "$39.00"),
    ],
)
def test_a_refund_is_shown_as_its_shopper_understands_it(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, status: str, said: str, amount: str
) -> None:
    send(visitor, fill_in(visitor))
    with ctx.db.tenant(tenant.id) as session:
        case = session.scalars(select(Case)).one()
        quote = QuoteRow(
            case_id=case.id, fingerprint="f", total_minor=4000, currency="USD", data={}, created_at=ctx.now()
        )
        session.add(quote)
        session.flush()
        session.add(
            Refund(
                case_id=case.id,
                quote_id=quote.id,
                number=1,
                saleor_order_id=case.saleor_order_id,
                way="transaction",
                label="Card",
                status=status,
                amount_minor=4000,
                paid_minor=3900,
                currency="USD",
                marker="R-2026-000001/1",
                created_at=ctx.now(),
            )
        )
    page = visitor.get("/r/shop/cases/R-2026-000001").text
    assert re.search(rf'Card <span class="pill \w+">{said}</span></th><td class="num">\{amount}</td>', page)


def test_a_rejection_is_shown_with_its_reason(visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> None:
    send(visitor, fill_in(visitor))
    reject_case(ctx, tenant.id, cases(ctx, tenant)[0].id, actor=staff, reason="It was worn <outside>.")
    assert "It was worn &lt;outside&gt;." in visitor.get("/r/shop/cases/R-2026-000001").text


@pytest.mark.parametrize("status", ["requested", "approved", "in_transit", "received"])
def test_the_expected_refund_is_shown_while_it_is_open(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, status: str
) -> None:
    assert "Expected refund: $40.00" in page_of_a_case(visitor, ctx, tenant, status)


@pytest.mark.parametrize("status", ["inspected", "resolved", "closed", "rejected", "cancelled", "expired", "disputed"])
def test_what_is_decided_promises_no_refund(visitor: FlaskClient, ctx: Context, tenant: Tenant, status: str) -> None:
    assert "Expected refund" not in page_of_a_case(visitor, ctx, tenant, status)


def page_of_a_case(visitor: FlaskClient, ctx: Context, tenant: Tenant, status: str) -> str:
    send(visitor, fill_in(visitor))
    with ctx.db.tenant(tenant.id) as session:
        session.scalars(select(Case)).one().status = status
    return visitor.get("/r/shop/cases/R-2026-000001").text


def test_the_history_shows_days_since_the_hours_would_be_of_another_time_zone(visitor: FlaskClient) -> None:
    send(visitor, fill_in(visitor))
    page = visitor.get("/r/shop/cases/R-2026-000001").text
    assert re.search(r"<time[^>]*>\w+ \d+, \d{4}</time>", page)
    assert "UTC" not in page


def test_who_asked_twice_is_led_to_the_return_that_goes_on(
    visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor
) -> None:
    _, second = (
        open_case(
            ctx,
            tenant.id,
            saleor_order_id="order-1",
            lines=[LineRequest(order_line_id="line-1", quantity=1, reason=Reason.LATE)],
            actor=shopper,
            through=Channel.PORTAL,
            language="en",
        )
        for _ in range(2)
    )
    merge_case(ctx, tenant.id, second, actor=staff, number="R-2026-000001")
    page = visitor.get("/r/shop/cases/R-2026-000002").text
    assert "We go on with the other return" in page
    assert '/r/shop/cases/R-2026-000001"' in page
    assert "You can ask for a new one" not in page


def test_what_is_next_follows_the_parcels_and_the_repair() -> None:
    sent = Case(status=CaseStatus.IN_TRANSIT, terms={}, due_by="shopper")
    back = [Parcel(status=ParcelStatus.DELIVERED), Parcel(status=ParcelStatus.IN_TRANSIT)]
    assert next_text(sent, (), parcels=back).startswith("Your parcel is on its way")
    assert next_text(sent, (), parcels=back[:1]).startswith("Your parcel has arrived")
    mixed = Case(status=CaseStatus.RESOLVING, terms={}, due_by="shopper")
    paid, owed = Refund(status=RefundStatus.SUCCEEDED), Refund(status=RefundStatus.PENDING)
    assert next_text(mixed, [owed], repair=Repair(status="quoted")).startswith(
        "The shop told you what the repair costs"
    )
    assert next_text(mixed, [owed], repair=Repair(status="repairing")).startswith("Your refund is on its way")
    assert next_text(mixed, [paid], repair=Repair(status="repairing")).startswith("Your repair is under way")
