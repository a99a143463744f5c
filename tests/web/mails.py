"""One notification of each kind, as the services queue them."""

from __future__ import annotations

from typing import Any

_LINE = {"item": "Enamel Mug", "variant": "Cream", "quantity": 2, "received": 0, "accepted": 0, "refusal": ""}


def params(kind: str, **changes: Any) -> dict[str, Any]:
    if kind == "code":
        return {"code": "042042", "order_number": "1001", **changes}
    if kind == "test":
        return {"shop": "Nordlicht", **changes}
    if kind == "disconnected":
        return {"shop": "Nordlicht", "api_url": "https://nordlicht.example/graphql/", **changes}
    if kind == "escalated":
        late = {"number": "R-2026-000042", "order_number": "1001", "waits_for": "review", "to": "admin"}
        return {**late, "due_at": "2026-03-04T12:00:00+00:00", **changes}
    if kind == "handed_up":
        up = {"number": "C-2026-000042", "order_number": "1001", "waits_for": "complaint", "to": "admin"}
        return {**up, "due_at": "2026-03-04T12:00:00+00:00", "message": "Beyond what I may say.", **changes}
    if kind == "danger":
        hurt = {"number": "C-2026-000042", "order_number": "1001", "item": "Desk Lamp", "case_id": "case-1"}
        return {**hurt, "body": "It burnt my hand.", **changes}
    if kind == "withdrawal_receipt":
        declared = {"name": "Rita Returner", "order_number": "1001", "items": "", "reference": "0190-a"}
        return {**declared, "declared_at": "2026-03-04T22:59:00+00:00", **changes}
    case = {
        "number": "R-2026-000042",
        "order_number": "1001",
        "customer_name": "Rita Returner",
        "currency": "USD",
        "expected_minor": 4762,
        "return_address": "Returns dept.\n1 Dock Road\n10001 New York",
        "due_at": "2026-03-04T12:00:00+00:00",
        "lines": [_LINE, {**_LINE, "item": "Desk Lamp", "variant": "Brass", "quantity": 1}],
    }
    return {**case, **_MORE[kind], **changes}


_REPLACEMENT = {
    "items": [{"quantity": 1, "name": "Monospace Tee · L"}],
    "order": "1042",
    "owed_minor": 500,
    "tracking": "RR123456785DE",
    "missing": "Monospace Tee · L",
}
_OFFER = {
    "offer": {
        "kind": "compensation",
        "keeps": True,
        "amount_minor": 1200,
        "postage_bearer": "",
        "merchant_percent": 0,
        "wish": "",
    },
    "note": "For the scratch on the lamp.",
    "made_by": "staff",
    "expires_at": "2026-03-05T12:00:00+00:00",
}
_PARCEL = {
    "parcel": 1,
    "carrier": "UPS",
    "tracking_number": "1Z12345E0205271688",
    "units": [{"item": "Enamel Mug", "quantity": 1, "refusal": "One handle is broken."}],
}
_MORE: dict[str, dict[str, Any]] = {
    "requested": {"is_withdrawal": False},
    **{kind: {} for kind in ("reminder_evidence", "reminder_goods", "reminder_offer", "closed")},
    "expired": {"waits_for": "goods_sent", "may_reopen": False},
    "extended": {"waits_for": "goods_sent"},
    "approved": {"keeps_item": False, "message": "Please use the box it came in."},
    "rejected": {"reason": "The mug was used: there is coffee in it."},
    "cancelled": {"reason": "We found the parcel at the depot."},
    "evidence_wanted": {"message": "Please show us the label of the parcel."},
    "goods_received": {
        "lines": [
            {**_LINE, "received": 2, "accepted": 1, "refusal": "One handle is broken."},
            {**_LINE, "item": "Desk Lamp", "variant": "Brass", "quantity": 1, "received": 1, "accepted": 1},
        ]
    },
    "message": {"body": "Which of the two mugs is broken?"},
    "news_to_staff": {"body": "Parcel 4711 has been delivered to you.", "case_id": "case-1"},
    "message_to_staff": {"body": "The one with the cat.", "case_id": "case-1"},
    "offer": _OFFER,
    "offer_ended": {**_OFFER, "how": "lapse", "reason": ""},
    "agreed": _OFFER,
    "credit_issued": {"credit_minor": 4500, "code": "ABCD-EFGH-1234"},
    "payout_proposed": {"amount_minor": 1500, "means": "bank_transfer"},
    "replacement_ordered": _REPLACEMENT,
    "replacement_unpaid": _REPLACEMENT,
    "replacement_missing": _REPLACEMENT,
    "replacement_sent": _REPLACEMENT,
    "reminder_difference": {"waits_for": "difference"},
    "repair_diagnosed": {"diagnosis": "The switch is broken.", "price_minor": None},
    "repair_quoted": {"diagnosis": "The socket is burnt.", "price_minor": 1200},
    "reminder_repair": {},
    "repair_quote_ended": {"how": "lapse", "price_minor": 1200},
    "repair_to_pay": {"work": "New socket, tested for an hour.", "price_minor": 1200},
    "repair_given_up": {"work": "The glass cannot be had any more.", "owed_back_minor": 1200},
    "repair_sent": {"parcel": _PARCEL, "repaired": True, "work": "New socket, tested for an hour."},
    "survey": {"link": "https://returns.example/r/nordlicht/opinion/signed", "is_complaint": False},
    "complaint_received": {"description": "It came ten days late.", "again": False},
    "complaint_acknowledged": {"message": "We asked the carrier."},
    "complaint_decided": {
        "outcome": "partly_upheld",
        "reasons": "The carrier lost it for a week.",
        "body": "The board, Geneva",
        "until": "2026-04-03",
    },
    "complaint_closed": {"reason": "", "withdrawn": False},
    "dispute_received": {"message": "The scratch was there when it came."},
    "dispute_upheld": {"reason": "The photo shows coffee in the mug."},
    "dispute_overturned": {"reason": "You are right: the scratch is on the photo of the parcel."},
    "arranged": {
        "parcel": 1,
        "method": "courier_pickup",
        "carrier": "DHL",
        "tracking_number": "",
        "message": "Ring twice.",
        "pickup_day": "2026-03-05",
        "pickup_window": "09:00–13:00",
        "pickup_address": "Rita Returner\nHof 3",
    },
    "goods_sent_back": {"parcel": _PARCEL, "whole": True},
    "voucher_issued": {"credit_minor": 1500, "code": "THANKS-ABCD-EFGH-2345-6789"},
    "fulfilled": {"message": "Your new lamp is on its way: RR123456785DE"},
    "refunded": {
        "total_minor": 4762,
        "ways": [
            {"label": "Card", "way": "transaction", "minor": 3262},
            {"label": "Gift card", "way": "gift_card", "minor": 1500},
        ],
    },
}

KINDS = ("code", "danger", "disconnected", "escalated", "handed_up", "test", "withdrawal_receipt", *_MORE)
