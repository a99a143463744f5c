"""What of an order can be returned, what it would give back, and a way into the portal."""

from __future__ import annotations

from flask import Response, url_for

from saleor_returns_app.domain.quote_lines import QuoteKind
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.tenders import RefundWay, Tender
from saleor_returns_app.services.judging import LineRequest, expected_refund, judge_order
from saleor_returns_app.services.logins import LINK_LIFETIME, make_link
from saleor_returns_app.services.opening import check_requests
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.labels import fill

from .access import blueprint, identity, own_order, tenant
from .shapes import (
    LinkOut,
    MoneyOut,
    OrderIn,
    QuoteLineOut,
    QuoteOut,
    ReasonOut,
    RequestIn,
    ReturnableLineOut,
    ReturnableOut,
    ShopPath,
    TenderOut,
    problem_answers,
)

PROBLEMS = problem_answers(400, 401, 404, 409, 413, 415, 500, 502, 503)


@blueprint.post("/returnable-lines", responses={200: ReturnableOut, **PROBLEMS})
def returnable_lines(path: ShopPath, body: OrderIn) -> Response:
    """Each line of an order, how many of it can be returned, and why not the rest."""
    order = own_order(body.order_id)
    judged = {line.order_line_id: line for line in judge_order(ctx(), tenant().id, order)}
    lines = []
    for line in order.lines:
        verdict = judged[line.id].verdict
        lines.append(
            ReturnableLineOut(
                order_line_id=line.id,
                product_name=line.product_name,
                variant_name=line.variant_name,
                image_url=line.image_url,
                ordered=line.quantity,
                returnable=judged[line.id].returnable,
                outcome=verdict.outcome,
                reasons=[
                    ReasonOut(code=why.code, text=fill(i18n.gettext(why.text), why.params)) for why in verdict.because
                ],
                until=verdict.until,
            )
        )
    return answer(ReturnableOut(order_number=order.number, lines=lines))


@blueprint.post("/preview", responses={200: QuoteOut, **PROBLEMS})
def preview(path: ShopPath, body: RequestIn) -> Response:
    """The expected refund, line by line, if everything arrives and is accepted. Opens nothing."""
    lines = requested(body)
    check_requests(lines)
    return answer(quote_out(expected_refund(ctx(), tenant().id, own_order(body.order_id), lines)))


@blueprint.post("/portal-links", responses={200: LinkOut, **PROBLEMS})
def portal_link(path: ShopPath, body: OrderIn) -> Response:
    """A link that opens the portal at this order without a code."""
    order = own_order(body.order_id)
    token = make_link(ctx(), tenant().id, saleor_order_id=order.id, email=order.email.lower() or identity().email)
    url = ctx().settings.base_url + url_for("portal.arrive", slug=tenant().slug, t=token)
    return answer(LinkOut(url=url, expires_in=int(LINK_LIFETIME.total_seconds())))


def requested(body: RequestIn) -> list[LineRequest]:
    return [LineRequest(**line.model_dump()) for line in body.lines]


def quote_out(quote: Quote) -> QuoteOut:
    return QuoteOut(
        total=MoneyOut.of(quote.total),
        tax=MoneyOut.of(quote.tax),
        lines=[
            QuoteLineOut(
                kind=line.kind,
                label=line.label if line.kind is QuoteKind.GOODS else i18n.gettext(line.label),
                order_line_id=line.order_line_id,
                quantity=line.quantity,
                amount=MoneyOut.of(line.amount),
                tax=MoneyOut.of(line.tax),
            )
            for line in quote.lines
        ],
        ways=[
            TenderOut(way=item.way, label=way_label(item), amount=MoneyOut.of(item.amount)) for item in quote.tenders
        ],
        notes=[ReasonOut(code=note.code, text=fill(i18n.gettext(note.text), note.params)) for note in quote.notes],
    )


def way_label(tender: Tender) -> str:
    """The payment's own name, or our word where there is no payment."""
    ours = tender.way in (RefundWay.GIFT_CARD, RefundWay.PERSON)
    return i18n.gettext(tender.label) if ours else tender.label


def answer(shape: MoneyOut | ReturnableOut | QuoteOut | LinkOut) -> Response:
    return Response(shape.model_dump_json(), content_type="application/json")
