"""Cases, their lines and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from saleor_returns_app.domain.cases import Acceptance, CaseKind, CaseStatus, Reception

from .base import Base, PlainText, TenantScoped, new_id

_IS_UNREAD = text("unread")
_HOLDS_GOODS = text("holds_goods")
_IS_COMPLAINT = text("kind = 'complaint'")


class Case(TenantScoped, Base):
    """`number` is the RMA number. `version` guards against lost updates: a stale save is a 409."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sequence"),
        UniqueConstraint("tenant_id", "number"),
        Index("ix_cases_tenant_id", "tenant_id", "id"),
        Index("ix_cases_tenant_status", "tenant_id", "status", "id"),
        Index(
            "ix_cases_tenant_channel_status",
            "tenant_id",
            "channel_slug",
            "status",
            "id",
        ),
        Index("ix_cases_tenant_order", "tenant_id", "saleor_order_id"),
        Index("ix_cases_tenant_order_number", "tenant_id", "order_number"),
        Index("ix_cases_tenant_email", "tenant_id", "email", "id"),
        Index("ix_cases_tenant_attention", "tenant_id", "attention", "id"),
        Index("ix_cases_tenant_unread", "tenant_id", "id", sqlite_where=_IS_UNREAD, postgresql_where=_IS_UNREAD),
        Index("ix_cases_tenant_holds", "tenant_id", "id", sqlite_where=_HOLDS_GOODS, postgresql_where=_HOLDS_GOODS),
        Index(
            "ix_cases_tenant_complaints",
            "tenant_id",
            "status",
            "id",
            sqlite_where=_IS_COMPLAINT,
            postgresql_where=_IS_COMPLAINT,
        ),
        Index("ix_cases_tenant_due", "tenant_id", "due_by", "due_at", "id"),
        Index("ix_cases_tenant_status_due", "tenant_id", "status", "due_by", "due_at", "id"),
        Index("ix_cases_tenant_channel_due", "tenant_id", "channel_slug", "due_by", "due_at", "id"),
        Index("ix_cases_tenant_customer", "tenant_id", "customer_id", "id"),
        Index("ix_cases_tenant_assignee", "tenant_id", "assignee_id", "id"),
        Index("ix_cases_tenant_escalated", "tenant_id", "escalated_to", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20), default=CaseKind.RETURN)
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(PlainText)
    status: Mapped[str] = mapped_column(String(30), default=CaseStatus.REQUESTED)
    version: Mapped[int] = mapped_column(default=1)
    saleor_order_id: Mapped[str] = mapped_column(String(120))
    order_number: Mapped[str] = mapped_column(PlainText)
    channel_slug: Mapped[str] = mapped_column(String(255))
    currency: Mapped[str] = mapped_column(String(3))
    email: Mapped[str] = mapped_column(PlainText)  # lower case
    customer_id: Mapped[str | None] = mapped_column(String(120))
    customer_name: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(20), default="en")
    opened_through: Mapped[str] = mapped_column(String(20))
    opened_by: Mapped[str] = mapped_column(String(300), default="")  # the staff member who opened it for the shopper
    policy_version: Mapped[int | None]  # that it was judged by
    is_withdrawal: Mapped[bool] = mapped_column(default=False)  # the statutory path: its own clocks, no fees
    #: `domain.terms.CaseTerms` as JSON: what the policy says of the whole case, or what both sides agreed on.
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Who approved the refund first, where the policy asks for two people: id, name, the quote's fingerprint; empty before.
    first_approval: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_by: Mapped[str] = mapped_column(String(20), default="")  # rule | staff | offer; empty: not decided
    spot_check: Mapped[bool] = mapped_column(default=False)  # a rule would have decided; drawn for a person to look at
    assignee_id: Mapped[str] = mapped_column(String(120), default="")
    assignee: Mapped[str] = mapped_column(String(320), default="")
    escalated_to: Mapped[str] = mapped_column(
        String(120), default=""
    )  # a person's e-mail or a group; empty: not escalated
    escalated_at: Mapped[datetime | None]
    merged_into: Mapped[str | None] = mapped_column(String(36))
    last_message_at: Mapped[datetime | None]
    #: Whether the last word in the thread is the shopper's and nobody of the staff has read it.
    unread: Mapped[bool] = mapped_column(default=False)
    #: Whether goods of the shopper are here that have to go back: what was refused, what came for nothing.
    holds_goods: Mapped[bool] = mapped_column(default=False)
    begun_again_at: Mapped[datetime | None]  # a dispute was decided for the shopper: what was settled before is done
    rejection: Mapped[str] = mapped_column(Text, default="")  # what the shopper reads
    return_address: Mapped[str] = mapped_column(Text, default="")  # as told at approval
    due_at: Mapped[datetime | None]
    due_by: Mapped[str] = mapped_column(String(20), default="")
    #: Empty, or the code of what only a person can settle; `attention_detail` fills its text.
    attention: Mapped[str] = mapped_column(String(40), default="")
    attention_detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attention_reported: Mapped[str] = mapped_column(String(40), default="")  # shown as a problem in the Dashboard
    expected_minor: Mapped[int] = mapped_column(BigInteger, default=0)  # refund shown to the shopper at the request
    return_recorded: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    lines: Mapped[list[ReturnLine]] = relationship(order_by="ReturnLine.position", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ReturnLine(TenantScoped, Base):
    __tablename__ = "return_lines"
    __table_args__ = (
        UniqueConstraint("case_id", "order_line_id"),
        Index("ix_return_lines_tenant_sku", "tenant_id", "sku", "case_id"),
        Index("ix_return_lines_order_line", "tenant_id", "order_line_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    position: Mapped[int]
    order_line_id: Mapped[str] = mapped_column(String(120))
    sku: Mapped[str] = mapped_column(PlainText, default="")
    product_name: Mapped[str] = mapped_column(String(300))
    variant_name: Mapped[str] = mapped_column(String(300), default="")
    image_url: Mapped[str] = mapped_column(Text, default="")
    quantity: Mapped[int]  # announced
    reason: Mapped[str] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(Text, default="")
    resolution: Mapped[str] = mapped_column(String(30))
    condition: Mapped[str] = mapped_column(String(20), default="")  # as the shopper says the goods are
    verdict: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reception: Mapped[str] = mapped_column(String(20), default=Reception.ANNOUNCED)
    acceptance: Mapped[str] = mapped_column(String(20), default=Acceptance.UNDECIDED)
    received: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[str] = mapped_column(Text, default="")
    settled: Mapped[int] = mapped_column(
        default=0
    )  # of `accepted`: those that were made good before the case was taken up again


class CaseEntry(TenantScoped, Base):
    """One entry of a case's history: append-only."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case", "tenant_id", "case_id", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(36), ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(30))  # of the case afterwards
    who: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(120), default="")
    actor: Mapped[str] = mapped_column(String(300), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    public: Mapped[bool] = mapped_column(default=False)  # the shopper sees it
