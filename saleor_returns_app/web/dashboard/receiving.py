"""The warehouse's bench: scan, see what was announced, count, go on to the next parcel."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.base import new_id
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.receipts import (
    HELD,
    find_scanned,
    hold_receipt,
    recent_bookings,
    set_aside,
    settle_stray,
    stray_goods,
    undo_receipt,
)
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import first, fragment, notify, onto_page
from .cases import read_return
from .evidence import gallery_of
from .findings import read_findings
from .forms import EMPTY, Form, posted_version

_OPERATION = "operation"


def show_bench() -> Response:
    """The scanned case where one was, else the bench that waits for a scan."""
    code = first(request.args, "scan")
    found = find_scanned(ctx(), visit().tenant_id, actor=visit().actor, code=code) if code else ()
    file = _file(found[0].id) if len(found) == 1 else None
    return _bench(code=code, found=found, file=file)


def _file(case_id: str) -> CaseFile:
    return read_return(case_id)


def _bench(*, status: int = 200, file: CaseFile | None = None, form: Form = EMPTY, **more: Any) -> Response:
    actor = visit().actor
    values: dict[str, Any] = {"code": "", "found": (), "problem": "", "stray_form": EMPTY, **more}
    values |= {"form": form, "file": file, "operation": form.value(_OPERATION) or new_id()}
    if file is not None:
        waits = CaseEvent.RECEIVE in RETURN_CASE.possible(CaseStatus(file.case.status), Who.STAFF)
        values |= {
            "case": file.case,
            "waits_for_goods": waits and not file.keeps_item,
            "gallery": gallery_of(file.case),
        }
    return fragment(
        "bench.html",
        status=status,
        bookings=recent_bookings(ctx(), visit().tenant_id, actor=actor),
        strays=stray_goods(ctx(), visit().tenant_id, actor=actor),
        held_seconds=int(HELD.total_seconds()),
        **values,
    )


def show_bookings() -> Response:
    """The list beside the bench, asked for again while something in it is held."""
    return fragment("bookings.html", bookings=recent_bookings(ctx(), visit().tenant_id, actor=visit().actor))


def book(case_id: str) -> Response:
    """Book the parcel of a case in; the bench is free for the next one."""
    try:
        hold_receipt(
            ctx(),
            visit().tenant_id,
            case_id,
            actor=visit().actor,
            operation=request.form.get(_OPERATION, ""),
            found=read_findings(request.form),
            more_to_come=request.form.get("more_to_come") == "yes",
            version=posted_version(),
        )
        if stray := request.form.get("stray", "").strip():
            set_aside(
                ctx(),
                visit().tenant_id,
                actor=visit().actor,
                description=stray,
                case_id=case_id,
                operation=request.form.get(_OPERATION, ""),
            )
    except AppError as problem:
        return onto_page(_bench(status=problem.status, file=_file(case_id), form=Form.refused(problem)))
    return onto_page(_bench())


def undo(receipt_id: str) -> Response:
    """Take a booking back while it is held; the parcel is on the bench again."""
    try:
        undo_receipt(ctx(), visit().tenant_id, receipt_id, actor=visit().actor)
    except AppError as problem:
        return onto_page(_bench(status=problem.status, problem=said(problem)))
    return notify(onto_page(_bench()), gettext("Undone"))


def keep_stray() -> Response:
    """Set goods aside that no case announces."""
    try:
        set_aside(
            ctx(),
            visit().tenant_id,
            actor=visit().actor,
            description=request.form.get("description", ""),
            code=request.form.get("code", ""),
            operation=request.form.get(_OPERATION, ""),
        )
    except AppError as problem:
        return onto_page(
            _bench(status=problem.status, code=request.form.get("code", ""), stray_form=Form.refused(problem))
        )
    return notify(onto_page(_bench()), gettext("Set aside"))


def finish_stray(goods_id: str) -> Response:
    """Say what became of goods that were set aside."""
    try:
        settle_stray(ctx(), visit().tenant_id, goods_id, actor=visit().actor, outcome=request.form.get("outcome", ""))
    except AppError as problem:
        return onto_page(_bench(status=problem.status, problem=said(problem)))
    return notify(onto_page(_bench()), gettext("Settled"))
