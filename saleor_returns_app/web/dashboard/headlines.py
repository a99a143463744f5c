"""What a case is about now, in one line."""

from __future__ import annotations

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.repairs import ENDED, is_repair
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.services.attention import owes_goods
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.mending import only_mends
from saleor_returns_app.web.i18n import gettext

from .repair_words import repair_headline

#: State → what it is about now.
HEADLINES: dict[str, str] = {
    CaseStatus.REQUESTED: "Approve or reject this request",
    CaseStatus.AWAITING_EVIDENCE: "Waiting for the shopper’s evidence",
    CaseStatus.NEGOTIATING: "Waiting for an agreement",
    CaseStatus.APPROVED: "Waiting for the goods",
    CaseStatus.IN_TRANSIT: "The parcel is on its way",
    CaseStatus.RECEIVED: "Inspect the goods",
    CaseStatus.INSPECTED: "Read the refund and approve it",
    CaseStatus.RESOLVING: "The refund is being paid",
    CaseStatus.RESOLVED: "Everything is settled",
    CaseStatus.CLOSED: "This case is closed",
    CaseStatus.REJECTED: "This return was rejected",
    CaseStatus.CANCELLED: "This return was cancelled",
    CaseStatus.EXPIRED: "The goods did not arrive in time",
    CaseStatus.DISPUTED: "The shopper disputes the decision",
}


def headline(file: CaseFile) -> str:
    """What a case is about now, in one line."""
    if file.case.status == CaseStatus.EXPIRED and file.may_reopen:
        return gettext("The evidence did not come in time")
    if file.case.status == CaseStatus.INSPECTED and not file.accepted:
        return gettext("Nothing was accepted, so nothing is owed")
    terms = CaseTerms.load(file.case.terms or {})
    if file.case.status == CaseStatus.NEGOTIATING:
        theirs = file.case.due_by == Who.SHOPPER
        return gettext("Waiting for the shopper’s answer to your offer" if theirs else "Answer the shopper’s offer")
    if (said := _of_replacement(file)) is not None:
        return gettext(said)
    if file.case.status == CaseStatus.APPROVED and terms.keeps_item:
        return gettext(
            "The items are kept: approve the refund" if terms.in_money else "The items are kept: do what was agreed"
        )
    if file.case.status == CaseStatus.INSPECTED and (is_repair(terms) or (only_mends(file.case) and not file.exchange)):
        turned = file.repair is not None
        return gettext("Make the shopper another offer" if turned else "Take the goods to the workshop")
    mending = file.repair is not None and file.repair.status not in ENDED
    if (
        file.case.status == CaseStatus.RESOLVING
        and file.repair is not None
        and (is_repair(terms) or (mending and not file.under_way))
    ):
        return repair_headline(file.repair)
    if file.case.status == CaseStatus.RESOLVING and not terms.in_money:
        return gettext("What was agreed is being done")
    if file.case.status == CaseStatus.INSPECTED and not terms.in_money:
        return gettext("Do what was agreed")
    if file.case.status == CaseStatus.RESOLVING and not file.under_way:
        return gettext("The refund waits for you")
    return gettext(HEADLINES.get(file.case.status, file.case.status))


def _of_replacement(file: CaseFile) -> str | None:
    """What is next with a replacement, where that is what the case is about."""
    waits = file.case.status == CaseStatus.INSPECTED or (file.case.status == CaseStatus.APPROVED and file.keeps_item)
    if not waits and file.case.status != CaseStatus.RESOLVING:
        return None
    if file.exchange is None:
        return "Send the replacement" if waits and owes_goods(file.case) else None
    state = ExchangeState(file.exchange.state)
    ordered = state in (ExchangeState.UNPAID, ExchangeState.ORDERED, ExchangeState.SHIPPED)
    if ordered and (waits or file.under_way or state is ExchangeState.SHIPPED):
        return None  # the money is next
    return _REPLACEMENT[state]


_REPLACEMENT = {
    ExchangeState.PLANNED: "The replacement is being ordered",
    ExchangeState.OUT_OF_STOCK: "The replacement is out of stock: choose again",
    ExchangeState.UNPAID: "Waiting for the shopper to pay the difference",
    ExchangeState.ORDERED: "Send the replacement order",
    ExchangeState.CANCELLED: "The replacement was cancelled",
}
