"""Words for what the tables call by codes (English msgids, translated where they are shown)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from flask import Flask

from saleor_returns_app.domain.cases import CaseKind, CaseStatus, Reason, Resolution
from saleor_returns_app.domain.complaints import ComplaintStatus, Outcome, Topic
from saleor_returns_app.domain.deadlines import Wait
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.parcels import ParcelStatus
from saleor_returns_app.domain.policy import Condition
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.refunds import SETTLED, RefundStatus
from saleor_returns_app.domain.repairs import ENDED, RepairStatus
from saleor_returns_app.domain.terms import IN_MONEY, CaseTerms
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.repairs import Repair
from saleor_returns_app.web import i18n

REASONS: dict[str, str] = {
    Reason.DAMAGED: "It arrived damaged",
    Reason.QUALITY: "It does not work or is poorly made",
    Reason.NOT_AS_DESCRIBED: "It is not as described",
    Reason.WRONG_ITEM: "I got the wrong item",
    Reason.MISSING: "Parts or items are missing",
    Reason.LATE: "It came too late",
    Reason.SIZE_OR_FIT: "It does not fit",
    Reason.CHANGED_MIND: "I changed my mind",
    Reason.OTHER: "Something else",
}

RESOLUTIONS: dict[str, str] = {
    Resolution.REFUND: "A refund, the way I paid",
    Resolution.EXCHANGE: "Another size or item instead",
    Resolution.REPAIR: "A repair",
    Resolution.RESHIP: "Send me what was missing or wrong",
    Resolution.STORE_CREDIT: "Store credit",
    Resolution.COMPENSATION: "Some money back, and I keep it",
}

CONDITIONS: dict[str, str] = {
    Condition.UNOPENED: "Unopened",
    Condition.OPENED: "Opened, but not used",
    Condition.USED: "Used",
    Condition.DAMAGED: "Damaged",
    Condition.INCOMPLETE: "Not complete",
}

STATUSES: dict[str, str] = {
    CaseStatus.REQUESTED: "Requested",
    CaseStatus.AWAITING_EVIDENCE: "Awaiting evidence",
    CaseStatus.NEGOTIATING: "Negotiating",
    CaseStatus.APPROVED: "Approved",
    CaseStatus.IN_TRANSIT: "In transit",
    CaseStatus.RECEIVED: "Received",
    CaseStatus.INSPECTED: "Inspected",
    CaseStatus.RESOLVING: "Refund under way",
    CaseStatus.RESOLVED: "Resolved",
    CaseStatus.CLOSED: "Closed",
    CaseStatus.REJECTED: "Rejected",
    CaseStatus.CANCELLED: "Cancelled",
    CaseStatus.EXPIRED: "Expired",
    CaseStatus.DISPUTED: "Disputed",
}

COMPLAINT_STATUSES: dict[str, str] = {
    ComplaintStatus.SUBMITTED: "Sent",
    ComplaintStatus.ACKNOWLEDGED: "Read",
    ComplaintStatus.INVESTIGATING: "Being looked into",
    ComplaintStatus.NEGOTIATING: "Being made good",
    ComplaintStatus.ESCALATED: "With a second person",
    ComplaintStatus.RESOLVED: "Decided",
    ComplaintStatus.CLOSED: "Closed",
    ComplaintStatus.WITHDRAWN: "Withdrawn",
}
TOPICS: dict[str, str] = {
    Topic.ORDER: "The order as a whole",
    Topic.ITEM: "An item",
    Topic.DELIVERY: "The delivery",
    Topic.REFUND: "A refund",
    Topic.SERVICE: "How I was treated",
}
OUTCOMES: dict[str, str] = {
    Outcome.UPHELD: "The shop agrees with you",
    Outcome.PARTLY_UPHELD: "The shop agrees with you in part",
    Outcome.NOT_UPHELD: "The shop does not agree with you",
}
#: What happens next with a complaint, by state; `%(day)s` is the promised day.
_NEXT_OF_COMPLAINT: dict[str, str] = {
    ComplaintStatus.SUBMITTED: "Somebody reads your complaint by %(day)s and writes to you.",
    ComplaintStatus.ACKNOWLEDGED: "Somebody who is not part of it looks into your complaint. It is decided by %(day)s.",
    ComplaintStatus.INVESTIGATING: "Somebody who is not part of it looks into your complaint. It is decided by %(day)s.",
    ComplaintStatus.NEGOTIATING: "The shop makes it good in the return below. Your complaint is decided by %(day)s.",
    ComplaintStatus.ESCALATED: "A second person of the shop decides your complaint by %(day)s.",
    ComplaintStatus.RESOLVED: "Your complaint is decided. If neither of us says more, it is closed after %(day)s.",
    ComplaintStatus.CLOSED: "This complaint is closed.",
    ComplaintStatus.WITHDRAWN: "This complaint was withdrawn.",
}
_LATE_COMPLAINT: dict[str, str] = {
    ComplaintStatus.SUBMITTED: "Somebody should have read your complaint by %(day)s. The shop was reminded.",
    **dict.fromkeys(
        (
            ComplaintStatus.ACKNOWLEDGED,
            ComplaintStatus.INVESTIGATING,
            ComplaintStatus.NEGOTIATING,
            ComplaintStatus.ESCALATED,
        ),
        "Your complaint should have been decided by %(day)s. It is with a second person of the shop now.",
    ),
}


def next_of_complaint(case: Case, *, late: bool) -> str:
    """What happens next, as the shopper reads it (msgid; `day` fills it)."""
    return (_LATE_COMPLAINT.get(case.status) if late else None) or _NEXT_OF_COMPLAINT[case.status]


#: While what was agreed on is being done: what it is, as a state, as a step of the way, and what comes next.
_DOING: dict[Resolution, tuple[str, str, str, str]] = {
    Resolution.STORE_CREDIT: (
        "Store credit under way",
        "Your store credit is made",
        "Your store credit is being made. You get it by %(day)s.",
        "You should have got your store credit by %(day)s. The shop is looking into it.",
    ),
    Resolution.EXCHANGE: (
        "Replacement under way",
        "Your replacement is sent",
        "Your replacement is being prepared. It is sent by %(day)s.",
        "Your replacement should have been sent by %(day)s. The shop is looking into it.",
    ),
    Resolution.REPAIR: (
        "In repair",
        "It is repaired and sent back",
        "Your repair is under way. The next step is due by %(day)s.",
        "Your repair should have gone on by %(day)s. The shop was reminded.",
    ),
    Resolution.NONE: (
        "Being settled",
        "The shop does what you agreed on",
        "The shop does what you agreed on by %(day)s.",
        "The shop should have done what you agreed on by %(day)s. It is looking into it.",
    ),
}
_DOING[Resolution.RESHIP] = _DOING[Resolution.EXCHANGE]


def doing(case: Case, *, mends: bool = False) -> tuple[str, str, str, str] | None:
    """The words for doing what was agreed on: state, step, what comes next, the same where it is late. None where it is a refund.
    `mends`: only a repair is left to do."""
    terms = CaseTerms.load(case.terms or {})
    if mends:
        return _DOING[Resolution.REPAIR]
    if terms.resolution in IN_MONEY:
        return None
    return _DOING.get(terms.resolution, _DOING[Resolution.NONE])


def status_text(case: Case) -> str:
    """The state of a case as its shopper reads it (msgid)."""
    if case.kind == CaseKind.COMPLAINT:
        return COMPLAINT_STATUSES[case.status]
    words = doing(case) if case.status == CaseStatus.RESOLVING else None
    return words[0] if words else STATUSES[case.status]


#: What a way back means for the shopper.
HOW: dict[str, str] = {
    ReturnMethod.COURIER_PICKUP: "A courier comes to you, on the day that you choose.",
    ReturnMethod.DROP_OFF: "You bring the parcel to a parcel shop; we send you what you show there.",
    ReturnMethod.SELF_SHIPPING: "You bring it to any carrier and tell us the tracking number.",
    ReturnMethod.IN_STORE: "You bring the items to one of our stores, with the return number.",
}
#: What it costs them; `amount` is their part, `cost` all of it.
COSTS: dict[str, str] = {
    "all": "%(amount)s a parcel is taken off your refund.",
    "part": "%(amount)s of the %(cost)s a parcel is taken off your refund.",
    "free": "Costs you nothing.",
    "carrier": "You pay the carrier.",
    "shop": "The shop pays the postage back.",
    "share": "The shop pays %(percent)s %% of the postage back, you pay the rest.",
}

PARCELS: dict[str, str] = {
    ParcelStatus.ANNOUNCED: "Announced",
    ParcelStatus.IN_TRANSIT: "In transit",
    ParcelStatus.DELIVERED: "Arrived",
    ParcelStatus.LOST: "Lost",
}

REFUNDS: dict[str, str] = {
    RefundStatus.PROPOSED: "To be decided",
    RefundStatus.APPROVED: "Approved",
    RefundStatus.GRANTED: "Granted",
    RefundStatus.REQUESTED: "Requested",
    RefundStatus.PENDING: "Pending",
    RefundStatus.SUCCEEDED: "Paid",
    RefundStatus.FAILED: "Failed",
    RefundStatus.UNCLEAR: "Being checked",
    RefundStatus.CANCELLED: "Cancelled",
    RefundStatus.RECORDED: "Paid outside",
}

#: A refund as its shopper sees it: how it gets paid is the shop's concern.
SHOPPER_REFUNDS: dict[str, str] = {
    **dict.fromkeys(
        (RefundStatus.APPROVED, RefundStatus.GRANTED, RefundStatus.REQUESTED, RefundStatus.PENDING), "On its way"
    ),
    RefundStatus.PROPOSED: "To be decided",
    RefundStatus.UNCLEAR: "Being checked",
    RefundStatus.FAILED: "The shop is looking into it",
    RefundStatus.SUCCEEDED: "Paid",
    RefundStatus.RECORDED: "Paid",
}

#: What happens next, by state; `%(day)s` is the promised day.
NEXT = {
    CaseStatus.REQUESTED: "We look at your request by %(day)s and write to you. Please do not send anything yet.",
    CaseStatus.AWAITING_EVIDENCE: "The shop asks you for photos or a video by %(day)s. Add them here.",
    CaseStatus.NEGOTIATING: "You and the shop are agreeing on a solution. The next answer is due by %(day)s.",
    CaseStatus.APPROVED: "Send the items by %(day)s and tell us the tracking number here.",
    CaseStatus.IN_TRANSIT: "Your parcel is on its way to us. If it has not arrived by %(day)s, we look for it.",
    CaseStatus.RECEIVED: "Your parcel is here. We check it by %(day)s.",
    CaseStatus.INSPECTED: "We checked your parcel and approve the refund by %(day)s.",
    CaseStatus.RESOLVING: "Your refund is on its way and arrives by %(day)s at the latest.",
    CaseStatus.RESOLVED: "Everything is settled. If something is wrong, answer the shop by %(day)s.",
    CaseStatus.CLOSED: "This return is closed.",
    CaseStatus.REJECTED: "The shop did not accept this return.",
    CaseStatus.CANCELLED: "This return was cancelled. You can ask for a new one.",
    CaseStatus.EXPIRED: "The items did not arrive in time. You can ask for a new return.",
    CaseStatus.DISPUTED: "The shop looks at your objection by %(day)s.",
}

#: The same while it is on nobody to tell a tracking number: by the way back that was chosen.
_BY_METHOD: dict[str, str] = {
    ReturnMethod.COURIER_PICKUP: "The courier comes on the day that was agreed. Have the items packed, with the return number inside.",
    ReturnMethod.DROP_OFF: "Bring the parcel to a parcel shop by %(day)s, with the label or code that you were sent.",
    ReturnMethod.IN_STORE: "Bring the items to the store by %(day)s, with your return number.",
}
_TO_BOOK: dict[str, str] = {
    ReturnMethod.COURIER_PICKUP: "The shop books the courier and writes to you. Have the items packed, with the return number inside.",
    ReturnMethod.DROP_OFF: "The shop gets the label and writes to you. Then bring the parcel to a parcel shop by %(day)s.",
}
_TO_CHOOSE = "Choose below how the items come back, and send them by %(day)s."
_ARRIVED = "Your parcel has arrived. The shop checks it next and writes to you."

#: What is waited for, as a line of a table or a sentence: "Waiting for: …".
WAITS: dict[str, str] = {
    Wait.REVIEW: "Review of the request",
    Wait.EVIDENCE: "Evidence from the shopper",
    Wait.OFFER: "Answer to an offer",
    Wait.GOODS_SENT: "Goods to be sent",
    Wait.PARCEL: "Arrival of the parcel",
    Wait.INSPECTION: "Inspection of the goods",
    Wait.APPROVAL: "Approval of the refund",
    Wait.SECOND_APPROVAL: "Approval by a second person",
    Wait.REFUND: "Payment of the refund",
    Wait.DIFFERENCE: "Payment of the difference",
    Wait.REPLACEMENT: "Dispatch of the replacement",
    Wait.REPAIR: "The repair",
    Wait.REPAIR_QUOTE: "Answer to the price of the repair",
    Wait.DISPUTE: "Decision on the dispute",
    Wait.ACKNOWLEDGEMENT: "Somebody to read the complaint",
    Wait.COMPLAINT: "Decision on the complaint",
    Wait.CONFIRMATION: "Confirmation of the outcome",
}

#: What the shop or somebody else owed the shopper and is late: said instead of a promise that was not kept.
LATE = {
    CaseStatus.REQUESTED: "The shop should have looked at your request by %(day)s. It was reminded. You do not have to do anything.",
    CaseStatus.IN_TRANSIT: "Your parcel should have arrived by %(day)s. We are looking for it.",
    CaseStatus.RECEIVED: "Your parcel is here. We should have checked it by %(day)s. The shop was reminded.",
    CaseStatus.INSPECTED: "We checked your parcel and should have approved the refund by %(day)s. The shop was reminded.",
    CaseStatus.RESOLVING: "Your refund should have arrived by %(day)s. The shop is looking into it.",
    CaseStatus.DISPUTED: "The shop should have looked at your objection by %(day)s. It was reminded. You do not have to do anything.",
}

#: What ended for want of the shopper's evidence can be taken up again.
EXPIRED_EVIDENCE = (
    "What we needed from you did not come in time, so the return ended. "
    "You can take it up again while returns are still possible."
)

#: While it is not known whether a refund was paid, nothing is promised.
_REFUND_CHECKED = "The shop is looking into your refund and writes to you."
_NO_PROMISE = (RefundStatus.UNCLEAR, RefundStatus.FAILED, RefundStatus.PROPOSED)


def is_late(case: Case, now: datetime) -> bool:
    """Whether somebody else than the shopper owes what is due, and it is overdue."""
    return case.due_at is not None and case.due_at <= now and case.due_by != Who.SHOPPER


#: While an offer is open: whose answer is waited for.
_ANSWER = {
    Who.SHOPPER: "The shop made you an offer. Please answer it by %(day)s.",
    Who.STAFF: "The shop answers your offer by %(day)s.",
}
_KEPT = "You keep the items: please send nothing. The shop approves your refund by %(day)s."
_KEPT_OTHERWISE = "You keep what you have: please send nothing. The shop does what you agreed on by %(day)s."
#: A withdrawal that the law covers but nobody could say an address for: it counts, whatever the shop does.
_WITHDRAWN = (
    "Your withdrawal counts. We write to you by %(day)s where to send the items. Please do not send anything yet."
)
_PRICE = "The shop told you what the repair costs. Please answer by %(day)s: without your answer it is not repaired."
_INSPECTED_OTHERWISE = "We checked your parcel and do what was agreed by %(day)s."


#: What happens next with goods that are sent instead of money.
_REPLACEMENT = {
    ExchangeState.PLANNED: "Your new items are being ordered.",
    ExchangeState.OUT_OF_STOCK: "What was to be sent to you is out of stock. Please choose below what you want instead.",
    ExchangeState.UNPAID: "Please pay the difference by %(day)s. Then the shop sends your new items.",
    ExchangeState.ORDERED: "Your new items are ordered. The shop sends them by %(day)s.",
}
_LATE_REPLACEMENT = {
    ExchangeState.UNPAID: "The difference should have been paid by %(day)s. Pay it, or write to the shop.",
    ExchangeState.ORDERED: "Your new items should have been sent by %(day)s. The shop was reminded.",
}
_IN_GOODS = (CaseStatus.INSPECTED, CaseStatus.RESOLVING)


def next_text(
    case: Case,
    refunds: Iterable[Refund],
    *,
    late: bool = False,
    reopenable: bool = False,
    exchange: Exchange | None = None,
    repair: Repair | None = None,
    parcels: Sequence[Parcel] = (),
    chooses: bool = False,
) -> str:
    """What happens next, as the shopper reads it (msgid; `day` fills it). `parcels` are those to the shop.
    `chooses`: how they come back is still to be said."""
    if case.status == CaseStatus.RESOLVING and repair is not None and repair.status == RepairStatus.QUOTED:
        return _PRICE
    if exchange is not None and case.status in _IN_GOODS and not list(refunds):
        state = ExchangeState(exchange.state)
        said = (_LATE_REPLACEMENT.get(state) if late else None) or _REPLACEMENT.get(state)
        if said is not None:
            return said
    status, terms = CaseStatus(case.status), CaseTerms.load(case.terms or {})
    if status is CaseStatus.REQUESTED and case.is_withdrawal and not late:
        return _WITHDRAWN
    if status is CaseStatus.NEGOTIATING and case.due_by in _ANSWER:
        return _ANSWER[Who(case.due_by)]
    if status is CaseStatus.APPROVED and terms.keeps_item:
        return _KEPT if terms.in_money else _KEPT_OTHERWISE
    if (said := _TO_CHOOSE if chooses else _of_parcels(status, parcels)) is not None:
        return said
    if status is CaseStatus.INSPECTED and (terms.pieces or not terms.in_money):
        return _INSPECTED_OTHERWISE
    mends = repair is not None and repair.status not in ENDED and all(row.status in SETTLED for row in refunds)
    if status is CaseStatus.RESOLVING and (words := doing(case, mends=mends)):
        return words[3] if late else words[2]
    if status is CaseStatus.RESOLVING and any(refund.status in _NO_PROMISE for refund in refunds):
        return _REFUND_CHECKED
    if status is CaseStatus.EXPIRED and reopenable:
        return EXPIRED_EVIDENCE
    return LATE.get(status, NEXT[status]) if late else NEXT[status]


def _of_parcels(status: CaseStatus, parcels: Sequence[Parcel]) -> str | None:
    """What is next where the parcels say more than the state of the case."""
    if status is CaseStatus.IN_TRANSIT and parcels and all(row.status == ParcelStatus.DELIVERED for row in parcels):
        return _ARRIVED
    waiting = [row for row in parcels if row.status == ParcelStatus.ANNOUNCED and row.method]
    if status is not CaseStatus.APPROVED or not waiting:
        return None
    method = waiting[-1].method
    return (_TO_BOOK.get(method) if waiting[-1].arranged_at is None else None) or _BY_METHOD.get(method)


#: Event of the history → what the shopper reads.
PUBLIC_ENTRIES: dict[str, str] = {
    "request": "You asked for a return",
    "approve": "The shop approved the return",
    "reject": "The shop did not accept the return",
    "ask_evidence": "The shop asked for photos or a video",
    "provide_evidence": "You sent photos or videos",
    "cancel": "You withdrew the return",
    "close": "The return was closed",
    "ship": "The parcel is on its way",
    "correct_parcel": "The tracking number was corrected",
    "parcel_delivered": "The carrier delivered the parcel to the shop",
    "parcel_delivered_out": "The carrier delivered the parcel to you",
    "ship_out": "The parcel to you is on its way",
    "choose_method": "You chose how the items come back",
    "arrange_parcel": "The shop arranged how the items come back",
    "receive": "The parcel arrived",
    "conclude": "The return is settled without a refund",
    "approve_refund": "The refund was approved",
    "settle": "The refund was paid",
    "agree": "You and the shop agreed on a solution",
    "lapse_offer": "The time for the offer ended without an answer",
    "fulfil": "What was agreed on is done",
    "send_replacement": "The shop approved your new items",
    "replacement_ordered": "Your new items were ordered",
    "replacement_missing": "Your new items are out of stock",
    "replacement_sent": "Your new items were sent",
    "replacement_cancelled": "The order of your new items was cancelled",
    "difference_paid": "The difference was paid",
    "choose_other": "Something else was chosen",
    "choose_money": "Money was chosen instead of new items",
    "order_again": "Your new items are ordered again",
    "start_repair": "The repair was begun",
    "diagnose": "The shop found out what is broken: the repair is free of charge",
    "quote_repair": "The shop told you what the repair costs",
    "withdraw_repair_quote": "The shop took its price for the repair back",
    "accept_repair_quote": "You agreed to the price of the repair",
    "decline_repair_quote": "You declined the price of the repair",
    "lapse_repair_quote": "The price of the repair was not answered in time",
    "begin_repair": "It is being repaired",
    "finish_repair": "It is repaired",
    "rework_repair": "The repair goes on",
    "give_up_repair": "It cannot be repaired",
    "record_repair_payment": "You paid for the repair",
    "record_repair_repayment": "The shop gave back what you paid for the repair",
    "send_repaired": "The repaired goods were sent to you",
    "send_unrepaired": "The goods were sent back to you, unrepaired",
    "dispute": "You disputed the decision",
    "uphold": "The shop looked again, and its decision stays",
    "overturn": "The shop agreed with you and takes the return up again",
    "send_goods_back": "Goods that were not accepted were sent back to you",
    "issue_credit": "Your store credit is approved",
    "credit_issued": "Your store credit is ready",
    "propose_payout": "The shop asked how to pay you",
    "agree_payout": "You agreed how the shop pays you",
    "decline_payout": "You want to be paid otherwise",
    "withdraw_payout": "The shop pays you another way",
    "issue_voucher": "Your voucher is approved",
    "voucher_issued": "Your voucher is ready",
    "expire": "The time was over and the return ended",
    "reopen": "The return was taken up again",
    "lapse": "An offer was not answered in time",
    "extend": "The shop gave you more time",
    "complain": "You sent your complaint",
    "acknowledge_complaint": "The shop read your complaint",
    "investigate": "Somebody began to look into it",
    "make_good": "The shop began to make it good",
    "decide_complaint": "The shop decided",
    "withdraw_complaint": "The complaint was withdrawn",
    "close_complaint": "The complaint was closed",
    "reopen_complaint": "The complaint was taken up again",
}

#: Event of the negotiation → what the shopper reads where they did it, and where the shop did.
OFFER_ENTRIES: dict[str, tuple[str, str]] = {
    "offer": ("You proposed a solution", "The shop proposed a solution"),
    "counter_offer": ("You proposed something else", "The shop proposed something else"),
    "decline_offer": ("You declined the offer", "The shop declined your offer"),
    "withdraw_offer": ("You took your offer back", "The shop took its offer back"),
}

#: How a state looks; the same tone has the same colour everywhere.
TONES: dict[str, str] = {
    **dict.fromkeys((CaseStatus.RESOLVED, CaseStatus.CLOSED, RefundStatus.SUCCEEDED, RefundStatus.RECORDED), "good"),
    **dict.fromkeys((CaseStatus.REJECTED, CaseStatus.EXPIRED, RefundStatus.FAILED, ParcelStatus.LOST), "bad"),
    ParcelStatus.DELIVERED: "good",
    **dict.fromkeys((CaseStatus.REQUESTED, CaseStatus.INSPECTED, CaseStatus.DISPUTED, RefundStatus.UNCLEAR), "warn"),
    **dict.fromkeys((CaseStatus.APPROVED, CaseStatus.IN_TRANSIT, CaseStatus.RECEIVED, CaseStatus.RESOLVING), "info"),
    **dict.fromkeys((ComplaintStatus.ACKNOWLEDGED, ComplaintStatus.INVESTIGATING), "info"),
    ComplaintStatus.SUBMITTED: "warn",
    ComplaintStatus.ESCALATED: "warn",
    **dict.fromkeys(
        (RefundStatus.APPROVED, RefundStatus.GRANTED, RefundStatus.REQUESTED, RefundStatus.PENDING), "info"
    ),
}


def tone(status: str) -> str:
    return TONES.get(status, "")


def fill(text: str, params: Mapping[str, object]) -> str:
    """Put parameters into a translated text; amounts are written in the language of the request."""
    return text % i18n.spell_amounts(params) if params else text


def say(text: str, params: Mapping[str, object] | None = None) -> str:
    """A text that stands in a variable, translated and filled. Templates use it, for `_()` would call the result safe."""
    return fill(i18n.gettext(text), params or {})


def entry_text(entry: CaseEntry) -> str:
    if entry.event == "cancel" and entry.who != Who.SHOPPER:
        return i18n.gettext("The shop cancelled the return")
    if entry.event in OFFER_ENTRIES:
        by_shopper, by_shop = OFFER_ENTRIES[entry.event]
        return i18n.gettext(by_shopper if entry.who == Who.SHOPPER else by_shop)
    if entry.event == "provide_evidence" and entry.who != Who.SHOPPER:
        return i18n.gettext("The shop added photos or videos")
    return i18n.gettext(PUBLIC_ENTRIES.get(entry.event, entry.event))


def register(app: Flask) -> None:
    app.jinja_env.filters.update(tone=tone, entry_text=entry_text, fill=fill)
    app.jinja_env.globals.update(say=say, status_text=status_text)
