"""Who may read and do what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from demo.shop import Shop
from demo.shop.installing import add_local_app
from demo.shop.keys import unverified
from demo.shop.model.orders import Order
from demo.shop.samples.people import ADMIN, KEN, ORDERS_ONLY, RITA, TOKYO
from demo.shop.tokens import access_token, third_party_token
from tests.demo.conftest import Client
from tests.demo.operations import REQUEST, granted

OrderOf = Callable[..., Order]
READ = "query($id: ID!) { order(id: $id) { number userEmail shippingAddress { city } } }"
LOGIN = """mutation($email: String!, $password: String!) { tokenCreate(email: $email, password: $password) {
  token user { email } errors { field code } } }"""


def person(shop: Shop, email: str) -> Client:
    return Client(shop, access_token(shop, shop.user(email)))


def test_an_order_id_is_all_it_takes_to_read_an_order(shop: Shop, order_of: OrderOf) -> None:
    order = order_of()
    answer = Client(shop).data(READ, id=order.id)
    assert answer == {"number": order.number, "userEmail": RITA, "shippingAddress": {"city": "New York"}}


def test_granted_refunds_need_manage_orders(shop: Shop, order_of: OrderOf) -> None:
    answer = Client(shop).ask("query($id: ID!) { order(id: $id) { grantedRefunds { id } } }", id=order_of().id)
    assert answer["data"] == {"order": None}
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_staff_without_handle_payments_cannot_send_refunds(shop: Shop, client: Client, order_of: OrderOf) -> None:
    grant_id = granted(client, order_of(), "10")
    answer = person(shop, ORDERS_ONLY).ask(REQUEST, grant=grant_id)
    assert "HANDLE_PAYMENTS" in answer["errors"][0]["message"]
    assert shop.provider.ledger.calls == []


def test_staff_held_to_a_channel_do_not_see_the_others(shop: Shop, order_of: OrderOf) -> None:
    dollars, yen = order_of("plain"), order_of("yen")
    taro = person(shop, TOKYO)
    listed = taro.data("{ orders(first: 10) { edges { node { number } } } }")
    assert [edge["node"]["number"] for edge in listed["edges"]] == [yen.number]
    assert taro.data(READ, id=dollars.id) is None
    me = taro.data("{ me { restrictedAccessToChannels accessibleChannels { slug } } }")
    assert me == {"restrictedAccessToChannels": True, "accessibleChannels": [{"slug": "channel-jpy"}]}


def test_shoppers_log_in(shop: Shop) -> None:
    made = Client(shop).data(LOGIN, email=KEN, password="password123")
    assert made["user"] == {"email": KEN}
    assert Client(shop, made["token"]).data("{ me { email } }") == {"email": KEN}
    wrong = Client(shop).data(LOGIN, email=KEN, password="no")
    assert wrong["errors"] == [{"field": "email", "code": "INVALID_CREDENTIALS"}]


def test_a_token_for_an_app_carries_the_permissions_both_have(shop: Shop) -> None:
    app = add_local_app(shop, name="x", permissions=frozenset({"MANAGE_ORDERS", "HANDLE_PAYMENTS"}))
    claims = unverified(third_party_token(shop, app, shop.user(ORDERS_ONLY)))
    assert claims is not None
    assert claims["permissions"] == ["MANAGE_ORDERS"]
    assert claims["user_permissions"] == ["MANAGE_ORDERS"]
    assert (claims["type"], claims["owner"], claims["app"]) == ("thirdparty", "saleor", app.id)
    assert (claims["iss"], claims["is_staff"]) == (shop.api_url, True)
    assert claims["exp"] - claims["iat"] == 300


def test_an_expired_session_says_so(shop: Shop) -> None:
    shop.settings.access_token_life = -1
    answer = person(shop, ADMIN).ask("{ me { email } }")
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "ExpiredSignatureError"


def test_after_rotation_sessions_are_foreign(shop: Shop) -> None:
    rita = person(shop, RITA)
    shop.rotate_keys()
    answer = rita.ask("{ me { email } }")
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "InvalidSignatureError"


@pytest.mark.parametrize(("version", "knows"), [("3.21.69", False), ("3.22.67", True), ("3.23.28", True)])
def test_the_schema_is_cut_to_the_version(shop: Shop, version: str, knows: bool) -> None:
    shop.settings.version = version
    status, _ = shop.graphql({"query": "{ refundSettings { reasonReferenceType { id } } }"})
    assert (status == 200) is knows


def test_five_mutations_are_too_many(shop: Shop, client: Client, order_of: OrderOf) -> None:
    order = order_of()
    one = f'orderNoteAdd(order: "{order.id}", input: {{message: "x"}}) {{ errors {{ code }} }}'
    many = "mutation {" + " ".join(f"m{n}: {one}" for n in range(5)) + "}"
    status, answer = shop.graphql({"query": many}, token=client.token)
    assert (status, answer["errors"][0]["message"]) == (400, "Number of mutations exceed the limit of 4")
