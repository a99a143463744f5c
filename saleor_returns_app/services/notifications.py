"""Mails to shoppers: queued with the change they tell of, rendered and sent by a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from saleor_returns_app.domain.notifications import OPTIONAL
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import MailRefused, MailUnavailable
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .ports import Attachment, Mail
from .slips import slip_for_mail

#: While a mail is being sent nobody else takes it; after this long the sender is thought dead.
LEASE = timedelta(minutes=2)
#: Waiting times between tries, the last one repeated: a broken mail server loses nothing.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600))


#: The parameter that holds a one-time code: encrypted until the mail is sent, then removed.
CODE = "code"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered mail."""

    subject: str
    text: str
    html: str


#: (kind, language, params, tenant name, brand colour) → Letter. The templates belong to the web layer; `app.py` passes them in.
Render = Callable[[str, str, dict[str, Any], Tenant], Letter]


#: Where an answer to a notification goes, empty for nowhere.
ReplyTo = Callable[[Notification], str]
Attach = Callable[[Context, Notification], tuple[Attachment, ...]]


def queue_mail(
    ctx: Context,
    session: Session,
    *,
    kind: str,
    recipient: str,
    language: str,
    params: dict[str, Any],
    case_id: str | None = None,
) -> None:
    now = ctx.now()
    if CODE in params:
        params = {**params, CODE: ctx.cipher.encrypt(params[CODE])}
    session.add(
        Notification(
            kind=kind,
            recipient=recipient,
            language=language,
            params=params,
            case_id=case_id,
            next_at=now,
            created_at=now,
        )
    )


def queue_case_mail(ctx: Context, session: Session, case: Case, kind: str, **more: Any) -> None:
    """A mail about a case to its shopper; `more` fills what this kind tells. One that the shop leaves out is not written."""
    if kind in OPTIONAL and kind in TenantSettings.load(session.get_one(Tenant, case.tenant_id).settings).silent_mails:
        return
    params = {
        "number": case.number,
        "order_number": case.order_number,
        "customer_name": case.customer_name,
        "currency": case.currency,
        "expected_minor": case.expected_minor,
        "return_address": case.return_address,
        "due_at": case.due_at.isoformat() if case.due_at else "",
        "lines": [
            {
                "item": line.product_name,
                "variant": line.variant_name,
                "quantity": line.quantity,
                "received": line.received,
                "accepted": line.accepted,
                "refusal": line.refusal,
            }
            for line in case.lines
        ],
        **more,
    }
    queue_mail(
        ctx,
        session,
        kind=kind,
        recipient=case.email,
        language=case.language,
        params=params,
        case_id=case.id,
    )


def _nowhere(row: Notification) -> str:  # noqa: ARG001
    return ""


def _nothing(ctx: Context, row: Notification) -> tuple[Attachment, ...]:  # noqa: ARG001
    return ()


def send_waiting_mails(
    ctx: Context, render: Render, *, most: int = 50, reply_to: ReplyTo = _nowhere, attach: Attach = _nothing
) -> int:
    """Send what is due, oldest first; gives how many were handed to the mail server. `attach` gives files besides the slip.

    Each mail is leased before it is sent, so that two workers do not send it twice, and leased anew when its turn comes, however
    slow those before it were; after a crash in between it is sent again with the same Message-ID.
    """
    now = ctx.now()
    with ctx.db.everyone() as session:
        due = session.scalars(
            select(Notification)
            .where(
                Notification.state.in_(["waiting", "sending"]),
                Notification.next_at <= now,
            )
            .order_by(Notification.next_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        for row in due:
            row.state, row.next_at, row.attempts = (
                "sending",
                now + LEASE,
                row.attempts + 1,
            )
        tenants = {row.tenant_id: session.get_one(Tenant, row.tenant_id) for row in due}
    sent = 0
    for row in due:
        sent += _send_one(ctx, render, row, tenants[row.tenant_id], reply_to, attach)
    return sent


def _renew_lease(ctx: Context, row: Notification) -> bool:
    """False when another worker took the mail since, as our lease had run out while earlier ones were sent."""
    still_ours = (Notification.id == row.id, Notification.state == "sending", Notification.attempts == row.attempts)
    renewed = update(Notification).where(*still_ours).values(next_at=ctx.now() + LEASE)
    with ctx.db.tenant(row.tenant_id) as session:
        return bool(session.execute(renewed).rowcount)  # type: ignore[attr-defined]


def _send_one(
    ctx: Context, render: Render, row: Notification, tenant: Tenant, reply_to: ReplyTo, attach: Attach
) -> int:
    if not _renew_lease(ctx, row):
        return 0
    error, refused = "", False
    try:
        letter = render(row.kind, row.language, _open_secrets(ctx, row.params), tenant)
        ctx.mailer.send(
            Mail(
                to=row.recipient,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                message_id=f"<{row.id}@{urlsplit(ctx.settings.base_url).hostname}>",
                sender_name=tenant.name,
                reply_to=reply_to(row),
                attachments=(*slip_for_mail(ctx, row), *attach(ctx, row)),
            )
        )
    except MailRefused as problem:
        error, refused = problem.message(), True
    except MailUnavailable as problem:
        error = problem.message()
    except Exception as problem:
        # One mail that cannot be written must not hold up the others; it waits for a release that can.
        log.exception("mail not written", kind=row.kind, notification=row.id)
        error = type(problem).__name__
    with ctx.db.tenant(row.tenant_id) as session:
        stored = session.get_one(Notification, row.id)
        stored.error = error
        if not error:
            stored.state, stored.sent_at = "sent", ctx.now()
            stored.params = {name: value for name, value in stored.params.items() if name != CODE}
        elif refused:
            stored.state = "refused"
        else:
            stored.state = "waiting"
            stored.next_at = ctx.now() + BACKOFF[min(stored.attempts, len(BACKOFF)) - 1]
    return 0 if error else 1


def _open_secrets(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {**params, CODE: ctx.cipher.decrypt(params[CODE])} if CODE in params else params
