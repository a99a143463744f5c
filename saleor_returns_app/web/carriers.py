"""Where whoever sells a shop its labels tells how its parcels fare."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services.carrier_accounts import read_account
from saleor_returns_app.services.tracking import take_tracking_event
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import as_app_error, problem

blueprint = Blueprint("carriers", __name__, url_prefix="/api/carriers")
#: Bytes; a tracker with all that ever happened to a parcel is far below.
LARGEST = 1_000_000


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> ResponseReturnValue:
    return problem(as_app_error(error))


@blueprint.post("/<slug>/events")
def receive(slug: str) -> ResponseReturnValue:
    """200 with how many parcels moved, also for what is not for us: sending it again would change nothing."""
    request.max_content_length = LARGEST
    with ctx().db.everyone() as session:
        tenant = session.scalar(select(Tenant).where(Tenant.slug == slug, Tenant.state == TenantState.ACTIVE))
    account = read_account(ctx(), tenant) if tenant is not None else None
    if tenant is None or account is None:
        raise NotFound
    event = ctx().carriers.read_event(account, request.get_data(cache=False), dict(request.headers))
    return jsonify(moved=take_tracking_event(ctx(), tenant.id, event) if event is not None else 0)


def events_address(slug: str) -> str:
    """Where the carrier has to send them."""
    return f"{ctx().settings.base_url}/api/carriers/{slug}/events"
