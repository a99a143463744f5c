"""Staff's words for a repair (English msgids, translated where they are shown), and how each looks."""

from __future__ import annotations

from saleor_returns_app.domain.repairs import Finding, PaidHow, RepairStatus, payment_due, repayment_due
from saleor_returns_app.models.repairs import Repair
from saleor_returns_app.web.i18n import gettext

#: Event of the history → what happened.
ENTRIES: dict[str, str] = {
    "start_repair": "Repair begun",
    "diagnose": "Diagnosed, free of charge",
    "quote_repair": "Price of the repair told",
    "withdraw_repair_quote": "Price of the repair taken back",
    "accept_repair_quote": "Price of the repair accepted",
    "decline_repair_quote": "Price of the repair declined",
    "lapse_repair_quote": "Price of the repair not answered",
    "begin_repair": "In repair",
    "finish_repair": "Repaired",
    "rework_repair": "Repaired again",
    "give_up_repair": "Cannot be repaired",
    "record_repair_payment": "Payment of the repair recorded",
    "record_repair_repayment": "Repair paid back",
    "send_repaired": "Repaired goods sent back",
    "send_unrepaired": "Goods sent back unrepaired",
    "turn_repair": "No repair: something else is offered",
    "dispute": "Decision disputed",
    "uphold": "Decision upheld",
    "overturn": "Dispute decided for the shopper, back in review",
    "send_goods_back": "Refused goods sent back",
}
#: State of the repair → what it is about now.
HEADLINES: dict[str, str] = {
    RepairStatus.RECEIVED: "Find out what is broken",
    RepairStatus.DIAGNOSED: "Decide about the repair",
    RepairStatus.QUOTED: "The shopper decides about the price of the repair",
    RepairStatus.REPAIRING: "It is being repaired",
    RepairStatus.REPAIRED: "Repaired: send it back",
    RepairStatus.UNREPAIRED: "Not repaired: send it back, or offer something else",
}
STATES: dict[str, str] = {
    RepairStatus.RECEIVED: "In the workshop",
    RepairStatus.DIAGNOSED: "Diagnosed",
    RepairStatus.QUOTED: "Price told, waiting for the shopper",
    RepairStatus.REPAIRING: "In repair",
    RepairStatus.REPAIRED: "Repaired",
    RepairStatus.UNREPAIRED: "Not repaired",
    RepairStatus.SENT_BACK: "Sent back repaired",
    RepairStatus.RETURNED: "Sent back unrepaired",
    RepairStatus.TURNED: "Turned into something else",
}
TONES: dict[str, str] = {
    **dict.fromkeys((RepairStatus.RECEIVED, RepairStatus.DIAGNOSED, RepairStatus.UNREPAIRED), "warn"),
    **dict.fromkeys((RepairStatus.QUOTED, RepairStatus.REPAIRING), "info"),
    **dict.fromkeys((RepairStatus.REPAIRED, RepairStatus.SENT_BACK), "good"),
}
FINDINGS: dict[str, str] = {
    Finding.FREE: "Free of charge (in warranty)",
    Finding.PRICED: "At a price: the shopper is asked first",
    Finding.BEYOND_REPAIR: "Cannot be repaired",
}
HOWS: dict[str, str] = {
    PaidHow.BANK_TRANSFER: "Bank transfer",
    PaidHow.CARD: "Card",
    PaidHow.CASH: "Cash",
    PaidHow.OTHER: "Another way",
}


def repair_headline(repair: Repair) -> str:
    """What the repair is about now, in one line."""
    if owed_back(repair):
        return gettext("Give back what the shopper paid for the repair")
    if owes(repair) and repair.status == RepairStatus.REPAIRED:
        return gettext("Repaired: waiting for the shopper’s payment")
    return gettext(HEADLINES.get(repair.status, repair.status))


def owes(repair: Repair) -> bool:
    """Whether the shopper owes the price."""
    return payment_due(RepairStatus(repair.status), priced=repair.price_minor is not None, paid=bool(repair.payment))


def owed_back(repair: Repair) -> bool:
    """Whether the shop owes the price back."""
    return repayment_due(RepairStatus(repair.status), paid=bool(repair.payment), repaid=bool(repair.repayment))
