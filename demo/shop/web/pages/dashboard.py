"""A host for apps that speaks the Dashboard's part of the protocol: lists, an order with widgets, app pages, popups."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.shop import installing, tokens
from demo.shop.model.accounts import User
from demo.shop.model.apps import App, Extension
from demo.shop.model.orders import Order
from demo.shop.samples.people import ADMIN
from demo.shop.shop import Shop
from demo.shop.web.current import app_by, body, current_shop, order_by

dashboard = Blueprint("dashboard", __name__, url_prefix="/dashboard")
MOUNT = "/dashboard"
VERSION = "3.23.27-demo"


def staff() -> User:
    """Who is logged in; the administrator until someone else is chosen."""
    shop = current_shop()
    try:
        return shop.user(session.get("staff", ADMIN))
    except KeyError:
        return shop.user(ADMIN)


def extension_token(shop: Shop, app: App, extension: Extension | None, user: User) -> str:
    """Empty for an extension whose permissions the person lacks, as in Saleor."""
    if extension is not None and not extension.permissions <= user.permissions:
        return ""
    return tokens.third_party_token(shop, app, user)


def extensions(shop: Shop, mount: str) -> list[tuple[App, Extension]]:
    """The active apps' extensions at a place, by app and label."""
    found = [
        (app, extension)
        for app in shop.state.apps.values()
        if app.is_active
        for extension in app.extensions
        if extension.mount == mount
    ]
    return sorted(found, key=lambda pair: (pair[0].name, pair[1].label))


def extension_url(app: App, extension: Extension) -> str:
    """Absolute addresses are used as they are, others follow the app's."""
    if "://" in extension.url:
        return extension.url
    return f"{(app.app_url or '').rstrip('/')}/{extension.url.lstrip('/')}"


def page_path(app: App, extension: Extension) -> str:
    """Where an APP_PAGE extension lies in the Dashboard."""
    path = extension.url.removeprefix(app.app_url or "") if "://" in extension.url else extension.url
    return f"{MOUNT}/extensions/app/{quote(app.id, safe='')}/{path.lstrip('/')}"


def _popups(shop: Shop) -> list[dict[str, Any]]:
    return [
        {
            "app": app.id,
            "id": each.id,
            "identifier": each.identifier,
            "label": each.label,
            "url": extension_url(app, each),
        }
        for app in shop.state.apps.values()
        for each in app.extensions
        if each.target == "POPUP"
    ]


@dashboard.context_processor
def for_host() -> dict[str, Any]:
    """What the frame of every Dashboard page shows, and what its script needs."""
    shop, user = current_shop(), staff()
    host = {
        "apiUrl": shop.api_url,
        "domain": shop.domain,
        "mount": MOUNT,
        "saleorVersion": shop.settings.version,
        "dashboardVersion": f"v{VERSION}",
        "tokenUrl": url_for("dashboard.token"),
        "popups": _popups(shop),
    }
    pages = [
        (extension.label, page_path(app, extension))
        for app, extension in extensions(shop, "NAVIGATION_ORDERS")
        if extension.permissions <= user.permissions
    ]
    team = [each for each in shop.state.users.values() if each.is_staff]
    return {
        "host": host,
        "me": user,
        "team": team,
        "app_pages": pages,
        "page_path": page_path,
        "extension_url": extension_url,
    }


def _seen(user: User, order: Order) -> bool:
    return order.status != "DRAFT" and (not user.channels or order.channel in user.channels)


@dashboard.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for("dashboard.orders"))


@dashboard.get("/orders/")
def orders() -> ResponseReturnValue:
    user = staff()
    if "MANAGE_ORDERS" not in user.permissions:
        return render_template("dashboard/refused.html", needs="MANAGE_ORDERS"), 403
    found = [order for order in reversed(current_shop().state.orders.values()) if _seen(user, order)]
    return render_template("dashboard/orders.html", orders=found[:100])


@dashboard.get("/orders/<key>")
def order(key: str) -> ResponseReturnValue:
    user, found = staff(), order_by(key)
    if "MANAGE_ORDERS" not in user.permissions or not _seen(user, found):
        return render_template("dashboard/refused.html", needs="MANAGE_ORDERS, and this order's channel"), 403
    shop = current_shop()
    widgets = extensions(shop, "ORDER_DETAILS_WIDGETS")
    actions = extensions(shop, "ORDER_DETAILS_MORE_ACTIONS")
    return render_template("dashboard/order.html", order=found, widgets=widgets, actions=actions)


@dashboard.get("/customers/")
def customers() -> ResponseReturnValue:
    found = [user for user in current_shop().state.users.values() if not user.is_staff]
    return render_template("dashboard/customers.html", customers=found)


@dashboard.get("/customers/<user_id>")
def customer(user_id: str) -> ResponseReturnValue:
    shop, user = current_shop(), staff()
    found = shop.state.users.get(user_id) or abort(404)
    own = [each for each in reversed(shop.state.orders.values()) if each.user is found and _seen(user, each)]
    widgets = extensions(shop, "CUSTOMER_DETAILS_WIDGETS")
    return render_template("dashboard/customer.html", customer=found, orders=own[:20], widgets=widgets)


@dashboard.get("/extensions/installed")
def installed() -> ResponseReturnValue:
    return render_template("dashboard/installed.html", apps=list(current_shop().state.apps.values()), problem=None)


@dashboard.post("/extensions/installed")
def install() -> ResponseReturnValue:
    shop = current_shop()
    try:
        installing.install(shop, request.form.get("manifestUrl", "").strip())
    except installing.InstallFailed as failed:
        listed = list(shop.state.apps.values())
        return render_template("dashboard/installed.html", apps=listed, problem=str(failed)), 422
    return redirect(url_for("dashboard.installed"), 303)


@dashboard.post("/keys/rotate")
def rotate() -> ResponseReturnValue:
    current_shop().rotate_keys()
    return redirect(url_for("dashboard.installed"), 303)


@dashboard.post("/extensions/app/<app_id>/state")
def change(app_id: str) -> ResponseReturnValue:
    """Pauses, wakes or removes an app."""
    verbs = {"pause": installing.deactivate, "wake": installing.activate, "remove": installing.uninstall}
    verb = verbs.get(request.form.get("verb", "")) or abort(400)
    verb(current_shop(), app_by(app_id))
    return redirect(url_for("dashboard.installed"), 303)


@dashboard.get("/extensions/app/<app_id>")
@dashboard.get("/extensions/app/<app_id>/")
@dashboard.get("/extensions/app/<app_id>/<path:inside>")
def app_page(app_id: str, inside: str = "") -> ResponseReturnValue:
    app = app_by(app_id)
    if not app.app_url:
        return redirect(url_for("dashboard.installed"))
    source = f"{app.app_url.rstrip('/')}/{inside}"
    return render_template("dashboard/app.html", app=app, source=source)


@dashboard.post("/api/token")
def token() -> ResponseReturnValue:
    """A frame's token: `{"app", "extension"}`; empty when the person lacks what the extension asks for."""
    data = body()
    app = app_by(str(data.get("app", "")))
    extension = next((each for each in app.extensions if each.id == data.get("extension")), None)
    return jsonify({"token": extension_token(current_shop(), app, extension, staff())})


@dashboard.post("/api/staff")
def switch() -> ResponseReturnValue:
    """Logs in as another member of staff."""
    session["staff"] = request.form.get("email", ADMIN)
    return redirect(request.form.get("back") or url_for("dashboard.orders"), 303)
