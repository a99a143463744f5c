"""Who calls: the shop in the path, the shopper by their own access token; cross-origin calls are allowed without cookies."""

from __future__ import annotations

import hashlib
import threading
import time

from flask import Response, g, request
from flask_openapi3.blueprint import APIBlueprint
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import Conflict, NotFound, NotSignedIn
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services.orders import fresh_order
from saleor_returns_app.services.ports import ShopperIdentity
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import as_app_error, problem
from saleor_returns_app.web.evidence import allow_uploads
from saleor_returns_app.web.i18n import choose_zone
from saleor_returns_app.web.tokens import read_claims

from .description import PREFIX

blueprint = APIBlueprint(
    "storefront", __name__, url_prefix=f"{PREFIX}/shops/<string:shop>", abp_security=[{"shopper": []}]
)

#: How long a token that Saleor confirmed is believed without asking again.
TRUSTED_SECONDS = 30.0
_MOST_TRUSTED = 4096
TAKES_FILES = frozenset({"storefront.add_to_request", "storefront.add_to_case"})


class _Confirmed:
    """Tokens that Saleor confirmed lately, by digest. A session that ended is noticed after `TRUSTED_SECONDS`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, ShopperIdentity]] = {}

    def find(self, key: str) -> ShopperIdentity | None:
        with self._lock:
            found = self._known.get(key)
        return found[1] if found and found[0] > time.monotonic() else None

    def keep(self, key: str, who: ShopperIdentity) -> None:
        with self._lock:
            if len(self._known) >= _MOST_TRUSTED:
                self._known.clear()
            self._known[key] = (time.monotonic() + TRUSTED_SECONDS, who)


_confirmed = _Confirmed()


@blueprint.before_request
def _who() -> None:
    if request.method == "OPTIONS":
        return
    slug = (request.view_args or {}).get("shop", "")
    with ctx().db.everyone() as session:
        tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None or tenant.state == TenantState.UNINSTALLED:
        raise NotFound("There is no shop of this name here.", code="UNKNOWN_SHOP")
    if tenant.state != TenantState.ACTIVE:
        raise Conflict(
            "This shop does not take returns here at the moment. Please contact the shop.", code="SHOP_INACTIVE"
        )
    g.tenant = tenant
    choose_zone(str(tenant.settings.get("time_zone") or ""))
    g.identity = _identify(tenant)
    if request.endpoint in TAKES_FILES:
        allow_uploads()


def _identify(tenant: Tenant) -> ShopperIdentity:
    """The shopper behind the token: the signature says it was issued, `me` says that the session is still alive."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("Send the shopper's access token: Authorization: Bearer …", code="NO_TOKEN")
    claims = read_claims(ctx(), tenant, token.strip(), kind="access")
    key = hashlib.sha256(f"{tenant.id}\0{token}".encode()).hexdigest()
    known = _confirmed.find(key)
    if known is not None:
        return known
    who = ctx().saleor.read_shopper(ctx().shop(tenant.id), token.strip())
    if who is None or who.user_id != claims.get("user_id"):
        raise NotSignedIn("Your session in the shop is over. Please sign in again.", code="SESSION_OVER")
    _confirmed.keep(key, who)
    return who


def tenant() -> Tenant:
    found: Tenant = g.tenant
    return found


def identity() -> ShopperIdentity:
    found: ShopperIdentity = g.identity
    return found


def actor() -> Actor:
    return Actor.shopper(email=identity().email, user_id=identity().user_id)


def own_order(order_id: str) -> Order:
    """An order of this account. Raises NotFound for everybody else's, as for one that does not exist.

    A guest's order with the same address is not the account's until Saleor says so: where a shop does not confirm addresses,
    anybody can register with anybody's. The portal's one-time code opens it.
    """
    order = fresh_order(ctx(), tenant().id, order_id)
    if order.customer_id != identity().user_id:
        raise NotFound("This order is not known in the shop.", code="UNKNOWN_ORDER")
    return order


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> Response:
    return problem(as_app_error(error))


@blueprint.after_request
def _allow_storefronts(response: Response) -> Response:
    # Any site may call, for only a token of the shopper opens anything and no cookie is ever sent.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "authorization, content-type, idempotency-key, accept-language"
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
    response.headers["Access-Control-Expose-Headers"] = "location"
    response.headers["Access-Control-Max-Age"] = "600"
    response.headers["Cache-Control"] = "no-store"
    return response
