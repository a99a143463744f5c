"""A shopper's case: where it is, what happens next, what they can do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from saleor_returns_app.domain.carriers import CARRIERS, tracking_link
from saleor_returns_app.domain.cases import RETURN_CASE, SHOPPER_ACTIONS, CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.parcels import UNDER_WAY, Direction, parcel_number
from saleor_returns_app.domain.refunds import SETTLED, RefundStatus
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import AppError, MoveRefused
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services.cases import cancel_case
from saleor_returns_app.services.credit_notes import list_credit_notes, read_credit_note
from saleor_returns_app.services.issued_codes import issued_codes
from saleor_returns_app.services.logistics import add_tracking, parcels_of, read_parcels
from saleor_returns_app.services.mending import units_to_mend
from saleor_returns_app.services.reopening import reopen_case, waited_for_evidence
from saleor_returns_app.services.standing_repairs import repair_of
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.documents import as_pdf
from saleor_returns_app.web.labels import (
    PARCELS,
    REASONS,
    SHOPPER_REFUNDS,
    STATUSES,
    doing,
    is_late,
    next_text,
    status_text,
    tone,
)

from .access import blueprint, page, shopper, tenant, to
from .complaints import show_complaint
from .evidence import case_holder, files_of, files_of_case, takes_more
from .exchanges import exchange_values
from .own_cases import own_case, own_return
from .payouts import payout_values
from .thread import thread_values
from .typed import Said, accept, read_draft, refuse
from .ways import way_values

#: The way of a case that goes well: (states that are in this step, its name).
STEPS = (
    (
        (CaseStatus.REQUESTED, CaseStatus.AWAITING_EVIDENCE, CaseStatus.NEGOTIATING, CaseStatus.DISPUTED),
        "We look at your request",
    ),
    ((CaseStatus.APPROVED,), "You send the items"),
    ((CaseStatus.IN_TRANSIT,), "The parcel is on its way"),
    ((CaseStatus.RECEIVED, CaseStatus.INSPECTED), "We check what arrived"),
    ((CaseStatus.RESOLVING,), "Your refund is paid"),
    ((CaseStatus.RESOLVED, CaseStatus.CLOSED), "Done"),
)

#: While these last, it is still open whether the refund that was expected at the request gets paid.
EXPECTING = {
    CaseStatus.REQUESTED,
    CaseStatus.AWAITING_EVIDENCE,
    CaseStatus.NEGOTIATING,
    CaseStatus.APPROVED,
    CaseStatus.IN_TRANSIT,
    CaseStatus.RECEIVED,
}


@blueprint.get("/cases/<number>")
def case(number: str) -> ResponseReturnValue:
    found = own_case(number)
    return show_complaint(found) if found.kind == CaseKind.COMPLAINT else show(found)


@blueprint.get("/cases/<number>/done")
def done(number: str) -> ResponseReturnValue:
    found = own_case(number)
    if found.kind == CaseKind.COMPLAINT:
        return show_complaint(found, just_sent=True)
    return show(found, just_sent=number)


@blueprint.get("/cases/<number>/credit-notes/<note>")
def credit_note(number: str, note: str) -> ResponseReturnValue:
    found = own_return(number)
    with ctx().db.tenant(tenant().id) as session:
        read = read_credit_note(session, found.id, note)
    return as_pdf(read)


@dataclass(frozen=True, slots=True)
class ShownRefund:
    label: str
    status: str
    tone: str
    amount: Money


def shown(refund: Refund) -> ShownRefund:
    """What was paid where it is known, what is on its way until then."""
    status = RefundStatus(refund.status)
    return ShownRefund(
        label=refund.label,
        status="Partly paid"
        if status is RefundStatus.SUCCEEDED and refund.paid < refund.amount
        else SHOPPER_REFUNDS[status],
        tone="warn" if status is RefundStatus.FAILED else tone(status),
        amount=refund.paid if status in SETTLED else refund.amount,
    )


#: Steps that fall away where the shopper keeps the items.
_OF_GOODS = {CaseStatus.IN_TRANSIT, CaseStatus.RECEIVED}


def _steps(found: Case) -> tuple[tuple[tuple[CaseStatus, ...], str], ...]:
    terms, words = CaseTerms.load(found.terms or {}), doing(found)
    named = tuple((states, words[1] if words and CaseStatus.RESOLVING in states else name) for states, name in STEPS)
    if not terms.keeps_item:
        return named
    left = [step for step in named if not _OF_GOODS.intersection(step[0])]
    return tuple(
        (states, "The shop does what you agreed on") if CaseStatus.APPROVED in states else (states, name)
        for states, name in left
    )


def show(found: Case, *, just_sent: str = "") -> ResponseReturnValue:
    before = read_draft("case", number=found.number)
    with ctx().db.tenant(tenant().id) as session:
        entries = session.scalars(
            select(CaseEntry)
            .where(CaseEntry.case_id == found.id, CaseEntry.public.is_(True))
            .order_by(CaseEntry.id.desc())
        ).all()
        refunds = session.scalars(
            select(Refund)
            .where(Refund.case_id == found.id, Refund.status != RefundStatus.CANCELLED)
            .order_by(Refund.number)
        ).all()
        credit_notes = list_credit_notes(session, found.id)
        codes = issued_codes(ctx(), session, found.id)
    parcels = read_parcels(ctx(), tenant().id, found.id)
    state = CaseStatus(found.status)
    possible = RETURN_CASE.possible(state, Who.SHOPPER)
    with ctx().db.tenant(tenant().id) as session:
        reopenable = CaseEvent.REOPEN in possible and waited_for_evidence(session, found)
        goes_on = session.scalar(select(Case.number).where(Case.id == found.merged_into)) if found.merged_into else None
    goods, ways = exchange_values(found), way_values(found, parcels, dict(before.values))
    steps = _steps(found)
    with ctx().db.tenant(tenant().id) as session:
        sent, repair = parcels_of(session, found.id, Direction.OUT), repair_of(session, found.id)
    place = next((index for index, (states, _) in enumerate(steps) if state in states), None)
    return page(
        "case.html",
        case=found,
        entries=entries,
        refunds=[shown(refund) for refund in refunds],
        codes=codes,
        credit_notes=[row.number for row in credit_notes],
        steps=[name for _, name in steps] if place is not None else [],
        place=place,
        next_text=next_text(
            found,
            refunds,
            late=is_late(found, ctx().now()),
            reopenable=reopenable,
            exchange=goods["exchange"],
            repair=repair,
            parcels=parcels,
            chooses=state is CaseStatus.APPROVED and ways["chooses"],
        ),
        **goods,
        **payout_values(found, dict(before.values)),
        can_reopen=reopenable,
        goes_on=goes_on,
        still_expected=state in EXPECTING and not refunds,
        can_dispute=CaseEvent.DISPUTE in possible and CaseEvent.DISPUTE in SHOPPER_ACTIONS and not found.merged_into,
        can_cancel=CaseEvent.CANCEL in possible and CaseEvent.CANCEL in SHOPPER_ACTIONS,
        can_ship=not CaseTerms.load(found.terms or {}).keeps_item
        and (state is CaseStatus.IN_TRANSIT or CaseEvent.SHIP in possible),
        just_sent=just_sent,
        **thread_values(found),
        statuses=STATUSES,
        reasons=REASONS,
        problems=before.problems,
        asked_for=next((entry.detail.get("message", "") for entry in entries if entry.event == "ask_evidence"), "")
        if state is CaseStatus.AWAITING_EVIDENCE
        else "",
        given=files_of_case(found),
        files=files_of(case_holder(found)) if takes_more(found) else [],
        takes_files=takes_more(found),
        sent=[(parcel, tracking_link(parcel.carrier, parcel.tracking_number)) for parcel in sent],
        repair=repair,
        mended=units_to_mend(found),
        parcels=[(parcel, tracking_link(parcel.carrier, parcel.tracking_number)) for parcel in parcels],
        correctable=[parcel for parcel in parcels if parcel.tracking_key and parcel.status in UNDER_WAY],
        parcel_states=PARCELS,
        **ways,
        carriers=[carrier.name for carrier in CARRIERS],
        typed={"tracking_number": "", "carrier": "", "corrects": "", **before.values},
    )


@blueprint.post("/cases/<number>/tracking")
def tracking(number: str) -> ResponseReturnValue:
    found = own_return(number)
    typed = {name: request.form.get(name, "")[:200] for name in ("tracking_number", "carrier", "corrects")}
    try:
        add_tracking(
            ctx(),
            tenant().id,
            found.id,
            actor=shopper(),
            tracking_number=typed["tracking_number"],
            carrier=typed["carrier"],
            corrects=parcel_number(typed["corrects"]),
        )
    except AppError as problem:
        problems = {problem.field or "": what_is_wrong(problem, number)}
        return refuse("case", problems, values=typed, number=number)
    accept()
    return to("case", number=number)


@blueprint.post("/cases/<number>/cancel")
def cancel(number: str) -> ResponseReturnValue:
    found = own_return(number)
    if found.status != CaseStatus.CANCELLED:  # else a second click
        try:
            cancel_case(ctx(), tenant().id, found.id, actor=shopper())
        except AppError as problem:
            return refuse("case", {"": what_is_wrong(problem, number)}, number=number)
    return to("case", number=number)


@blueprint.post("/cases/<number>/reopen")
def reopen(number: str) -> ResponseReturnValue:
    found = own_return(number)
    if found.status == CaseStatus.EXPIRED:  # else a second click
        try:
            reopen_case(ctx(), tenant().id, found.id, actor=shopper())
        except AppError as problem:
            return refuse("case", {"": what_is_wrong(problem, number)}, number=number)
    return to("case", number=number)


@blueprint.get("/cases/<number>/reopen")
@blueprint.get("/cases/<number>/tracking")
@blueprint.get("/cases/<number>/cancel")
def action(number: str) -> ResponseReturnValue:
    """Where a form was sent to, loaded again: the case."""
    return to("case", number=number)


def what_is_wrong(problem: AppError, number: str) -> Said:
    """What the shopper reads. A move that the table refuses is said by the state they can see."""
    if not isinstance(problem, MoveRefused):
        return Said.of(problem)
    found = own_case(number)
    text = (
        "This is not possible any more: the complaint is “%(state)s” now."
        if found.kind == CaseKind.COMPLAINT
        else "This is not possible any more: the return is “%(state)s” now."
    )
    return Said(text, {"state": i18n.gettext(status_text(found))})
