"""Levers, as JSON: fresh orders, the provider's moods, apps, keys, deliveries. For tests, benches and the pages."""

from __future__ import annotations

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from demo.shop import installing, tokens
from demo.shop.deliveries import send_again
from demo.shop.model.apps import App
from demo.shop.model.orders import Order
from demo.shop.provider import MOODS
from demo.shop.refunds import report_refund
from demo.shop.samples.making import announce, make_order
from demo.shop.samples.recipes import RECIPES, Item, Recipe
from demo.shop.shop import Shop
from demo.shop.staff_actions import ACTIONS


def order_as_dict(shop: Shop, order: Order) -> dict[str, Any]:
    """What a test wants to know of an order; amounts are text."""
    return {
        "id": order.id,
        "number": order.number,
        "email": order.user_email,
        "channel": order.channel.slug,
        "currency": order.currency,
        "status": order.status,
        "chargeStatus": order.charge_status,
        "total": str(order.total.gross.amount),
        "shipping": str(order.shipping_price.gross.amount),
        "charged": str(order.total_charged.amount),
        "refunded": str(order.total_refunded.amount),
        "paidOut": str(shop.paid_out(order)),
        "transactions": [{"id": item.id, "charged": str(item.charged)} for item in order.transactions],
        "lines": [
            {"id": line.id, "product": line.product_name, "quantity": line.quantity, "total": str(line.total_price.gross.amount)}
            for line in order.lines
        ],
    }


def recipe_from(data: dict[str, Any]) -> Recipe:
    """A sample by name (`plain` unless told), with what the request changes. KeyError, TypeError: not a recipe."""
    recipe = RECIPES[data.get("sample", "plain")]
    changes: dict[str, Any] = {}
    if "items" in data:
        changes["items"] = tuple(Item(**item) for item in data["items"])
        changes["discounts"] = ()
    names = {"email": "email", "channel": "channel", "shipping": "shipping", "daysAgo": "days_ago", "language": "language"}
    names |= {"giftCard": "gift_card", "isLegacy": "is_legacy", "hasRefundWebhook": "has_refund_webhook"}
    changes |= {name: data[key] for key, name in names.items() if key in data}
    if "payments" in data:
        changes["payments"] = tuple(data["payments"])
    return replace(recipe, **changes)


def create_control(shop: Shop) -> Blueprint:
    """Everything under `/demo/`."""
    control = Blueprint("control", __name__, url_prefix="/demo")

    def body() -> dict[str, Any]:
        given = request.get_json(silent=True) if request.is_json else request.form.to_dict()
        return given if isinstance(given, dict) else {}

    def the_order(key: str) -> Order:
        return shop.state.by_number.get(key) or shop.state.orders.get(key) or abort(404)

    def the_app(app_id: str) -> App:
        return shop.state.apps.get(app_id) or abort(404)

    @control.get("/orders")
    def orders() -> ResponseReturnValue:
        return jsonify([order_as_dict(shop, order) for order in shop.state.orders.values()])

    @control.post("/orders")
    def new_orders() -> ResponseReturnValue:
        """`{sample, count, email, daysAgo, items, …, announce}`: fresh orders, paid and sent."""
        data = body()
        try:
            recipe = recipe_from(data)
        except (KeyError, TypeError) as error:
            return jsonify({"error": f"not a recipe: {error}", "samples": list(RECIPES)}), 400
        made = [make_order(shop, recipe) for _ in range(int(data.get("count", 1)))]
        if data.get("announce", True):
            for order in made:
                announce(shop, order)
        return jsonify([order_as_dict(shop, order) for order in made]), 201

    @control.get("/orders/<key>")
    def one_order(key: str) -> ResponseReturnValue:
        return jsonify(order_as_dict(shop, the_order(key)))

    @control.post("/orders/<key>/<action>")
    def act(key: str, action: str) -> ResponseReturnValue:
        """What staff do in the Dashboard without any app: fulfill, cancel, track, refund."""
        order = the_order(key)
        if action not in ACTIONS:
            abort(404)
        ACTIONS[action](shop, order, body())
        return jsonify(order_as_dict(shop, order))

    @control.get("/settings")
    def settings() -> ResponseReturnValue:
        return jsonify(asdict(shop.settings))

    @control.post("/settings")
    def change_settings() -> ResponseReturnValue:
        for name, value in body().items():
            kind = type(getattr(shop.settings, name, None))
            if kind is type(None):
                abort(400)
            setattr(shop.settings, name, kind(value))
        return settings()

    @control.get("/provider")
    def provider() -> ResponseReturnValue:
        ledger = shop.provider.ledger
        calls = [call.as_dict() for call in ledger.calls]
        return jsonify({"mood": ledger.mood, "moods": MOODS, "script": list(ledger.script), "calls": calls})

    @control.post("/provider/mood")
    def mood() -> ResponseReturnValue:
        wanted = body().get("mood")
        if wanted not in MOODS:
            abort(400)
        shop.provider.set_mood(wanted)
        return provider()

    @control.post("/provider/script")
    def script() -> ResponseReturnValue:
        """`{"moods": [...], "order": "1001"}`: one mood a call, then the standing mood again."""
        data = body()
        if not set(data.get("moods", ())) <= set(MOODS):
            abort(400)
        shop.provider.set_script(data["moods"], order_number=data.get("order"))
        return provider()

    @control.post("/provider/report")
    def report() -> ResponseReturnValue:
        """Pays (or, with `{"result": "REFUND_FAILURE"}`, declines) what was answered with “later”."""
        data = body()
        result = data.get("result", "REFUND_SUCCESS")
        waiting = shop.provider.take_waiting(data.get("pspReference"))
        for call in waiting:
            assert call.ask is not None
            amount = Decimal(str(data["amount"])) if "amount" in data else call.ask.money.amount
            call.paid = amount if result == "REFUND_SUCCESS" else None
            report_refund(shop, psp_reference=call.psp_reference, result=result, amount=amount)
        return jsonify({"reported": len(waiting)})

    @control.delete("/provider/calls")
    def forget_calls() -> ResponseReturnValue:
        shop.provider.ledger.calls.clear()
        return provider()

    @control.get("/apps")
    def apps() -> ResponseReturnValue:
        shown = [
            {"id": app.id, "name": app.name, "isActive": app.is_active, "manifestUrl": app.manifest_url}
            for app in shop.state.apps.values()
        ]
        return jsonify(shown)

    @control.post("/apps")
    def install() -> ResponseReturnValue:
        """`{"manifestUrl"}` installs; `{"name", "permissions"}` makes a local app and answers its token."""
        data = body()
        if "manifestUrl" not in data:
            permissions = frozenset(data.get("permissions", ()))
            made = installing.add_local_app(shop, name=data.get("name", "Local app"), permissions=permissions)
            return jsonify({"id": made.id, "token": made.token}), 201
        try:
            app = installing.install(shop, data["manifestUrl"])
        except installing.InstallFailed as failed:
            return jsonify({"error": str(failed)}), 422
        return jsonify({"id": app.id, "name": app.name}), 201

    @control.post("/apps/<app_id>/<any(activate, deactivate):verb>")
    def activate(app_id: str, verb: str) -> ResponseReturnValue:
        installing.set_active(shop, the_app(app_id), verb == "activate")
        return apps()

    @control.delete("/apps/<app_id>")
    def remove(app_id: str) -> ResponseReturnValue:
        installing.uninstall(shop, the_app(app_id))
        return apps()

    @control.get("/apps/<app_id>/problems")
    def problems(app_id: str) -> ResponseReturnValue:
        return jsonify([asdict(problem) for problem in the_app(app_id).problem_log])

    @control.post("/tokens")
    def token() -> ResponseReturnValue:
        """`{"email", "app"}`: what the Dashboard would hand to that app's frame; without an app, a session."""
        data = body()
        try:
            user = shop.user(data["email"])
        except KeyError:
            abort(404)
        if "app" in data:
            return jsonify({"token": tokens.third_party_token(shop, the_app(data["app"]), user)})
        return jsonify({"token": tokens.access_token(shop, user)})

    @control.post("/keys/rotate")
    def rotate() -> ResponseReturnValue:
        shop.rotate_keys()
        return jsonify(shop.keys.jwks())

    @control.get("/deliveries")
    def deliveries() -> ResponseReturnValue:
        return jsonify([delivery.as_dict() for delivery in shop.state.deliveries])

    @control.post("/deliveries/<int:number>/again")
    def again(number: int) -> ResponseReturnValue:
        found = next((each for each in shop.state.deliveries if each.id == number), None) or abort(404)
        send_again(shop, found)
        return jsonify(found.as_dict())

    @control.post("/settle")
    def settle() -> ResponseReturnValue:
        """Waits until the shop's own work is done; `{"hurry": true}` also runs what was put off."""
        hurried = shop.worker.hurry() if body().get("hurry") else 0
        return jsonify({"settled": shop.worker.settle(), "hurried": hurried})

    return control
