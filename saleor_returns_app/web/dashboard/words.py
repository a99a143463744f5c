"""Staff's words for what the tables call by codes (English msgids, translated where they are shown), and how each looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from flask import Flask

from saleor_returns_app.domain.cases import CaseKind, CaseStatus, Channel, Reason, Resolution
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.policy import Outcome
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.domain.tenders import RefundWay
from saleor_returns_app.domain.terms import CaseTerms, ShippingRule
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.services.approvals import needs_two
from saleor_returns_app.services.attention import WHAT_TO_DO
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import format_money, gettext, language
from saleor_returns_app.web.labels import REFUNDS, STATUSES, WAITS

from .complaint_words import CAUSES, COMPLAINT_STATES, DECISIONS, SEVERITIES, TOPICS
from .complaint_words import ENTRIES as COMPLAINT_ENTRIES
from .complaint_words import TONES as COMPLAINT_TONES
from .repair_words import ENTRIES as REPAIR_ENTRIES
from .way_words import pickup_said, way_said

REASONS: dict[str, str] = {
    Reason.DAMAGED: "Damaged",
    Reason.QUALITY: "Poor quality",
    Reason.NOT_AS_DESCRIBED: "Not as described",
    Reason.WRONG_ITEM: "Wrong item",
    Reason.MISSING: "Item or parts missing",
    Reason.LATE: "Arrived late",
    Reason.SIZE_OR_FIT: "Size or fit",
    Reason.CHANGED_MIND: "Changed mind",
    Reason.OTHER: "Other",
}
CHANNELS: dict[str, str] = {
    Channel.PORTAL: "Returns portal",
    Channel.STOREFRONT: "Storefront",
    Channel.PHONE: "Phone",
    Channel.EMAIL: "E-mail",
    Channel.CHAT: "Chat",
    Channel.COUNTER: "At the counter",
}
VERDICTS: dict[str, str] = {
    Outcome.ELIGIBLE: "Within policy",
    Outcome.NEEDS_REVIEW: "Needs a decision",
    Outcome.INELIGIBLE: "Outside policy",
}
WAYS: dict[str, str] = {
    RefundWay.TRANSACTION: "Original payment",
    RefundWay.LEGACY: "Original payment",
    RefundWay.GIFT_CARD: "New gift card",
    RefundWay.PERSON: "By hand",
}
SHIPPING_RULES: dict[str, str] = {
    ShippingRule.WITH_LAST_UNIT: "When everything of the order came back",
    ShippingRule.ALWAYS: "With the first refund of an order",
    ShippingRule.NEVER: "Never",
}
#: As for shoppers, but short enough for a row of tabs.
STATES: dict[str, str] = {**STATUSES, CaseStatus.RESOLVING: "Settling"}
#: What is being done, where it was agreed on in place of a refund.
_DOING = {
    Resolution.REPAIR: "Repairing",
    Resolution.EXCHANGE: "Exchanging",
    Resolution.RESHIP: "Sending again",
    Resolution.STORE_CREDIT: "Giving credit",
}
OWNERS: dict[str, str] = {Who.STAFF: "Your turn", Who.SHOPPER: "Shopper’s turn", Who.SYSTEM: "Under way"}
#: Event of the history → what happened.
ENTRIES: dict[str, str] = {
    "request": "Return requested",
    "approve_first": "Refund approved by the first of two people",
    "assign": "Given to somebody",
    "tag": "Tagged",
    "untag": "Tag taken off",
    "link": "Linked to another case",
    "answer_survey": "The shopper said how it went",
    "follow_up": "Followed up",
    "resend_mail": "Mail sent again",
    "unlink": "Link taken off",
    "merge": "Merged into another case",
    "take_over": "Took over a duplicate",
    "spot_check": "Drawn for a second look",
    "approve": "Return approved",
    "reject": "Return rejected",
    "cancel": "Return cancelled",
    "ask_evidence": "Evidence asked for",
    "provide_evidence": "Photos or videos added",
    "remove_evidence": "Photo or video removed",
    "ship": "Parcel on its way",
    "correct_parcel": "Tracking number corrected",
    "choose_method": "Way back chosen",
    "parcel_delivered": "Parcel delivered, says the carrier",
    "parcel_delivered_out": "Parcel delivered to the shopper, says the carrier",
    "lose_parcel_out": "Parcel to the shopper lost, says the carrier",
    "ship_out": "Parcel to the shopper on its way",
    "arrange_parcel": "Way back arranged",
    "lose_parcel": "Parcel lost",
    "receive": "Goods received",
    "inspect": "Goods inspected",
    "correct": "Count corrected",
    "stray_goods": "Something else was in the parcel",
    "stray_settled": "The other goods are settled",
    "retry_step": "Tried again",
    "vouch_step": "Settled by hand",
    "issue_credit": "Store credit approved",
    "credit_issued": "Store credit given",
    "propose_payout": "Bank transfer or cash proposed",
    "agree_payout": "Agreed to a bank transfer or cash",
    "decline_payout": "Declined a bank transfer or cash",
    "withdraw_payout": "Bank transfer or cash taken back",
    "record_payout": "Paid by hand, to be confirmed",
    "doubt_payout": "Payment by hand not confirmed",
    "confirm_payout": "Payment by hand confirmed",
    "issue_voucher": "Voucher approved",
    "voucher_issued": "Voucher given",
    "send_replacement": "Replacement approved",
    "replacement_ordered": "Replacement ordered",
    "replacement_missing": "The replacement is out of stock",
    "replacement_sent": "Replacement sent",
    "replacement_cancelled": "Replacement cancelled",
    "cancel_replacement": "Replacement given up",
    "difference_paid": "The difference was paid",
    "choose_other": "Something else was chosen",
    "choose_money": "Money was chosen instead of the replacement",
    "order_again": "Ordered again",
    "conclude": "Resolved without a refund",
    "approve_refund": "Refund approved",
    "approve_rest": "Rest of the refund approved",
    "retry_refund": "Refund tried again",
    "record_refund": "Refund recorded as paid outside",
    "cancel_refund": "Refund cancelled",
    "refund_paid": "Refund paid",
    "refund_failed": "Refund failed",
    "refund_unclear": "No clear answer about the refund",
    "paid_after_all": "Paid after all",
    "acknowledge": "Taken care of",
    "reconsider": "Back to the quote: no refund is left",
    "settle": "Everything paid",
    "confirm_return": "Return confirmed as recorded in Saleor",
    "close": "Return closed",
    "offer": "Offer made",
    "counter_offer": "Counter-offer made",
    "decline_offer": "Offer declined",
    "withdraw_offer": "Offer taken back",
    "lapse_offer": "Offer ended without an answer",
    "agree": "Both sides agreed",
    "fulfil": "Settled as agreed",
    "remind": "Shopper reminded",
    "expire": "Return expired",
    "reopen": "Return reopened",
    "extend": "More time given",
    "lapse": "Offer lapsed",
    "escalate": "Escalated",
    "hand_over": "Handed to a person",
    "alarm": "Refund is late",
    **REPAIR_ENTRIES,
    **COMPLAINT_ENTRIES,
}
#: State → how it looks: warn waits for staff, info for others, good went well, bad went wrong, none is over.
TONES: dict[str, str] = {
    **dict.fromkeys((CaseStatus.REQUESTED, CaseStatus.RECEIVED, CaseStatus.INSPECTED), "warn"),
    **dict.fromkeys((CaseStatus.AWAITING_EVIDENCE, CaseStatus.NEGOTIATING, CaseStatus.APPROVED), "info"),
    **dict.fromkeys((CaseStatus.IN_TRANSIT, CaseStatus.RESOLVING), "info"),
    CaseStatus.RESOLVED: "good",
    CaseStatus.DISPUTED: "bad",
    **COMPLAINT_TONES,
    Outcome.ELIGIBLE: "good",
    Outcome.NEEDS_REVIEW: "warn",
    Outcome.INELIGIBLE: "bad",
}
REFUND_TONES: dict[str, str] = {
    **dict.fromkeys((RefundStatus.PROPOSED, RefundStatus.UNCLEAR), "warn"),
    **dict.fromkeys((RefundStatus.APPROVED, RefundStatus.GRANTED, RefundStatus.REQUESTED), "info"),
    RefundStatus.PENDING: "info",
    **dict.fromkeys((RefundStatus.SUCCEEDED, RefundStatus.RECORDED), "good"),
    RefundStatus.FAILED: "bad",
}
ENTRY_TONES: dict[str, str] = {
    **dict.fromkeys(
        ("approve", "approve_refund", "approve_rest", "receive", "inspect", "ship", "ask_evidence", "provide_evidence"),
        "info",
    ),
    **dict.fromkeys(("refund_paid", "record_refund", "settle", "conclude", "agree", "fulfil"), "good"),
    **dict.fromkeys(("reject", "refund_failed", "alarm", "expire"), "bad"),
    **dict.fromkeys(
        ("retry_refund", "reconsider", "escalate", "hand_over", "lose_parcel", "decline_offer", "lapse_offer"), "warn"
    ),
    **dict.fromkeys(("reopen", "extend", "remind", "offer", "counter_offer"), "info"),
}
#: What a deadline came to, where it did not simply come in time.
DEADLINE_ENDS: dict[str, str] = {
    "open": "Waiting",
    "met": "Done",
    "dropped": "Not needed any more",
    "approved": "Approved by rule",
    "expired": "Expired",
    "closed": "Closed",
    "lapsed": "Offer lapsed",
    "declined": "Counted as declined",
    "escalated": "Escalated",
    "handed_over": "Handed to a person",
    "alarmed": "Alarm",
}


def wait(code: str) -> str:
    """What is waited for."""
    return gettext(WAITS.get(code, code))


def ended(row: DeadlineRow) -> str:
    """How a deadline stands or what became of it; done too late is said."""
    if row.state == "met" and row.ended_at is not None and row.ended_at > row.due_at:
        return gettext("Done late")
    return gettext(DEADLINE_ENDS.get(row.outcome or row.state, row.state))


#: Who owes a step, as a fact; `OWNERS` says it as a call.
_OWNED = {Who.STAFF: "The shop", Who.SHOPPER: "The shopper", Who.SYSTEM: "Carrier or provider"}


def owner(who: str) -> str:
    return gettext(_OWNED[Who(who)])


def day_said(text: str) -> str:
    """A day as the history keeps it, 2026-03-04, as people write it."""
    try:
        return format_date(date.fromisoformat(text), "long", locale=Locale.parse(language()))
    except ValueError:
        return text


def state(status: str) -> str:
    return gettext(STATES.get(status, status))


def case_state(case: Case) -> str:
    """The state of one case: of what is being done for it, by what it is."""
    if case.kind == CaseKind.COMPLAINT:
        return gettext(COMPLAINT_STATES[case.status])
    if case.status != CaseStatus.RESOLVING:
        return state(case.status)
    terms = CaseTerms.load(case.terms or {})
    if any(piece.resolution is Resolution.REPAIR for piece in terms.pieces):
        return gettext("Settling")  # in more ways than one
    return gettext("Refunding" if terms.in_money else _DOING.get(terms.resolution, "Settling"))


def refund_state(status: str) -> str:
    return gettext(REFUNDS.get(status, status))


#: What a shopper may wish for, and how they say the goods are.
RESOLUTIONS = {
    "refund": "Refund",
    "exchange": "Exchange",
    "repair": "Repair",
    "reship": "New delivery",
    "store_credit": "Store credit",
    "compensation": "Compensation, keeps the item",
    "none": "Nothing",
}
CONDITIONS = {
    "unopened": "Unopened",
    "opened": "Opened, not used",
    "used": "Used",
    "damaged": "Damaged",
    "incomplete": "Not complete",
}


def word(code: str) -> str:
    """What a reason, channel, verdict, way or owner is called; a code nobody knows shows itself."""
    for words in (REASONS, RESOLUTIONS, CONDITIONS, CHANNELS, VERDICTS, WAYS, SHIPPING_RULES, OWNERS):
        if code in words:
            return gettext(words[code])
    return code


def complaint_word(code: str) -> str:
    """What a topic, severity, cause or decision is called."""
    for words in (TOPICS, SEVERITIES, CAUSES, DECISIONS):
        if code in words:
            return gettext(words[code])
    return code


def happened(event: str) -> str:
    return gettext(ENTRIES.get(event, event))


def attention(code: str, detail: Mapping[str, Any]) -> str:
    """What happened and what to do about it."""
    said = {name: _sentence(str(value)) if name == "message" else value for name, value in detail.items()}
    if "day" in said:
        said["day"] = day_said(str(said["day"]))
    if "amount" in said:
        said["amount"] = amount_said(str(said["amount"]))
    if "pickup_day" in said:
        when = pickup_said(str(said["pickup_day"]), str(said["pickup_window"]))
        said["when"] = f" ({when})" if when else ""
    text = gettext(WHAT_TO_DO.get(code, code))
    try:
        return text % said
    except (KeyError, ValueError):
        return text


def _sentence(text: str) -> str:
    """Another's words with an end, as ours go on after them."""
    said = text.strip()
    return f"{said}." if said and said[-1] not in ".!?…。" else said


def amount_said(text: str) -> str:
    """An amount as the history keeps it, “41.99 USD”, as people write it."""
    number, _, currency = text.partition(" ")
    try:
        return format_money(Money(Decimal(number), currency))
    except (ValueError, ArithmeticError):
        return text


def language_name(tag: str) -> str:
    """A language (BCP 47 tag) as people of the page's language call it; a tag that nobody knows stays."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(language()) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def ago(moment: datetime) -> str:
    """“3 hours ago”, “in 2 days”, in the language of the request."""
    gap = moment - ctx().now()
    if abs(gap) < timedelta(seconds=45):
        return gettext("just now")
    return format_timedelta(gap, add_direction=True, threshold=1.2, locale=Locale.parse(language()))


def lateness(due: datetime) -> str:
    """“12 hours”: how long something is overdue."""
    return format_timedelta(ctx().now() - due, threshold=1.2, locale=Locale.parse(language()))


def is_late(moment: datetime | None) -> bool:
    return moment is not None and moment <= ctx().now()


def tone_of(state_or_verdict: str) -> str:
    return TONES.get(state_or_verdict, "")


def refund_tone(status: str) -> str:
    return REFUND_TONES.get(status, "")


def entry_tone(event: str) -> str:
    return ENTRY_TONES.get(event, "")


_OUTCOMES = {
    "": "no answer yet",
    "answered": "taken by Saleor",
    "refused": "refused by Saleor",
    "unsent": "was not sent",
    "vouched": "not sent, as a person says",
    "outside": "requested by somebody else",
}


def attempt_outcome(outcome: str) -> str:
    """What came of a call to Saleor; what the provider did with it, the refund says."""
    return gettext(_OUTCOMES.get(outcome, outcome))


#: What a case beside another is to it.
BESIDE = {
    "related": "Linked",
    "merged": "Gave way to this case",
    "goes_on": "Goes on in place of this case",
    "same_order": "Open for the same order",
    "same_shopper": "Open for the same shopper",
}


def beside(kind: str) -> str:
    return gettext(BESIDE.get(kind, kind))


def register(app: Flask) -> None:
    filters = (
        state,
        case_state,
        beside,
        refund_state,
        word,
        complaint_word,
        amount_said,
        language_name,
        happened,
        ago,
        is_late,
        lateness,
        tone_of,
        refund_tone,
        entry_tone,
        attempt_outcome,
        wait,
        ended,
        day_said,
        owner,
        way_said,
    )
    app.jinja_env.filters.update({function.__name__: function for function in filters})
    app.jinja_env.globals["attention"] = attention
    app.jinja_env.globals["two_people"] = needs_two
