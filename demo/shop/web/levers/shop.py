"""The shop's own settings, keys and deliveries."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue

from demo.clock import step
from demo.shop.deliveries import send_again
from demo.shop.traffic import FAULTS, Fault
from demo.shop.web.current import body, current_shop

levers = Blueprint("levers", __name__, url_prefix="/demo")


@levers.get("/settings")
def settings() -> ResponseReturnValue:
    return jsonify(asdict(current_shop().settings))


@levers.post("/settings")
def change_settings() -> ResponseReturnValue:
    """Any of the settings, by their names; 400 for others."""
    shop = current_shop()
    known = asdict(shop.settings)
    for name, value in body().items():
        if name not in known:
            abort(400)
        setattr(shop.settings, name, type(known[name])(value))
    return settings()


@levers.get("/clock")
def clock() -> ResponseReturnValue:
    found = current_shop().clock
    return jsonify({"now": found.now().isoformat(), "ahead": found.ahead.total_seconds()})


@levers.post("/clock")
def move_clock() -> ResponseReturnValue:
    """`{"forward": "3d"}`: lets time pass, for the shop and for the app that the demo runs; 400 where it cannot."""
    try:
        current_shop().clock.forward(step(str(body().get("forward", ""))))
    except ValueError:
        abort(400)
    return clock()


@levers.get("/traffic")
def traffic() -> ResponseReturnValue:
    """What the API was asked, by operation: how often, and the seconds it took."""
    return jsonify(current_shop().traffic.as_dict())


@levers.delete("/traffic")
def forget_traffic() -> ResponseReturnValue:
    """Forgets the counts, and the faults that wait."""
    current_shop().traffic.clear()
    return traffic()


@levers.post("/faults")
def add_fault() -> ResponseReturnValue:
    """`{"kind", "operation", "times", "seconds"}`: what happens to the next requests."""
    data = body()
    if data.get("kind") not in FAULTS:
        abort(400)
    fault = Fault(data["kind"], data.get("operation"), int(data.get("times", 1)), float(data.get("seconds", 1)))
    current_shop().traffic.faults.append(fault)
    return jsonify(asdict(fault)), 201


@levers.post("/keys/rotate")
def rotate() -> ResponseReturnValue:
    shop = current_shop()
    shop.rotate_keys()
    return jsonify(shop.keys.jwks())


@levers.get("/deliveries")
def deliveries() -> ResponseReturnValue:
    return jsonify([delivery.as_dict() for delivery in current_shop().state.deliveries])


@levers.post("/deliveries/<int:number>/again")
def again(number: int) -> ResponseReturnValue:
    shop = current_shop()
    found = next((each for each in shop.state.deliveries if each.id == number), None) or abort(404)
    send_again(shop, found)
    return jsonify(found.as_dict())


@levers.post("/settle")
def settle() -> ResponseReturnValue:
    """Waits until the shop's own work is done; `{"hurry": true}` also runs what was put off."""
    shop = current_shop()
    hurried = shop.worker.hurry() if body().get("hurry") else 0
    return jsonify({"settled": shop.worker.settle(), "hurried": hurried})
