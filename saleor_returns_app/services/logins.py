"""How a shopper proves who they are: a one-time code to the order's mailbox, or a link from the storefront."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from saleor_returns_app.errors import AppError, BadInput, NotSignedIn, TooMany
from saleor_returns_app.models.portal import LoginCode, PortalLink, PortalSession

from .context import Context
from .notifications import queue_mail
from .orders import lock_lane, mirrored_order, store_order

CODE_LIFETIME = timedelta(minutes=10)
SESSION_LIFETIME = timedelta(hours=2)
LINK_LIFETIME = timedelta(minutes=2)
MOST_ATTEMPTS = 5
#: Codes that one mailbox is sent in an hour for one order.
MOST_CODES = 5
#: How long what has ended is kept: counting codes needs an hour, coming back to a form some more.
KEPT = timedelta(days=1)
_WRONG = "This code is not right, or it is too old. Look at the newest mail, or ask for another code."


def digest(ctx: Context, purpose: str, value: str) -> str:
    """A keyed digest: what browsers and mailboxes hold is never in the database as it is."""
    key = hashlib.sha256(ctx.settings.secret_keys.get_secret_value().split(",")[0].encode()).digest()
    return hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def request_code(ctx: Context, tenant_id: str, *, number: str, email: str, language: str) -> str:
    """Send a code to the order's mailbox, if order and e-mail belong together; gives a handle for `confirm_code` in any case.

    What the caller sees is the same for known and unknown orders, and so is the work, up to one row for the mail: five
    tries an hour are too few to measure that. Raises BadInput, TooMany, SaleorUnavailable.
    """
    said, address = number.strip().removeprefix("#").strip(), email.strip().lower()
    if not said or len(said) > 64 or not said.isprintable():
        raise BadInput("Write the order number, as in the shop's mail.", code="ORDER_NUMBER", field="number")
    if "@" not in address[1:-1] or len(address) > 254 or not address.isprintable() or " " in address:
        raise BadInput("Write the e-mail address that you ordered with.", code="EMAIL", field="email")
    # Counted by order and mailbox together: whoever guesses order numbers cannot lock the shopper out.
    mailbox = digest(ctx, "email", f"{address}\0{said.lower()}")
    now = ctx.now()
    with ctx.db.tenant(tenant_id) as session:
        _check_codes(session, mailbox, now)
    order = ctx.saleor.find_order(ctx.shop(tenant_id), said)
    known = order is not None and hmac.compare_digest(order.email.strip().lower().encode(), address.encode())
    handle, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}"
    with ctx.db.tenant(tenant_id) as session:
        if order is not None:
            lock_lane(session, order.id)
            _check_codes(session, mailbox, now)  # once more, one at a time
            store_order(session, order, now=now)
        session.add(
            LoginCode(
                handle=digest(ctx, "handle", handle),
                saleor_order_id=order.id if order is not None and known else None,
                email_digest=mailbox,
                code_digest=digest(ctx, handle, code),
                created_at=now,
                expires_at=now + CODE_LIFETIME,
            )
        )
        if order is not None and known:
            params = {"code": code, "order_number": order.number}
            queue_mail(ctx, session, kind="code", recipient=address, language=language, params=params)
    return handle


def _check_codes(session: Session, mailbox: str, now: datetime) -> None:
    recent = session.scalar(
        select(func.count(LoginCode.id)).where(
            LoginCode.email_digest == mailbox, LoginCode.created_at > now - timedelta(hours=1)
        )
    )
    if recent is not None and recent >= MOST_CODES:
        text = "Several codes were sent to this address already. Use the newest one, or wait an hour."
        raise TooMany(text, code="TOO_MANY_CODES")


def confirm_code(ctx: Context, tenant_id: str, *, handle: str, code: str) -> str:
    """Check a code and open a session; gives the session's token.

    Raises BadInput for a wrong, old or used code, TooMany after five tries: a new code is needed then.
    """
    typed = "".join(code.split())
    refusal: AppError | None = None
    order_id = ""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(
            select(LoginCode).where(LoginCode.handle == digest(ctx, "handle", handle)).with_for_update()
        )
        if row is None or row.used_at is not None or row.expires_at <= ctx.now():
            refusal = BadInput(_WRONG, code="CODE", field="code")
        elif row.attempts >= MOST_ATTEMPTS:
            refusal = TooMany("Too many wrong codes. Please ask for a new one.", code="CODE_ATTEMPTS", field="code")
        else:
            row.attempts += 1
            right = hmac.compare_digest(row.code_digest, digest(ctx, handle, typed))
            if right and row.saleor_order_id is not None:
                row.used_at = ctx.now()
                order_id = row.saleor_order_id
            else:
                refusal = BadInput(_WRONG, code="CODE", field="code")
    if refusal is not None:
        raise refusal  # after the commit: the try counts
    with ctx.db.tenant(tenant_id) as session:
        email = mirrored_order(session, order_id).email.lower()
    return open_session(ctx, tenant_id, saleor_order_id=order_id, email=email)


def open_session(ctx: Context, tenant_id: str, *, saleor_order_id: str, email: str) -> str:
    """A session for who proved the mailbox; gives its token. What was filled in at this order before is still there."""
    token = secrets.token_urlsafe(32)
    same = select(PortalSession).where(PortalSession.saleor_order_id == saleor_order_id, PortalSession.email == email)
    with ctx.db.tenant(tenant_id) as session:
        before = session.scalar(same.order_by(PortalSession.expires_at.desc()).limit(1))
        session.add(
            PortalSession(
                digest=digest(ctx, "session", token),
                saleor_order_id=saleor_order_id,
                email=email,
                expires_at=ctx.now() + SESSION_LIFETIME,
                draft=dict(before.draft) if before else {},
            )
        )
    return token


def read_session(ctx: Context, tenant_id: str, token: str) -> PortalSession:
    """The session of a browser. Raises NotSignedIn when there is none or it is over."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(PortalSession).where(PortalSession.digest == digest(ctx, "session", token)))
    if not token or row is None or row.expires_at <= ctx.now():
        raise NotSignedIn("Please find your order again: for your safety you are signed out after two hours.")
    return row


def close_session(ctx: Context, tenant_id: str, token: str) -> None:
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(select(PortalSession).where(PortalSession.digest == digest(ctx, "session", token)))
        if row is not None:
            session.delete(row)


def make_link(ctx: Context, tenant_id: str, *, saleor_order_id: str, email: str) -> str:
    """A token that opens the portal at one order: valid two minutes, used once."""
    token = secrets.token_urlsafe(32)
    with ctx.db.tenant(tenant_id) as session:
        session.add(
            PortalLink(
                digest=digest(ctx, "link", token),
                saleor_order_id=saleor_order_id,
                email=email,
                expires_at=ctx.now() + LINK_LIFETIME,
            )
        )
    return token


def use_link(ctx: Context, tenant_id: str, token: str) -> str:
    """Open a session by a link; gives the session's token. Raises NotSignedIn when it is used or over."""
    with ctx.db.tenant(tenant_id) as session:
        row = session.scalar(
            select(PortalLink).where(PortalLink.digest == digest(ctx, "link", token)).with_for_update()
        )
        if row is None or row.used_at is not None or row.expires_at <= ctx.now():
            raise NotSignedIn("This link was used already, or it is too old. Go back to your order in the shop.")
        row.used_at = ctx.now()
        order_id, email = row.saleor_order_id, row.email
    return open_session(ctx, tenant_id, saleor_order_id=order_id, email=email)


def forget_logins(ctx: Context) -> None:
    """Drop codes, links and sessions of all tenants that ended a day ago."""
    ended = ctx.now() - KEPT
    with ctx.db.everyone() as session:
        for table in (LoginCode, PortalLink, PortalSession):
            session.execute(delete(table).where(table.expires_at < ended))
