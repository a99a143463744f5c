"""Choosing another size or item: as an offer to the shop, or in place of what ran out. Every form works without scripts."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.cases import RETURN_CASE, CaseEvent, CaseStatus, Resolution
from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import Proposal
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.services.choosing import choose_again, offers_refund, read_pieces
from saleor_returns_app.services.exchanges import live_exchange
from saleor_returns_app.services.offers import make_offer, open_offer
from saleor_returns_app.services.ports import Variant
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.picking import Choice, kind_of, read_choices, typed_picks

from .access import blueprint, page, shopper, tenant, to
from .own_cases import own_return
from .typed import Said, accept, read_draft, refuse

#: State of a replacement → what the shopper reads.
STATES: dict[ExchangeState, str] = {
    ExchangeState.PLANNED: "Being ordered",
    ExchangeState.OUT_OF_STOCK: "Out of stock",
    ExchangeState.UNPAID: "Waits for your payment",
    ExchangeState.ORDERED: "Ordered",
    ExchangeState.SHIPPED: "Sent",
}
_TONES = {ExchangeState.SHIPPED: "good", ExchangeState.OUT_OF_STOCK: "warn", ExchangeState.UNPAID: "warn"}
#: What one unit costs against what was paid: nothing, more, less.
DIFFERENCES = ("no difference", "you pay %(amount)s more", "you get %(amount)s back")
_PREFIXES = ("units_", "variant_", "search_")


def exchange_values(found: Case) -> dict[str, Any]:
    """What the page of the case needs of its replacement."""
    with ctx().db.tenant(tenant().id) as session:
        exchange = live_exchange(session, found.id)
        may_pick = _may_pick(found, exchange) and (exchange is not None or open_offer(session, found) is None)
    return {
        "exchange": exchange,
        "exchange_state": STATES.get(ExchangeState(exchange.state), "") if exchange else "",
        "exchange_tone": _TONES.get(ExchangeState(exchange.state), "info") if exchange else "",
        "pay_link": ctx().tenant_settings(tenant().id).pay_link(exchange.replacement_id, exchange.replacement_number)
        if exchange
        else "",
        "may_pick": may_pick,
        "may_refund": offers_refund(CaseTerms.load(found.terms or {})),
    }


def _may_pick(found: Case, exchange: Exchange | None) -> bool:
    if exchange is not None:
        return exchange.state == ExchangeState.OUT_OF_STOCK
    allowed = CaseTerms.load(found.terms or {}).allowed
    possible = RETURN_CASE.possible(CaseStatus(found.status), Who.SHOPPER)
    return CaseEvent.NEGOTIATE in possible and (not allowed or Resolution.EXCHANGE in allowed)


def _exchange(found: Case) -> Exchange | None:
    with ctx().db.tenant(tenant().id) as session:
        return live_exchange(session, found.id)


@blueprint.get("/cases/<number>/exchange")
def picking(number: str) -> ResponseReturnValue:
    found = own_return(number)
    exchange = _exchange(found)
    if not _may_pick(found, exchange):
        return to("case", number=number)
    before = read_draft("picking", number=number)
    typed = {**before.values, **request.args.to_dict()}
    return page(
        "picking.html",
        case=found,
        again=exchange,
        choices=read_choices(tenant().id, found, actor=shopper(), typed=typed),
        more_said=more_said,
        typed=typed,
        problems=before.problems,
    )


def more_said(choice: Choice, variant: Variant) -> str:
    """What one unit costs more or less, in the shopper's words."""
    more = choice.more(variant)
    if more is None:
        return ""
    even, dearer, cheaper = DIFFERENCES
    above = more > Money.zero(more.currency)
    text = i18n.gettext((dearer if above else cheaper) if more else even)
    return text % {"amount": i18n.format_money(more if above else -more)}


@blueprint.post("/cases/<number>/exchange")
def pick(number: str) -> ResponseReturnValue:
    found = own_return(number)
    typed = {name: text[:2000] for name, text in request.form.items() if name.startswith(_PREFIXES) or name == "note"}
    try:
        picks = typed_picks(found, typed)
        if _exchange(found) is not None:
            choose_again(ctx(), tenant().id, found.id, actor=shopper(), picks=picks)
        else:
            pieces = read_pieces(ctx(), tenant().id, found.id, actor=shopper(), picks=picks)
            proposal = Proposal(kind=kind_of(picks), pieces=pieces)
            said = "\0".join([found.id, str(found.version), *(f"{name}={typed[name]}" for name in sorted(typed))])
            make_offer(
                ctx(),
                tenant().id,
                found.id,
                actor=shopper(),
                proposal=proposal,
                note=typed.get("note", ""),
                offer_id=str(uuid5(NAMESPACE_OID, said)),
            )
    except AppError as problem:
        return refuse("picking", {problem.field or "": Said.of(problem)}, values=typed, number=number)
    accept()
    return to("case", number=number)


@blueprint.post("/cases/<number>/exchange/money")
def money_instead(number: str) -> ResponseReturnValue:
    """What was to be sent ran out, and the shopper wants the money."""
    found = own_return(number)
    try:
        choose_again(ctx(), tenant().id, found.id, actor=shopper())
    except AppError as problem:
        return refuse("case", {"": Said.of(problem)}, number=number)
    accept()
    return to("case", number=number)


@blueprint.get("/cases/<number>/exchange/money")
def money_chosen(number: str) -> ResponseReturnValue:
    """Where a form was sent to, loaded again: the case."""
    return to("case", number=number)
