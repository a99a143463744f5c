"""What became of the shop's mails: read, sent now, sent again, and which of them are left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.notifications import OPTIONAL
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.tenants import TenantSettings
from saleor_returns_app.errors import Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.notifications import Notification
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .guards import require_permission, require_role, require_staff
from .history import load_case, record_entry
from .notifications import queue_mail
from .queue import visible_channels
from .tenant_settings import NEEDED

PAGE = 50
#: What has no case, or opens a door: staff neither read nor repeat it.
_PRIVATE = frozenset({"code", "survey"})


class MailView(StrEnum):
    """A tab of the page."""

    ALL = "all"
    WAITING = "waiting"
    REFUSED = "refused"
    SENT = "sent"


#: Tab → states of its mails.
_STATES = {
    MailView.WAITING: ("waiting", "sending"),
    MailView.REFUSED: ("refused",),
    MailView.SENT: ("sent",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMail:
    mail: Notification
    case: Case | None

    @property
    def may_repeat(self) -> bool:
        """Whether it can be sent again: what was sent or refused, and holds no secret."""
        return self.case is not None and self.mail.kind not in _PRIVATE and self.mail.state in ("sent", "refused")

    @property
    def may_hurry(self) -> bool:
        """Whether it waits for its next try."""
        return self.mail.state == "waiting" and bool(self.mail.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    rows: tuple[ListedMail, ...]
    after: str = ""  # cursor of the next page, empty at the end


def list_mails(
    ctx: Context, tenant_id: str, *, actor: Actor, view: MailView = MailView.ALL, case_id: str = "", after: str = ""
) -> MailPage:
    """The newest first, as far as the person may see their cases; who sees all channels also sees mails without a case."""
    require_permission(actor, "MANAGE_ORDERS")
    with ctx.db.tenant(tenant_id) as session:
        ids = [row_id for state in _states(view) for row_id in session.scalars(_range(state, actor, case_id, after))]
        wanted = sorted(ids, reverse=True)[: PAGE + 1]
        found = select(Notification, Case).outerjoin(Case, Case.id == Notification.case_id)
        rows = session.execute(found.where(Notification.id.in_(wanted[:PAGE])).order_by(Notification.id.desc())).all()
    listed = tuple(ListedMail(mail=mail, case=case) for mail, case in rows)
    return MailPage(rows=listed, after=listed[-1].mail.id if len(wanted) > PAGE else "")


def _states(view: MailView) -> tuple[str, ...]:
    return _STATES.get(view, ("waiting", "sending", "sent", "refused"))


def _range(state: str, actor: Actor, case_id: str, after: str) -> Select[str]:
    """One range of the index, cut to a page."""
    conditions: list[ColumnElement[bool]] = [Notification.state == state]
    if case_id:
        conditions.append(Notification.case_id == case_id)
    if after:
        conditions.append(Notification.id < after)
    channels = visible_channels(actor)
    if channels is not None:
        seen = select(Case.id).where(Case.channel_slug.in_(sorted(channels)))
        conditions.append(Notification.case_id.in_(seen))
    return select(Notification.id).where(*conditions).order_by(Notification.id.desc()).limit(PAGE + 1)


def count_refused(ctx: Context, tenant_id: str, *, actor: Actor) -> int:
    """How many mails did not arrive, up to a page."""
    with ctx.db.tenant(tenant_id) as session:
        return len(session.scalars(_range("refused", actor, "", "")).all())


def resend_mail(ctx: Context, tenant_id: str, mail_id: str, *, actor: Actor) -> None:
    """Send it again to the case's mailbox of today, with what it told then. Raises NotFound, Conflict (NOT_REPEATED, REPEATED)."""
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    with ctx.db.tenant(tenant_id) as session:
        mail, case = _load(session, mail_id, actor)
        if not ListedMail(mail=mail, case=case).may_repeat:
            raise Conflict("This mail is not sent a second time.", code="NOT_REPEATED")
        waiting = select(Notification.id).where(
            Notification.resent_from == mail.id, Notification.state.in_(["waiting", "sending"])
        )
        if session.scalar(waiting.limit(1)) is not None:
            raise Conflict("It is being sent again already.", code="REPEATED")
        now = ctx.now()
        to_shopper = mail.recipient == case.email
        session.add(
            Notification(
                id=new_id(),
                kind=mail.kind,
                recipient=case.email if to_shopper else mail.recipient,
                language=mail.language,
                params=mail.params,
                case_id=case.id,
                resent_from=mail.id,
                next_at=now,
                created_at=now,
            )
        )
        record_entry(ctx, session, case, event="resend_mail", actor=actor, detail={"kind": mail.kind})


def send_now(ctx: Context, tenant_id: str, mail_id: str, *, actor: Actor) -> None:
    """Try a mail that waits for its next try. Raises NotFound, Conflict where it does not wait."""
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    with ctx.db.tenant(tenant_id) as session:
        mail, _ = _load(session, mail_id, actor)
        if mail.state != "waiting":
            raise Conflict("It does not wait any more.", code="NOT_WAITING")
        mail.next_at = ctx.now()


def _load(session: Session, mail_id: str, actor: Actor) -> tuple[Notification, Case]:
    """A mail of a case that this person may see; the case is locked first, as everybody does."""
    missing = NotFound("This mail does not exist, or it is not yours to see.", code="UNKNOWN_MAIL")
    case_id = session.scalar(select(Notification.case_id).where(Notification.id == mail_id))
    if case_id is None:
        raise missing
    case = load_case(session, case_id, actor)
    mail = session.scalar(select(Notification).where(Notification.id == mail_id).with_for_update())
    if mail is None:
        raise missing
    return mail, case


def send_test(ctx: Context, tenant_id: str, *, actor: Actor) -> None:
    """A mail to whoever asks, to see that mails arrive and how they look. Raises Conflict without an address."""
    require_staff(actor)
    require_permission(actor, NEEDED)
    if "@" not in actor.name:
        raise Conflict("Your account in Saleor has no e-mail address.", code="NO_ADDRESS")
    with ctx.db.tenant(tenant_id) as session:
        params = {"shop": session.get_one(Tenant, tenant_id).name}
        queue_mail(ctx, session, kind="test", recipient=actor.name, language="en", params=params)


def leave_out(ctx: Context, tenant_id: str, *, actor: Actor, kinds: Collection[str]) -> TenantSettings:
    """Set which of the optional mails are not written. Whatever is no such kind is left alone."""
    require_permission(actor, NEEDED)
    require_role(actor, Verb.CONFIGURE)
    silent = tuple(kind for kind in OPTIONAL if kind in kinds)
    with ctx.db.everyone() as session:
        tenant = session.get(Tenant, tenant_id, with_for_update=True)
        if tenant is None:
            raise NotFound("This shop is not known here.", code="UNKNOWN_SHOP")
        settings = replace(TenantSettings.load(tenant.settings), silent_mails=silent)
        tenant.settings = {**tenant.settings, "silent_mails": list(asdict(settings)["silent_mails"])}
    return settings
