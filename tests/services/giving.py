"""One order of a shop and everything people may do about its cases, in any order: what a shop refuses to do is no mistake here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from typing import Any

from sqlalchemy import select

from saleor_returns_app.domain.exchanges import ExchangeState
from saleor_returns_app.domain.inspection import Disposition, Found, Grade
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.offers import KINDS, Need, OfferKind, Proposal
from saleor_returns_app.domain.orders import GiftCardUse, Order
from saleor_returns_app.domain.refunds import RefundStatus
from saleor_returns_app.domain.repairs import Finding, PaidHow, RepairEvent
from saleor_returns_app.errors import BadInput, Conflict, Forbidden, NotFound
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.payouts import Payout
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services import choosing, disputes, exchanges, offers, payouts, refunds, repairs
from saleor_returns_app.services.cases import cancel_case, close_case, conclude_case, fulfil_case, reject_case
from saleor_returns_app.services.choosing import Pick
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.credits import issue_credit
from saleor_returns_app.services.evidence import Upload, add_evidence, holder_of
from saleor_returns_app.services.goods_owed import goods_owed
from saleor_returns_app.services.inspection import correct_line, receive_case
from saleor_returns_app.services.sending_out import send_goods_back
from saleor_returns_app.services.standing_repairs import repair_of
from saleor_returns_app.web.picking import kind_of
from tests.fake_replacements import make_variant
from tests.fakes import FakeClock, FakeSaleor, RecordingJobs, make_line, make_order, make_transaction, usd

from .journeys import Shop

REFUSALS = (BadInput, Conflict, Forbidden, NotFound)
_OPEN_EXCHANGE = (ExchangeState.UNPAID, ExchangeState.ORDERED)
#: How the 80.00 of the order were paid.
TENDERS: Mapping[str, Mapping[str, Any]] = {
    "one card": {"transactions": (make_transaction(charged=usd("80.00")),)},
    "two cards": {
        "transactions": (make_transaction("t-1", charged=usd("30.01")), make_transaction("t-2", charged=usd("49.99")))
    },
    "a gift card": {
        "transactions": (make_transaction(charged=usd("25.00")),),
        "gift_cards": (GiftCardUse(last_code_chars="WXYZ", amount=usd("55.00")),),
    },
    "not all is left": {"transactions": (make_transaction(charged=usd("35.00")),)},
}


def order_paid_by(tender: str) -> Order:
    """Three shirts of 20.00, two pins for 9.99 that do not divide evenly, and 10.01 shipping."""
    pins = make_line(
        "line-2",
        product_name="Pin",
        variant_id="variant-3",
        quantity=2,
        unit_gross=usd("5.00"),
        total_gross=usd("9.99"),
        total_net=usd("8.12"),
    )
    return make_order(
        lines=(make_line(), pins),
        total_gross=usd("80.00"),
        total_charged=usd("80.00"),
        shipping_gross=usd("10.01"),
        **TENDERS[tender],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is found of one line: of what is there so many are missing and so many refused; the others are accepted."""

    missing: int
    refused: int
    disposition: Disposition
    refused_to: Disposition

    def fitting(self, most: int, *, whole: bool) -> tuple[Found, ...]:
        """Of `most` units. `whole`: none is missing, as somebody looked at all of them again."""
        there = most if whole else max(most - self.missing, 0)
        refused = min(self.refused, there)
        taken = Found(quantity=there - refused, grade=Grade.OPENED, disposition=self.disposition)
        back = Found(quantity=refused, grade=Grade.USED, accepted=False, disposition=self.refused_to, reason="Worn.")
        return tuple(item for item in (taken, back) if item.quantity) or (Found(quantity=0),)


class Giving:
    """A shop, its people and their verbs. Each gives whether it was done."""

    def __init__(self, shop: Shop, saleor: FakeSaleor, clock: FakeClock) -> None:
        self.shop, self.saleor, self.clock = shop, saleor, clock
        self.second = replace(shop.staff, id="staff-2", name="second@shop.example")
        self.by_hand: dict[str, Money] = {}  # refund id → what people paid outside
        self.trail: list[str] = []  # what was done, for whoever reads of a failure
        self._parcels = 0
        for variant, price in {"variant-2": "25.00", "variant-3": "5.00", "variant-4": "12.50"}.items():
            saleor.variants[variant] = make_variant(variant, price=price, available=20)
        saleor.stock["variant-3", "warehouse-1"] = 5

    def do(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> bool:
        self.clock.forward(seconds=60)
        try:
            verb(self.shop.ctx, self.shop.tenant_id, *arguments, **{"actor": self.shop.staff, **named})
        except REFUSALS:
            return False
        told = {name: value for name, value in named.items() if name != "actor"}
        self.trail.append(f"{verb.__name__} {told}")
        return True

    @property
    def has_jobs(self) -> bool:
        jobs = self.shop.ctx.jobs
        assert isinstance(jobs, RecordingJobs)
        return bool(jobs.keys)

    def choose(self, **settings: Any) -> None:
        with self.shop.ctx.db.everyone() as session:
            tenant = session.get_one(Tenant, self.shop.tenant_id)
            tenant.settings = {**tenant.settings, **settings}

    def request(self, units: Mapping[str, int]) -> str | None:
        try:
            return self.shop.request(units)
        except REFUSALS:
            return None

    def offer(self, case_id: str, kind: OfferKind, *, percent: int, keeps: bool, pieces: Sequence[Pick]) -> bool:
        """Staff propose it, and the shopper agrees."""
        rule = KINDS[kind]
        left = {line.order_line_id: line.quantity - line.settled for line in self.shop.case(case_id).lines}
        fitting = []
        for pick in pieces:
            fitting.append(replace(pick, quantity=min(pick.quantity, left.get(pick.order_line_id, 0))))
            left[pick.order_line_id] = left.get(pick.order_line_id, 0) - fitting[-1].quantity
        pieces = [pick for pick in fitting if pick.quantity > 0]
        if pieces:
            kind = kind_of(pieces)
            rule = KINDS[kind]
        try:
            chosen = choosing.read_pieces(
                self.shop.ctx, self.shop.tenant_id, case_id, actor=self.shop.staff, picks=pieces
            )
        except REFUSALS:
            return False
        with_amount = rule.amount is Need.MUST or (rule.amount is Need.MAY and percent < 100)
        proposal = Proposal(
            kind=kind,
            amount=Money.rounded(self._left(case_id) * percent / 100, "USD") if with_amount else None,
            keeps_item=keeps and rule.keeps is not Need.NEVER,
            wish="Something nice" if rule.wish is Need.MUST else "",
            pieces=chosen,
        )
        if not self.do(offers.make_offer, case_id, proposal=proposal):
            return False
        with self.shop.ctx.db.tenant(self.shop.tenant_id) as session:
            made = offers.open_offer(session, session.get_one(Case, case_id))
        assert made is not None
        return self.do(offers.accept_offer, made.id, actor=self.shop.shopper)

    def _left(self, case_id: str) -> Decimal:
        """What the units cost that were not refunded before."""
        order = self.saleor.orders["order-1"]
        units = {line.order_line_id: line.quantity - line.settled for line in self.shop.case(case_id).lines}
        return sum(
            (line.total_gross.amount * units.get(line.id, 0) / line.quantity for line in order.lines), Decimal(0)
        )

    def receive(self, case_id: str, found: Sequence[Findings], *, more: bool) -> bool:
        lines = self.shop.case(case_id).lines
        counted = {
            line.id: found[place].fitting(line.quantity - line.received, whole=False)
            for place, line in enumerate(lines)
        }
        return self.do(receive_case, case_id, found=counted, more_to_come=more)

    def correct(self, case_id: str, place: int, found: Findings) -> bool:
        lines = self.shop.case(case_id).lines
        line = lines[place % len(lines)]
        fitting = found.fitting(line.quantity, whole=True)
        return self.do(correct_line, case_id, line.id, found=fitting, why="Looked again.")

    def pay(self, case_id: str) -> bool:
        """One person approves, and where two have to, the second one as well."""

        def approve(ctx: Context, tenant_id: str, *, actor: Any) -> None:
            quote = refunds.current_quote(ctx, tenant_id, case_id, actor=actor)
            for person in (actor, self.second):
                if refunds.approve_refund(
                    ctx, tenant_id, case_id, actor=person, fingerprint=quote.fingerprint
                ).complete:
                    return

        return self.do(approve)

    def replace_goods(self, case_id: str) -> bool:
        def send(ctx: Context, tenant_id: str, *, actor: Any) -> None:
            quote = refunds.current_quote(ctx, tenant_id, case_id, actor=actor)
            exchanges.send_replacement(ctx, tenant_id, case_id, actor=actor, fingerprint=quote.fingerprint)

        return self.do(send)

    def give_credit(self, case_id: str) -> bool:
        return self.do(issue_credit, case_id)

    def go_on_with_goods(self, case_id: str, how: str, picks: Sequence[Pick]) -> bool:
        """What becomes of a replacement: in the shop, by its shopper, or by our staff."""
        verbs: dict[str, Callable[[], bool]] = {
            "again": lambda: self.do(choosing.try_again, case_id),
            "other": lambda: self.do(choosing.choose_again, case_id, picks=picks),
            "money": lambda: self.do(choosing.choose_again, case_id),
            "cancel": lambda: self.do(choosing.cancel_replacement, case_id),
        }
        if how in verbs:
            return verbs[how]()
        with self.shop.ctx.db.tenant(self.shop.tenant_id) as session:
            mine = select(Exchange).where(Exchange.case_id == case_id, Exchange.state.in_(_OPEN_EXCHANGE))
            exchange = session.scalar(mine)
            if exchange is None or not exchange.replacement_id:
                return False
            order = self.saleor.replacements[exchange.replacement_id]
            if how == "paid":
                self.saleor.pay_replacement(order.order_id)
            elif how == "shipped" and not order.due:
                self.saleor.ship_replacement(order.order_id)
            elif how == "dropped" and order.due == order.total and not order.is_shipped:
                self.saleor.drop_replacement(order.order_id)
            exchanges.wake_exchanges(self.shop.ctx, session, self.shop.tenant_id, [order.order_id])
        self.shop.work()
        return True

    def go_on_with_refund(self, case_id: str, place: int, how: str) -> bool:
        """What a person does about a refund; who says that nothing was paid, or that it was, looked at the provider first."""
        rows = self.shop.refunds(case_id)
        if not rows:
            return False
        refund = rows[place % len(rows)]
        was_paid = any(key in (refund.grant_id, refund.id) for key, _ in self.saleor.paid)
        if how == "retry" and not was_paid:
            unclear = refund.status == RefundStatus.UNCLEAR
            return self.do(refunds.vouch_unsent if unclear else refunds.retry_refund, refund.id)
        if how == "rest":
            return self.do(refunds.approve_rest, refund.id)
        if how == "cancel" and not was_paid:
            return self.do(refunds.cancel_refund, refund.id)
        if how == "record":
            done = self.do(refunds.record_refund, refund.id, proof="Seen at the provider.")
            if done and not was_paid:
                self.by_hand[refund.id] = refund.amount
            return done
        if how == "late" and refund.status == RefundStatus.PENDING and not was_paid:
            self.saleor.pay(str(refund.grant_id), refund.amount)
            self.shop.work()
            return True
        return False

    def pay_out(self, case_id: str, place: int) -> bool:
        """The next step of a transfer or cash, whatever it is."""
        rows = self.shop.refunds(case_id)
        if not rows:
            return False
        refund = rows[place % len(rows)]
        with self.shop.ctx.db.tenant(self.shop.tenant_id) as session:
            newest = select(Payout).where(Payout.refund_id == refund.id).order_by(Payout.id.desc()).limit(1)
            payout = session.scalar(newest)
        if payout is None or payout.status in ("declined", "withdrawn"):
            return self.do(payouts.propose_payout, refund.id, means="cash")
        if payout.status == "proposed":
            return self.do(payouts.agree_payout, case_id, payout.id, actor=self.shop.shopper, typed={})
        if payout.status == "agreed":
            return self._record_payout(refund)
        return self.do(payouts.confirm_payout, refund.id, actor=self.second)

    def _record_payout(self, refund: Refund) -> bool:
        staff = self.shop.staff
        holder = holder_of("staff", staff.id, f"payout:{refund.id}")
        add_evidence(
            self.shop.ctx,
            self.shop.tenant_id,
            upload=Upload(source=BytesIO(b"photo"), name="receipt.png"),
            holder=holder,
            actor=staff,
        )
        typed = {"paid_on": self.clock.now().date().isoformat(), "reference": "CASH-1"}
        done = self.do(payouts.record_payout, refund.id, typed=typed, holder=holder)
        if done:
            self.by_hand[refund.id] = refund.amount
        return done

    def dispute(self, case_id: str) -> bool:
        return self.do(disputes.dispute_case, case_id, actor=self.shop.shopper, reason="I do not agree.")

    def decide_dispute(self, case_id: str, *, for_shopper: bool) -> bool:
        verb = disputes.overturn_decision if for_shopper else disputes.uphold_decision
        return self.do(verb, case_id, reason="We looked again.")

    def send_back(self, case_id: str, most: int) -> bool:
        with self.shop.ctx.db.tenant(self.shop.tenant_id) as session:
            owed = goods_owed(session, session.get_one(Case, case_id))
        self._parcels += 1
        units = {line_id: min(quantity, most) for line_id, quantity in owed.items()}
        return self.do(send_goods_back, case_id, units=units, carrier="Bike", tracking_number=f"BIKE{self._parcels:06}")

    def go_on_with_repair(self, case_id: str, *, usual: bool, which: int) -> bool:
        """The next step of a repair, or any of them."""
        with self.shop.ctx.db.tenant(self.shop.tenant_id) as session:
            repair = repair_of(session, case_id)
        self._parcels += 1
        parcel = {"carrier": "Bike", "tracking_number": f"BIKE{self._parcels:06}"}
        found = {"finding": Finding.FREE, "diagnosis": "The switch."}
        priced = {"finding": Finding.PRICED, "diagnosis": "The pump.", "price": usd("4.00")}
        answer = {"actor": self.shop.shopper, "event": RepairEvent.ACCEPT, "seen": repair.version if repair else 0}
        verbs: dict[str, tuple[Callable[..., Any], Mapping[str, Any]]] = {
            "": (repairs.start_repair, {}),
            "received": (repairs.diagnose_repair, found if which % 2 else priced),
            "diagnosed": (repairs.begin_repair, {}),
            "quoted": (repairs.answer_repair_quote, answer),
            "repairing": (repairs.finish_repair, {"work": "Mended."}),
            "repaired": (repairs.send_repair, parcel),
            "unrepaired": (repairs.send_repair, parcel),
            "paid": (repairs.record_repair_payment, {"how": PaidHow.BANK_TRANSFER, "reference": "RF18"}),
            "given up": (repairs.give_up_repair, {"why": "No parts."}),
            "turned": (repairs.turn_repair, {}),
        }
        state = repair.status if repair else ""
        if not usual or state not in verbs or (state == "turned" and which % 2):
            state = list(verbs)[which % len(verbs)]
        elif state in ("repaired", "unrepaired") and self.do(verbs["paid"][0], case_id, **verbs["paid"][1]):
            return True
        verb, named = verbs[state]
        return self.do(verb, case_id, **named)

    def end(self, case_id: str, how: str) -> bool:
        verbs: dict[str, tuple[Callable[..., Any], Mapping[str, Any]]] = {
            "reject": (reject_case, {"reason": "Too late."}),
            "cancel": (cancel_case, {"reason": "Asked to."}),
            "conclude": (conclude_case, {}),
            "fulfil": (fulfil_case, {"proof": "Done."}),
            "close": (close_case, {}),
        }
        verb, named = verbs[how]
        return self.do(verb, case_id, **named)

    def work(self, moods: Sequence[str], *, sold_out: bool = False) -> None:
        """Jobs run until nothing is due soon; the provider is in these moods."""
        self.trail.append(f"jobs, the provider is in these moods: {list(moods)}, sold out: {sold_out}")
        self.saleor.moods = list(moods)
        if sold_out:
            self.saleor.variants["variant-2"] = make_variant("variant-2", price="25.00", available=0)
        self.shop.work(looks=3)
        self.saleor.moods = []
