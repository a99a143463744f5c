"""An exchange neither gives nor takes a cent: what goes back, what is paid on top and what is sent make up what was paid."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.exchanges import Piece, fit, in_pieces
from saleor_returns_app.domain.money import Money, total
from saleor_returns_app.domain.quote_lines import QuoteKind, unit_worths
from saleor_returns_app.domain.quotes import Committed, Quote, quote_refund
from saleor_returns_app.domain.terms import CaseTerms
from tests.fakes import make_line, make_order, usd

cents = st.integers(min_value=0, max_value=99_999)


def minor(amount: int) -> Money:
    return Money.from_minor(amount, "USD")


def piece(quantity: int, price: int, resolution: Resolution = Resolution.EXCHANGE) -> Piece:
    return Piece(
        order_line_id="line-1", quantity=quantity, resolution=resolution, variant_id="v", name="V", price=minor(price)
    )


def quoted(*pieces: Piece, wanted: int, gross: int, net: int, committed: Committed = Committed()) -> Quote:  # noqa: B008
    line = replace(make_line(), total_gross=minor(gross), total_net=minor(net))
    order = replace(make_order(), lines=(line,), shipping_gross=usd("0"), shipping_net=usd("0"))
    return quote_refund(order=order, wanted={"line-1": wanted}, committed=committed, terms=CaseTerms(pieces=pieces))


@given(gross=cents, share=st.integers(0, 100), price=cents, exchanged=st.integers(0, 3), accepted=st.integers(0, 3))
def test_the_parts_make_up_what_was_paid(gross: int, share: int, price: int, exchanged: int, accepted: int) -> None:
    quote = quoted(piece(exchanged, price), wanted=accepted, gross=gross, net=gross * share // 100)
    units = min(exchanged, accepted)
    worth = total(
        (
            item
            for item, _ in unit_worths(replace(make_line(), total_gross=minor(gross), total_net=minor(0)))[:accepted]
        ),
        "USD",
    )
    sent = minor(price * units)
    assert quote.total + sent == worth + quote.difference.owed
    assert not (quote.difference.owed and quote.difference.back)
    assert minor(0) <= quote.tax <= quote.total
    assert sum(quote.units().values()) == accepted - units


@given(gross=cents, price=cents, order=st.permutations([1, 0, 1]))
def test_exchanged_in_one_case_and_refunded_in_others_a_line_ends_at_its_total(
    gross: int, price: int, order: list[int]
) -> None:
    units, worth_gross, worth_tax, spent = 0, minor(0), minor(0), minor(0)
    for exchanged in order:
        before = Committed(
            units={"line-1": units}, worths={"line-1": (worth_gross, worth_tax)}, kept={"line-1": exchanged}
        )
        quote = quoted(*[piece(1, price)] * exchanged, wanted=1, gross=gross, net=gross, committed=before)
        goods = [line.amount for line in quote.lines if line.kind is QuoteKind.GOODS]
        spent_now = total([*goods, *(item.gross for item in quote.in_goods)], "USD")
        units, worth_gross, spent = units + 1, worth_gross + spent_now, spent + spent_now
    assert spent == minor(gross)


def test_what_is_sent_again_costs_nobody_anything() -> None:
    quote = quoted(piece(2, 9900, Resolution.RESHIP), wanted=3, gross=6000, net=5000)
    assert (str(quote.total), quote.difference.owed.minor) == ("20.00 USD", 0)


def test_goods_come_before_money_where_fewer_were_accepted() -> None:
    pieces = (piece(1, 100), piece(2, 200))
    assert [item.quantity for item in fit(pieces, {"line-1": 2})] == [1, 1]
    assert in_pieces(fit(pieces, {"line-1": 2})) == {"line-1": 2}
    assert fit(pieces, {"line-2": 5}) == ()


def test_pieces_survive_being_stored() -> None:
    terms = CaseTerms(pieces=(piece(1, 100), piece(2, 0, Resolution.REPAIR)))
    assert CaseTerms.load(terms.dump()) == terms
