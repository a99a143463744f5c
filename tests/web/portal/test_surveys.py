"""The survey's page: by its link alone, in the shopper's language, answered once."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.surveys import Survey
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.cases import close_case
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant
from tests.services.journeys import Shop
from tests.services.test_disputes import settled


@pytest.fixture
def path(ctx: Context, tenant: Tenant, staff: Actor, shopper: Actor) -> str:
    """Where the mail of a closed return leads to."""
    shop = Shop(ctx, tenant.id, staff, shopper)
    close_case(ctx, tenant.id, settled(shop), actor=staff)
    with ctx.db.tenant(tenant.id) as session:
        mail = session.scalars(select(Notification).where(Notification.kind == "survey")).one()
    return "/" + str(mail.params["link"]).partition("://")[2].partition("/")[2]


def stored(ctx: Context, tenant: Tenant) -> Survey:
    with ctx.db.tenant(tenant.id) as session:
        return session.scalars(select(Survey)).one()


def test_it_is_answered_without_signing_in_and_looking_changes_nothing(
    client: FlaskClient, ctx: Context, tenant: Tenant, path: str
) -> None:
    page = client.get(path)
    assert "How content are you" in page.text
    assert "rita@example.com" not in page.text
    assert stored(ctx, tenant).stars is None
    for stars in ("1", "5"):
        answer = client.post(path, data={"stars": stars, "comment": "Too <slow>."})
        assert answer.status_code == 303
    said = client.get(path).text
    assert "Thank you" in said
    assert "Too &lt;slow&gt;." in said
    assert "Somebody of the shop reads this and writes to you." in said
    assert stored(ctx, tenant).stars == 1, "the first answer counts"


def test_nothing_chosen_is_said_and_the_words_are_kept(
    client: FlaskClient, ctx: Context, tenant: Tenant, path: str
) -> None:
    answer = client.post(path, data={"comment": "Kept words."})
    assert answer.status_code == 400
    assert "Choose from one to five stars." in answer.text
    assert "Kept words." in answer.text
    assert stored(ctx, tenant).stars is None


def test_a_signed_in_shopper_answers_as_well(visitor: FlaskClient, ctx: Context, tenant: Tenant, path: str) -> None:
    assert visitor.post(path, data={"stars": "4"}).status_code == 303
    assert stored(ctx, tenant).stars == 4


def test_it_is_written_in_the_language_of_the_case(
    client: FlaskClient, ctx: Context, tenant: Tenant, path: str
) -> None:
    with ctx.db.tenant(tenant.id) as session:
        session.scalars(select(Case)).one().language = "zh"
    assert "处理得怎么样？" in client.get(path).text
    assert "How did it go?" in client.get(f"{path}?lang=en").text


def test_a_link_that_is_not_ours_opens_nothing(client: FlaskClient, ctx: Context, path: str) -> None:
    add_tenant(ctx.db, "other")
    for wrong in (path + "x", path.replace("/r/shop/", "/r/other/"), "/r/shop/opinion/x"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, data={"stars": "5"}).status_code == 404
