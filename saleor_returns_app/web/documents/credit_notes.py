"""A credit note as people read it: in the shopper's language, with amounts and days as written there."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask import Response

from saleor_returns_app.domain.credit_notes import CreditNote, NoteLine
from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.tenders import RefundWay
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import format_day, format_money, nearest, translate

_COLUMNS = ("Item", "Units", "Net amount", "Tax rate", "Tax", "Gross amount")
#: All short texts of a note.
LABELS = (*_COLUMNS, "To", "Date", "Order", "Return", "Goes back to", "To be decided", "Given back", "Paid beyond it")
_BY_HAND = "Paid outside of the shop's payments."
_PART = "This note is for a part of the refund of %(amount)s; other parts have notes of their own."


def as_pdf(note: CreditNote) -> Response:
    """The note as a file to keep."""
    drawn = ctx().documents.draw("credit_note", fill(note), written_at=datetime.combine(note.issued_on, time(), UTC))
    answer = Response(drawn, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{note.number}.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def fill(note: CreditNote) -> dict[str, Any]:
    """What the template shows, every text ready to read."""
    to = nearest([note.language])

    def say(text: str, **params: object) -> str:
        said = translate(text, to)
        return said % params if params else said

    title = say("Credit note %(number)s", number=note.number)
    facts = [
        (say("Date"), format_day(note.issued_on, to)),
        (say("Order"), _order(note, to)),
        (say("Return"), note.case_number),
        (say("Goes back to"), say("To be decided") if note.way == RefundWay.PERSON else say(note.paid_to)),
    ]
    notes = [say(_PART, amount=format_money(note.whole, to))] if note.whole is not None else []
    if note.way == RefundWay.PERSON:
        notes.append(say(_BY_HAND))
        facts.pop()
    return {
        "lang": to,
        "title": title,
        "author": note.seller.partition("\n")[0],
        "footer": f"{note.seller.partition(chr(10))[0]} · {title}",
        "to": say("To"),
        "customer": "\n".join(part for part in (*(note.address or (note.customer_name,)), note.email) if part),
        "seller": note.seller,
        "facts": facts,
        "columns": [say(name) for name in _COLUMNS],
        "lines": [_line(line, to) for line in note.lines],
        "sums": [(say("Net amount"), format_money(note.net, to)), *_taxes(note, to)],
        "total": (say("Given back"), format_money(note.total, to)),
        "notes": notes,
    }


def _order(note: CreditNote, to: str) -> str:
    return note.order_number + (f", {format_day(note.ordered_at, to)}" if note.ordered_at else "")


def _line(line: NoteLine, to: str) -> list[str]:
    label = line.label
    if line.because is not None:
        label = line.because.own_words(to) or translate(line.because.text, to) % line.because.params
    elif not line.quantity:
        label = translate(label, to)
    return [
        label,
        str(line.quantity) if line.quantity else "",
        format_money(line.net, to),
        _percent(line.rate, to),
        format_money(line.tax, to),
        format_money(line.gross, to),
    ]


def _percent(rate: Decimal | None, to: str) -> str:
    return f"{format_decimal(rate, locale=to)} %" if rate is not None else ""


def _taxes(note: CreditNote, to: str) -> list[tuple[str, str]]:
    """The tax of each rate; none of it where there is no tax."""
    parts: defaultdict[Decimal | None, list[Money]] = defaultdict(list)
    for line in note.lines:
        if line.tax:
            parts[line.rate].append(line.tax)
    rates = sorted(parts, key=lambda rate: rate or Decimal(0), reverse=True)
    return [
        (f"{translate('Tax', to)} {_percent(rate, to)}".strip(), format_money(total(parts[rate], note.currency), to))
        for rate in rates
    ]
