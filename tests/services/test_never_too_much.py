"""Whatever people do with the cases of an order, and in whichever order: money, credit and goods together never exceed what the terms
say, nothing is made twice, and every unit ends in one acceptance and one disposition.

`EXAMPLES=2000 pytest tests/services/test_never_too_much.py` looks longer.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseStatus, Resolution
from saleor_returns_app.domain.inspection import FOR_ACCEPTED, FOR_REFUSED
from saleor_returns_app.domain.offers import OfferKind
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.models.base import Database, make_engine
from saleor_returns_app.services.choosing import Pick
from saleor_returns_app.services.context import Context
from tests.conftest import add_tenant
from tests.fakes import FakeClock, FakeSaleor, RecordingJobs

from .given import check_order
from .giving import TENDERS, Findings, Giving, order_paid_by
from .journeys import Shop

_S = CaseStatus
KINDS = (
    *(OfferKind.EXCHANGE, OfferKind.EXCHANGE, OfferKind.EXCHANGE, OfferKind.RESHIP, OfferKind.REPAIR, OfferKind.REPAIR),
    *(OfferKind.REFUND, OfferKind.COMPENSATION, OfferKind.STORE_CREDIT, OfferKind.VOUCHER),
)
MOODS = ("success", "success", "decline", "wait", "part", "timeout", "lost", "gone", "unsent")
#: What people do in a state, as often as it stands here; "carry out" is what was agreed, whatever it is.
USUAL: dict[str, str] = {
    _S.REQUESTED: "approve approve offer offer offer offer offer offer reject",
    _S.NEGOTIATING: "reject cancel",
    _S.APPROVED: "receive receive receive receive receive receive carry_out carry_out other cancel",
    _S.RECEIVED: "receive receive correct",
    _S.INSPECTED: "carry_out carry_out carry_out carry_out carry_out correct correct offer offer send_back other work work",
    _S.RESOLVING: "go_on go_on go_on go_on go_on work work work correct send_back ask_for_more",
    _S.RESOLVED: "dispute dispute dispute close send_back ask_for_more turn",
    _S.DISPUTED: "overturn overturn overturn uphold",
}
ENDED = "ask_for_more ask_for_more turn send_back dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does next: which of the usual things, and what they say in doing so."""

    which: int
    place: int
    found: tuple[Findings, Findings]
    kind: OfferKind
    percent: int
    keeps: bool
    picks: tuple[Pick, ...]
    moods: tuple[str, ...]


def draw_step(luck: random.Random) -> Step:
    return Step(
        which=luck.randrange(1000),
        place=luck.randrange(1000),
        found=(draw_findings(luck), draw_findings(luck)),
        kind=luck.choice(KINDS),
        percent=luck.randint(1, 110),
        keeps=luck.random() < 0.25,
        picks=tuple(draw_pick(luck) for _ in range(luck.randint(1, 2))),
        moods=tuple(luck.choice(MOODS) for _ in range(luck.randint(0, 3))),
    )


def draw_findings(luck: random.Random) -> Findings:
    return Findings(
        missing=luck.choice((0, 0, 0, 1, 3)),
        refused=luck.choice((0, 0, 1, 2, 3)),
        disposition=luck.choice(FOR_ACCEPTED),
        refused_to=luck.choice(FOR_REFUSED),
    )


def draw_pick(luck: random.Random) -> Pick:
    return Pick(
        order_line_id=luck.choice(("line-1", "line-1", "line-1", "line-2")),
        quantity=luck.randint(1, 2),
        resolution=luck.choice((Resolution.EXCHANGE, Resolution.EXCHANGE, Resolution.RESHIP, Resolution.REPAIR)),
        variant_id=luck.choice(("variant-2", "variant-4")),
    )


class People:
    """Staff, shopper, provider and shop at work on the cases of one order."""

    def __init__(self, world: Giving, units: dict[str, int]) -> None:
        self.world = world
        self.cases: list[str] = []
        self.ask(units)

    @property
    def case_id(self) -> str:
        return self.cases[-1]

    def ask(self, units: dict[str, int]) -> None:
        made = self.world.request({line_id: quantity for line_id, quantity in units.items() if quantity})
        if made is not None:
            self.cases.append(made)

    def take(self, step: Step) -> None:
        """Whatever the shop answers: what it refuses changes nothing."""
        case = self.world.shop.case(self.case_id)
        terms = CaseTerms.load(case.terms or {})
        usual = USUAL.get(case.status, ENDED).split()
        verb = usual[step.which % len(usual)]
        if verb == "receive" and terms.keeps_item and step.place % 5:
            verb = "carry_out"
        if verb == "carry_out":
            verb = {"credit": "give_credit", "goods": "replace_goods", "repair": "repair"}.get(_agreed(terms), "pay")
            if _mends(terms):
                verb = ("replace_goods", "pay", "pay", "repair")[step.place % 4]
            if verb == "replace_goods" and self.world.saleor.replacements and step.place % 3:
                verb = "pay"  # the rest of it
        elif verb == "go_on":
            goods = "goods" if step.place % 3 else "refund"
            verb = {"credit": "work", "goods": goods, "repair": "repair"}.get(_agreed(terms), "refund")
            if _mends(terms) and step.which % 2:
                verb = "repair"
        elif verb == "other":
            others = ("pay", "give_credit", "replace_goods", "repair", "correct", "end_by_hand", "receive")
            verb = others[step.place % len(others)]
        self._do(verb, step)

    def _do(self, verb: str, step: Step) -> None:  # noqa: C901
        world, case_id, place = self.world, self.case_id, step.place
        match verb:
            case "approve":
                world.shop.approve(case_id)
            case "offer":
                by_piece = step.kind in (OfferKind.EXCHANGE, OfferKind.RESHIP) or (
                    step.kind is OfferKind.REPAIR and place % 2 == 0
                )
                picks = step.picks if by_piece else ()
                world.offer(case_id, step.kind, percent=step.percent, keeps=step.keeps, pieces=picks)
            case "receive":
                world.receive(case_id, step.found, more=place % 4 == 0)
            case "correct":
                world.correct(case_id, place, step.found[0])
            case "pay" | "give_credit" | "replace_goods" | "dispute":
                getattr(world, verb)(case_id)
            case "goods":
                ways = ("again", "other", "money", "cancel", "paid", "shipped", "paid", "shipped", "dropped")
                world.go_on_with_goods(case_id, ways[place % len(ways)], step.picks)
            case "refund":
                means = ("retry", "rest", "cancel", "record", "late", "pay out", "pay out", "pay out")
                how = means[place % len(means)]
                if how == "pay out":
                    world.pay_out(case_id, place // len(means))
                else:
                    world.go_on_with_refund(case_id, place // len(means), how)
            case "repair":
                world.go_on_with_repair(case_id, usual=place % 5 > 0, which=place)
            case "overturn" | "uphold":
                world.decide_dispute(case_id, for_shopper=verb == "overturn")
            case "send_back":
                world.send_back(case_id, 1 + place % 3)
            case "end_by_hand":
                world.end(case_id, ("conclude", "fulfil")[place % 2])
            case "reject" | "cancel" | "close":
                world.end(case_id, verb)
            case "work":
                world.work(step.moods, sold_out=place % 4 == 0)
            case "ask_for_more":
                self.ask({"line-1": place % 4, "line-2": place % 3})
            case "turn":
                self.cases.insert(0, self.cases.pop())


def _mends(terms: CaseTerms) -> bool:
    """Whether some units are repaired, and others not."""
    return any(piece.resolution is Resolution.REPAIR for piece in terms.pieces)


def _agreed(terms: CaseTerms) -> str:
    if terms.pieces:
        return "goods"
    if terms.in_money:
        return "money"
    return {Resolution.STORE_CREDIT: "credit", Resolution.REPAIR: "repair"}.get(terms.resolution, "")


@pytest.fixture
def fresh(
    ctx: Context, empty_database: Path, tmp_path: Path, staff: Actor, shopper: Actor
) -> Iterator[Callable[[str], Giving]]:
    """A shop with its order, new each time."""
    compiled: dict[Any, Any] = {}
    engines: list[Engine] = []
    file, numbers = tmp_path / "shop.db", count()
    shutil.copyfile(empty_database, file)
    engine = make_engine(f"sqlite:///{file}")
    tenant_id = add_tenant(Database(engine)).id
    engine.dispose()

    def make(tender: str) -> Giving:
        for old in engines:
            old.dispose()
        copy = shutil.copyfile(file, tmp_path / f"{next(numbers)}.db")
        engines[:] = [make_engine(f"sqlite:///{copy}").execution_options(compiled_cache=compiled)]
        clock, saleor = FakeClock(), FakeSaleor(order_paid_by(tender))
        saleor.clock = clock
        world = replace(ctx, db=Database(engines[0]), clock=clock, saleor=saleor, jobs=RecordingJobs())
        return Giving(Shop(world, tenant_id, staff, shopper), saleor, clock)

    yield make
    for last in engines:
        last.dispose()


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "30")),
    derandomize="EXAMPLES" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # a shop is slow to shrink: the trail of what was done says more
)
@given(
    tender=st.sampled_from(sorted(TENDERS)),
    units=st.fixed_dictionaries({"line-1": st.integers(1, 3), "line-2": st.integers(0, 2)}),
    in_advance=st.booleans(),
    # Not drawn one by one: people do not like small numbers, and no two steps alike.
    seed=st.integers(0, 10**9),
)
def test_never_more_than_the_terms_say(
    fresh: Callable[[str], Giving], tender: str, units: dict[str, int], in_advance: bool, seed: int
) -> None:
    world = fresh(tender)
    world.choose(sends_replacements_first=in_advance)
    people = People(world, units)
    luck = random.Random(seed)
    for _ in range(20):
        people.take(draw_step(luck))
        try:
            check_order(world)
        except AssertionError:
            note("\n".join([f"{tender}, {units}, in advance: {in_advance}, seed {seed}", *world.trail]))
            raise
