"""The cases a session of the portal may open: those of its order and its mailbox."""

from __future__ import annotations

from sqlalchemy import select

from saleor_returns_app.domain.cases import CaseKind
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.web.current import ctx

from .access import tenant, visit


def own_case(number: str) -> Case:
    """A case of this order and this mailbox. Raises NotFound for all others."""
    with ctx().db.tenant(tenant().id) as session:
        case = session.scalar(select(Case).where(Case.number == number))
    if case is None or case.saleor_order_id != visit().saleor_order_id or case.email != visit().email:
        raise NotFound("This return does not exist, or it belongs to another order.", code="UNKNOWN_CASE")
    return case


def own_return(number: str) -> Case:
    """The same, of returns only."""
    case = own_case(number)
    if case.kind != CaseKind.RETURN:
        raise NotFound("This return does not exist, or it belongs to another order.", code="UNKNOWN_CASE")
    return case


def own_complaint(number: str) -> Case:
    """The same, of complaints only."""
    case = own_case(number)
    if case.kind != CaseKind.COMPLAINT:
        raise NotFound("This complaint does not exist, or it belongs to another order.", code="UNKNOWN_CASE")
    return case
