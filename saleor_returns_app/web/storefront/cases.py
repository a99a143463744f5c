"""The shopper's cases: open, read, tell the tracking number, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, json, url_for
from pydantic import BaseModel
from sqlalchemy import ColumnElement, select

from saleor_returns_app.domain.carriers import tracking_link
from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseKind, CaseStatus, Channel
from saleor_returns_app.domain.evidence import TAKES_MORE
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.parcels import Direction
from saleor_returns_app.domain.repairs import RepairStatus
from saleor_returns_app.errors import AppError, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.repairs import Repair
from saleor_returns_app.services import idempotency
from saleor_returns_app.services.cases import cancel_case
from saleor_returns_app.services.disputes import dispute_case
from saleor_returns_app.services.evidence import holder_of, read_for
from saleor_returns_app.services.exchanges import live_exchange, live_exchanges
from saleor_returns_app.services.logistics import add_tracking, parcels_of
from saleor_returns_app.services.mending import units_to_mend
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.services.standing_repairs import repair_of, repairs_of
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import fill, is_late, next_text, status_text

from .access import actor, blueprint, identity, own_order, tenant
from .orders import PROBLEMS, requested
from .shapes import (
    CaseLineOut,
    CaseOut,
    CasePath,
    CasesOut,
    DisputeIn,
    ListQuery,
    MoneyOut,
    RefundOut,
    RepairedItemOut,
    RepairOut,
    ReplacementItemOut,
    ReplacementOut,
    RequestIn,
    SentOut,
    ShopPath,
    TrackingIn,
    WriteHeaders,
)

CREATED = {**PROBLEMS, 201: CaseOut}
FOUND = {**PROBLEMS, 200: CaseOut}


@blueprint.post("/cases", responses=CREATED)
def create_case(path: ShopPath, body: RequestIn, header: WriteHeaders) -> Response:
    """Ask for a return. Opens a case and tells its number."""

    def carry_out(case_id: str | None) -> tuple[int, CaseOut]:
        order = own_order(body.order_id)
        made = open_case(
            ctx(),
            tenant().id,
            saleor_order_id=order.id,
            lines=requested(body),
            actor=actor(),
            through=Channel.STOREFRONT,
            language=i18n.language(),
            case_id=case_id,
            holder=request_holder(order.id),
        )
        return 201, fresh_case(made)

    return once(header.idempotency_key, {"create": body.model_dump(mode="json")}, carry_out)


@blueprint.get("/cases", responses={200: CasesOut, **PROBLEMS})
def list_cases(path: ShopPath, query: ListQuery) -> Response:
    """The shopper's returns, newest first, at most 100."""
    statement = select(Case).where(mine(), Case.kind == CaseKind.RETURN).order_by(Case.id.desc()).limit(100)
    if query.order_number is not None:
        statement = statement.where(Case.order_number == query.order_number)
    with ctx().db.tenant(tenant().id) as session:
        cases = session.scalars(statement).all()
        ids = [case.id for case in cases]
        refunds = session.scalars(select(Refund).where(Refund.case_id.in_(ids)).order_by(Refund.number)).all()
        files = read_for(session, actor=actor(), case_ids=ids)
        parcels = session.scalars(select(Parcel).where(Parcel.case_id.in_(ids)).order_by(Parcel.number)).all()
        exchanges = {row.case_id: row for row in live_exchanges(session, ids)}
        repairs = repairs_of(session, ids)
    listed = [
        case_out(
            case,
            [refund for refund in refunds if refund.case_id == case.id],
            [row for row in files if row.case_id == case.id],
            [row for row in parcels if row.case_id == case.id],
            exchanges.get(case.id),
            repairs.get(case.id),
        )
        for case in cases
    ]
    return Response(CasesOut(cases=listed).model_dump_json(), content_type="application/json")


@blueprint.get("/cases/<string:number>", responses=FOUND)
def read_case(path: CasePath) -> Response:
    """One return."""
    return Response(fresh_case(own_case(path.number).id).model_dump_json(), content_type="application/json")


@blueprint.post("/cases/<string:number>/tracking", responses=FOUND)
def track_case(path: CasePath, body: TrackingIn, header: WriteHeaders) -> Response:
    """A parcel is on its way: another one for each number. The same number again changes nothing."""

    def carry_out(_id: str | None) -> tuple[int, CaseOut]:
        case = own_case(path.number)
        add_tracking(
            ctx(), tenant().id, case.id, actor=actor(), tracking_number=body.tracking_number, carrier=body.carrier
        )
        return 200, fresh_case(case.id)

    return once(header.idempotency_key, {"track": path.number, **body.model_dump()}, carry_out)


@blueprint.post("/cases/<string:number>/cancel", responses=FOUND)
def withdraw_case(path: CasePath, header: WriteHeaders) -> Response:
    """Withdraw the request. One that is withdrawn already is given back as it is."""

    def carry_out(_id: str | None) -> tuple[int, CaseOut]:
        case = own_case(path.number)
        if case.status != CaseStatus.CANCELLED:
            cancel_case(ctx(), tenant().id, case.id, actor=actor())
        return 200, fresh_case(case.id)

    return once(header.idempotency_key, {"cancel": path.number}, carry_out)


@blueprint.post("/cases/<string:number>/dispute", responses=FOUND)
def object_to_case(path: CasePath, body: DisputeIn, header: WriteHeaders) -> Response:
    """Object to a rejection, or to how the return was settled. One that is disputed already is given back as it is."""

    def carry_out(_id: str | None) -> tuple[int, CaseOut]:
        case = own_case(path.number)
        if case.status != CaseStatus.DISPUTED:
            dispute_case(ctx(), tenant().id, case.id, actor=actor(), reason=body.reason)
        return 200, fresh_case(case.id)

    return once(header.idempotency_key, {"dispute": path.number, **body.model_dump()}, carry_out)


def once(
    key: str | None,
    request: Any,
    carry_out: Callable[[str | None], tuple[int, BaseModel]],
    *,
    found_at: str = "storefront.read_case",
) -> Response:
    """Carry a write out once a key; without a key, each call counts. `carry_out` gets the id for what it makes; `found_at` is the
    endpoint that shows it."""
    if key is None:
        status, shape = carry_out(None)
        return _written(status, shape.model_dump(mode="json"), found_at)
    turn = idempotency.begin(ctx(), tenant().id, subject=identity().user_id, key=key, request=request)
    if turn.status:
        return _written(turn.status, turn.answer, found_at)
    try:
        status, shape = carry_out(turn.id)
    except Exception as error:
        refused = isinstance(error, AppError) and error.status < 500
        (idempotency.give_up if refused else idempotency.break_off)(ctx(), tenant().id, turn)
        raise
    answer = shape.model_dump(mode="json")
    idempotency.finish(ctx(), tenant().id, turn, status=status, answer=answer)
    return _written(status, answer, found_at)


def _written(status: int, answer: dict[str, Any], found_at: str) -> Response:
    response = Response(json.dumps(answer), status=status, content_type="application/json")
    if status == 201:
        response.headers["Location"] = url_for(found_at, shop=tenant().slug, number=answer["number"])
    return response


def mine() -> ColumnElement[bool]:
    """Cases of this shopper's account, of any kind."""
    return Case.customer_id == identity().user_id


def own_case(number: str) -> Case:
    """A return of this shopper. Raises NotFound for all others."""
    return own_any(number, CaseKind.RETURN)


def own_any(number: str, *kinds: CaseKind) -> Case:
    """A case of this shopper, of one of these kinds, or of any. Raises NotFound for all others."""
    with ctx().db.tenant(tenant().id) as session:
        case = session.scalar(select(Case).where(Case.number == number, mine()))
    if case is None or (kinds and case.kind not in kinds):
        raise NotFound("This case does not exist, or it belongs to somebody else.", code="UNKNOWN_CASE")
    return case


def fresh_case(case_id: str) -> CaseOut:
    with ctx().db.tenant(tenant().id) as session:
        case = session.get_one(Case, case_id)
        refunds = session.scalars(select(Refund).where(Refund.case_id == case_id).order_by(Refund.number)).all()
        files = read_for(session, actor=actor(), case_ids=[case_id])
        parcels = [*parcels_of(session, case_id), *parcels_of(session, case_id, Direction.OUT)]
        exchange, repair = live_exchange(session, case_id), repair_of(session, case_id)
    return case_out(case, list(refunds), files, parcels, exchange, repair)


def _sent(case: Case, parcel: Parcel) -> SentOut:
    lines = {line.id: line.order_line_id for line in case.lines}
    return SentOut(
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        link=tracking_link(parcel.carrier, parcel.tracking_number),
        status=parcel.status,
        units={lines[line_id]: int(quantity) for line_id, quantity in parcel.units.items() if line_id in lines},
    )


def request_holder(order_id: str) -> str:
    """Who holds files for a return of this order that is not asked for yet."""
    return holder_of("storefront", identity().user_id, order_id)


def _replacement(exchange: Exchange | None) -> ReplacementOut | None:
    if exchange is None:
        return None
    settings = ctx().tenant_settings(tenant().id)
    unpaid = exchange.state == ExchangeState.UNPAID
    return ReplacementOut(
        state=exchange.state,
        items=[ReplacementItemOut(quantity=piece.quantity, name=piece.name) for piece in exchange.pieces],
        order_number=exchange.replacement_number,
        owed=MoneyOut.of(exchange.owed),
        pay_link=settings.pay_link(exchange.replacement_id, exchange.replacement_number) if unpaid else "",
        tracking_number=exchange.tracking,
    )


def _repair(case: Case, repair: Repair | None) -> RepairOut | None:
    if repair is None or repair.status == RepairStatus.TURNED:
        return None
    mended = units_to_mend(case)
    return RepairOut(
        status=RepairStatus(repair.status),
        version=repair.version,
        items=[
            RepairedItemOut(order_line_id=line.order_line_id, quantity=mended[line.id])
            for line in case.lines
            if line.id in mended
        ],
        diagnosis=repair.diagnosis,
        work=repair.work,
        price=MoneyOut.of(repair.price) if repair.price is not None else None,
        is_paid=bool(repair.payment),
        can_answer=repair.status == RepairStatus.QUOTED,
    )


def case_out(
    case: Case,
    refunds: list[Refund],
    files: list[Evidence],
    parcels: Sequence[Parcel],
    exchange: Exchange | None,
    repair: Repair | None,
) -> CaseOut:
    from .evidence import evidence_out

    state = CaseStatus(case.status)
    back = [row for row in parcels if row.direction == Direction.BACK]
    day = i18n.format_day(case.due_at) if case.due_at else ""
    return CaseOut(
        number=case.number,
        status=case.status,
        status_text=i18n.gettext(status_text(case)),
        next_text=fill(
            i18n.gettext(
                next_text(
                    case,
                    refunds,
                    late=is_late(case, ctx().now()),
                    exchange=exchange,
                    repair=repair,
                    parcels=back,
                )
            ),
            {"day": day},
        ),
        due_at=case.due_at,
        order_number=case.order_number,
        created_at=case.created_at,
        return_address=case.return_address,
        rejection=case.rejection,
        tracking_number=back[-1].tracking_number if back else "",
        sent=[_sent(case, row) for row in parcels if row.direction == Direction.OUT],
        expected_refund=MoneyOut.of(Money.from_minor(case.expected_minor, case.currency)),
        lines=[
            CaseLineOut(
                order_line_id=line.order_line_id,
                product_name=line.product_name,
                variant_name=line.variant_name,
                quantity=line.quantity,
                reason=line.reason,
                description=line.description,
                received=line.received,
                accepted=line.accepted,
                refusal=line.refusal,
            )
            for line in case.lines
        ],
        refunds=[
            RefundOut(status=refund.status, label=refund.label, amount=MoneyOut.of(refund.amount)) for refund in refunds
        ],
        replacement=_replacement(exchange),
        repair=_repair(case, repair),
        evidence=evidence_out(files),
        can_add_evidence=case.status in TAKES_MORE,
        can_dispute=CaseEvent.DISPUTE in RETURN_CASE.possible(state, Who.SHOPPER) and not case.merged_into,
        can_cancel=CaseEvent.CANCEL in RETURN_CASE.possible(state, Who.SHOPPER),
    )
