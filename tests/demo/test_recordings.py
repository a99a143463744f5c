"""The stand-in answers as a real Saleor 3.23.28 did: the recorded operations, replayed in their order."""

from __future__ import annotations

from typing import Any

import pytest

from demo.shop import Shop
from demo.shop.installing import add_local_app
from demo.shop.keys import Keys
from demo.shop.model.orders import Order
from demo.shop.provider import Mood
from demo.shop.samples.catalogue import variant_of
from demo.shop.samples.making import make_order
from demo.shop.samples.people import ADMIN, RITA
from demo.shop.samples.recipes import Recipe
from demo.shop.tokens import access_token
from tests.demo.alike import Ids, differences
from tests.demo.conftest import RECORDINGS, recording, two_products


class Replay:
    """One group of recordings against one shop; ids are learnt on the way."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.ids = Ids({"returns.customer@example.com": RITA})
        rights = {
            "app with MANAGE_ORDERS and HANDLE_PAYMENTS": {"MANAGE_ORDERS", "HANDLE_PAYMENTS"},
            "app with HANDLE_PAYMENTS only": {"HANDLE_PAYMENTS"},
        }
        self.tokens: dict[str, str] = {
            name: add_local_app(shop, name="both", permissions=frozenset(codes)).token for name, codes in rights.items()
        }
        self.tokens["staff"] = access_token(shop, shop.user(ADMIN))
        self.tokens["shopper"] = access_token(shop, shop.user(RITA))
        self.tokens["a token that is not valid"] = "no-such-token"

    def order(self, recipe: Recipe, first: str) -> Order:
        """Our order in place of the one that the recording `first` speaks of."""
        order = make_order(self.shop, recipe)
        variables = recording(first)["variables"]
        for key in ("id", "order", "o"):
            if key in variables:
                self.ids.known[variables[key]] = order.id
        if "transactionId" in variables.get("input", {}) and order.transactions:
            self.ids.known[variables["input"]["transactionId"]] = order.transactions[0].id
        return order

    def play(self, name: str, **changes: Any) -> None:
        """Asks what was asked then and compares the answers."""
        then = recording(name)
        variables = self.ids.replace({**then["variables"], **changes})
        request = {"query": then["operation"], "variables": variables}
        status, answer = self.shop.graphql(request, token=self.tokens[then["asked_by"]])
        assert status == then["status"]
        assert differences(then["response"], answer, self.ids) == []

    def settle(self) -> None:
        """Lets the provider answer, also what it was given time for."""
        assert self.shop.worker.settle()
        self.shop.worker.hurry()
        assert self.shop.worker.settle()


@pytest.fixture
def replay(shop: Shop) -> Replay:
    return Replay(shop)


def test_a_refund_from_grant_to_success(replay: Replay) -> None:
    replay.order(two_products(3), "order-01-fulfilled-paid")
    replay.play("order-01-fulfilled-paid")
    replay.play("grant-01-one-line-explicit-amount")
    replay.play("order-02-granted")
    replay.play("request-01-accepted")
    replay.settle()
    replay.play("order-03-refund-success")
    replay.play("request-02-already-processed")


def test_grants_are_refused_in_the_same_words(replay: Replay) -> None:
    replay.order(two_products(3), "order-01-fulfilled-paid")
    replay.play("order-01-fulfilled-paid")
    replay.play("grant-01-one-line-explicit-amount")
    replay.play("grant-02-quantity-greater")
    replay.play("grant-03-amount-greater")
    replay.play("grant-04-shipping")
    replay.play("grant-05-shipping-again")
    replay.play("grant-06-no-permission")
    replay.play("grant-07-bad-token")
    replay.play("grant-08-unknown-order")


@pytest.mark.parametrize(
    ("group", "mood", "after"),
    [
        ("failure", "failure", "failure-03-order"),
        ("pending", "async", "pending-03-order"),
        ("partial", "partial", "partial-03-order"),
        ("timeout", "slow", "timeout-03-order-failure-although-paid"),
    ],
)
def test_a_provider_that_does_not_simply_pay(replay: Replay, group: str, mood: Mood, after: str) -> None:
    replay.order(two_products(1), f"{group}-01-grant")
    replay.shop.provider.set_mood(mood)
    replay.play(f"{group}-01-grant")
    replay.play(f"{group}-02-request")
    replay.settle()
    replay.play(after)


def test_a_failed_grant_may_be_requested_again(replay: Replay) -> None:
    replay.order(two_products(1), "failure-01-grant")
    replay.shop.provider.set_script(["failure"])
    replay.play("failure-01-grant")
    replay.play("failure-02-request")
    replay.settle()
    replay.play("failure-04-request-again")
    replay.settle()
    replay.play("failure-05-order")


def test_a_pending_grant_may_not(replay: Replay) -> None:
    replay.order(two_products(1), "pending-01-grant")
    replay.shop.provider.set_mood("async")
    replay.play("pending-01-grant")
    replay.play("pending-02-request")
    replay.settle()
    replay.play("pending-04-request-again")


def test_returns_move_lines_and_replacing_makes_a_draft(replay: Replay) -> None:
    order = replay.order(two_products(3), "return-01-too-many")
    first, second = (fulfillment.lines[0].id for fulfillment in order.fulfillments)
    for name, line in (("return-01-too-many", first), ("return-04-replace", second)):
        asked = recording(name)["variables"]["input"]["fulfillmentLines"][0]
        replay.ids.known[asked["fulfillmentLineId"]] = line
    replay.play("return-01-too-many")
    replay.play("return-02-partial")
    replay.play("return-03-order")
    replay.play("return-04-replace")
    replay.play("return-05-order")


def test_an_order_of_the_legacy_payments_api(replay: Replay) -> None:
    replay.order(two_products(3, is_legacy=True), "legacy-01-order")
    replay.play("legacy-01-order")
    replay.play("legacy-02-grant")
    replay.play("legacy-03-return-and-refund")
    replay.play("legacy-04-order")


def test_two_payments_need_two_grants(replay: Replay) -> None:
    replay.order(two_products(2, payments=("44.07", "66.10")), "split-01-order-two-transactions")
    replay.play("split-01-order-two-transactions")
    replay.play("split-02-grant-first-with-lines")
    replay.play("split-03-grant-second-with-same-lines")
    replay.play("split-04-grant-second-amount-only")
    for grant in list(replay.shop.state.granted_refunds):
        asked = {"query": recording("request-01-accepted")["operation"], "variables": {"grantedRefundId": grant}}
        replay.shop.graphql(asked, token=replay.tokens["app with MANAGE_ORDERS and HANDLE_PAYMENTS"])
        replay.settle()
    replay.play("split-05-order-both-refunded")


def test_a_gift_card_lowers_the_total(replay: Replay) -> None:
    replay.order(two_products(2, gift_card="15.00"), "giftcard-01-order-paid-partly")
    replay.play("giftcard-01-order-paid-partly")


def test_finding_an_order_by_its_number(replay: Replay) -> None:
    order = make_order(replay.shop, two_products(1))
    replay.play("orders-01-by-number", n=[order.number])


def test_notes_and_metadata(replay: Replay) -> None:
    replay.order(two_products(1), "note-01")
    replay.play("note-01")
    replay.play("metadata-01")


def test_who_asks(replay: Replay) -> None:
    replay.play("me-01")
    replay.play("shop-01-version")
    replay.play("app-01-id")
    replay.play("app-02-dead-token")
    foreign = {"owner": "saleor", "type": "access", "email": RITA, "iss": replay.shop.api_url}
    replay.tokens["a token that is not valid"] = Keys().encode(foreign, seconds=60)
    replay.play("app-03-expired-or-foreign-jwt")


def test_store_credit(replay: Replay) -> None:
    replay.play("credit-01-gift-card-without-permission")
    made = recording("credit-02-gift-card")["response"]["data"]["giftCardCreate"]["giftCard"]
    input_ = recording("credit-02-gift-card")["variables"]["i"]
    replay.play("credit-02-gift-card", i={**input_, "code": made["code"]})
    replay.play("credit-03-find-by-metadata")


def test_an_exchange_as_a_draft_with_a_price_of_its_own(replay: Replay, shop: Shop) -> None:
    asked = recording("exchange-01-draft")["variables"]["i"]
    replay.ids.known[asked["lines"][0]["variantId"]] = variant_of(shop.state, "tee").id
    replay.play("exchange-01-draft")
    replay.play("exchange-02-complete-without-shipping")
    draft = next(order for order in shop.state.orders.values() if order.status == "DRAFT")
    shipping = "mutation($o:ID!,$m:ID!){orderUpdateShipping(order:$o,input:{shippingMethod:$m}){errors{code}}}"
    free = next(method.id for method in shop.state.shipping_methods.values() if method.amount == 0)
    variables = {"o": draft.id, "m": free}
    shop.graphql({"query": shipping, "variables": variables}, token=replay.tokens["staff"])
    replay.play("exchange-03-total")
    replay.play("exchange-04-complete")
    replay.play("exchange-05-initialize-payment")


def test_every_recording_is_replayed(request: pytest.FixtureRequest) -> None:
    if not RECORDINGS.exists():
        pytest.skip("the recordings (../shared/saleor/recordings) are not here")
    source = request.path.read_text(encoding="utf-8")
    groups = ("failure", "pending", "partial", "timeout")
    names = [path.stem for path in RECORDINGS.glob("*.json") if path.stem != "webhooks"]
    missing = [name for name in names if name not in source and not name.startswith(groups)]
    assert names
    assert missing == []
