"""The shopper's complaints: file, read, answer the decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from saleor_returns_app.domain.cases import CaseKind, Channel
from saleor_returns_app.domain.complaints import (
    COMPLAINT,
    LONGEST_WISH,
    ComplaintEvent,
    ComplaintStatus,
    Outcome,
    Topic,
)
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.services.complaints import (
    can_reopen_complaint,
    close_complaint,
    reopen_complaint,
    reopens_until,
    withdraw_complaint,
)
from saleor_returns_app.services.filing import Filing, file_complaint
from saleor_returns_app.services.linking import linked_returns
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import fill, is_late, next_of_complaint, status_text

from .access import actor, blueprint, own_order, tenant
from .cases import mine, once, own_any
from .orders import PROBLEMS
from .shapes import CasePath, OrderIn, ShopPath, StrictIn, WriteHeaders


class ComplaintIn(OrderIn):
    topic: Topic
    description: str = Field(max_length=20_000)
    wish: str = Field("", max_length=LONGEST_WISH, description="What would make it good.")
    order_line_id: str = Field("", max_length=200, description="The item it is about, where it is about one.")
    about: str = Field(
        "", max_length=40, description="The number of a return of the same order, where it is about one."
    )
    dangerous: bool = Field(default=False, description="Somebody was or could be hurt: the shop is told at once.")


class ReopenIn(StrictIn):
    reason: str = Field(max_length=4000, description="What the shopper disagrees with.")


class ComplaintOut(BaseModel):
    number: str
    order_number: str
    status: ComplaintStatus
    status_text: str = Field(description="The state in the shopper's language.")
    next_text: str = Field(description="What happens next, in the shopper's language.")
    topic: Topic
    item: str
    description: str
    wish: str
    outcome: Outcome | None = Field(description="How it was decided; null before.")
    reasons: str = Field(description="Of the decision; empty before.")
    objects_until: datetime | None = Field(description="Until when the shopper can object; null before the decision.")
    returns: list[str] = Field(description="Numbers of the returns that are linked to it.")
    can_withdraw: bool
    can_close: bool
    can_reopen: bool
    created_at: datetime


class ComplaintsOut(BaseModel):
    complaints: list[ComplaintOut]


FOUND = {**PROBLEMS, 200: ComplaintOut}


@blueprint.post("/complaints", responses={**PROBLEMS, 201: ComplaintOut})
def create_complaint(path: ShopPath, body: ComplaintIn, header: WriteHeaders) -> Response:
    """Complain about an order. Messages and photos go the way of returns, under its number."""

    def carry_out(case_id: str | None) -> tuple[int, ComplaintOut]:
        order = own_order(body.order_id)
        made = file_complaint(
            ctx(),
            tenant().id,
            saleor_order_id=order.id,
            filing=Filing(**body.model_dump(exclude={"order_id"})),
            actor=actor(),
            through=Channel.STOREFRONT,
            language=i18n.language(),
            case_id=case_id,
        )
        return 201, _fresh(made)

    asked = {"complain": body.model_dump(mode="json")}
    return once(header.idempotency_key, asked, carry_out, found_at="storefront.read_complaint")


@blueprint.get("/complaints", responses={200: ComplaintsOut, **PROBLEMS})
def list_complaints(path: ShopPath) -> Response:
    """The shopper's complaints, newest first, at most 100."""
    own = select(Case.id).where(mine(), Case.kind == CaseKind.COMPLAINT).order_by(Case.id.desc()).limit(100)
    with ctx().db.tenant(tenant().id) as session:
        ids = session.scalars(own).all()
    listed = ComplaintsOut(complaints=[_fresh(case_id) for case_id in ids])
    return Response(listed.model_dump_json(), content_type="application/json")


@blueprint.get("/complaints/<string:number>", responses=FOUND)
def read_complaint(path: CasePath) -> Response:
    """One complaint."""
    case = own_any(path.number, CaseKind.COMPLAINT)
    return Response(_fresh(case.id).model_dump_json(), content_type="application/json")


@blueprint.post("/complaints/<string:number>/withdraw", responses=FOUND)
def take_back_complaint(path: CasePath, header: WriteHeaders) -> Response:
    """Take it back. One that is withdrawn already is given back as it is."""
    return _answer(path, header, ComplaintStatus.WITHDRAWN, withdraw_complaint)


@blueprint.post("/complaints/<string:number>/close", responses=FOUND)
def accept_decision(path: CasePath, header: WriteHeaders) -> Response:
    """Be content with the decision. One that is closed already is given back as it is."""
    return _answer(path, header, ComplaintStatus.CLOSED, close_complaint)


@blueprint.post("/complaints/<string:number>/reopen", responses=FOUND)
def object_to_decision(path: CasePath, body: ReopenIn, header: WriteHeaders) -> Response:
    """Object to the decision: somebody else looks into it."""

    def carry_out(_id: str | None) -> tuple[int, ComplaintOut]:
        case = own_any(path.number, CaseKind.COMPLAINT)
        reopen_complaint(ctx(), tenant().id, case.id, actor=actor(), reason=body.reason)
        return 200, _fresh(case.id)

    return once(header.idempotency_key, {"reopen": path.number, **body.model_dump()}, carry_out)


def _answer(path: CasePath, header: WriteHeaders, done: ComplaintStatus, verb: Callable[..., None]) -> Response:
    def carry_out(_id: str | None) -> tuple[int, ComplaintOut]:
        case = own_any(path.number, CaseKind.COMPLAINT)
        if case.status != done:
            verb(ctx(), tenant().id, case.id, actor=actor())
        return 200, _fresh(case.id)

    return once(header.idempotency_key, {done.value: path.number}, carry_out)


def _fresh(case_id: str) -> ComplaintOut:
    with ctx().db.tenant(tenant().id) as session:
        case = session.get_one(Case, case_id)
        complaint = session.get_one(Complaint, case_id)
        returns = [each.number for each in linked_returns(session, case) if each.customer_id == case.customer_id]
    possible = COMPLAINT.possible(ComplaintStatus(case.status), Who.SHOPPER)
    day = i18n.format_day(case.due_at) if case.due_at else ""
    said = next_of_complaint(case, late=is_late(case, ctx().now()))
    return ComplaintOut(
        number=case.number,
        order_number=case.order_number,
        status=ComplaintStatus(case.status),
        status_text=i18n.gettext(status_text(case)),
        next_text=fill(i18n.gettext(said), {"day": day}),
        topic=Topic(complaint.topic),
        item=complaint.item,
        description=complaint.description,
        wish=complaint.wish,
        outcome=Outcome(complaint.outcome) if complaint.outcome else None,
        reasons=complaint.reasons,
        objects_until=reopens_until(complaint),
        returns=returns,
        can_withdraw=ComplaintEvent.WITHDRAW in possible,
        can_close=ComplaintEvent.CLOSE in possible,
        can_reopen=ComplaintEvent.REOPEN in possible and can_reopen_complaint(ctx(), case, complaint),
        created_at=case.created_at,
    )
