"""Where the goods of a case go."""

from __future__ import annotations

from sqlalchemy.orm import Session

from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.places import Place, place_for, place_named
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.cases import Case

from .orders import mirrored_order


def address_of(session: Session, case: Case, *, terms: CaseTerms, settings: TenantSettings) -> str:
    """What the shopper is told; empty where nobody said. What the policy writes out comes first, then the place it names, that of the
    warehouse or country, and the shop's own address."""
    if terms.return_address:
        return terms.return_address
    place = place_of(session, case, terms=terms, settings=settings)
    return place.text if place is not None else settings.return_address


def place_of(session: Session, case: Case, *, terms: CaseTerms, settings: TenantSettings) -> Place | None:
    """The place of the shop that the goods of a case go to; None where the policy writes an address out, or none is for them.

    A name that no place has any more counts for nothing: a parcel needs an address today.
    """
    if terms.return_address or not settings.places:
        return None
    named = place_named(settings.places, terms.address_key) if terms.address_key else None
    if named is not None:
        return named
    try:
        order = mirrored_order(session, case.saleor_order_id)
    except NotFound:
        return None
    address = order.shipping_address or order.billing_address
    country = address.country if address else ""
    return place_for(settings.places, country=country, warehouses=_sent_from(order, case))


def _sent_from(order: Order, case: Case) -> set[str]:
    """The warehouses that sent what comes back."""
    lines = {line.order_line_id for line in case.lines}
    return {
        sent.warehouse_id
        for sent in order.fulfillments
        if sent.warehouse_id and any(part.order_line_id in lines for part in sent.lines)
    }
