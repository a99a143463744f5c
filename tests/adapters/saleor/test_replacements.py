"""What goes to Saleor for an order in place of goods, how its answers are read, and what a lost answer means."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import SaleorRefused, SaleorUnclear
from saleor_returns_app.services.ports import Replacement, ReplacementLine, ReplacementRequest, ShopConnection

from .script import Script, answers, drop, exception

ADDRESS = {
    "firstName": "Rita",
    "lastName": "Returner",
    "companyName": "",
    "streetAddress1": "1 Main St",
    "streetAddress2": "",
    "city": "New York",
    "cityArea": "",
    "postalCode": "10001",
    "country": {"code": "US"},
    "countryArea": "NY",
    "phone": None,
}
ORIGINAL = {
    "userEmail": "rita@example.com",
    "languageCodeEnum": "ZH_HANS",
    "user": {"id": "U1"},
    "channel": {"id": "C1"},
    "billingAddress": None,
    "shippingAddress": ADDRESS,
}
KNOWN = {"edges": [{"node": {"id": "V1"}}, {"node": {"id": "V2"}}]}
WANTED = ReplacementRequest(
    order_id="O1",
    lines=(ReplacementLine(variant_id="V1", quantity=2), ReplacementLine(variant_id="V2", quantity=1)),
    mark="R-1/exchange",
    note="R-1: exchange",
    metadata={"returns.case": "R-1"},
)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def amount(value: str) -> dict[str, float]:
    return {"amount": float(value)}


def order(*, total: str = "54.20", off: str = "", **changes: Any) -> dict[str, Any]:
    """An order as Saleor answers it; `off`: a discount of ours of so much."""
    taken = [{"id": "D1", "type": "MANUAL", "amount": amount(off)}] if off else []
    return {
        "id": "N1",
        "number": "91",
        "status": "DRAFT",
        "isShippingRequired": True,
        "shippingMethodName": "EMS",
        "channel": {"currencyCode": "USD", "taxConfiguration": {"pricesEnteredWithTax": True}},
        "total": {"gross": amount(total), "net": amount(total), "tax": amount("0")},
        "undiscountedTotal": {"gross": amount("54.20")},
        "totalCharged": amount("0"),
        "totalAuthorized": amount("0"),
        "discounts": taken,
        "lines": [{"quantity": 2, "quantityFulfilled": 0}],
        "fulfillments": [],
        **changes,
    }


def payload(name: str, made: dict[str, Any] | None = None, *errors: dict[str, Any]) -> dict[str, Any]:
    return {name: {"order": made, "errors": list(errors)}}


def read(client: SaleorClient, saleor: Script, shop: ShopConnection, found: dict[str, Any]) -> Replacement:
    saleor.play(answers({"order": found}))
    replacement = client.read_replacement(shop, "N1")
    assert replacement is not None
    return replacement


def sent(saleor: Script) -> list[str]:
    return [seen.json()["operationName"] for seen in saleor.seen]


def test_the_draft_takes_what_the_original_says(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(
        answers({"order": ORIGINAL, "productVariants": KNOWN}),
        answers(payload("draftOrderCreate", order())),
        answers({"orderNoteAdd": {"errors": []}}),
    )
    assert client.create_replacement(shop, WANTED).number == "91"
    given = saleor.seen[1].json()["variables"]["input"]
    assert given == {
        "channelId": "C1",
        "user": "U1",
        "userEmail": "rita@example.com",
        "languageCode": "ZH_HANS",
        "shippingAddress": {
            **{name: value for name, value in ADDRESS.items() if name not in ("country", "phone")},
            "country": "US",
        },
        "saveShippingAddress": False,
        "metadata": [
            {"key": "returns.case", "value": "R-1"},
            {"key": "returns.replacement", "value": "R-1/exchange"},
        ],
        "lines": [{"variantId": "V1", "quantity": 2}, {"variantId": "V2", "quantity": 1}],
    }
    assert sent(saleor) == ["OrderToReplace", "CreateDraftOrder", "AddOrderNote"]


def test_a_note_that_fails_does_not_hide_the_draft(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(
        answers({"order": ORIGINAL, "productVariants": KNOWN}), answers(payload("draftOrderCreate", order())), drop
    )
    assert client.create_replacement(shop, WANTED).order_id == "N1"


def test_a_draft_whose_answer_is_lost_is_unclear_and_asked_for_once(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    saleor.play(answers({"order": ORIGINAL, "productVariants": KNOWN}), drop)
    with pytest.raises(SaleorUnclear):
        client.create_replacement(shop, WANTED)
    assert sent(saleor) == ["OrderToReplace", "CreateDraftOrder"]


def test_a_fault_inside_core_is_not_taken_for_a_dead_token(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    # Core looks a variant up that went away since it was asked.
    fault = answers({"draftOrderCreate": None}, errors=[exception("KeyError", "draftOrderCreate")])
    saleor.play(answers({"order": ORIGINAL, "productVariants": KNOWN}), fault)
    with pytest.raises(SaleorUnclear):
        client.create_replacement(shop, WANTED)


def test_nothing_is_sent_for_no_units(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    for lines in ((), (ReplacementLine(variant_id="V1", quantity=0),)):
        with pytest.raises(SaleorRefused):
            client.create_replacement(shop, ReplacementRequest(order_id="O1", lines=lines, mark="R-1"))
    assert saleor.seen == []


def test_the_cheapest_usable_way_of_shipping_is_chosen(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    methods = [
        {"id": "fast", "active": True, "price": amount("30")},
        {"id": "closed", "active": False, "price": amount("0")},
        {"id": "slow", "active": True, "price": amount("5")},
    ]
    saleor.play(
        answers({"order": {"isShippingRequired": True, "shippingMethods": methods}}),
        answers({"orderUpdateShipping": {"order": {"id": "N1"}, "errors": []}}),
    )
    client.choose_shipping(shop, "N1")
    assert saleor.seen[1].json()["variables"] == {"order": "N1", "method": "slow"}


def test_a_shop_that_cannot_ship_it_is_a_refusal(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(answers({"order": {"isShippingRequired": True, "shippingMethods": []}}))
    with pytest.raises(SaleorRefused) as refused:
        client.choose_shipping(shop, "N1")
    assert refused.value.codes == ("SHIPPING_METHOD_REQUIRED",)
    assert sent(saleor) == ["ShippingMethods"]


def test_the_discount_before_is_taken_away_first(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(
        answers({"order": order(total="0", off="54.20")}),
        answers(payload("orderDiscountDelete", order())),
        answers(payload("orderDiscountAdd", order(total="4.20", off="50"))),
    )
    client.discount_replacement(shop, "N1", amount=usd("50.00"), reason="Exchange R-1")
    assert sent(saleor) == ["Replacement", "DeleteOrderDiscount", "AddOrderDiscount"]
    given = {"valueType": "FIXED", "value": "50.000", "reason": "Exchange R-1"}
    assert saleor.seen[2].json()["variables"] == {"order": "N1", "input": given}


def test_a_discount_whose_answer_is_lost_is_unclear(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    saleor.play(answers({"order": order()}), drop)
    with pytest.raises(SaleorUnclear):
        client.discount_replacement(shop, "N1", amount=usd("50.00"), reason="Exchange R-1")
    assert sent(saleor) == ["Replacement", "AddOrderDiscount"]


def test_saleors_words_for_missing_stock_are_kept(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    short = {"field": "lines", "code": "INSUFFICIENT_STOCK", "message": "Insufficient product stock."}
    saleor.play(answers(payload("draftOrderComplete", None, short)))
    with pytest.raises(SaleorRefused, match="Insufficient product stock") as refused:
        client.complete_replacement(shop, "N1")
    assert refused.value.codes == ("INSUFFICIENT_STOCK",)


def test_what_was_charged_and_authorised_is_not_due(client: SaleorClient, saleor: Script, shop: ShopConnection) -> None:
    found = read(client, saleor, shop, order(totalCharged=amount("50"), totalAuthorized=amount("3.10")))
    assert found.due == usd("1.10")
    assert read(client, saleor, shop, order(totalCharged=amount("60"))).due == usd("0")


def test_a_parcel_that_waits_for_approval_is_not_sent(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    whole = [{"quantity": 2, "quantityFulfilled": 2}]
    parcels = [{"status": "FULFILLED", "trackingNumber": "1Z1"}, {"status": "FULFILLED", "trackingNumber": "1Z2"}]
    found = read(client, saleor, shop, order(lines=whole, fulfillments=parcels))
    assert (found.is_shipped, found.tracking) == (True, "1Z1, 1Z2")
    parcels[1]["status"] = "WAITING_FOR_APPROVAL"
    assert not read(client, saleor, shop, order(lines=whole, fulfillments=parcels)).is_shipped
    part = [{"quantity": 2, "quantityFulfilled": 1}]
    assert not read(client, saleor, shop, order(lines=part, fulfillments=parcels[:1])).is_shipped


@pytest.mark.parametrize(
    ("status", "is_cancelled"), [("CANCELED", True), ("EXPIRED", True), ("UNFULFILLED", False), ("UNCONFIRMED", False)]
)
def test_an_expired_order_is_as_good_as_cancelled(
    client: SaleorClient, saleor: Script, shop: ShopConnection, status: str, is_cancelled: bool
) -> None:
    found = read(client, saleor, shop, order(status=status))
    assert (found.is_cancelled, found.is_draft) == (is_cancelled, False)


def test_what_was_taken_off_everything_is_still_known(
    client: SaleorClient, saleor: Script, shop: ShopConnection
) -> None:
    found = read(client, saleor, shop, order(total="0", off="54.20", undiscountedTotal={"gross": amount("0")}))
    assert (found.discounted, found.undiscounted) == (usd("54.20"), usd("54.20"))


def variant(**changes: Any) -> dict[str, Any]:
    listing = {"isPublished": True, "isAvailableForPurchase": True, "channel": {"slug": "us"}}
    product = {"id": "P1", "name": "Tee", "thumbnail": None, "channelListings": [{**listing, **changes}]}
    return {
        "id": "V1",
        "name": "UHJvZHVjdFZhcmlhbnQ6MQ==",
        "sku": None,
        "quantityAvailable": 3,
        "pricing": {"price": {"gross": {"amount": 20.0, "currency": "USD"}}},
        "product": product,
    }


@pytest.mark.parametrize(
    ("changes", "is_sold"),
    [
        ({}, True),
        ({"isPublished": False}, False),
        ({"isAvailableForPurchase": False}, False),
        ({"channel": {"slug": "pl"}}, False),
    ],
)
def test_what_shoppers_cannot_buy_is_left_out(
    client: SaleorClient, saleor: Script, shop: ShopConnection, changes: dict[str, Any], is_sold: bool
) -> None:
    saleor.play(answers({"productVariants": {"edges": [{"node": variant(**changes)}]}}))
    found = client.read_variants(shop, channel="us", country="US", variant_ids=["V1"])
    assert [(item.name, item.sku, item.price) for item in found] == ([("", "", usd("20.00"))] if is_sold else [])


@pytest.mark.parametrize(("status", "is_cancelled"), [("FULFILLED", False), ("CANCELED", True)])
def test_a_parcel_that_staff_took_back_does_not_keep_an_order(
    client: SaleorClient, saleor: Script, shop: ShopConnection, status: str, is_cancelled: bool
) -> None:
    parcels = [{"status": status, "trackingNumber": ""}]
    saleor.play(
        answers({"order": order(total="0", status="UNFULFILLED", fulfillments=parcels)}),
        answers({"orderCancel": {"order": {"id": "N1"}, "errors": []}}),
    )
    if is_cancelled:
        client.cancel_replacement(shop, "N1")
    else:
        with pytest.raises(SaleorRefused):
            client.cancel_replacement(shop, "N1")
    assert sent(saleor) == ["Replacement", "CancelOrder"][: 1 + is_cancelled]
