"""The few operations that tests of the stand-in send."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from demo.shop.model.orders import Order
from tests.demo.conftest import Client

GRANT = """mutation($order: ID!, $input: OrderGrantRefundCreateInput!) { orderGrantRefundCreate(id: $order, input: $input) {
  grantedRefund { id status amount { amount } } errors { field code message lines { lineId code } } } }"""
REQUEST = """mutation($grant: ID!) { transactionRequestRefundForGrantedRefund(grantedRefundId: $grant) {
  transaction { id } errors { field code message } } }"""
RETURN = """mutation($order: ID!, $input: OrderReturnProductsInput!) {
  orderFulfillmentReturnProducts(order: $order, input: $input) {
  returnFulfillment { id status lines { id quantity } } order { status } errors { field code message } } }"""
NOTE = """mutation($order: ID!, $text: String!) { orderNoteAdd(order: $order, input: {message: $text}) {
  event { type message } errors { field code message } } }"""
METADATA = """mutation($id: ID!, $input: [MetadataInput!]!) { updateMetadata(id: $id, input: $input) {
  item { metadata { key value } } errors { field code message } } }"""


def grant(client: Client, order: Order, **data: Any) -> Any:
    """The payload of a grant on the order's first transaction."""
    given = {"transactionId": order.transactions[0].id, **data}
    if isinstance(given.get("amount"), str):
        given["amount"] = Decimal(given["amount"])
    return client.data(GRANT, order=order.id, input=given)


def granted(client: Client, order: Order, amount: str) -> str:
    """The id of a new grant of this amount."""
    made: str = grant(client, order, amount=amount)["grantedRefund"]["id"]
    return made


def codes(payload: Any) -> list[str]:
    return [error["code"] for error in payload["errors"]]
