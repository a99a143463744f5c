"""Withdrawing from a contract: two steps, no proof, a receipt, and one declaration however often it is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.models.withdrawals import Withdrawal
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant
from tests.fakes import START

SAID = {"name": "Rita Returner", "number": "#74", "email": "rita@example.com", "items": ""}


def declared(ctx: Context, tenant: Tenant) -> Sequence[Withdrawal]:
    with ctx.db.tenant(tenant.id) as session:
        return session.scalars(select(Withdrawal)).all()


def receipts(ctx: Context, tenant: Tenant) -> Sequence[Notification]:
    with ctx.db.tenant(tenant.id) as session:
        return session.scalars(select(Notification).where(Notification.kind == "withdrawal_receipt")).all()


def fields(page: TestResponse) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))


def test_a_guest_withdraws_in_two_steps_and_gets_a_receipt(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    assert "Withdraw from the contract here" in client.get("/r/shop").text
    form = client.get("/r/shop/withdraw").text
    assert not re.search(r'name="(reason|photo|code)"', form)
    shown = client.post("/r/shop/withdraw", data=SAID)
    assert "I withdraw from the contract for order 74." in shown.text
    assert declared(ctx, tenant) == []  # nothing before it is confirmed
    done = client.post("/r/shop/withdraw/confirm", data=fields(shown))
    assert "Your withdrawal is with the shop" in done.text
    (row,) = declared(ctx, tenant)
    assert (row.order_number, row.email, row.declared_at, row.proven) == ("74", "rita@example.com", START, False)
    (mail,) = receipts(ctx, tenant)
    assert (mail.recipient, mail.params["declared_at"]) == ("rita@example.com", START.isoformat())


def test_sending_it_twice_is_one_declaration_and_one_receipt(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    confirmed = fields(client.post("/r/shop/withdraw", data=SAID))
    answers = [client.post("/r/shop/withdraw/confirm", data=confirmed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (len(declared(ctx, tenant)), len(receipts(ctx, tenant))) == (1, 1)


def test_a_used_page_does_not_answer_for_another_declaration(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    confirmed = fields(client.post("/r/shop/withdraw", data=SAID))
    client.post("/r/shop/withdraw/confirm", data=confirmed)
    other = client.post("/r/shop/withdraw/confirm", data={**confirmed, "number": "75"})
    assert other.status_code == 409
    assert len(declared(ctx, tenant)) == 1


def test_the_ticket_of_another_shop_shows_nothing_of_it(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    other = add_tenant(ctx.db, "other")
    confirmed = fields(client.post("/r/other/withdraw", data=SAID))
    client.post("/r/other/withdraw/confirm", data=confirmed)
    answer = client.post("/r/shop/withdraw/confirm", data=confirmed)
    assert answer.status_code == 409
    assert (len(declared(ctx, other)), len(declared(ctx, tenant))) == (1, 0)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", " ", "Write your name."),
        ("number", "#", "Write the order number"),
        ("email", "rita", "Write the e-mail address that the receipt shall go to."),
        ("items", "x" * 4001, "The description is too long"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client: FlaskClient, field: str, typed: str, said: str) -> None:
    typed_before = {"name": "名 <b>", "number": "74", "email": "rita@example.com", "items": "The mug"}
    page = client.post("/r/shop/withdraw", data={**typed_before, field: typed})
    assert page.status_code == 400
    assert said in page.text
    kept = {"name": "名 &lt;b&gt;", "email": "rita@example.com", "items": "The mug"}
    assert [value for name, value in kept.items() if name != field and value not in page.text] == []


def test_going_back_keeps_what_was_typed(client: FlaskClient) -> None:
    shown = client.post("/r/shop/withdraw", data={**SAID, "items": "The mug"})
    again = client.post("/r/shop/withdraw", data={**fields(shown), "back": "1"})
    assert 'value="Rita Returner"' in again.text
    assert "The mug" in again.text


def test_one_mailbox_is_not_flooded_but_every_declaration_counts(
    client: FlaskClient, ctx: Context, tenant: Tenant
) -> None:
    for number in range(9):
        shown = client.post("/r/shop/withdraw", data={**SAID, "number": str(number)})
        client.post("/r/shop/withdraw/confirm", data=fields(shown))
    assert (len(declared(ctx, tenant)), len(receipts(ctx, tenant))) == (9, 5)


def test_somebody_signed_in_chooses_units_and_counts_as_proven(
    visitor: FlaskClient, ctx: Context, tenant: Tenant
) -> None:
    form = visitor.get("/r/shop/withdraw")
    assert "Order 74" in form.text
    typed = {**SAID, **fields(form), "quantity-line-1": "1", "quantity-line-2": "0"}
    shown = visitor.post("/r/shop/withdraw", data=typed)
    visitor.post("/r/shop/withdraw/confirm", data=fields(shown))
    (row,) = declared(ctx, tenant)
    assert (row.proven, row.saleor_order_id, row.units) == (True, "order-1", {"line-1": 1})
