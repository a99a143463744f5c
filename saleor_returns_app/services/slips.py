"""The return slip of a case: what it says, for whoever prints or sends it."""

from __future__ import annotations

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.cases import CaseStatus
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.domain.slips import Paper, Slip, SlipLine, address_lines
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import Conflict, DocumentUnavailable, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .orders import mirrored_order
from .ports import Attachment

log = structlog.get_logger()
#: While the shopper has something to send; more parcels may follow the first.
SENDING = frozenset({CaseStatus.APPROVED, CaseStatus.IN_TRANSIT})
#: Mails that ask for the goods, or that tell of an agreement that may.
CARRIES_SLIP = frozenset({"approved", "agreed", "reminder_goods"})


def sends_goods(case: Case) -> bool:
    """Whether a parcel is waited for."""
    return case.status in SENDING and not CaseTerms.load(case.terms or {}).keeps_item


def slip_of(session: Session, case: Case, *, language: str) -> Slip:
    """What the slip says. Raises Conflict where nothing is to be sent."""
    if not sends_goods(case):
        raise Conflict("Nothing is to be sent for this return now.", code="NO_SLIP")
    tenant = session.get_one(Tenant, case.tenant_id)
    due = None
    if case.status == CaseStatus.APPROVED and case.due_at is not None:
        due = local_day(case.due_at, str(tenant.settings.get("time_zone") or "UTC"))
    return Slip(
        number=case.number,
        shop_name=tenant.name,
        sender=_sender(session, case),
        recipient=address_lines(case.return_address),
        lines=tuple(
            SlipLine(quantity=line.quantity, name=line.product_name, variant=line.variant_name, sku=line.sku)
            for line in case.lines
        ),
        language=language,
        due=due,
    )


def read_slip(ctx: Context, tenant_id: str, case_id: str, *, language: str) -> Slip:
    """The slip of a case that the caller may see. Raises NotFound and Conflict."""
    with ctx.db.tenant(tenant_id) as session:
        case = session.scalar(select(Case).where(Case.id == case_id))
        if case is None:
            raise NotFound("This return does not exist, or it belongs to another order.", code="UNKNOWN_CASE")
        return slip_of(session, case, language=language)


def slip_for_mail(ctx: Context, row: Notification) -> tuple[Attachment, ...]:
    """The slip that goes with a mail, drawn as the case is now; nothing where nothing is to be sent any more.

    A slip that cannot be drawn does not hold up the mail: the page that the mail leads to has it as well.
    """
    if row.kind not in CARRIES_SLIP or row.case_id is None:
        return ()
    try:
        slip = read_slip(ctx, row.tenant_id, row.case_id, language=row.language)
        content = ctx.documents.render_slip(slip, paper=Paper.A4)
    except (Conflict, NotFound):
        return ()
    except DocumentUnavailable:
        log.exception("slip not drawn", notification=row.id)
        return ()
    return (Attachment(name=f"{slip.number}.pdf", media_type="application/pdf", content=content),)


def _sender(session: Session, case: Case) -> tuple[str, ...]:
    """Where the order went to; just the name where no address is known."""
    try:
        order = mirrored_order(session, case.saleor_order_id)
    except NotFound:
        address = None
    else:
        address = order.shipping_address or order.billing_address
    return (address.lines if address else ()) or address_lines(case.customer_name)
