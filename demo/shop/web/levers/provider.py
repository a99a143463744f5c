"""The payment provider's moods, and its books."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue

from demo.shop.provider import MOODS
from demo.shop.refunds import report_refund
from demo.shop.web.current import body, current_shop

provider = Blueprint("provider", __name__, url_prefix="/demo/provider")


@provider.get("")
def show() -> ResponseReturnValue:
    ledger = current_shop().provider.ledger
    calls = [call.as_dict() for call in ledger.calls]
    return jsonify({"mood": ledger.mood, "moods": MOODS, "script": list(ledger.script), "calls": calls})


@provider.post("/mood")
def mood() -> ResponseReturnValue:
    wanted = body().get("mood")
    if wanted not in MOODS:
        abort(400)
    current_shop().provider.set_mood(wanted)
    return show()


@provider.post("/script")
def script() -> ResponseReturnValue:
    """`{"moods": [...], "order": "1001"}`: one mood a call, then the standing mood again."""
    data = body()
    if not data.get("moods") or not set(data["moods"]) <= set(MOODS):
        abort(400)
    current_shop().provider.set_script(data["moods"], order_number=data.get("order"))
    return show()


@provider.post("/report")
def report() -> ResponseReturnValue:
    """Pays (or, with `{"result": "REFUND_FAILURE"}`, declines) what was answered with “later”."""
    shop, data = current_shop(), body()
    result = data.get("result", "REFUND_SUCCESS")
    waiting = shop.provider.take_waiting(data.get("pspReference"))
    for call in waiting:
        assert call.ask is not None, "only what was asked can wait"
        amount = Decimal(str(data["amount"])) if "amount" in data else call.ask.money.amount
        call.paid = amount if result == "REFUND_SUCCESS" else None
        report_refund(shop, psp_reference=call.psp_reference, result=result, amount=amount)
    return jsonify({"reported": len(waiting)})


@provider.delete("/calls")
def forget_calls() -> ResponseReturnValue:
    current_shop().provider.ledger.calls.clear()
    return show()
