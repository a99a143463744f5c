"""The page of a case: what is known, what can be done, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response, make_response, request

from saleor_returns_app.domain.carriers import CARRIERS, tracking_link
from saleor_returns_app.domain.cases import CaseEvent, CaseStatus
from saleor_returns_app.domain.slips import Paper
from saleor_returns_app.errors import AppError, Conflict, NotFound
from saleor_returns_app.services.assigning import read_desk
from saleor_returns_app.services.case_files import CaseFile, RefundFile, read_case
from saleor_returns_app.services.credit_note_links import link_to
from saleor_returns_app.services.inspection import correct_line
from saleor_returns_app.services.linking import MERGEABLE, related_cases
from saleor_returns_app.services.mending import units_to_mend
from saleor_returns_app.services.messages import mark_read
from saleor_returns_app.services.payouts import account_of
from saleor_returns_app.services.refunds import current_quote
from saleor_returns_app.services.slips import sends_goods
from saleor_returns_app.services.steps import retry_effect, vouch_effect
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.evidence import allow_uploads
from saleor_returns_app.web.i18n import gettext
from saleor_returns_app.web.labels import PARCELS
from saleor_returns_app.web.slips import link_to_slip

from .access import visit
from .actions import CASE_ACTIONS, case_action, case_actions, refund_action, refund_actions
from .answers import fragment, notify, onto_page
from .buttons import Action, Offered, offered_to
from .complaints import complaint_action, complaint_values
from .evidence import gallery_of
from .exchange_actions import may_refund
from .findings import read_findings
from .forms import EMPTY, Form, posted_version
from .headlines import headline
from .payout_actions import PAYOUT_MEANS, PAYOUT_STATES, RECORD_PAYOUT, SECRET_FIELDS
from .places import customer_place, order_place
from .repair_words import FINDINGS, HOWS, STATES, TONES
from .repairs import repair_action, repair_actions
from .sending_back import sending_back_values
from .sending_out import sending_action, sending_actions
from .thread import REPLY, offer_action, thread_action, thread_of, thread_values

#: What a person loses by acting on a page that is this stale is one look at it; more tries would hide a fight.
_TRIES = 4
_RECEIVE = "receive"
#: Actions that stand beside what they are about, not among the next steps.
_ASIDE = frozenset(
    {"tracking", "lose", "confirm-return", "refund", "more-time", "correct-parcel-out", "arrange", "choose-method"}
)
#: Seconds between two looks at a refund: often while somebody waits for it, rarely when the provider takes days.
_POLL_SOON, _POLL_LATER = 2, 20
_WATCHED_CLOSELY = timedelta(minutes=2)
#: Words of the repair's card and forms.
REPAIR_WORDS = {"repair_states": STATES, "repair_tones": TONES, "repair_findings": FINDINGS, "repair_hows": HOWS}
#: In these states the quote is read anew; later the refunds say what is given back.
_QUOTED = frozenset(
    {
        CaseStatus.REQUESTED,
        CaseStatus.AWAITING_EVIDENCE,
        CaseStatus.NEGOTIATING,
        CaseStatus.APPROVED,
        CaseStatus.IN_TRANSIT,
        CaseStatus.RECEIVED,
        CaseStatus.INSPECTED,
    }
)


def show_case(case_id: str) -> Response:
    file = read_file(case_id)  # first, for only who may see it has read it
    mark_read(ctx(), visit().tenant_id, file.case.id, actor=visit().actor)
    return _page(file)


def read_file(case_id: str) -> CaseFile:
    return read_case(ctx(), visit().tenant_id, case_id, actor=visit().actor)


def read_return(case_id: str) -> CaseFile:
    """The same for what only returns have: a complaint is not found."""
    file = read_file(case_id)
    if file.complaint is not None:
        raise NotFound("This case does not exist, or it is not yours to see.", code="UNKNOWN_CASE")
    return file


def _page(file: CaseFile, *, status: int = 200, forms: Mapping[str, Form] | None = None, **more: Any) -> Response:
    template = "complaint.html" if file.complaint else "case.html"
    return fragment(template, status=status, **{**_values(file), "forms": forms or {}, **more})


def case_page(case_id: str, *, status: int = 200, **more: Any) -> Response:
    """The page as it is now, for whoever changed something about the case."""
    return _page(read_file(case_id), status=status, **more)


def _values(file: CaseFile) -> dict[str, Any]:
    return {**_common(file), **(complaint_values(file, visit().actor) if file.complaint else _of_return(file))}


def _common(file: CaseFile) -> dict[str, Any]:
    """What the page of every case needs."""
    return {
        "file": file,
        "case": file.case,
        "order_path": order_place(file.case.saleor_order_id),
        "customer_path": customer_place(file.case.customer_id) if file.case.customer_id else "",
        "me": visit().actor,
        "desk": read_desk(ctx(), visit().tenant_id, file.case.id),
        "related": related_cases(ctx(), visit().tenant_id, file.case, actor=visit().actor),
        "mergeable": MERGEABLE,
        "desk_form": EMPTY,
        "desk_verb": "",
        "clash": None,
        "forms": {},
        "form": EMPTY,
        "follow_form": EMPTY,
        **thread_values(file),
        "gallery": gallery_of(file.case),
    }


def _of_return(file: CaseFile) -> dict[str, Any]:
    actor = visit().actor
    actions = {**repair_actions(file, actor), **case_actions(file, actor), **sending_actions(file, actor)}
    return {
        "actions": actions,
        "main_actions": {name: item for name, item in actions.items() if name not in _ASIDE},
        "refund_actions": {item.refund.id: refund_actions(item, actor) for item in file.refunds},
        "shows_quote": file.case.status in _QUOTED,
        "headline": headline(file),
        "accounts": {
            item.refund.id: account_of(ctx(), item.payout, actor=actor) for item in file.refunds if item.payout
        },
        "payout_means": {means.value: gettext(text) for means, text in PAYOUT_MEANS.items()},
        "payout_states": PAYOUT_STATES,
        "seen": _seen(file),
        "poll": _poll(file),
        "head": _head(file),
        "replacement_path": order_place(file.exchange.replacement_id)
        if file.exchange and file.exchange.replacement_id
        else "",
        "credit_notes": {
            row.refund_id: (row.number, link_to(ctx(), row.tenant_id, row.case_id, row.number))
            for row in file.credit_notes
        },
        "may_receive": not offered_to(CASE_ACTIONS[CaseEvent.RECEIVE], actor).why_not,
        "slips": {paper.value: link_to_slip(ctx(), file.case, paper) for paper in Paper}
        if sends_goods(file.case)
        else {},
        "parcel_states": PARCELS,
        "carriers": [carrier.name for carrier in CARRIERS],
        "parcel_links": {row.number: tracking_link(row.carrier, row.tracking_number) for row in file.parcels},
        "out_links": {row.number: tracking_link(row.carrier, row.tracking_number) for row in file.sent},
        **REPAIR_WORDS,
        **sending_back_values(file),
    }


def page_with_gallery(case_id: str, problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None) -> Response:
    """The page after files came or went; problems are shown in the form that they came with."""
    file = read_file(case_id)
    return _page(file, status=400 if problems else 200, gallery=gallery_of(file.case, problems, typed))


def _poll(file: CaseFile) -> int:
    starts = [attempt.started_at for item in file.refunds for attempt in item.attempts]
    starts += [item.refund.approved_at for item in file.refunds if item.refund.approved_at]
    return _POLL_SOON if starts and ctx().now() - max(starts) < _WATCHED_CLOSELY else _POLL_LATER


def _seen(file: CaseFile) -> str:
    """What the page shows of a case and its refunds: the panel that looks every few seconds gets nothing new until it changes."""
    return "~".join([_head(file), *(_shown_of(item) for item in file.refunds)])


def _shown_of(item: RefundFile) -> str:
    payout = f".{item.payout.id}.{item.payout.version}" if item.payout else ""
    return f"{item.refund.version}.{len(item.attempts)}{payout}"


def _head(file: CaseFile) -> str:
    """The part of it that stands outside of the panel."""
    goods = f"{file.exchange.state}.{file.exchange.owed_minor}" if file.exchange else ""
    return f"{file.case.status}.{file.case.attention}.{goods}.{file.under_way}"


def show_receiving(case_id: str) -> Response:
    """Counting a parcel. A case that waits for none shows itself, and what it waits for."""
    file = read_file(case_id)
    return _receiving(file) if _waits_for_goods(file) else _page(file)


def _waits_for_goods(file: CaseFile) -> bool:
    offered = None if file.complaint else case_actions(file, visit().actor).get(_RECEIVE)
    return offered is not None and not offered.why_not


def _receiving(file: CaseFile, *, status: int = 200, form: Form = EMPTY, **more: Any) -> Response:
    return fragment("receiving.html", status=status, **{**_values(file), "form": form, **more})


def show_quote(case_id: str) -> Response:
    """The refund worked out anew, from a fresh read of the order; its own request, since the shop takes its time."""
    quoted = current_quote(ctx(), visit().tenant_id, case_id, actor=visit().actor)
    file = read_return(case_id)
    concluding = offered_to(CASE_ACTIONS[CaseEvent.CONCLUDE], visit().actor)
    counted = file.case.status == CaseStatus.INSPECTED and bool(file.accepted)
    nothing_left = counted and not quoted.total and may_refund(file) and not units_to_mend(file.case)
    values = {**_values(file), "concluding": concluding if nothing_left else None}
    return fragment("quote.html", quote=quoted, **values)


def show_refunds(case_id: str) -> Response:
    """The refunds while they are under way: nothing when nothing changed, the whole page when the case moved on."""
    file = read_return(case_id)
    seen = request.args.get("seen", "")
    if seen == _seen(file):
        return make_response("", 204)
    if seen.partition("~")[0] != _head(file):
        return onto_page(_page(file))
    return fragment("refunds.html", **_values(file))


def show_replacement(case_id: str) -> Response:
    """Whether something happened to the replacement: nothing when nothing did, else the whole page."""
    file = read_return(case_id)
    if request.args.get("seen", "") == _head(file):
        return make_response("", 204)
    return onto_page(_page(file))


def act_on_case(case_id: str, name: str) -> Response:
    file = read_file(case_id)
    found = (
        complaint_action(name) if file.complaint else case_action(name) or repair_action(name) or sending_action(name)
    )
    action = found or thread_action(name)
    if action is REPLY:
        allow_uploads()
    if action is None:
        raise NotFound
    return _act(file, action, subject=case_id, form_name=name)


def act_on_refund(case_id: str, refund_id: str, name: str) -> Response:
    action = refund_action(name)
    file = read_return(case_id)
    if action is RECORD_PAYOUT:
        allow_uploads()
    if action is None or all(item.refund.id != refund_id for item in file.refunds):
        raise NotFound("This refund does not exist, or it is not yours to see.", code="UNKNOWN_REFUND")
    return _act(file, action, subject=refund_id, form_name=f"{refund_id}.{name}")


def correct_count(case_id: str, line_id: str) -> Response:
    """Somebody looked again at what a line brought."""
    file = read_return(case_id)
    try:
        correct_line(
            ctx(),
            visit().tenant_id,
            case_id,
            line_id,
            actor=visit().actor,
            found=read_findings(request.form).get(line_id, ()),
            why=request.form.get("why", ""),
            version=posted_version(),
        )
    except Conflict as problem:
        now = read_file(case_id)
        return onto_page(_page(now, status=problem.status, clash=_clash(now, problem)))
    except AppError as problem:
        return onto_page(_page(file, status=problem.status, forms={f"correct-{line_id}": Form.refused(problem)}))
    return notify(onto_page(case_page(case_id)), gettext("Count corrected"), text=file.case.number)


#: What a person says of a step that is stuck.
_STEP_VERBS = {"retry": retry_effect, "vouch": vouch_effect}


def act_on_step(case_id: str, step_id: str, name: str) -> Response:
    """Settle a step that no job could: try it again, or say that it is done."""
    file = read_return(case_id)
    if name not in _STEP_VERBS or all(effect.id != step_id for effect in file.effects):
        raise NotFound("This step does not exist, or it is not yours to see.", code="UNKNOWN_STEP")
    try:
        _STEP_VERBS[name](ctx(), visit().tenant_id, step_id, actor=visit().actor)
    except Conflict as problem:
        now = read_file(case_id)
        return onto_page(_page(now, status=problem.status, clash=_clash(now, problem)))
    return notify(onto_page(case_page(case_id)), gettext("Noted"), text=file.case.number)


def act_on_offer(case_id: str, offer_id: str, name: str) -> Response:
    action = offer_action(name)
    file = read_return(case_id)
    if action is None or all(offer.id != offer_id for offer in thread_of(file.case).offers):
        raise NotFound("This offer does not exist, or it is not yours to see.", code="UNKNOWN_OFFER")
    return _act(file, action, subject=offer_id, form_name=f"{offer_id}.{name}")


def _act(file: CaseFile, action: Action, *, subject: str, form_name: str) -> Response:
    try:
        _run(file, action, subject)
    except Conflict as problem:
        now = read_file(file.case.id)
        typed, clash = Form(typed=request.form.to_dict()), _clash(now, problem)
        if action.name == _RECEIVE and _waits_for_goods(now):
            return onto_page(_receiving(now, status=problem.status, form=typed, clash=clash))
        return onto_page(_page(now, status=problem.status, forms={form_name: typed}, clash=clash))
    except AppError as problem:
        return _form_again(file, action, subject, Form.refused(problem), status=problem.status)
    answer = onto_page(_page(read_file(file.case.id)))
    return notify(answer, gettext(action.said), text=file.case.number)


def _run(file: CaseFile, action: Action, subject: str) -> None:
    """Carry the action out on what the person saw.

    Jobs write to a case as well (the return was recorded, a problem was told): that raises its version but changes nothing a
    person decided on. So a stale version counts only when the history, which the form names too, has moved on.
    """
    seen, version = request.form.get("seen", ""), posted_version()
    for left in reversed(range(_TRIES)):
        try:
            action.run(ctx(), visit().tenant_id, subject, request.form, actor=visit().actor, version=version)
        except Conflict as problem:
            now = read_file(file.case.id)
            if problem.code != "STALE" or not left or not seen or now.last_entry != seen:
                raise
            version = now.case.version
        else:
            return


def _clash(now: CaseFile, problem: Conflict) -> dict[str, Any]:
    """What came in between: the problem in words, the other's move, and what was typed in vain."""
    seen = request.form.get("seen", "")
    others = [entry for entry in now.entries if seen and entry.id > seen]
    typed = [
        text.strip()
        for name, text in request.form.items()
        if name not in ("seen", *SECRET_FIELDS, "version", "fingerprint", "ticket")
        and text.strip()
        and not text.strip().isdigit()
    ]
    return {"said": said(problem), "other": others[-1] if others else None, "typed": typed}


def _form_again(file: CaseFile, action: Action, subject: str, form: Form, *, status: int) -> Response:
    """The same form with what was typed and what is wrong; the page around it stays."""
    values = _values(file)
    item = next((item for item in file.refunds if item.refund.id == subject), None)
    values["offer"] = next((offer for offer in values["thread"].offers if offer.id == subject), None)
    offered = values["refund_actions"].get(subject, {}) if item else values["actions"]
    answer = fragment(
        "form.html",
        status=status,
        **{
            **values,
            "form": form,
            "action": action,
            "item": item,
            "offered": offered.get(action.name, Offered(action)),
        },
    )
    answer.headers["HX-Retarget"] = "this"  # also where the shop failed: what was typed is in the answer
    return answer
