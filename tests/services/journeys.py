"""Short ways to the states that tests begin with."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import Channel, Reason, Resolution
from saleor_returns_app.domain.inspection import counted
from saleor_returns_app.domain.policy import Condition
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.refunds import Refund
from saleor_returns_app.services.advancing import advance_order, sweep_due
from saleor_returns_app.services.cases import approve_case
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.inspection import receive_case
from saleor_returns_app.services.judging import LineRequest
from saleor_returns_app.services.opening import open_case
from saleor_returns_app.services.refunds import approve_refund, current_quote
from tests.fakes import FakeClock, RecordingJobs


class Shop:
    """One tenant with its people; every method is one step of a case."""

    def __init__(self, ctx: Context, tenant_id: str, staff: Actor, shopper: Actor) -> None:
        self.ctx, self.tenant_id, self.staff, self.shopper = ctx, tenant_id, staff, shopper

    def request(
        self,
        units: Mapping[str, int] | None = None,
        *,
        order_id: str = "order-1",
        actor: Actor | None = None,
        wishes: Mapping[str, Resolution] | None = None,
        condition: Condition | None = None,
    ) -> str:
        lines = [
            LineRequest(
                order_line_id=line_id,
                quantity=quantity,
                reason=Reason.CHANGED_MIND,
                condition=condition,
                resolution=(wishes or {}).get(line_id, Resolution.REFUND),
            )
            for line_id, quantity in (units or {"line-1": 1}).items()
        ]
        return open_case(
            self.ctx,
            self.tenant_id,
            saleor_order_id=order_id,
            lines=lines,
            actor=actor or self.shopper,
            through=Channel.PORTAL,
            language="en",
        )

    def approve(self, case_id: str) -> None:
        approve_case(self.ctx, self.tenant_id, case_id, actor=self.staff)

    def receive(self, case_id: str, accepted: Mapping[str, int] | None = None) -> None:
        found = {}
        for line in self.case(case_id).lines:
            taken = (accepted or {}).get(line.order_line_id, line.quantity)
            refusal = "" if taken == line.quantity else "Worn."
            found[line.id] = counted(received=line.quantity, accepted=taken, refusal=refusal)
        receive_case(self.ctx, self.tenant_id, case_id, actor=self.staff, found=found)

    def pay(self, case_id: str) -> None:
        """Approve the quote as it is."""
        quote = current_quote(self.ctx, self.tenant_id, case_id, actor=self.staff)
        approve_refund(self.ctx, self.tenant_id, case_id, actor=self.staff, fingerprint=quote.fingerprint)

    def to_payment(self, units: Mapping[str, int] | None = None, *, order_id: str = "order-1") -> str:
        """A case whose refund is approved and whose jobs have not run."""
        case_id = self.request(units, order_id=order_id)
        self.approve(case_id)
        self.receive(case_id)
        self.pay(case_id)
        return case_id

    def work(self, *, looks: int = 1) -> None:
        """Run what is enqueued; with more `looks`, let time pass until each next look is due."""
        jobs, clock = self.ctx.jobs, self.ctx.clock
        assert isinstance(jobs, RecordingJobs)
        assert isinstance(clock, FakeClock)
        for look in range(looks):
            if look:
                clock.forward(seconds=90)
                sweep_due(self.ctx)
            for tenant_id, order_id in jobs.take():
                advance_order(self.ctx, tenant_id, order_id, holder="test")

    def case(self, case_id: str) -> Case:
        with self.ctx.db.tenant(self.tenant_id) as session:
            return session.scalars(select(Case).where(Case.id == case_id)).one()

    def refunds(self, case_id: str) -> list[Refund]:
        with self.ctx.db.tenant(self.tenant_id) as session:
            return list(session.scalars(select(Refund).where(Refund.case_id == case_id).order_by(Refund.number)))
