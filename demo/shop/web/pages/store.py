"""The shop's own pages: orders to try, and the shopper's order page that embeds the app."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from demo.clock import step
from demo.shop.drafts import initialize_payment
from demo.shop.model.accounts import User
from demo.shop.samples.making import announce, make_order
from demo.shop.samples.people import SHOPPER_PASSWORD
from demo.shop.samples.recipes import RECIPES
from demo.shop.tokens import access_token
from demo.shop.web.current import current_shop, order_by

store = Blueprint("store", __name__)


def _shopper() -> User | None:
    return current_shop().state.users.get(session.get("shopper", ""))


@store.get("/")
def front() -> ResponseReturnValue:
    orders = [order for order in reversed(current_shop().state.orders.values()) if order.status != "DRAFT"]
    return render_template("store/front.html", orders=orders[:60], samples=list(RECIPES), clock=current_shop().clock)


@store.post("/shop/orders")
def place() -> ResponseReturnValue:
    """A fresh order of a sample, told to the apps."""
    sample = request.form.get("sample", "")
    if sample not in RECIPES:
        abort(400)
    shop = current_shop()
    order = make_order(shop, RECIPES[sample])
    announce(shop, order)
    return redirect(url_for("store.order", number=order.number), 303)


@store.post("/demo-clock")
def pass_time() -> ResponseReturnValue:
    """Lets time pass, for the shop and for the app that the demo runs."""
    try:
        current_shop().clock.forward(step(request.form.get("by", "")))
    except ValueError:
        abort(400)
    return redirect(url_for("store.front"), 303)


@store.get("/shop/orders/<number>")
def order(number: str) -> ResponseReturnValue:
    found, shopper = order_by(number), _shopper()
    if shopper is None or found.user is not shopper:
        return render_template("store/login.html", order=found, password=SHOPPER_PASSWORD, problem=None)
    language = request.args.get("lang") or found.language_code.lower().replace("_", "-")
    return render_template("store/order.html", order=found, shopper=shopper, language=language)


@store.post("/shop/orders/<number>/pay")
def pay(number: str) -> ResponseReturnValue:
    """Pays what the order still costs, by a card that always works."""
    found, shopper = order_by(number), _shopper()
    if shopper is None or found.user is not shopper:
        abort(403)
    if found.due.amount:
        initialize_payment(current_shop(), found, found.due.amount)
    return redirect(url_for("store.order", number=number), 303)


@store.post("/shop/orders/<number>/login")
def login(number: str) -> ResponseReturnValue:
    """Logs in as any shop does: by e-mail and password, through the API."""
    found, shop = order_by(number), current_shop()
    query = "mutation($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) { user { id } } }"
    given = {"e": request.form.get("email", ""), "p": request.form.get("password", "")}
    _, answer = shop.graphql({"query": query, "variables": given})
    user = answer["data"]["tokenCreate"]["user"]
    if user is None:
        problem = "Please, enter valid credentials."
        return render_template("store/login.html", order=found, password="", problem=problem), 401
    session["shopper"] = user["id"]
    if found.user is None or found.user.id != user["id"]:
        problem = "That is someone else's order."
        return render_template("store/login.html", order=found, password="", problem=problem), 403
    return redirect(url_for("store.order", number=number), 303)


@store.post("/shop/logout")
def logout() -> ResponseReturnValue:
    session.pop("shopper", None)
    return redirect(url_for("store.front"), 303)


@store.post("/shop/token")
def token() -> ResponseReturnValue:
    """The shopper's own access token, fresh: what the storefront hands to the embedded element."""
    shopper = _shopper()
    if shopper is None:
        return jsonify({"error": "not logged in"}), 401
    return jsonify({"token": access_token(current_shop(), shopper)})
