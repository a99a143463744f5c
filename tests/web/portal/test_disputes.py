"""The shopper objects: said in words, kept when refused, sent once, with photos afterwards."""

from __future__ import annotations

from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.cases import reject_case
from saleor_returns_app.services.context import Context

from .walking import cases, fill_in, post, refused, send

CASE = "/r/shop/cases/R-2026-000001"
FORM = "cases/R-2026-000001/dispute"


def rejected(visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> None:
    send(visitor, fill_in(visitor))
    reject_case(ctx, tenant.id, cases(ctx, tenant)[0].id, actor=staff, reason="Too late.")


def test_a_rejection_is_disputed(visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> None:
    rejected(visitor, ctx, tenant, staff)
    assert "I do not agree with this decision" in visitor.get(CASE).text
    again = refused(visitor, post(visitor, FORM, objection=" ")).text
    assert "Write what you disagree with" in again
    for _ in range(2):
        assert post(visitor, FORM, objection="It was <in> time.").status_code == 303
    page = visitor.get(CASE).text
    assert cases(ctx, tenant)[0].status == "disputed"
    assert "The shop looks at your objection by" in page
    assert "It was &lt;in&gt; time." in page
    assert "Add photos or videos" in page
    assert "I do not agree" not in page


def test_nothing_is_disputed_before_it_is_decided(visitor: FlaskClient, ctx: Context, tenant: Tenant) -> None:
    send(visitor, fill_in(visitor))
    assert "I do not agree" not in visitor.get(CASE).text
    assert "not possible any more" in refused(visitor, post(visitor, FORM, objection="No.")).text
    assert cases(ctx, tenant)[0].status == "requested"
