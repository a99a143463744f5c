"""The audit log: searched, paged, taken out."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, request
from werkzeug.datastructures import MultiDict

from saleor_returns_app.errors import AppError
from saleor_returns_app.models.audit import AuditRow
from saleor_returns_app.services.audit import AuditPage, AuditSearch, export_deeds, list_deeds
from saleor_returns_app.web.current import ctx

from .access import visit
from .answers import first, fragment
from .forms import EMPTY, Form


def show_log() -> Response:
    wanted = _wanted(request.args)
    before = first(request.args, "before")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0
    try:
        page = list_deeds(ctx(), visit().tenant_id, actor=visit().actor, wanted=wanted, before=number)
    except AppError as problem:
        if problem.status in (403, 404):
            raise
        return _page(AuditPage([], 0, {}), wanted, status=problem.status, form=Form.refused(problem))
    return _page(page, wanted)


def take_out() -> Response:
    """As a table, streamed."""
    pieces = export_deeds(ctx(), visit().tenant_id, actor=visit().actor, wanted=_wanted(request.form))
    answer = Response(pieces, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return answer


def _wanted(said: MultiDict[str, str]) -> AuditSearch:
    return AuditSearch(**{name: first(said, name)[:320] for name in AuditSearch.__dataclass_fields__})


def _page(page: AuditPage, wanted: AuditSearch, *, status: int = 200, form: Form = EMPTY) -> Response:
    values = {name: value for name, value in asdict(wanted).items() if value}
    return fragment(
        "audit.html", status=status, page=page, wanted=wanted, values=values, form=form, details=details, plain=plain
    )


def plain(name: str) -> str:
    """A code as words."""
    return name.replace("_", " ").capitalize()


def details(row: AuditRow) -> str:
    """What a row says besides, in words."""
    said = []
    for name, value in row.params.items():
        if name in ("settings", "changed") and isinstance(value, dict):
            said += [_change(each, to) for each, to in value.items()]
        elif name != "entry":
            said.append(f"{plain(name)}: {value}")
    return "; ".join(said)


def _change(name: str, value: object) -> str:
    if isinstance(value, list):
        return f"{plain(name)}: {value[0]} → {value[1]}"
    return f"{plain(name)}: {value}"
