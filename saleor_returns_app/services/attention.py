"""What only a person can settle: kept where it arose, summed up on the case, told to the merchant in the Dashboard."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import Acceptance, CaseKind, CaseStatus
from saleor_returns_app.domain.effects import OPEN, EffectKind, EffectState
from saleor_returns_app.domain.exchanges import BY_ORDER, ExchangeState, fit
from saleor_returns_app.domain.methods import ARRANGED, METHODS
from saleor_returns_app.domain.parcels import Direction, ParcelStatus
from saleor_returns_app.domain.policy.actions import ReturnMethod, Wait
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import RemoteError
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import RecordedReturn, Refund
from saleor_returns_app.models.tenants import Tenant

from .lanes import Lane

#: Code → what happened and what to do (English msgids; filled with the detail).
WHAT_TO_DO = {
    "DANGEROUS": "The shopper says that somebody was or could be hurt (%(item)s). Stop its sale if need be, "
    "then say what was done.",
    "PAY_BY_HAND": "%(amount)s cannot go back by itself (%(label)s). Propose a bank transfer or cash; once the shopper "
    "agrees, pay it and record it here.",
    "NOT_LEFT": "The refund of %(amount)s does not fit: %(message)s Cancel it and read the quote again.",
    "GRANT_REFUSED": "Saleor refused to grant %(amount)s: %(message)s",
    "REQUEST_REFUSED": "Saleor refused to request %(amount)s: %(message)s",
    "NO_REFUND_WEBHOOK": "The payment's app cannot refund. Pay %(amount)s at the provider, then record it here.",
    "DECLINED": "The provider declined %(amount)s: %(message)s Retry it, or propose a bank transfer or cash.",
    "UNDELIVERED": "The provider did not answer in time and may have paid %(amount)s. Look there first; "
    "retry only if nothing moved, else record it.",
    "GRANT_GONE": "The granted refund of %(amount)s is no longer on the order. Look what happened before you retry.",
    "GRANT_CHANGED": "The granted refund was changed outside: %(message)s Look at the order before you retry.",
    "NO_AMOUNT": "Saleor calls %(amount)s paid but shows no payment of it. Look at the provider, then record or retry.",
    "PAID_IN_PART": "The provider paid less than asked: %(amount)s is still owed. Approve the rest, or record it.",
    "PAID_TOO_MUCH": "The provider paid more than the %(amount)s asked for. Look at the provider.",
    "PAID_AFTER_ALL": "The provider paid after the refund of %(amount)s was settled otherwise: %(message)s Get back what is too much.",
    "WAITS_TOO_LONG": "The refund of %(amount)s waits for an answer for very long. Look at the provider, then record or retry.",
    "ORDER_UNREADABLE": "The order cannot be read from Saleor, so the refund of %(amount)s stands still: %(message)s",
    "LEGACY_UNCLEAR": "The order's refunded amount moved by something other than %(amount)s. "
    "Look at the payment; retry only if nothing moved.",
    "REFUND_LATE": "The refund should have been done by %(day)s. Look at the provider and at the refund below.",
    "PARCEL_LATE": "The parcel should have arrived by %(day)s. Look at the tracking, ask the shopper or the carrier; "
    "then receive it, give it more time, or cancel the return.",
    "DIFFERENCE_LATE": "The shopper has not paid the difference of the exchange by %(day)s. Ask them, or cancel the replacement.",
    "REPLACEMENT_GONE": "Replacement order %(order)s was cancelled, and the shopper still has to get something. "
    "Send it again, or agree on something else.",
    "REPLACEMENT_PAID_FOR": "Replacement order %(order)s was cancelled after the shopper had paid %(amount)s for it. "
    "Give that back in Saleor; then send it again, or agree on something else.",
    "REPLACEMENT_NOT_MADE": "The replacement order (%(items)s) could not be made: %(message)s "
    "Look at the drafts in Saleor, then say here what to do.",
    "REPLACEMENT_NOT_CANCELLED": "Replacement order %(number)s could not be cancelled: %(message)s "
    "Look at it in Saleor, then say here what to do.",
    "PARCEL_LOST": "Parcel %(parcel)s %(tracking_number)s is lost. Claim it from the carrier; then receive what came, agree on "
    "something with the shopper, or cancel the return.",
    "LABEL_NOT_BOUGHT": "The label for parcel %(number)s, or its courier, could not be had: %(message)s "
    "Arrange it with a carrier, then say so here.",
    "TO_ARRANGE": "The shopper chose %(method)s for parcel %(parcel)s%(when)s. Arrange it with a carrier, then say so here.",
    "CREDIT_NOT_MADE": "The gift card of %(amount)s could not be made: %(message)s "
    "Look under Gift cards in Saleor, then say here what to do.",
    "VOUCHER_NOT_MADE": "The voucher of %(amount)s could not be made: %(message)s "
    "Look under Vouchers in Saleor, then say here what to do.",
    "STOCK_NOT_RAISED": "The stock of %(item)s could not be changed by %(quantity)s: %(message)s "
    "Compare it in Saleor, then say here what to do.",
    "RETURN_NOT_RECORDED": "The goods could not be recorded as returned in Saleor: %(message)s "
    "Compare the order, then confirm here.",
}


#: These hold while the case waits for its parcels; what comes next settles them.
OF_PARCELS = frozenset({"PARCEL_LOST", "TO_ARRANGE"})
#: In the detail of an entry: what the shopper had paid for a replacement that was cancelled.
PAID_FOR = "paid_for"
#: Kind of what could not be done → code.
_STUCK = {
    EffectKind.RESTOCK: "STOCK_NOT_RAISED",
    EffectKind.GIFT_CARD: "CREDIT_NOT_MADE",
    EffectKind.VOUCHER: "VOUCHER_NOT_MADE",
    EffectKind.REPLACEMENT: "REPLACEMENT_NOT_MADE",
    EffectKind.RETRACTION: "REPLACEMENT_NOT_CANCELLED",
    EffectKind.LABEL: "LABEL_NOT_BOUGHT",
}
#: Code → outcome of the deadline that it tells of.
LATE = {"REFUND_LATE": "alarmed", "PARCEL_LATE": "handed_over"}


def raise_concern(session: Session, case: Case, refund: Refund, code: str) -> None:
    refund.concern = code
    refresh_attention(session, case)


def refresh_attention(session: Session, case: Case) -> None:
    """Sum up the concerns of a case: the oldest refund's first, then goods that are not on record, steps that are stuck, what is late."""
    session.flush()
    if case.kind == CaseKind.COMPLAINT:
        complaint = session.get(Complaint, case.id)
        alarm = complaint is not None and complaint.dangerous and complaint.danger_handled_at is None
        case.attention = "DANGEROUS" if alarm else ""
        case.attention_detail = (
            {"item": complaint.item or f"#{case.order_number}"} if complaint is not None and alarm else {}
        )
        return
    refund = session.scalars(
        select(Refund).where(Refund.case_id == case.id, Refund.concern != "").order_by(Refund.number)
    ).first()
    if refund is not None:
        case.attention = refund.concern
        case.attention_detail = {
            "amount": str(refund.amount),
            "label": refund.label,
            "refund": refund.marker,
            "message": refund.message,
        }
        return
    stuck = session.scalars(
        select(RecordedReturn).where(RecordedReturn.case_id == case.id, RecordedReturn.state == "stuck")
    ).first()
    if stuck is not None:
        case.attention, case.attention_detail = "RETURN_NOT_RECORDED", {"message": stuck.message}
        return
    effect = session.scalars(
        select(Effect).where(Effect.case_id == case.id, Effect.state == EffectState.STUCK).order_by(Effect.id)
    ).first()
    if effect is not None:
        case.attention = _STUCK[EffectKind(effect.kind)]
        case.attention_detail = {"message": effect.message, "step": effect.id, **effect.what}
        return
    gone = _given_up(session, case)
    if gone is not None:
        paid = _paid_for(session, gone)
        case.attention = "REPLACEMENT_PAID_FOR" if paid else "REPLACEMENT_GONE"
        case.attention_detail = {"order": gone.replacement_number, **({"amount": paid} if paid else {})}
        return
    lost = session.scalars(
        select(Parcel)
        .where(Parcel.case_id == case.id, Parcel.direction == Direction.BACK, Parcel.status == ParcelStatus.LOST)
        .order_by(Parcel.number)
    ).first()
    if lost is not None and case.status == CaseStatus.IN_TRANSIT:
        case.attention = "PARCEL_LOST"
        case.attention_detail = {"parcel": lost.number, "tracking_number": lost.tracking_number}
        return
    waiting = _to_arrange(session, case)
    if waiting is not None:
        case.attention = "TO_ARRANGE"
        case.attention_detail = {
            "parcel": waiting.number,
            "method": METHODS[ReturnMethod(waiting.method)].lower(),
            "pickup_day": str(waiting.pickup_day or ""),
            "pickup_window": waiting.pickup_window,
        }
        return
    late = session.scalars(
        select(DeadlineRow)
        .where(
            DeadlineRow.case_id == case.id,
            DeadlineRow.ended_at.is_(None),
            DeadlineRow.outcome.in_(list(LATE.values())),
        )
        .order_by(DeadlineRow.due_at)
    ).first()
    case.attention = _late_code(late) if late else ""
    case.attention_detail = {"day": _day(session, late)} if late else {}


def _to_arrange(session: Session, case: Case) -> Parcel | None:
    """The first parcel that waits for a courier or a label."""
    if case.status not in (CaseStatus.APPROVED, CaseStatus.IN_TRANSIT):
        return None
    waiting = select(Parcel).where(
        Parcel.case_id == case.id,
        Parcel.direction == Direction.BACK,
        Parcel.status == ParcelStatus.ANNOUNCED,
        Parcel.method.in_([method.value for method in ARRANGED]),
        Parcel.arranged_at.is_(None),
    )
    buying = select(Effect.what["parcel"].as_string()).where(
        Effect.case_id == case.id, Effect.kind == EffectKind.LABEL, Effect.state.in_(OPEN)
    )
    return session.scalars(waiting.where(Parcel.id.not_in(buying)).order_by(Parcel.number)).first()


def _given_up(session: Session, case: Case) -> Exchange | None:
    """The replacement that was cancelled after it had been ordered, where nothing took its place."""
    if case.status not in (CaseStatus.INSPECTED, CaseStatus.RESOLVING) or not owes_goods(case):
        return None
    latest = select(Exchange).where(Exchange.case_id == case.id).order_by(Exchange.number.desc()).limit(1)
    exchange = session.scalar(latest)
    cancelled = exchange is not None and exchange.state == ExchangeState.CANCELLED and exchange.replacement_id
    return exchange if cancelled else None


def _paid_for(session: Session, exchange: Exchange) -> str:
    """What the shopper had paid for a replacement when it was cancelled; empty where it was nothing."""
    told = select(CaseEntry).where(CaseEntry.case_id == exchange.case_id, CaseEntry.at >= exchange.created_at)
    amounts = [str(entry.detail[PAID_FOR]) for entry in session.scalars(told) if PAID_FOR in entry.detail]
    return amounts[-1] if amounts else ""


def owes_goods(case: Case) -> bool:
    """Whether a replacement order belongs to what was agreed, for what was accepted or, until then, announced."""
    inspected = any(line.acceptance != Acceptance.UNDECIDED for line in case.lines)
    units = {line.order_line_id: (line.accepted if inspected else line.quantity) - line.settled for line in case.lines}
    return any(piece.resolution in BY_ORDER for piece in fit(CaseTerms.load(case.terms or {}).pieces, units))


def _late_code(late: DeadlineRow) -> str:
    if late.waits_for == Wait.DIFFERENCE:
        return "DIFFERENCE_LATE"
    return next(code for code, outcome in LATE.items() if late.outcome == outcome)


def _day(session: Session, row: DeadlineRow) -> str:
    settings = TenantSettings.load(session.get_one(Tenant, row.tenant_id).settings)
    return local_day(row.due_at, settings.time_zone).isoformat()


def _in_words(case: Case) -> str:
    detail = case.attention_detail
    when = " ".join(str(detail[name]) for name in ("pickup_day", "pickup_window") if detail.get(name))
    return WHAT_TO_DO[case.attention] % {**detail, "when": f" ({when})" if when else ""}


def report_attention(lane: Lane, which: ColumnElement[bool]) -> None:
    """Tell the merchant in the Dashboard what changed since it was told last. Best effort: the queue shows it in any case."""
    ctx = lane.ctx
    with lane.write() as session:
        changed = session.scalars(select(Case).where(which, Case.attention != Case.attention_reported)).all()
    if not changed:
        return
    shop = ctx.shop(lane.tenant_id)
    for case in changed:
        try:
            if case.attention:
                ctx.saleor.report_problem(shop, key=case.number, message=f"{case.number}: {_in_words(case)}")
            else:
                ctx.saleor.dismiss_problem(shop, key=case.number)
        except RemoteError:
            continue  # told at the lane's next run
        with lane.write() as session:
            session.get_one(Case, case.id).attention_reported = case.attention
