"""How goods come back."""

from __future__ import annotations

from .policy.actions import ReturnMethod

#: As people read it (msgids).
METHODS = {
    ReturnMethod.COURIER_PICKUP: "Courier pick-up",
    ReturnMethod.DROP_OFF: "Drop-off at a parcel shop",
    ReturnMethod.SELF_SHIPPING: "With a carrier of your choice",
    ReturnMethod.IN_STORE: "Hand-in at a store",
}
