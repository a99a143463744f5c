"""Making paid and sent orders in a live Saleor, by the ways of its storefront and its staff."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from saleor_returns_app.domain.money import Money

from .world import Kind

if TYPE_CHECKING:
    from .live import Api

CHANNEL = os.environ.get("SALEOR_LIVE_CHANNEL", "default-channel")
ADDRESS = {
    "firstName": "Rita",
    "lastName": "Returner",
    "streetAddress1": "1 Main St",
    "city": "New York",
    "postalCode": "10001",
    "country": "US",
    "countryArea": "NY",
    "phone": "+12125550100",
}
QUANTITY = 3

_VARIANTS = """query($c:String!){products(first:100,channel:$c){edges{node{productType{isShippingRequired}
  variants{id quantityAvailable(countryCode:US) pricing{price{gross{amount}}}}}}}}"""
_CHECKOUT = """mutation($i:CheckoutCreateInput!){checkoutCreate(input:$i){
  checkout{id shippingMethods{id active price{amount}}} errors{field code message}}}"""
_DELIVERY = """mutation($id:ID!,$m:ID!){checkoutDeliveryMethodUpdate(id:$id,deliveryMethodId:$m){
  checkout{totalPrice{gross{amount currency}}} errors{field code message}}}"""
_PROMO = """mutation($id:ID!,$code:String!){checkoutAddPromoCode(id:$id,promoCode:$code){
  checkout{totalPrice{gross{amount currency}}} errors{field code message}}}"""
_CARD = """mutation($i:GiftCardCreateInput!){giftCardCreate(input:$i){giftCard{code} errors{field code message}}}"""
_TRANSACTION = """mutation($id:ID!,$t:TransactionCreateInput!){transactionCreate(id:$id,transaction:$t){
  transaction{id} errors{field code message}}}"""
_PAYMENT = """mutation($id:ID!,$p:PaymentInput!){checkoutPaymentCreate(id:$id,input:$p){
  payment{id} errors{field code message}}}"""
_PLUGIN = """mutation($c:ID!){pluginUpdate(id:"mirumee.payments.dummy",channelId:$c,input:{active:true,
  configuration:[{name:"Automatic payment capture",value:"true"}]}){plugin{id} errors{field code message}}}"""
_COMPLETE = "mutation($id:ID!){checkoutComplete(id:$id){order{id} errors{field code message}}}"
_LINES = """query($id:ID!){order(id:$id){lines{id quantityToFulfill allocations{quantity warehouse{id}}
  variant{stocks{warehouse{id}}}}}}"""
_FULFILL = """mutation($o:ID!,$i:OrderFulfillInput!){orderFulfill(order:$o,input:$i){
  fulfillments{id} errors{field code message}}}"""


class Seeder:
    def __init__(self, api: Api, *, staff: Callable[[], str], shopper: Callable[[], str]) -> None:
        self._api, self._staff, self._shopper = api, staff, shopper

    def make(self, kind: Kind, *, payer: str) -> str:
        """A paid and sent order; its id. `payer`: the token of the app whose transaction it is."""
        shopper, staff = self._shopper(), self._staff()
        checkout, price = self._checkout(shopper)
        if kind == "gift-card":
            price = self._spend_gift_card(checkout, shopper=shopper, staff=staff)
        if kind == "legacy":
            self._pay_by_plugin(checkout, price, shopper=shopper, staff=staff)
        else:
            paid = {
                "name": "Contract card",
                "pspReference": f"charge-{uuid.uuid4().hex[:12]}",
                "availableActions": ["REFUND"],
                "amountCharged": price,
            }
            self._api.ask(_TRANSACTION, {"id": checkout, "t": paid}, token=payer)
        order: str = self._api.ask(_COMPLETE, {"id": checkout}, token=shopper)["order"]["id"]
        self.send(order, staff)
        return order

    def _variants(self, *, is_sent: bool = True) -> list[str]:
        found: list[str] = []
        for edge in self._api.ask(_VARIANTS, {"c": CHANNEL})["edges"]:
            for variant in (edge["node"]["variants"] or [])[:1]:
                price = ((variant["pricing"] or {}).get("price") or {}).get("gross", {}).get("amount", 0)
                needs_shipping = edge["node"]["productType"]["isShippingRequired"]
                if needs_shipping == is_sent and variant["quantityAvailable"] >= 10 and price:
                    found.append(variant["id"])
        return found

    def _two_variants(self) -> list[str]:
        found = self._variants()
        assert len(found) >= 2, "the shop has no two products to order"
        return found[:2]

    def digital_variant(self) -> str:
        found = self._variants(is_sent=False)
        assert found, "the shop sells nothing digital"
        return found[0]

    def _checkout(self, shopper: str) -> tuple[str, dict[str, Any]]:
        wanted = {
            "channel": CHANNEL,
            "lines": [{"variantId": variant, "quantity": QUANTITY} for variant in self._two_variants()],
            "shippingAddress": ADDRESS,
            "billingAddress": ADDRESS,
            "languageCode": "EN",
        }
        checkout = self._api.ask(_CHECKOUT, {"i": wanted}, token=shopper)["checkout"]
        methods = [method for method in checkout["shippingMethods"] if method["active"]]
        method = max(methods, key=lambda item: item["price"]["amount"])["id"]
        priced = self._api.ask(_DELIVERY, {"id": checkout["id"], "m": method}, token=shopper)["checkout"]
        return checkout["id"], priced["totalPrice"]["gross"]

    def _spend_gift_card(self, checkout: str, *, shopper: str, staff: str) -> dict[str, Any]:
        card = {"balance": {"amount": 15, "currency": "USD"}, "isActive": True, "channel": CHANNEL}
        code = self._api.ask(_CARD, {"i": card}, token=staff)["giftCard"]["code"]
        left = self._api.ask(_PROMO, {"id": checkout, "code": code}, token=shopper)["checkout"]
        price: dict[str, Any] = left["totalPrice"]["gross"]
        return price

    def _pay_by_plugin(self, checkout: str, price: dict[str, Any], *, shopper: str, staff: str) -> None:
        channels = self._api.ask("{channels{id slug}}", token=staff)
        channel = next(item["id"] for item in channels if item["slug"] == CHANNEL)
        self._api.ask(_PLUGIN, {"c": channel}, token=staff)
        payment = {"gateway": "mirumee.payments.dummy", "token": "fully_charged", "amount": price["amount"]}
        self._api.ask(_PAYMENT, {"id": checkout, "p": payment}, token=shopper)

    def pay(self, order: str, amount: Money, *, payer: str) -> None:
        paid = {
            "name": "Contract card",
            "pspReference": f"charge-{uuid.uuid4().hex[:12]}",
            "availableActions": ["REFUND"],
            "amountCharged": {"amount": str(amount.amount), "currency": amount.currency},
        }
        self._api.ask(_TRANSACTION, {"id": order, "t": paid}, token=payer)

    def send(self, order: str, staff: str) -> None:
        lines = []
        for line in self._api.ask(_LINES, {"id": order}, token=staff)["lines"]:
            stocks = [
                {"warehouse": item["warehouse"]["id"], "quantity": item["quantity"]}
                for item in line["allocations"]
                if item["quantity"]
            ] or [{"warehouse": line["variant"]["stocks"][0]["warehouse"]["id"], "quantity": line["quantityToFulfill"]}]
            lines.append({"orderLineId": line["id"], "stocks": stocks})
        wanted = {"lines": lines, "notifyCustomer": False, "trackingNumber": "TRACK-1"}
        self._api.ask(_FULFILL, {"o": order, "i": wanted}, token=staff)
