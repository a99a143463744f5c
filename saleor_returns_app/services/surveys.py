"""One question after a case is over: asked once, answered once, and followed up where somebody is unhappy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.domain.cases import CaseKind
from saleor_returns_app.domain.machines import Who
from saleor_returns_app.domain.roles import Verb
from saleor_returns_app.domain.surveys import (
    LIFETIME,
    LONGEST_COMMENT,
    STARS,
    UNHAPPY,
    Answer,
    Score,
    average_of,
    distribution,
    scores,
)
from saleor_returns_app.errors import BadInput, Conflict, NotFound
from saleor_returns_app.models.base import new_id
from saleor_returns_app.models.cases import Case, CaseEntry
from saleor_returns_app.models.surveys import Survey
from saleor_returns_app.models.tenants import Tenant

from .context import Context
from .guards import LONGEST_TEXT, require_permission, require_role, require_staff
from .history import load_case, record_entry
from .messages import NEWS, tell_staff
from .notifications import queue_case_mail
from .queue import visible_channels
from .signing import open_signed, sign
from .waiting import settings_of

_PURPOSE = "survey"
_OVER = "This link is over. You can always write to the shop on the page of your order."
#: Answers that are shown one by one.
MOST_SHOWN = 50
#: Answers that are counted: beyond them the newest are.
MOST_COUNTED = 20_000


def ask_opinion(ctx: Context, session: Session, case: Case) -> None:
    """Ask the shopper how it went, in the transaction that ends the case. A case is asked about once, however often it ends."""
    if not settings_of(session, case).asks_opinion or not case.email or case.merged_into:
        return
    if session.scalar(select(Survey.id).where(Survey.case_id == case.id)) is not None:
        return
    survey = Survey(id=new_id(), case_id=case.id, agent=_agent(session, case), asked_at=ctx.now())
    session.add(survey)
    session.flush()
    slug = session.get_one(Tenant, case.tenant_id).slug
    until = int((ctx.now() + LIFETIME).timestamp())
    token = sign(ctx, _PURPOSE, case.tenant_id, survey.id, until=until)
    link = f"{ctx.settings.base_url}/r/{slug}/opinion/{token}"
    queue_case_mail(ctx, session, case, "survey", link=link, is_complaint=case.kind == CaseKind.COMPLAINT)


def _agent(session: Session, case: Case) -> str:
    """Who has it, else who of the staff did something last."""
    if case.assignee:
        return case.assignee
    last = (
        select(CaseEntry.actor)
        .where(CaseEntry.case_id == case.id, CaseEntry.who == Who.STAFF)
        .order_by(CaseEntry.id.desc())
        .limit(1)
    )
    return session.scalar(last) or ""


def open_survey(ctx: Context, tenant_id: str, token: str) -> tuple[Survey, Case]:
    """The survey that a link was made for. Raises NotFound for one that is over, of another shop, or never ours."""
    made_for, survey_id = _opened(ctx, token)
    if made_for != tenant_id:
        raise NotFound(_OVER, code="LINK_OVER")
    with ctx.db.tenant(tenant_id) as session:
        survey = session.scalar(select(Survey).where(Survey.id == survey_id))
        if survey is None:
            raise NotFound(_OVER, code="LINK_OVER")
        return survey, session.get_one(Case, survey.case_id)


def _opened(ctx: Context, token: str) -> tuple[str, str]:
    values = open_signed(ctx, _PURPOSE, token, over=_OVER)
    return values[0], values[1]


def answer_survey(ctx: Context, tenant_id: str, token: str, *, stars: str, comment: str) -> None:
    """Keep the answer. The first one counts; who is unhappy is followed up. Raises BadInput, NotFound, Conflict (ANSWERED)."""
    if not (stars.isascii() and stars.isdigit() and len(stars) == 1 and int(stars) in STARS):
        raise BadInput("Choose from one to five stars.", code="STARS", field="stars")
    said = comment.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_COMMENT:
        raise BadInput(
            "This is too long: at most %(most)s characters.", code="TOO_LONG", field="comment", most=LONGEST_COMMENT
        )
    survey, _ = open_survey(ctx, tenant_id, token)
    with ctx.db.tenant(tenant_id) as session:
        # The case first, as everybody locks it first.
        case = session.scalars(select(Case).where(Case.id == survey.case_id).with_for_update()).one()
        row = session.scalars(select(Survey).where(Survey.id == survey.id).with_for_update()).one()
        if row.stars is not None:
            raise Conflict("You have answered already. Thank you.", code="ANSWERED")
        row.stars, row.comment, row.answered_at = int(stars), said, ctx.now()
        shopper = Actor.shopper(email=case.email)
        detail = {"stars": row.stars, **({"message": said} if said else {})}
        record_entry(ctx, session, case, event="answer_survey", actor=shopper, detail=detail)
        if row.stars <= UNHAPPY:
            row.follow_up = "open"
            tell_staff(ctx, session, case, f"{'★' * row.stars} {said}".strip(), kind=NEWS)


def follow_up(ctx: Context, tenant_id: str, case_id: str, *, actor: Actor, done: str) -> None:
    """Say what was done for somebody who was unhappy. Raises BadInput without words, Conflict where nothing is to be done."""
    require_staff(actor)
    require_permission(actor, "MANAGE_ORDERS")
    require_role(actor, Verb.NEGOTIATE)
    said = done.replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST_TEXT:
        text = "Write what was done, in at most %(most)s characters."
        raise BadInput(text, code="DONE", field="done", most=LONGEST_TEXT)
    with ctx.db.tenant(tenant_id) as session:
        case = load_case(session, case_id, actor)
        survey = session.scalar(select(Survey).where(Survey.case_id == case.id).with_for_update())
        if survey is None or survey.follow_up != "open":
            raise Conflict("Nobody waits for a follow-up here.", code="NO_FOLLOW_UP")
        survey.follow_up, survey.followed_by = "done", actor.name
        record_entry(ctx, session, case, event="follow_up", actor=actor, detail={"message": said})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer on the page."""

    survey: Survey
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """What shoppers said in a time. `asked` counts the surveys that were sent; averages in stars."""

    asked: int
    answered: int
    average: float | None
    spread: dict[int, int]
    agents: list[Score]
    reasons: list[Score]
    products: list[Score]
    said: tuple[Said, ...]  # the newest, unhappy ones first


def read_satisfaction(ctx: Context, tenant_id: str, *, actor: Actor, days: int) -> Satisfaction:
    """Of the surveys of the last `days`, in the channels that this person may see."""
    require_permission(actor, "MANAGE_ORDERS")
    since = ctx.now() - timedelta(days=days)
    channels = visible_channels(actor)
    with ctx.db.tenant(tenant_id) as session:
        sent = select(Survey, Case).join(Case, Case.id == Survey.case_id).where(Survey.asked_at >= since)
        if channels is not None:
            sent = sent.where(Case.channel_slug.in_(sorted(channels)))
        rows = session.execute(sent.order_by(Survey.asked_at.desc()).limit(MOST_COUNTED)).all()
        answered = [(survey, case) for survey, case in rows if survey.stars is not None]
        answers = [_answer(survey, case) for survey, case in answered]
    shown = sorted(
        answered, key=lambda pair: (pair[0].follow_up != "open", -(pair[0].answered_at or since).timestamp())
    )
    return Satisfaction(
        asked=len(rows),
        answered=len(answers),
        average=average_of([answer.stars for answer in answers]),
        spread=distribution(answers),
        agents=scores(_grouped(answers, "agent")),
        reasons=scores(_grouped(answers, "reasons")),
        products=scores(_grouped(answers, "products")),
        said=tuple(Said(survey=survey, case=case) for survey, case in shown[:MOST_SHOWN]),
    )


def _answer(survey: Survey, case: Case) -> Answer:
    return Answer(
        stars=survey.stars or 0,
        agent=survey.agent,
        reasons=tuple(sorted({line.reason for line in case.lines})),
        products=tuple(sorted({line.product_name for line in case.lines})),
    )


def _grouped(answers: list[Answer], by: str) -> dict[str, list[int]]:
    """Stars by name: an answer counts once under each of its names."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for answer in answers:
        names = getattr(answer, by)
        for name in (names,) if isinstance(names, str) else names:
            if name:
                found[name].append(answer.stars)
    return found
