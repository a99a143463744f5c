"""Staff's words for complaints (English msgids)."""

from __future__ import annotations

from saleor_returns_app.domain.complaints import ComplaintStatus, Outcome, RootCause, Severity, Topic

TOPICS: dict[str, str] = {
    Topic.ORDER: "The order",
    Topic.ITEM: "An item",
    Topic.DELIVERY: "The delivery",
    Topic.REFUND: "A refund",
    Topic.SERVICE: "The service",
}
SEVERITIES: dict[str, str] = {
    Severity.LOW: "Low",
    Severity.NORMAL: "Normal",
    Severity.HIGH: "High",
    Severity.CRITICAL: "Critical",
}
CAUSES: dict[str, str] = {
    RootCause.PRODUCT: "The product",
    RootCause.DESCRIPTION: "Its description",
    RootCause.PACKAGING: "Packaging",
    RootCause.CARRIER: "The carrier",
    RootCause.WAREHOUSE: "The warehouse",
    RootCause.PAYMENT: "The payment",
    RootCause.STAFF: "How somebody was treated",
    RootCause.POLICY: "Our policy",
    RootCause.SHOPPER: "The shopper’s side",
    RootCause.UNKNOWN: "Not known",
}
DECISIONS: dict[str, str] = {
    Outcome.UPHELD: "Upheld: the shopper is right",
    Outcome.PARTLY_UPHELD: "Upheld in part",
    Outcome.NOT_UPHELD: "Not upheld",
}
COMPLAINT_STATES: dict[str, str] = {
    ComplaintStatus.SUBMITTED: "New complaint",
    ComplaintStatus.ACKNOWLEDGED: "Acknowledged",
    ComplaintStatus.INVESTIGATING: "Investigating",
    ComplaintStatus.NEGOTIATING: "Being made good",
    ComplaintStatus.ESCALATED: "Escalated",
    ComplaintStatus.RESOLVED: "Decided",
    ComplaintStatus.CLOSED: "Closed",
    ComplaintStatus.WITHDRAWN: "Withdrawn",
}
#: State → how it looks; those that are called as states of returns look as they do.
TONES: dict[str, str] = {
    ComplaintStatus.SUBMITTED: "warn",
    ComplaintStatus.ACKNOWLEDGED: "info",
    ComplaintStatus.INVESTIGATING: "info",
    ComplaintStatus.ESCALATED: "bad",
}
#: Event of the history → what happened.
ENTRIES: dict[str, str] = {
    "complain": "Complaint filed",
    "acknowledge_complaint": "Complaint acknowledged",
    "investigate": "Investigation begun",
    "classify": "Severity and cause noted",
    "handle_danger": "Danger taken care of",
    "make_good": "Made good in a return",
    "escalate_complaint": "Handed up for decision",
    "decide_complaint": "Complaint decided",
    "withdraw_complaint": "Complaint withdrawn",
    "close_complaint": "Complaint closed",
    "reopen_complaint": "Complaint taken up again",
}
#: State → what it is about now.
HEADLINES: dict[str, str] = {
    ComplaintStatus.SUBMITTED: "Read this complaint and tell the shopper that you did",
    ComplaintStatus.ACKNOWLEDGED: "Begin to look into it",
    ComplaintStatus.INVESTIGATING: "Find out what happened, then decide",
    ComplaintStatus.NEGOTIATING: "It is made good in a return; decide when that is settled",
    ComplaintStatus.ESCALATED: "An approver decides",
    ComplaintStatus.RESOLVED: "It is decided; the shopper may object",
    ComplaintStatus.CLOSED: "This complaint is closed",
    ComplaintStatus.WITHDRAWN: "This complaint was withdrawn",
}
