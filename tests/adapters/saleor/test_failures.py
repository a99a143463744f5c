"""Each way a call can fail becomes the error that the port promises: was anything carried out, or may it have been?"""

from __future__ import annotations

import json
import socket
from decimal import Decimal

import pytest

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import (
    Forbidden,
    SaleorDenied,
    SaleorRefused,
    SaleorUnavailable,
    SaleorUnclear,
    TokenDead,
)
from saleor_returns_app.services.ports import GrantLine, GrantRequest, ReturnUnits, ShopConnection

from .script import Behaviour, Script, answers, drip, drop, exception, raw

GRANTED = {"orderGrantRefundCreate": {"grantedRefund": {"id": "G1", "status": "NONE"}, "errors": []}}
REQUESTED = {"transactionRequestRefundForGrantedRefund": {"transaction": {"id": "T1"}, "errors": []}}
VERSION = {"shop": {"name": "Shop", "version": "3.23.28"}}


def grant(amount: str = "10.00", note: str | None = None) -> GrantRequest:
    return GrantRequest(
        order_id="O1",
        transaction_id="T1",
        amount=Money(Decimal(amount), "USD"),
        lines=(GrantLine(order_line_id="L1", quantity=1, reason="too small"),),
        include_shipping=False,
        reason="R-1/1",
        note=note,
    )


def test_write_sends_the_amount_as_exact_text(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(answers(GRANTED))
    assert client.grant_refund(shop, grant("17.10", note="approved")) == "G1"
    sent = saleor.seen[0].json()
    assert sent["operationName"] == "GrantRefund"
    assert sent["variables"]["input"]["amount"] == "17.10"
    assert sent["variables"]["note"] == {"message": "approved"}
    assert sent["variables"]["withNote"] is True
    assert saleor.seen[0].headers["Authorization"] == "Bearer app-token"


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_grant_of_nothing_or_less_never_leaves(
    client: SaleorClient, saleor: Script, shop: ShopConnection, amount: str
) -> None:
    with pytest.raises(SaleorRefused):
        client.grant_refund(shop, grant(amount))
    assert saleor.seen == []


UNCLEAR: dict[str, Behaviour] = {
    "dropped connection": drop,
    "server error": raw(500, b"{}"),
    "gateway time-out": raw(504, b"<html>"),
    "server error with GraphQL errors": answers(None, errors=[exception("OperationalError")], status=500),
    "not JSON": raw(200, b"<html>oops"),
    "not GraphQL": raw(200, b'{"detail": "hello"}'),
    "data without the answer": answers({"transactionRequestRefundForGrantedRefund": None}),
    "data of another shape": answers({"transactionRequestRefundForGrantedRefund": {"errors": 5}}),
    "exception inside core": answers(
        {"transactionRequestRefundForGrantedRefund": None},
        errors=[exception("OperationalError", "transactionRequestRefundForGrantedRefund")],
    ),
    "dripping": drip,
}


@pytest.mark.parametrize("behaviour", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_write_without_a_whole_answer_is_unclear_and_sent_once(
    client: SaleorClient, saleor: Script, shop: ShopConnection, behaviour: Behaviour
) -> None:
    saleor.play(behaviour)
    with pytest.raises(SaleorUnclear):
        client.request_refund(shop, "G1")
    assert len(saleor.seen) == 1


def test_write_that_is_not_answered_in_time_is_unclear_and_sent_once(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    saleor.play(saleor.hang)
    with pytest.raises(SaleorUnclear):
        client.request_refund(shop, "G1")
    assert len(saleor.seen) == 1


@pytest.mark.parametrize("status", [301, 403, 404, 413, 429])
def test_write_turned_away_before_saleor_was_not_carried_out(
    client: SaleorClient, saleor: Script, shop: ShopConnection, status: int
) -> None:
    saleor.play(lambda handler: handler.answer(status, b"<html>", location=saleor.api_url))
    with pytest.raises(SaleorUnavailable):
        client.request_refund(shop, "G1")
    assert len(saleor.seen) == 1


def test_write_to_a_closed_port_was_not_carried_out(client: SaleorClient) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        shop = ShopConnection(
            tenant_id="t", api_url=f"http://127.0.0.1:{unused.getsockname()[1]}/graphql/", token="x", saleor_version=""
        )
        with pytest.raises(SaleorUnavailable):
            client.request_refund(shop, "G1")


def test_write_to_an_unknown_host_was_not_carried_out(client: SaleorClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    shop = ShopConnection(tenant_id="t", api_url="http://shop.invalid/graphql/", token="x", saleor_version="")
    with pytest.raises(SaleorUnavailable):
        client.request_refund(shop, "G1")


def test_write_that_saleor_did_not_execute_is_refused(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    saleor.play(raw(400, json.dumps({"errors": [exception("GraphQLError")]}).encode()))
    with pytest.raises(SaleorRefused):
        client.request_refund(shop, "G1")


@pytest.mark.parametrize("code", ["REFUND_ALREADY_PROCESSED", "REFUND_IS_PENDING"])
def test_request_made_before_is_a_success(
    client: SaleorClient, saleor: Script, shop: ShopConnection, code: str
) -> None:
    error = {"field": "grantedRefundId", "code": code, "message": "x"}
    saleor.play(answers({"transactionRequestRefundForGrantedRefund": {"transaction": None, "errors": [error]}}))
    client.request_refund(shop, "G1")


def test_refusal_carries_all_codes_those_of_lines_too(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    line = {"lineId": "L1", "field": "quantity", "code": "QUANTITY_GREATER_THAN_AVAILABLE", "message": "too many"}
    error = {"field": "lines", "code": "INVALID", "message": "bad lines", "lines": [line]}
    saleor.play(answers({"orderGrantRefundCreate": {"grantedRefund": None, "errors": [error]}}))
    with pytest.raises(SaleorRefused) as caught:
        client.grant_refund(shop, grant())
    assert caught.value.codes == ("INVALID", "QUANTITY_GREATER_THAN_AVAILABLE")
    assert "bad lines; too many" in caught.value.message()


def test_note_that_failed_does_not_hide_a_grant_that_was_made(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    saleor.play(answers({**GRANTED, "note": None}, errors=[exception("PermissionDenied", "note")]))
    assert client.grant_refund(shop, grant(note="approved")) == "G1"


def test_missing_permission_is_told_from_a_dead_token(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    denied = answers({"orderGrantRefundCreate": None}, errors=[exception("PermissionDenied", "orderGrantRefundCreate")])
    saleor.play(denied, answers({"app": {"id": "A1", "identifier": None}}))
    with pytest.raises(SaleorDenied):
        client.grant_refund(shop, grant())

    saleor.play(denied, answers({"app": None}, errors=[exception("PermissionDenied", "app")]))
    with pytest.raises(TokenDead):
        client.grant_refund(shop, grant())


def test_dead_token_is_reported_once_to_whoever_listens(saleor: Script, shop: ShopConnection) -> None:
    died: list[ShopConnection] = []
    client = SaleorClient(rules=AddressRules(allow_private_hosts=True), write_seconds=0.5, token_died=died.append)
    saleor.play(answers({"shop": None}, errors=[exception("InvalidSignatureError", "shop")]))
    with pytest.raises(TokenDead):
        client.read_version(shop)
    assert died == [shop]
    client.close()


def test_token_of_another_app_is_refused(saleor: Script, shop: ShopConnection) -> None:
    client = SaleorClient(rules=AddressRules(allow_private_hosts=True), identifier="ours")
    saleor.play(
        answers({"app": {"id": "A1", "identifier": "ours"}}), answers({"app": {"id": "A2", "identifier": "theirs"}})
    )
    assert client.read_app_id(shop) == "A1"
    with pytest.raises(SaleorRefused) as caught:
        client.read_app_id(shop)
    assert caught.value.codes == ("OTHER_APP",)
    client.close()


def test_token_that_nobody_knows_is_dead(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(answers({"app": None}, errors=[exception("PermissionDenied", "app")]))
    with pytest.raises(TokenDead):
        client.read_app_id(shop)


def test_denied_write_whose_token_cannot_be_checked_was_not_carried_out(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    saleor.play(
        answers({"orderGrantRefundCreate": None}, errors=[exception("PermissionDenied", "orderGrantRefundCreate")]),
        raw(503, b""),
    )
    with pytest.raises(SaleorUnavailable):
        client.grant_refund(shop, grant())


@pytest.mark.parametrize("behaviour", [raw(503, b""), drop], ids=["server error", "dropped connection"])
def test_read_is_tried_again(client: SaleorClient, saleor: Script, shop: ShopConnection, behaviour: Behaviour) -> None:
    saleor.play(behaviour, answers(VERSION))
    assert client.read_version(shop) == ("3.23.28", "Shop")
    assert len(saleor.seen) == 2


@pytest.mark.parametrize("behaviour", [raw(503, b""), drop, raw(200, b"<"), drip])
def test_read_that_keeps_failing_is_unavailable(
    client: SaleorClient, saleor: Script, shop: ShopConnection, behaviour: Behaviour
) -> None:
    saleor.play(behaviour)
    with pytest.raises(SaleorUnavailable):
        client.read_version(shop)
    assert len(saleor.seen) <= 3


def test_read_that_is_never_answered_is_unavailable(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(saleor.hang)
    with pytest.raises(SaleorUnavailable):
        client.read_version(shop)
    assert len(saleor.seen) == 2


def test_answer_that_does_not_fit_its_model_names_the_field(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    saleor.play(answers({"shop": {"name": "Shop"}}))
    with pytest.raises(SaleorRefused, match=r"shop\.version") as caught:
        client.read_version(shop)
    assert caught.value.codes == ("UNREADABLE_ANSWER",)


@pytest.mark.parametrize("code", ["InvalidSignatureError", "ExpiredSignatureError", "InvalidTokenError"])
def test_person_whose_token_is_refused_is_nobody(
    client: SaleorClient, saleor: Script, shop: ShopConnection, code: str
) -> None:
    saleor.play(answers({"me": None}, errors=[exception(code, "me")]))
    assert client.read_shopper(shop, "token") is None
    assert client.read_staff(shop, "token") is None


def test_shopper_signed_out_is_nobody(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(answers({"me": None}))
    assert client.read_shopper(shop, "token") is None


def test_person_is_read_with_their_own_token_and_leaves_no_cookie(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    me = json.dumps({"data": {"me": {"id": "U1", "email": "a@example.com"}}}).encode()
    saleor.play(lambda handler: handler.answer(200, me, set_cookie="refreshToken=secret; Path=/"))
    found = client.read_shopper(shop, "her-token")
    assert found is not None
    assert found.email == "a@example.com"
    client.read_shopper(shop, "his-token")
    assert [seen.headers["Authorization"] for seen in saleor.seen] == ["Bearer her-token", "Bearer his-token"]
    assert [seen.headers["Cookie"] for seen in saleor.seen] == ["", ""]


def test_staff_are_held_to_their_channels(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    me = {
        "id": "U1",
        "email": "s@example.com",
        "isStaff": True,
        "isActive": True,
        "restrictedAccessToChannels": True,
        "accessibleChannels": [{"slug": "pl"}, {"slug": "us"}],
    }
    saleor.play(answers({"me": me}), answers({"me": {**me, "restrictedAccessToChannels": False}}))
    restricted, free = client.read_staff(shop, "t"), client.read_staff(shop, "t")
    assert restricted is not None
    assert restricted.channels == frozenset({"pl", "us"})
    assert free is not None
    assert free.channels is None


@pytest.mark.parametrize(("is_staff", "is_active"), [(False, True), (True, False)])
def test_who_is_not_active_staff_is_nobody(
    client: SaleorClient, saleor: Script, shop: ShopConnection, is_staff: bool, is_active: bool
) -> None:
    me = {
        "id": "U1",
        "email": "s@example.com",
        "isStaff": is_staff,
        "isActive": is_active,
        "restrictedAccessToChannels": False,
        "accessibleChannels": None,
    }
    saleor.play(answers({"me": me}))
    assert client.read_staff(shop, "t") is None


def test_connection_is_kept_between_calls(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(answers(VERSION))
    for _ in range(5):
        client.read_version(shop)
    assert saleor.connections == 1


def test_connection_that_lay_idle_is_not_used_for_a_write(
    client: SaleorClient, saleor: Script, shop: ShopConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    saleor.play(answers(REQUESTED))
    client.request_refund(shop, "G1")
    monkeypatch.setattr("saleor_returns_app.adapters.saleor.http.IDLE_SECONDS", -1)
    client.request_refund(shop, "G1")
    assert saleor.connections == 2


def test_private_shop_is_never_contacted(saleor: Script, shop: ShopConnection) -> None:
    client = SaleorClient(rules=AddressRules())
    with pytest.raises(Forbidden):
        client.read_version(shop)
    assert saleor.connections == 0
    client.close()


def test_unknown_version_features_are_not_asked(client: SaleorClient, saleor: Script) -> None:
    old = ShopConnection(tenant_id="t", api_url=saleor.api_url, token="x", saleor_version="3.21.69")
    assert client.read_refund_reason_rule(old).reason_type_id is None
    client.report_problem(old, key="refund:1", message="pay by hand")
    client.dismiss_problem(old, key="refund:1")
    assert saleor.seen == []


@pytest.mark.parametrize(("version", "has_reason"), [("3.22.67", False), ("3.23.28", True)])
def test_return_reason_goes_only_where_it_is_known(
    client: SaleorClient, saleor: Script, version: str, has_reason: bool
) -> None:
    done = {"returnFulfillment": {"id": "F2", "status": "RETURNED"}, "order": {"id": "O1", "status": "RETURNED"}}
    saleor.play(answers({"orderFulfillmentReturnProducts": {**done, "errors": []}}))
    shop = ShopConnection(tenant_id="t", api_url=saleor.api_url, token="x", saleor_version=version)
    units = [ReturnUnits(fulfillment_line_id="FL1", quantity=2)]
    recorded = client.return_products(shop, order_id="O1", units=units, reason="R-1", note=None)
    assert recorded.fulfillment_id == "F2"
    sent = saleor.seen[0].json()["variables"]["input"]
    assert ("reason" in sent) is has_reason
    assert sent["refund"] is False


def test_order_id_that_is_none_is_not_found(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(answers({"order": None}, errors=[exception("GraphQLError", "order")]))
    assert client.read_order(shop, "nonsense") is None
    saleor.play(answers({"order": None}))
    assert client.read_order(shop, "T3JkZXI6MQ==") is None
