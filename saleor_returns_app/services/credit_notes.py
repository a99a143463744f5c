"""Credit notes: one for each refund that was paid or recorded, made in the transaction in which it settles."""

from __future__ import annotations

from decimal import Decimal

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from saleor_returns_app.domain.credit_notes import CreditNote, NoteLine, lines_of_part, note_number, tax_rate
from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.domain.policy.calendars import local_day
from saleor_returns_app.domain.quote_lines import QuoteKind, QuoteLine
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.credit_notes import CreditNoteCounter, CreditNoteRow
from saleor_returns_app.models.orders import OrderMirror
from saleor_returns_app.models.refunds import QuoteRow, Refund
from saleor_returns_app.models.tenants import Tenant

from .attaching import plan_attachment
from .context import Context
from .orders import unpack_order
from .quotes import QUOTE

_NOTE: TypeAdapter[CreditNote] = TypeAdapter(CreditNote)


def issue_credit_note(ctx: Context, session: Session, refund: Refund) -> None:
    """Make the note of a refund that has just settled. What was paid counts, not what was asked; nothing paid, no note."""
    if refund.paid_minor <= 0:
        return
    case = session.get_one(Case, refund.case_id)
    quote: Quote = QUOTE.validate_python(session.get_one(QuoteRow, refund.quote_id).data)
    tenant = session.get_one(Tenant, session.info["tenant_id"])
    settings = TenantSettings.load(tenant.settings)
    now = ctx.now()
    day = local_day(now, settings.time_zone)
    order = _order(session, case.saleor_order_id)
    number = note_number(year=day.year, sequence=_next(session, day.year))
    # The counter is locked by now, so no other part of this quote is noted at the same time.
    before = session.scalar(
        select(func.sum(CreditNoteRow.total_minor)).where(CreditNoteRow.quote_id == refund.quote_id)
    )
    note = CreditNote(
        number=number,
        issued_on=day,
        language=case.language,
        seller=settings.seller or tenant.name,
        customer_name=case.customer_name,
        email=case.email,
        order_number=case.order_number,
        ordered_at=order.created if order else None,
        case_number=case.number,
        refund_number=refund.number,
        lines=_lines(quote, order, before=Money.from_minor(before or 0, refund.currency), paid=refund.paid),
        currency=refund.currency,
        way=refund.way,
        paid_to=refund.label,
        whole=quote.total if refund.paid != quote.total else None,
        address=order.billing_address.lines if order and order.billing_address else (),
    )
    row = CreditNoteRow(
        id=new_id(),
        case_id=case.id,
        quote_id=refund.quote_id,
        refund_id=refund.id,
        number=number,
        total_minor=note.total.minor,
        currency=note.currency,
        data=_NOTE.dump_python(note, mode="json"),
        issued_at=now,
    )
    session.add(row)
    plan_attachment(ctx, session, case, row)


def _next(session: Session, year: int) -> int:
    """The next number of the year. A transaction that is undone gives it back."""
    mine = select(CreditNoteCounter).where(CreditNoteCounter.year == year).with_for_update()
    counter = session.scalar(mine)
    if counter is None:
        try:
            with session.begin_nested():
                session.add(CreditNoteCounter(year=year, last=0))
        except IntegrityError:  # another transaction gave the year's first number: wait for it
            pass
        counter = session.scalars(mine.execution_options(populate_existing=True)).one()
    counter.last += 1
    session.flush()
    return counter.last


def _order(session: Session, saleor_order_id: str) -> Order | None:
    row = session.scalar(select(OrderMirror).where(OrderMirror.saleor_id == saleor_order_id))
    return unpack_order(row.snapshot) if row is not None else None


def _lines(quote: Quote, order: Order | None, *, before: Money, paid: Money) -> tuple[NoteLine, ...]:
    parts = lines_of_part(quote.lines, before=before, paid=paid)
    lines = [
        NoteLine(
            kind=line.kind,
            label=line.label,
            quantity=line.quantity,
            gross=gross,
            tax=tax,
            rate=_rate(line, order),
            because=line.because,
        )
        for line, (gross, tax) in zip(quote.lines, parts, strict=True)
        if gross or tax or not line.amount
    ]
    beyond = paid - total((line.gross for line in lines), paid.currency)
    if beyond:
        zero = Money.zero(paid.currency)
        lines.append(NoteLine(kind=QuoteKind.AGREED, label="Paid beyond it", quantity=0, gross=beyond, tax=zero))
    return tuple(lines)


def _rate(line: QuoteLine, order: Order | None) -> Decimal | None:
    """From the whole order line where it is known: the larger the amounts, the better they tell it."""
    of_order = next((found for found in order.lines if found.id == line.order_line_id), None) if order else None
    if of_order is not None:
        return tax_rate(gross=of_order.total_gross, tax=of_order.total_gross - of_order.total_net)
    return tax_rate(gross=line.amount, tax=line.tax)


def list_credit_notes(session: Session, case_id: str) -> list[CreditNoteRow]:
    """Those of a case, the first one first."""
    return list(
        session.scalars(select(CreditNoteRow).where(CreditNoteRow.case_id == case_id).order_by(CreditNoteRow.id))
    )


def read_credit_note(session: Session, case_id: str, number: str) -> CreditNote:
    """A case's note by its number. Raises NotFound."""
    mine = select(CreditNoteRow).where(CreditNoteRow.case_id == case_id, CreditNoteRow.number == number)
    row = session.scalar(mine)
    if row is None:
        raise NotFound("This credit note does not exist, or it is not yours to see.", code="UNKNOWN_CREDIT_NOTE")
    return _NOTE.validate_python(row.data)
