"""Whose shop, which shopper: cookies, the check of where a form came from, and the headers of every page."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.errors import AppError, Forbidden, NotFound, NotSignedIn
from saleor_returns_app.models.portal import PortalSession
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.services.logins import digest, read_session
from saleor_returns_app.services.orders import mirrored_order
from saleor_returns_app.web import errors, i18n
from saleor_returns_app.web.brand import brand_of
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.evidence import allow_uploads

blueprint = Blueprint("portal", __name__, url_prefix="/r/<slug>")

SESSION_COOKIE = "returns_session"
HANDLE_COOKIE = "returns_code"
LANGUAGE_COOKIE = "returns_language"
#: Forms that photos and videos come with.
TAKES_FILES = frozenset({"portal.explain", "portal.add_files", "portal.provide", "portal.write", "portal.file"})


@blueprint.url_value_preprocessor
def _shop(_endpoint: str | None, values: dict[str, str] | None) -> None:
    slug = (values or {}).pop("slug", "")
    g.slug = slug
    asked = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked:
        i18n.choose_language(asked)
    with ctx().db.everyone() as session:
        tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None or tenant.state == TenantState.UNINSTALLED:
        raise NotFound("There is no shop at this address. Use the link in your order mail.", code="UNKNOWN_SHOP")
    g.tenant = tenant
    i18n.choose_zone(str(tenant.settings.get("time_zone") or ""))
    if tenant.state != TenantState.ACTIVE:
        text = "This shop does not take returns here at the moment. Please contact the shop."
        raise AppError(text, code="SHOP_INACTIVE")


@blueprint.url_defaults
def _same_shop(_endpoint: str, values: dict[str, str]) -> None:
    values.setdefault("slug", g.get("slug", ""))


@blueprint.before_request
def _check_origin() -> None:
    """A form has to come from our own pages; with SameSite cookies and the form's own token a third lock on the same door.

    The way in from the shop is open: its token is the shopper's own, opens one order once, and brings no cookie along.
    """
    if request.method != "POST" or request.endpoint == "portal.enter":
        return
    if request.endpoint in TAKES_FILES:
        visit()  # only who is signed in may send so much
        allow_uploads()
    origin = request.headers.get("Origin")
    here = urlsplit(ctx().settings.base_url).netloc
    if origin and origin != "null" and urlsplit(origin).netloc not in (here, request.host):
        raise Forbidden("This form was sent from another site.", code="ORIGIN")
    token = request.cookies.get(SESSION_COOKIE, "")
    if (
        token
        and not hmac.compare_digest(request.form.get("csrf", "").encode(), form_token(token).encode())
        and needs_token()
    ):
        raise Forbidden("This page is too old. Go back, reload it and send it again.", code="FORM_TOKEN")


def needs_token() -> bool:
    """Signing in begins without a session, and a survey's link is its own key; all else carries the session's form token."""
    return request.endpoint not in ("portal.begin", "portal.confirm", "portal.answer_opinion")


def form_token(token: str) -> str:
    return digest(ctx(), "form", token)


def tenant() -> Tenant:
    found: Tenant = g.tenant
    return found


def visit() -> PortalSession:
    """The shopper's session. Raises NotSignedIn."""
    if "visit" not in g:
        g.visit = read_session(ctx(), tenant().id, request.cookies.get(SESSION_COOKIE, ""))
    found: PortalSession = g.visit
    return found


def shopper() -> Actor:
    return Actor.shopper(email=visit().email)


def known_order() -> Order:
    with ctx().db.tenant(tenant().id) as session:
        return mirrored_order(session, visit().saleor_order_id)


def set_cookie(response: Response, name: str, value: str, *, seconds: int) -> Response:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=f"/r/{tenant().slug}",
        httponly=True,
        samesite="Lax",
        secure=ctx().settings.base_url.startswith("https"),
    )
    return response


def page(template: str, status: int = 200, **values: object) -> Response:
    return make_response(render_template(f"portal/{template}", **values), status)


@blueprint.context_processor
def _page_values() -> dict[str, object]:
    token = request.cookies.get(SESSION_COOKIE, "")
    found = g.get("tenant")
    signed_in = "visit" in g
    return {
        "shop_name": found.name if found else "",
        "contact": found.settings.get("contact_email", "") if found else "",
        "signed_in": signed_in,
        "csrf": form_token(token) if signed_in else "",
        "other_languages": [
            (tag, name, _here_in(tag)) for tag, name in i18n.LANGUAGES.items() if tag != i18n.language()
        ],
        "slug": g.get("slug", ""),
        "has_shop": found is not None,
    }


def _here_in(language: str) -> str:
    """This page in another language. What a form was sent to has a page of the same address."""
    kept = request.args.to_dict() if request.method == "GET" else {}
    return "?" + urlencode({**kept, "lang": language})


def _is_scripted() -> bool:
    """Only pages with a field for files have a script; without it they work as well."""
    return request.endpoint in ("portal.reasons", "portal.case", "portal.done", "portal.complain")


@blueprint.after_request
def _lock_down(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' https: http: data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
        + ("; script-src 'self'; connect-src 'self'" if _is_scripted() else "")
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.args.get("lang") and "tenant" in g:
        set_cookie(response, LANGUAGE_COOKIE, i18n.language(), seconds=31_536_000)
    # Pages are about one shopper; what is not says itself how long it may be kept.
    if response.mimetype == "text/html" and not response.cache_control.public:
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/brand.css")
def brand() -> ResponseReturnValue:
    """The shop's colour, with text on it that can be read and a shade of it for lines that can be seen."""
    found = brand_of(tenant().settings.get("brand_color"))
    css = (
        f":root {{ --brand: {found.color}; --on-brand: {found.on_color}; --brand-line: {found.line}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --brand-line: {found.line_in_dark}; }} }}\n"
    )
    return Response(css, mimetype="text/css", headers={"Cache-Control": "max-age=300"})


@blueprint.errorhandler(NotSignedIn)
def _sign_in(error: NotSignedIn) -> ResponseReturnValue:
    return page("login.html", 401, problems={}, notice=errors.said(error), values={})


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> ResponseReturnValue:
    problem = errors.as_app_error(error)
    status = 503 if problem.code == "SHOP_INACTIVE" else problem.status
    return page("notice.html", status, said=errors.said(problem), busy=status in (502, 503))


def to(endpoint: str, **values: Any) -> Response:
    """Go on to another page of the portal (after a POST)."""
    return make_response(redirect(url_for(f"portal.{endpoint}", **values), 303))
