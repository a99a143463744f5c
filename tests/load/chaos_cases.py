"""What is approved while workers die: refunds, gift cards, vouchers and replacement orders, one case and one order each."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sqlalchemy import select

from demo.shop import Shop
from demo.shop.model.orders import Order
from demo.shop.provider import Mood
from demo.shop.samples.catalogue import variant_of
from demo.shop.samples.making import make_order
from demo.shop.samples.people import RITA
from demo.shop.samples.recipes import RECIPES, Recipe
from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Resolution
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import OfferKind, Proposal
from saleor_returns_app.errors import Conflict, RemoteError
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import offers
from saleor_returns_app.services.choosing import Pick, read_pieces
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credits import issue_credit
from saleor_returns_app.services.exchanges import send_replacement
from saleor_returns_app.services.refunds import current_quote
from tests.conftest import ALL_PERMISSIONS
from tests.services.journeys import Shop as Desk

_MOODS: dict[Mood, int] = {
    "success": 40,
    "failure": 10,
    "async": 15,
    "slow": 10,
    "partial": 8,
    "http500": 7,
    "noref": 10,
}
#: Of six cases two end in money, one in a gift card, one in a voucher, and two in goods: one dearer, which is paid for, and one
#: cheaper, of which the rest is left to be refunded.
_IN_CODES = {2: OfferKind.STORE_CREDIT, 3: OfferKind.VOUCHER}
_IN_GOODS = {4: "sneakers", 5: "candle"}
#: What comes back, in turn: units of one variant follow one another on its stock, so that one article would be a queue.
_BOUGHT = (
    *(("mug", "Cream"), ("mug", "Teal"), ("tee", "S"), ("tee", "M"), ("tee", "L"), ("scarf", "Rust")),
    *(("backpack", "Olive"), ("planter", "20 cm"), ("notebook", "A5"), ("sneakers", "41"), ("sneakers", "43")),
)
_T = TypeVar("_T")


def approve_all(context: Context, shop: Shop, count: int, luck: random.Random) -> dict[str, Order]:
    """Cases up to the approval, by their ids; the workers are at it already."""
    with context.db.everyone() as session:
        tenant = session.scalars(select(Tenant)).one()
        tenant.settings = {"return_address": "1 Dock Road"}
    rita = shop.user(RITA)
    staff = Actor(who=Who.STAFF, id="staff", name="sam@shop.example", permissions=ALL_PERMISSIONS)
    desk = Desk(context, tenant.id, staff, Actor.shopper(email=RITA, user_id=rita.id))
    cases: dict[str, Order] = {}
    for place in range(count):
        order = make_order(shop, _recipe(place))
        moods = luck.choices(list(_MOODS), weights=list(_MOODS.values()), k=6)
        shop.provider.set_script(moods, order_number=order.number)
        case_id = _insist(partial(desk.request, {order.lines[0].id: 1}, order_id=order.id))
        cases[case_id] = order
        kind = place % 6
        if kind in _IN_CODES:
            _agree_on_code(desk, case_id, _IN_CODES[kind])
        elif kind in _IN_GOODS:
            _agree_on_goods(desk, case_id, order, variant_of(shop.state, _IN_GOODS[kind]).id)
        else:
            for step in (desk.approve, desk.receive, desk.pay):
                _insist(partial(step, case_id))
    return cases


def _recipe(place: int) -> Recipe:
    plain = RECIPES["plain"]
    product, variant = _BOUGHT[place % len(_BOUGHT)]
    return replace(plain, items=(replace(plain.items[0], product=product, variant=variant), *plain.items[1:]))


def _agree_on_code(desk: Desk, case_id: str, kind: OfferKind) -> None:
    """A gift card or a voucher, agreed, received and approved."""
    _agree(desk, case_id, Proposal(kind=kind, amount=Money.from_minor(100, desk.case(case_id).currency)))
    _insist(partial(issue_credit, desk.ctx, desk.tenant_id, case_id, actor=desk.staff))


def _agree_on_goods(desk: Desk, case_id: str, order: Order, variant_id: str) -> None:
    """Another article in place of the one that came back, agreed, received and approved."""
    pick = Pick(order_line_id=order.lines[0].id, quantity=1, resolution=Resolution.EXCHANGE, variant_id=variant_id)
    pieces = _insist(partial(read_pieces, desk.ctx, desk.tenant_id, case_id, actor=desk.staff, picks=[pick]))
    _agree(desk, case_id, Proposal(kind=OfferKind.EXCHANGE, pieces=pieces))

    def send() -> None:
        quote = current_quote(desk.ctx, desk.tenant_id, case_id, actor=desk.staff)
        send_replacement(desk.ctx, desk.tenant_id, case_id, actor=desk.staff, fingerprint=quote.fingerprint)

    _insist(send)


def _agree(desk: Desk, case_id: str, wanted: Proposal) -> None:
    make = partial(offers.make_offer, desk.ctx, desk.tenant_id, case_id, actor=desk.staff, proposal=wanted)
    offer_id = _insist(make)
    _insist(partial(offers.accept_offer, desk.ctx, desk.tenant_id, offer_id, actor=desk.shopper))
    _insist(partial(desk.receive, case_id))


def _insist(step: Callable[[], _T]) -> _T:
    """As a person would: on a fault of the shop, or when a job was quicker, once more."""
    for _ in range(20):
        try:
            return step()
        except (RemoteError, Conflict) as problem:
            last = problem
    raise last
