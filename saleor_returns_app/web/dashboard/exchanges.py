"""Offering goods instead of money, and choosing again when they ran out: one page for both."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.errors import AppError, Conflict
from saleor_returns_app.models.base import new_id
from saleor_returns_app.services.case_files import CaseFile
from saleor_returns_app.services.choosing import Pick, choose_again, read_pieces
from saleor_returns_app.services.offers import make_offer
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import format_money, gettext
from saleor_returns_app.web.picking import Choice, kind_of, read_choices, typed_picks

from .access import visit
from .answers import fragment, notify, onto_page
from .cases import case_page, read_return
from .forms import EMPTY, Form, posted_version
from .thread import thread_of

#: State of a replacement → what it means to staff.
STATES: dict[ExchangeState, str] = {
    ExchangeState.PLANNED: "Being ordered",
    ExchangeState.OUT_OF_STOCK: "Out of stock",
    ExchangeState.UNPAID: "Waits for the difference",
    ExchangeState.ORDERED: "Ordered",
    ExchangeState.SHIPPED: "Sent",
    ExchangeState.CANCELLED: "Cancelled",
}
_TONES = {ExchangeState.SHIPPED: "good", ExchangeState.OUT_OF_STOCK: "warn", ExchangeState.CANCELLED: "bad"}


def show_picking(case_id: str) -> Response:
    """What the shop could send. A case where nothing can be offered shows itself."""
    file = read_return(case_id)
    return _page(file) if _mode(file) else onto_page(case_page(case_id))


def _mode(file: CaseFile) -> str:
    """`again` where what was agreed ran out, `offer` where an offer can be made, else nothing."""
    if file.exchange is not None and file.exchange.state == ExchangeState.OUT_OF_STOCK:
        return "again"
    may_offer = CaseEvent.NEGOTIATE in RETURN_CASE.possible(CaseStatus(file.case.status), Who.STAFF) or (
        file.case.status == CaseStatus.NEGOTIATING
    )
    return "offer" if may_offer and thread_of(file.case).open_offer is None else ""


def _page(file: CaseFile, *, status: int = 200, form: Form = EMPTY) -> Response:
    typed = request.values.to_dict()
    choices = read_choices(visit().tenant_id, file.case, actor=visit().actor, typed=typed)
    return fragment(
        "picking.html",
        status=status,
        case=file.case,
        file=file,
        mode=_mode(file),
        choices=choices,
        form=Form(typed=typed) if form is EMPTY else form,
        more_said=more_said,
        new_ticket=new_id,
    )


def more_said(choice: Choice, variant: Any) -> str:
    """“even”, “5.00 more”, “3.00 less” for one unit."""
    more = choice.more(variant)
    if more is None:
        return ""
    if not more:
        return gettext("even")
    text = gettext("%(amount)s more") if more > Money.zero(more.currency) else gettext("%(amount)s less")
    return text % {"amount": format_money(more if more > Money.zero(more.currency) else -more)}


def pick(case_id: str) -> Response:
    """Make the offer, or order what was chosen in place of what ran out."""
    file = read_return(case_id)
    try:
        picks = typed_picks(file.case, request.form)
        if _mode(file) == "again":
            choose_again(ctx(), visit().tenant_id, case_id, actor=visit().actor, picks=picks, version=posted_version())
        else:
            _offer(file, picks)
    except Conflict as problem:
        return _page(read_return(case_id), status=problem.status, form=Form.refused(problem))
    except AppError as problem:
        return _page(file, status=problem.status, form=Form.refused(problem))
    done = gettext("It is ordered") if _mode(file) == "again" else gettext("Offer made")
    return notify(onto_page(case_page(case_id)), done, text=file.case.number)


def _offer(file: CaseFile, picks: tuple[Pick, ...]) -> None:
    pieces = read_pieces(ctx(), visit().tenant_id, file.case.id, actor=visit().actor, picks=picks)
    make_offer(
        ctx(),
        visit().tenant_id,
        file.case.id,
        actor=visit().actor,
        proposal=Proposal(
            kind=OfferKind(kind_of(picks)),
            keeps_item=request.form.get("keeps_item") == "yes",
            wish=request.form.get("wish", ""),
            pieces=pieces,
        ),
        note=request.form.get("note", ""),
        version=posted_version(),
        offer_id=request.form.get("ticket") or None,
    )


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        exchange_state=lambda state: gettext(STATES[ExchangeState(state)]),
        exchange_tone=lambda state: _TONES.get(ExchangeState(state), "info"),
    )
