"""Mail both ways: replies to the shop's mails come back to the thread of their case by a signed address."""

from __future__ import annotations

import base64
import binascii
import hmac
import io
import re
import uuid
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.inbound_mail import InboundMail, read_mail
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import AppError, BadInput, TooLarge, TooMany
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant, TenantState

from .context import Context
from .evidence import Upload, add_evidence, attach_to_message, holder_of
from .guards import LONGEST_TEXT
from .history import load_case
from .logins import digest
from .messages import add_message, find_message

#: A reply to a mail that is older does not find its case any more.
LIFETIME = timedelta(days=90)
#: As large as mail servers let through.
LARGEST = 25_000_000
_SIGNED = 10  # bytes of the signature: 80 bits, against guessing through a mail server
_DAY = 86_400


class Outcome(StrEnum):
    """What became of a mail."""

    ADDED = "added"
    UNVERIFIED = "unverified"  # from another address than the case's: an internal note
    REPEATED = "repeated"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"  # to no address of ours, or one that is too old
    EMPTY = "empty"
    REFUSED = "refused"


def reply_address(ctx: Context, case_id: str) -> str:
    """Where an answer to a mail about this case goes; empty where mails only carry links."""
    local, at, domain = ctx.settings.mail_inbound.partition("@")
    if not at:
        return ""
    ends = int((ctx.now() + LIFETIME).timestamp()) // _DAY
    known = uuid.UUID(case_id).bytes + ends.to_bytes(2, "big")
    token = base64.b32encode(known + _signature(ctx, known)).decode().rstrip("=").lower()
    return f"{local}+{token}@{domain}"


#: To staff: their answers belong into the Dashboard.
_TO_STAFF = frozenset({"message_to_staff", "news_to_staff", "escalated", "handed_up", "danger"})


def answers_to(ctx: Context, row: Notification) -> str:
    """Where an answer to a queued mail goes."""
    return reply_address(ctx, row.case_id) if row.case_id and row.kind not in _TO_STAFF else ""


def _signature(ctx: Context, known: bytes) -> bytes:
    return bytes.fromhex(digest(ctx, "reply", known.hex()))[:_SIGNED]


def case_of(ctx: Context, address: str) -> str | None:
    """The case that an address was made for; None for one that is forged, too old or not ours."""
    local, _, domain = ctx.settings.mail_inbound.lower().partition("@")
    found = re.fullmatch(rf"{re.escape(local)}\+([a-z2-7]{{45}})@{re.escape(domain)}", address)
    if not domain or found is None:
        return None
    try:
        whole = base64.b32decode(found[1].upper() + "===")
    except binascii.Error:
        return None
    known, signed = whole[:18], whole[18:]
    if not hmac.compare_digest(signed, _signature(ctx, known)):
        return None
    if int.from_bytes(known[16:18], "big") * _DAY < ctx.now().timestamp():
        return None
    return str(uuid.UUID(bytes=known[:16]))


def receive_mail(ctx: Context, raw: bytes) -> Outcome:
    """Take in one mail as it came (RFC 822). Raises TooLarge; whatever else is wrong with a mail is an outcome."""
    if len(raw) > LARGEST:
        raise TooLarge
    mail = read_mail(raw)
    case_id = next((found for address in mail.recipients if (found := case_of(ctx, address))), None)
    if case_id is None:
        return Outcome.UNKNOWN
    if mail.automatic:
        return Outcome.AUTOMATIC
    with ctx.db.everyone() as session:
        tenant_id = session.scalar(
            select(Case.tenant_id)
            .join(Tenant, Tenant.id == Case.tenant_id)
            .where(Case.id == case_id, Tenant.state == TenantState.ACTIVE)
        )
    if tenant_id is None:
        return Outcome.UNKNOWN
    return _take_in(ctx, tenant_id, _going_on(ctx, tenant_id, case_id), mail)


def _going_on(ctx: Context, tenant_id: str, case_id: str) -> str:
    """The case that goes on where this one gave way: mails from before still carry its address. There is no circle: only an open
    case takes over, and one that gave way is never open again."""
    with ctx.db.tenant(tenant_id) as session:
        while (into := session.scalar(select(Case.merged_into).where(Case.id == case_id))) is not None:
            case_id = into
    return case_id


def _take_in(ctx: Context, tenant_id: str, case_id: str, mail: InboundMail) -> Outcome:
    source = f"mail:{mail.message_id}" if mail.message_id else None
    with ctx.db.tenant(tenant_id) as session:
        case = session.get_one(Case, case_id)
        verified = mail.sender == case.email
        if find_message(session, case, source) is not None:
            return Outcome.REPEATED
    actor = Actor.shopper(email=case.email) if verified else Actor(who=Who.SYSTEM, name=mail.sender)
    holder = holder_of("mail", mail.message_id or mail.sender, case_id)
    # What came with a mail of somebody else is not evidence of the shopper's.
    files = _keep_files(ctx, tenant_id, case_id, mail, holder, actor) if verified else 0
    body = mail.text[:LONGEST_TEXT] or ("📎" if files else "")
    if not body:
        return Outcome.EMPTY
    try:
        with ctx.db.tenant(tenant_id) as session:
            case = load_case(session, case_id, actor)
            if find_message(session, case, source) is not None:
                return Outcome.REPEATED
            message = add_message(
                ctx, session, case, actor=actor, body=body, through="mail", internal=not verified, source_id=source
            )
            if files:
                attach_to_message(ctx, session, holder, case.id, message.id)
            if not verified:
                case.unread = True
    except (BadInput, TooMany):
        return Outcome.REFUSED
    return Outcome.ADDED if verified else Outcome.UNVERIFIED


def _keep_files(ctx: Context, tenant_id: str, case_id: str, mail: InboundMail, holder: str, actor: Actor) -> int:
    """Photos and videos that can be used; the others stay in the mailbox of who sent them."""
    kept = 0
    for file in mail.files:
        upload = Upload(source=io.BytesIO(file.content), name=file.name)
        try:
            add_evidence(ctx, tenant_id, upload=upload, holder=holder, actor=actor, case_id=case_id)
            kept += 1
        except AppError:
            continue
    return kept
