"""Cases that belong together: linked, or merged because one repeats the other."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import OPEN, CaseEvent, CaseKind, CaseStatus
from saleor_returns_app.domain.complaints import OPEN_COMPLAINTS
from saleor_returns_app.domain.offers import OfferStatus
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.models.messages import Message
from saleor_returns_app.models.offers import Offer
from saleor_returns_app.models.staff import CaseLink, CaseTag, CaseWatcher

from .context import Context
from .guards import require_permission, require_role
from .history import load_case, move_case, record_entry
from .labelling import give_labels_back
from .messages import moved_source
from .notifications import queue_case_mail

#: Before anything of goods or money has moved, a duplicate can still give way.
MERGEABLE = frozenset({CaseStatus.REQUESTED, CaseStatus.AWAITING_EVIDENCE, CaseStatus.APPROVED})
MOST_RELATED = 20


@dataclass(frozen=True, slots=True)
class Related:
    """A case beside another: `kind` is related, merged (this one gave way), goes_on (the other gave way to it), or same_order and
    same_shopper where nobody has linked them yet."""

    case: Case
    kind: str


def related_cases(ctx: Context, tenant_id: str, case: Case, *, actor: Actor) -> tuple[Related, ...]:
    """What is linked, then open cases of the same order and the same shopper; only those that the actor may see.

    Shoppers without an address are not the same shopper.
    """
    with ctx.db.tenant(tenant_id) as session:
        mine = or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id)
        kinds: dict[str, str] = {}
        for link in session.scalars(select(CaseLink).where(mine).order_by(CaseLink.id).limit(MOST_RELATED)):
            other = link.other_id if link.case_id == case.id else link.case_id
            merged = "goes_on" if link.case_id == case.id else "merged"
            kinds[other] = merged if link.kind == "merged" else "related"
        still_open = [status.value for status in (*OPEN, *OPEN_COMPLAINTS)]
        for kind, same in (
            ("same_order", Case.saleor_order_id == case.saleor_order_id),
            ("same_shopper", Case.email == case.email),
        ):
            if kind == "same_shopper" and not case.email:
                continue
            beside = select(Case.id).where(same, Case.status.in_(still_open), Case.id != case.id)
            for other in session.scalars(beside.order_by(Case.id.desc()).limit(MOST_RELATED)):
                kinds.setdefault(other, kind)
        found = select(Case).where(Case.id.in_(list(kinds)))
        if actor.channels is not None:
            found = found.where(Case.channel_slug.in_(sorted(actor.channels)))
        cases = {each.id: each for each in session.scalars(found)}
    return tuple(Related(cases[other], kind) for other, kind in kinds.items() if other in cases)


def linked_returns(session: Session, case: Case) -> list[Case]:
    """The returns that are linked to a case, oldest first."""
    mine = or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id)
    links = session.scalars(select(CaseLink).where(mine, CaseLink.kind == "related").limit(MOST_RELATED)).all()
    ids = [link.other_id if link.case_id == case.id else link.case_id for link in links]
    return list(session.scalars(select(Case).where(Case.id.in_(ids), Case.kind == CaseKind.RETURN).order_by(Case.id)))


def link_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, number: str) -> None:
    """Say that another case belongs to this one. Twice is once."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case, other = _load_pair(session, case_id, number, actor)
        if link_cases(ctx, session, case, other, actor):
            for one, two in ((case, other), (other, case)):
                record_entry(ctx, session, one, event="link", actor=actor, detail={"number": two.number})


def unlink_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, number: str) -> None:
    """Take a link away. What was merged stays merged."""
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case, other = _load_pair(session, case_id, number, actor)
        link = find_link(session, case, other)
        if link is None or link.kind != "related":
            raise NotFound("These cases are not linked.", code="NOT_LINKED")
        session.delete(link)
        for one, two in ((case, other), (other, case)):
            record_entry(ctx, session, one, event="unlink", actor=actor, detail={"number": two.number})


def merge_case(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, number: str) -> None:
    """This case repeats another one: it is cancelled, and the other goes on with its thread, photos, tags and followers.

    Both are of the same order and shopper; neither goods nor money of this one have moved, nothing was agreed in it, and it is no
    withdrawal by law. Units that only this one announced are free again; the shopper is told in one mail which case goes on.
    """
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.DECIDE)
    with ctx.db.tenant(tenant_id) as session:
        case, other = _load_pair(session, case_id, number, actor)
        _check_mergeable(session, case, other)
        move_case(ctx, case, CaseEvent.CANCEL, actor)
        give_labels_back(ctx, session, case)
        case.merged_into = other.id
        link = find_link(session, case, other)
        if link is not None:
            session.delete(link)
            session.flush()
        # Of a merged pair `case_id` is the one that gave way.
        session.add(
            CaseLink(id=new_id(), case_id=case.id, other_id=other.id, kind="merged", at=ctx.now(), linked_by=actor.name)
        )
        _move_along(session, case, other)
        record_entry(
            ctx,
            session,
            case,
            event="merge",
            actor=actor,
            public=True,
            detail={"number": other.number},
            note=f"merged into {other.number}",
        )
        record_entry(ctx, session, other, event="take_over", actor=actor, detail={"number": case.number})
        queue_case_mail(ctx, session, case, "cancelled", goes_on=other.number)


def _check_mergeable(session: Session, case: Case, other: Case) -> None:
    if CaseKind.COMPLAINT in (case.kind, other.kind):
        raise Conflict("A complaint stands for itself. Link the two cases instead.", code="COMPLAINT")
    if (case.saleor_order_id, case.email) != (other.saleor_order_id, other.email):
        raise Conflict("Only cases of the same order and shopper can be merged. Link them instead.", code="OTHER_ORDER")
    if other.merged_into is not None or CaseStatus(other.status) not in OPEN:
        text = "%(number)s is %(state)s: nothing can go on there."
        raise Conflict(text, code="NOT_OPEN", number=other.number, state=other.status.replace("_", " "))
    if CaseStatus(case.status) not in MERGEABLE or case.return_recorded or any(line.received for line in case.lines):
        text = "Goods, money or an offer of this case have moved: it cannot be merged any more. Link them instead."
        raise Conflict(text, code="MOVED_ON")
    if case.is_withdrawal:
        text = (
            "This is a withdrawal by law: its date and rights stay its own. Merge the other case into it, or link them."
        )
        raise Conflict(text, code="WITHDRAWAL")
    offers = set(session.scalars(select(Offer.status).where(Offer.case_id == case.id)))
    if OfferStatus.OPEN in offers:
        raise Conflict("An offer is open in this case. Answer or withdraw it first.", code="OFFER_OPEN")
    if OfferStatus.ACCEPTED in offers:
        text = "Something was agreed with the shopper in this case. Merge the other case into it, or link them."
        raise Conflict(text, code="AGREED")


def _move_along(session: Session, case: Case, other: Case) -> None:
    for message in session.scalars(select(Message).where(Message.case_id == case.id)).all():
        message.case_id, message.source_id = other.id, moved_source(message.source_id, case, other)
    items = {line.order_line_id for line in other.lines}
    for file in session.scalars(select(Evidence).where(Evidence.case_id == case.id)).all():
        file.case_id = other.id
        if file.order_line_id not in items:
            file.order_line_id = ""
    there = set(session.scalars(select(CaseTag.tag).where(CaseTag.case_id == other.id)))
    for tag in session.scalars(select(CaseTag).where(CaseTag.case_id == case.id)).all():
        if tag.tag not in there:
            session.add(CaseTag(id=new_id(), case_id=other.id, tag=tag.tag))
    following = set(session.scalars(select(CaseWatcher.user_id).where(CaseWatcher.case_id == other.id)))
    for watcher in session.scalars(select(CaseWatcher).where(CaseWatcher.case_id == case.id)).all():
        if watcher.user_id not in following:
            session.add(
                CaseWatcher(id=new_id(), case_id=other.id, user_id=watcher.user_id, email=watcher.email, at=watcher.at)
            )
    other.unread, case.unread = other.unread or case.unread, False


def _load_pair(session: Session, case_id: str, number: str, actor: Actor) -> tuple[Case, Case]:
    """Both cases, locked in one order: two people who join the same two from both sides wait for each other and do not lock up."""
    said = number.strip().upper()
    found = (
        session.execute(select(Case.id, Case.channel_slug).where(Case.number == said)).one_or_none() if said else None
    )
    if found is None or (actor.channels is not None and found.channel_slug not in actor.channels):
        load_case(session, case_id, actor)  # who may not see this case is told nothing of numbers
        raise BadInput("No case has this number. Write it like R-2026-000042.", code="NUMBER", field="number")
    if found.id == case_id:
        load_case(session, case_id, actor)
        raise BadInput("This is the number of this case. Write that of the other one.", code="NUMBER", field="number")
    locked = {each: load_case(session, each, actor) for each in sorted((case_id, found.id))}
    return locked[case_id], locked[found.id]


def link_cases(ctx: Context, session: Session, case: Case, other: Case, actor: Actor) -> bool:
    """Link two cases in the transaction of whoever found that they belong together; False where they are linked already."""
    if find_link(session, case, other) is not None:
        return False
    first, second = sorted((case.id, other.id))
    session.add(CaseLink(id=new_id(), case_id=first, other_id=second, at=ctx.now(), linked_by=actor.name))
    return True


def find_link(session: Session, case: Case, other: Case) -> CaseLink | None:
    ids = (case.id, other.id)
    return session.scalar(select(CaseLink).where(CaseLink.case_id.in_(ids), CaseLink.other_id.in_(ids)))
