"""Everything that is known of one case, for those who decide on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import RETURN_CASE, Acceptance, CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.deadlines import Wait
from saleor_returns_app.domain.effects import EffectState
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.parcels import Direction, ParcelStatus
from saleor_returns_app.domain.quotes import Quote
from saleor_returns_app.domain.refunds import WATCHED
from saleor_returns_app.domain.terms import CaseTerms
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.complaints import Complaint
from saleor_returns_app.models.credit_notes import CreditNoteRow
from saleor_returns_app.models.deadlines import DeadlineRow
from saleor_returns_app.models.effects import Effect
from saleor_returns_app.models.exchanges import Exchange
from saleor_returns_app.models.inspection import Finding, StrayGoods
from saleor_returns_app.models.parcels import Parcel
from saleor_returns_app.models.payouts import Payout
from saleor_returns_app.models.refunds import QuoteRow, RecordedReturn, Refund, RefundAttempt
from saleor_returns_app.models.repairs import Repair
from saleor_returns_app.models.surveys import Survey

from .context import Context
from .credit_notes import list_credit_notes
from .credits import owed_credit
from .effects import effects_of
from .exchanges import live_exchange
from .findings import holding_findings
from .goods_owed import goods_owed
from .linking import linked_returns
from .logistics import parcels_of
from .mending import units_to_mend
from .payouts import payouts_to_show
from .places import address_of
from .quotes import QUOTE
from .receipts import open_strays
from .return_methods import WaysBack, ways_back
from .slips import SENDING
from .standing_repairs import repair_of
from .waiting import settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFile:
    refund: Refund
    attempts: tuple[RefundAttempt, ...]
    payout: Payout | None = None  # the newest: how it is paid outside

    @property
    def under_way(self) -> bool:
        """A job is at it, or will look at it again by itself."""
        return self.refund.status in WATCHED and not self.refund.concern


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with its history, refunds and goods on record. `approved` is the quote that was approved last."""

    case: Case
    entries: tuple[CaseEntry, ...]
    refunds: tuple[RefundFile, ...]
    recorded: RecordedReturn | None
    approved: Quote | None
    deadlines: tuple[DeadlineRow, ...] = ()
    findings: tuple[Finding, ...] = ()  # that hold: none that was corrected
    effects: tuple[Effect, ...] = ()
    exchange: Exchange | None = None  # the replacement, unless it was given up
    credit_notes: tuple[CreditNoteRow, ...] = ()
    credit: Money | None = None  # store credit that was agreed on, as far as it is owed
    parcels: tuple[Parcel, ...] = ()  # on their way back, and those that came
    sent: tuple[Parcel, ...] = ()  # to the shopper
    ways: WaysBack | None = None  # back, while there is something to send
    address: str = ""  # where the goods would go to if the case were approved now
    repair: Repair | None = None  # the last one
    owed: Mapping[str, int] = field(default_factory=dict)  # return line id → units that have to go back to the shopper
    complaint: Complaint | None = None  # where it is one
    survey: Survey | None = None  # what the shopper said of it
    about: Case | None = None  # the return that a complaint is about
    returns: tuple[Case, ...] = ()  # that are linked to a complaint
    strays: tuple[StrayGoods, ...] = ()  # of its parcels, and not settled yet

    @property
    def dispute(self) -> str:
        """What the shopper said of the decision that they disputed last; empty where they did not."""
        said = [entry.detail.get("message", "") for entry in self.entries if entry.event == "dispute"]
        return str(said[-1]) if said else ""

    @property
    def mended(self) -> dict[str, int]:
        """Units that are repaired, by return line id."""
        return units_to_mend(self.case)

    @property
    def may_reopen(self) -> bool:
        """Whether it was evidence that did not come in time."""
        expired = [row for row in self.deadlines if row.outcome == "expired"]
        return bool(expired) and expired[-1].waits_for == Wait.EVIDENCE

    def found_of(self, line_id: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.line_id == line_id)

    @property
    def may_lose(self) -> bool:
        """Whether a parcel is waited for that may be lost."""
        return self.case.status == CaseStatus.IN_TRANSIT and bool(self.moving)

    @property
    def moving(self) -> tuple[Parcel, ...]:
        """Parcels that are on their way."""
        return tuple(parcel for parcel in self.parcels if parcel.status == ParcelStatus.IN_TRANSIT)

    @property
    def may_correct(self) -> bool:
        """Whether the count can still be corrected."""
        ordered = self.exchange is not None and not self.exchange.advance
        return bool(self.findings) and self.case.status in (CaseStatus.RECEIVED, CaseStatus.INSPECTED) and not ordered

    @property
    def stuck(self) -> Effect | None:
        """The step that only a person can settle; the oldest where there are several."""
        return next((effect for effect in self.effects if effect.state == EffectState.STUCK), None)

    @property
    def awaited(self) -> tuple[DeadlineRow, ...]:
        """What the case waits for, due first comes first."""
        return tuple(sorted((row for row in self.deadlines if row.ended_at is None), key=lambda row: row.due_at))

    @property
    def inspected(self) -> bool:
        return any(line.acceptance != Acceptance.UNDECIDED for line in self.case.lines)

    @property
    def keeps_item(self) -> bool:
        """Nothing comes back: by the policy, or as both sides agreed."""
        return CaseTerms.load(self.case.terms or {}).keeps_item

    @property
    def accepted(self) -> int:
        return sum(line.accepted for line in self.case.lines)

    @property
    def under_way(self) -> bool:
        return any(item.under_way for item in self.refunds)

    @property
    def last_entry(self) -> str:
        """Tells one state of the history from another: work in the background does not change it, a person's move does."""
        return self.entries[-1].id if self.entries else ""


def read_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor) -> CaseFile:
    """One case with what belongs to it. Raises NotFound for a case of another shop, or of a channel that is not the person's."""
    with ctx.db.tenant(tenant_id) as session:
        case = session.scalar(select(Case).where(Case.id == case_id))
        if case is None or (actor.channels is not None and case.channel_slug not in actor.channels):
            raise NotFound("This case does not exist, or it is not yours to see.", code="UNKNOWN_CASE")
        entries = session.scalars(select(CaseEntry).where(CaseEntry.case_id == case.id).order_by(CaseEntry.id)).all()
        refunds = session.scalars(select(Refund).where(Refund.case_id == case.id).order_by(Refund.number)).all()
        attempts: defaultdict[str, list[RefundAttempt]] = defaultdict(list)
        if refunds:
            tried = select(RefundAttempt).where(RefundAttempt.refund_id.in_([refund.id for refund in refunds]))
            for attempt in session.scalars(tried.order_by(RefundAttempt.id)):
                attempts[attempt.refund_id].append(attempt)
        goods = select(RecordedReturn).where(RecordedReturn.case_id == case.id)
        # What a person has to look at first, else the newest.
        recorded = session.scalar(goods.order_by(RecordedReturn.state != "stuck", RecordedReturn.id.desc()).limit(1))
        noted = list_credit_notes(session, case.id)
        quote = session.scalar(
            select(QuoteRow).where(QuoteRow.case_id == case.id).order_by(QuoteRow.id.desc()).limit(1)
        )
        deadlines = session.scalars(
            select(DeadlineRow).where(DeadlineRow.case_id == case.id).order_by(DeadlineRow.id)
        ).all()
        findings = holding_findings(session, case)
        effects = effects_of(session, case.id)
        strays = open_strays(session, case.id)
        credit = owed_credit(session, case)
        payouts = payouts_to_show(session, case.id)
        exchange = live_exchange(session, case.id)
        parcels = parcels_of(session, case.id)
        sent = parcels_of(session, case.id, Direction.OUT)
        repair = repair_of(session, case.id)
        owed = goods_owed(session, case)
        ways = ways_back(ctx, session, case) if case.status in SENDING else None
        terms = CaseTerms.load(case.terms or {})
        is_return = case.kind == CaseKind.RETURN
        undecided = is_return and CaseEvent.APPROVE in RETURN_CASE.possible(CaseStatus(case.status), Who.STAFF)
        address = address_of(session, case, terms=terms, settings=settings_of(session, case)) if undecided else ""
        survey = session.scalar(select(Survey).where(Survey.case_id == case.id))
        complaint = None if is_return else session.get_one(Complaint, case.id)
        returns = () if is_return else linked_returns(session, case)
        about = session.get(Case, complaint.about_id) if complaint is not None and complaint.about_id else None
    return CaseFile(
        complaint=complaint,
        survey=survey,
        about=about,
        returns=tuple(returns),
        ways=ways if ways is not None and not terms.keeps_item else None,
        address=address,
        findings=tuple(findings),
        effects=tuple(effects),
        credit_notes=tuple(noted),
        strays=tuple(strays),
        credit=credit,
        exchange=exchange,
        parcels=tuple(parcels),
        sent=tuple(sent),
        repair=repair,
        owed=owed,
        deadlines=tuple(deadlines),
        case=case,
        entries=tuple(entries),
        refunds=tuple(
            RefundFile(refund=refund, attempts=tuple(attempts[refund.id]), payout=payouts.get(refund.id))
            for refund in refunds
        ),
        recorded=recorded,
        approved=QUOTE.validate_python(quote.data) if quote is not None else None,
    )
