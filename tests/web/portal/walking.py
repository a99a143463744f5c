"""Steps through the portal that many tests take."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context


def code_in_mail(ctx: Context, tenant: Tenant) -> str:
    with ctx.db.tenant(tenant.id) as session:
        mail = session.scalars(
            select(Notification).where(Notification.kind == "code").order_by(Notification.id.desc())
        ).first()
    assert mail is not None
    return ctx.cipher.decrypt(mail.params["code"])


def log_in(client: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    client.post("/r/shop", data={"number": "74", "email": "rita@example.com"})
    answer = client.post("/r/shop/code", data={"code": code_in_mail(ctx, tenant)})
    assert answer.status_code == 303, answer.text


def hidden(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found.group(1)


def post(client: FlaskClient, path: str, **values: str) -> TestResponse:
    csrf = hidden(client.get("/r/shop/order"), "csrf")
    return client.post(f"/r/shop/{path}", data={"csrf": csrf, **values})


def refused(client: FlaskClient, answer: TestResponse) -> TestResponse:
    """The page with the same form that a refused one leads to; looking at it twice shows the same."""
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    assert address.endswith("check=1")
    page = client.get(address)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert client.get(address).text == page.text
    return page


def cases(ctx: Context, tenant: Tenant) -> list[Case]:
    with ctx.db.tenant(tenant.id) as session:
        return list(session.scalars(select(Case).order_by(Case.id)))


def fill_in(
    client: FlaskClient, quantity: str = "2", reason: str = "size_or_fit", description: str = ""
) -> TestResponse:
    post(client, "order", **{"quantity-line-1": quantity})
    post(client, "reasons", **{"reason-line-1": reason, "description-line-1": description})
    return client.get("/r/shop/summary")


def send(client: FlaskClient, summary: TestResponse) -> TestResponse:
    fields = {name: hidden(summary, name) for name in ("csrf", "ticket", "seen")}
    return client.post("/r/shop/summary", data=fields)
