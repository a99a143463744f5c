"""The stand-in shop as a world."""

from __future__ import annotations

from dataclasses import replace

from demo.shop import ShopSettings, create_shop
from demo.shop.drafts import initialize_payment
from demo.shop.errors import Refused
from demo.shop.installing import InstallFailed, activate, add_local_app, deactivate, install, uninstall
from demo.shop.keys import Keys
from demo.shop.refunds import report_refund
from demo.shop.samples.catalogue import variant_of
from demo.shop.samples.making import make_order
from demo.shop.samples.people import ADMIN, RITA
from demo.shop.samples.recipes import Item, Recipe
from demo.shop.serve import start
from demo.shop.staff_actions import fulfill
from demo.shop.tokens import access_token, third_party_token
from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.services.ports import ShopConnection

from .world import ALL_PERMISSIONS, Kind, Mood, read

_TWO = Recipe("of the contract", (Item("juice", 3, "1.99"), Item("tee", 3, "20.00")), shipping="66.19")
_RECIPES: dict[Kind, Recipe] = {
    "plain": _TWO,
    "no-webhook": replace(_TWO, has_refund_webhook=False),
    "gift-card": replace(_TWO, gift_card="15.00"),
    "legacy": replace(_TWO, is_legacy=True),
}


class StandIn:
    def __init__(self) -> None:
        self._shop = create_shop(ShopSettings(race_gap=0), with_orders=False, key_pem=Keys().pem)
        self._running = start(self._shop)
        self.client = SaleorClient(rules=AddressRules(allow_private_hosts=True), write_seconds=25)
        self.shop = self.app_with(*ALL_PERMISSIONS)
        self._app_id = self.client.read_app_id(self.shop)

    def order(self, kind: Kind = "plain") -> Order:
        made = make_order(self._shop, _RECIPES[kind])
        made.created = self._shop.clock.now()  # samples are an hour old; orders of other cases may be younger
        return read(self, made.id)

    def set_mood(self, mood: Mood) -> None:
        self._shop.provider.set_mood(mood)

    def report(self) -> None:
        for call in self._shop.provider.take_waiting():
            assert call.ask is not None
            call.paid = call.ask.money.amount
            report_refund(
                self._shop, psp_reference=call.psp_reference, result="REFUND_SUCCESS", amount=call.ask.money.amount
            )

    def app_with(self, *permissions: str) -> ShopConnection:
        app = add_local_app(self._shop, name="Contract", permissions=frozenset(permissions))
        return ShopConnection(
            tenant_id="stand-in",
            api_url=self._shop.api_url,
            token=app.token,
            saleor_version=self._shop.settings.version,
        )

    def shopper_token(self) -> str:
        return access_token(self._shop, self._shop.user(RITA))

    def staff_token(self) -> str:
        return third_party_token(self._shop, self._shop.state.apps[self._app_id], self._shop.user(ADMIN))

    def problems(self) -> list[str]:
        log = self._shop.state.apps[self._app_id].problem_log
        return [problem.message for problem in log if not problem.is_dismissed]

    def install(self, manifest_url: str) -> str:
        try:
            return install(self._shop, manifest_url).id
        except InstallFailed as failed:
            raise AssertionError(str(failed)) from failed

    def uninstall(self, app_id: str) -> None:
        uninstall(self._shop, self._shop.state.apps[app_id])

    def activate(self, app_id: str) -> None:
        activate(self._shop, self._shop.state.apps[app_id])

    def deactivate(self, app_id: str) -> None:
        deactivate(self._shop, self._shop.state.apps[app_id])

    def touch(self, order: Order) -> None:
        self.client.add_note(self.shop, order.id, "touched")

    def digital_variant(self) -> str:
        return variant_of(self._shop.state, "gift-card").id

    def pay(self, order_id: str, amount: Money) -> None:
        initialize_payment(self._shop, self._shop.state.orders[order_id], amount.amount)

    def ship(self, order_id: str) -> None:
        try:
            fulfill(self._shop, self._shop.state.orders[order_id], {})
        except Refused as refused:
            raise AssertionError(str(refused.errors)) from refused

    def close(self) -> None:
        self.client.close()
        self._running.stop()
        self._shop.close()
