"""Photos and videos: for a case, and before there is one for the request that is being filled in."""

from __future__ import annotations

import hashlib
from typing import Any, BinaryIO, cast

from flask import Response

from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.services.evidence import Upload, add_evidence, holder_of, read_for
from saleor_returns_app.services.evidence_requests import provide_evidence
from saleor_returns_app.web import limits
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.evidence import shown

from .access import actor, blueprint, identity, own_order, tenant
from .cases import once, own_case, request_holder
from .orders import PROBLEMS
from .shapes import CasePath, EvidenceIn, EvidenceOut, OrderEvidenceIn, ShopPath, WriteHeaders

TAKEN = {**PROBLEMS, 200: EvidenceOut}


@blueprint.post("/evidence", responses=TAKEN)
def add_to_request(path: ShopPath, form: OrderEvidenceIn, header: WriteHeaders) -> Response:
    """One photo or video for a return of this order that is not asked for yet. The next `POST /cases` of the order takes it along."""
    limits.check(limits.UPLOADS)

    def carry_out(_id: str | None) -> tuple[int, EvidenceOut]:
        order = own_order(form.order_id)
        row = add_evidence(
            ctx(),
            tenant().id,
            upload=_upload(form),
            holder=request_holder(order.id),
            actor=actor(),
            order_line_id=form.order_line_id,
        )
        return 200, evidence_out([row])[0]

    return once(header.idempotency_key, {"order": form.order_id, **_asked(form)}, carry_out)


@blueprint.post("/cases/<string:number>/evidence", responses=TAKEN)
def add_to_case(path: CasePath, form: EvidenceIn, header: WriteHeaders) -> Response:
    """One photo or video for a return on which the shop still decides. One that the shop waited for goes back to review."""
    limits.check(limits.UPLOADS)

    def carry_out(_id: str | None) -> tuple[int, EvidenceOut]:
        case = own_case(path.number)
        holder = holder_of("storefront", identity().user_id, case.id)
        row = add_evidence(
            ctx(),
            tenant().id,
            upload=_upload(form),
            holder=holder,
            actor=actor(),
            case_id=case.id,
            order_line_id=form.order_line_id,
        )
        provide_evidence(ctx(), tenant().id, case.id, holder=holder, actor=actor())
        return 200, evidence_out([_kept(case, row)])[0]

    return once(header.idempotency_key, {"case": path.number, **_asked(form)}, carry_out)


def _kept(case: Case, row: Evidence) -> Evidence:
    """The file as the case has it: the one of before where it was given already."""
    with ctx().db.tenant(tenant().id) as session:
        files = read_for(session, actor=actor(), case_ids=[case.id])
    same = [file for file in files if file.digest == row.digest and file.message_id is None]
    return next((file for file in same if file.id == row.id), same[0] if same else row)


def _upload(form: EvidenceIn) -> Upload:
    source = cast("BinaryIO", form.file.stream)
    source.seek(0)
    return Upload(source=source, name=form.file.filename or "")


def _asked(form: EvidenceIn) -> dict[str, Any]:
    """What makes two uploads the same: the item and every byte."""
    digest = hashlib.sha256()
    form.file.stream.seek(0)
    while piece := form.file.stream.read(1 << 20):
        digest.update(piece)
    return {"line": form.order_line_id, "file": digest.hexdigest()}


def evidence_out(rows: list[Evidence]) -> list[EvidenceOut]:
    return [
        EvidenceOut(
            id=item.id,
            kind=item.kind,
            name=item.name,
            order_line_id=item.order_line_id,
            media_type=item.media_type,
            added_at=item.at,
            url=item.url,
            thumbnail_url=item.thumbnail,
        )
        for item in shown(ctx(), rows)
    ]
