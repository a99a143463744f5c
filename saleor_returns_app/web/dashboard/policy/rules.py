"""Rules of the draft: the form, and add, change, move, duplicate, remove."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, request
from pydantic import TypeAdapter

from saleor_returns_app.domain.policy import editing
from saleor_returns_app.domain.policy.document import PolicyDocument, Rule
from saleor_returns_app.errors import AppError, BadInput, Conflict, NotFound
from saleor_returns_app.services.guards import require_permission
from saleor_returns_app.services.policies import NEEDED, save_draft
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.dashboard.access import visit
from saleor_returns_app.web.dashboard.answers import fragment, notify, onto_page
from saleor_returns_app.web.i18n import gettext
from saleor_returns_app.web.labels import say

from . import forms, labels
from .drafting import Clash, Draft, clash_with, current_draft, posted_revision
from .fields import ACTIONS, CONDITIONS
from .known_values import known_values
from .pages import draft_page, rules_list
from .rule_list import find_entry, group_rules
from .words import rule_words

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def show_rule() -> Response:
    """The form for a rule of the draft, or with nothing named for a new one."""
    require_permission(visit().actor, NEEDED)
    draft = _needed_draft()
    rule_id = request.args.get("rule_id", "")
    if not rule_id:
        return _form_page(draft, _new_form(request.args.get("decides", "")), was="")
    rule = draft.document.rule(rule_id)
    if rule is None:
        raise NotFound("There is no such rule in the draft any more.", code="UNKNOWN_RULE")
    return _form_page(draft, forms.form_of(rule), was=_digest(rule))


def _new_form(decides: str) -> forms.RuleForm:
    """Empty, or beginning with what the group that it was asked for decides."""
    form = forms.RuleForm()
    kinds = labels.DECISIONS[decides][1] if decides in labels.DECISIONS else ()
    return replace(forms.with_part(form, "then", kinds[0]), added="") if kinds else form


def _form_page(draft: Draft, form: forms.RuleForm, *, was: str) -> Response:
    return fragment("policy/rule.html", **_values(form, revision=draft.revision, was=was))


def _form(
    form: forms.RuleForm, *, revision: int | None, was: str, status: int = 200, clash: Clash | None = None
) -> Response:
    return fragment("policy/rule_form.html", status=status, **_values(form, revision=revision, was=was, clash=clash))


def _values(form: forms.RuleForm, *, revision: int | None, was: str, clash: Clash | None = None) -> dict[str, Any]:
    return {
        "form": form,
        "problems": [(_place_said(form, name), text) for name, text in form.problems.items()],
        "revision": revision if revision is not None else "",
        "was": was,
        "clash": clash,
        "conditions": {kind: say(labels.label_of(kind).title) for kind in _ordered(labels.WHEN, CONDITIONS)},
        "actions": {kind: say(labels.label_of(kind).title) for kind in _ordered(labels.THEN, ACTIONS)},
        "languages_of_rules": forms.LANGUAGES,
        "known": known_values(ctx(), visit().tenant_id),
    }


def _ordered(table: dict[str, labels.Label], there: dict[str, type]) -> list[str]:
    """Types in the order of their words; one without words comes last."""
    return [*(kind for kind in table if kind in there), *(kind for kind in there if kind not in table)]


def _place_said(form: forms.RuleForm, name: str) -> str:
    """Where a problem is, in words: “Price of one unit, Amounts”."""
    token, _, field = name.partition(".")
    part = next((each for each in (*form.when, *form.then) if each.token == token), None)
    if part is None:
        return gettext("Name") if name == "name" else ""
    title = say(part.title)
    return f"{title}, {say(labels.field_label(part.kind, field))}" if field else title


def shape_rule() -> Response:
    """The form with a condition or an action more or less; nothing is saved."""
    require_permission(visit().actor, NEEDED)
    form = _typed()
    if request.form.get("drop"):
        form = forms.without_part(form, request.form["drop"])
    for side in ("when", "then"):
        kind = request.form.get(f"add-{side}", "")
        if kind:
            form = forms.with_part(form, side, kind)
    return _form(form, revision=posted_revision(), was=request.form.get("was", ""))


def preview_rule() -> Response:
    """What was typed so far as a sentence."""
    parsed = forms.parse_rule(_typed(), rule_id="preview")
    rule = parsed if isinstance(parsed, Rule) else None
    return fragment("policy/sentence.html", rule=rule)


def _typed() -> forms.RuleForm:
    return forms.read_form(request.form, rule_id=request.args.get("rule_id", ""))


def save_rule() -> Response:
    """Save what was typed. Who was slower sees the other's change and keeps what they typed."""
    require_permission(visit().actor, NEEDED)
    draft, form = _needed_draft(), _typed()
    was = request.form.get("was", "")
    saved = draft.document.rule(form.rule_id) if form.rule_id else None
    parsed = forms.parse_rule(form, rule_id=form.rule_id or forms.new_rule_id(draft.document, form.name))
    if isinstance(parsed, forms.RuleForm):
        return _form(parsed, revision=posted_revision(), was=was, status=400)
    if form.rule_id and _digest(saved) != was:
        return _clashed(draft, form, saved)
    rule = forms.keep_other_languages(parsed, saved)
    try:
        # Other rules may have been changed since; this one is as it was seen, so both changes stay.
        changed = _saved(draft, editing.put_rule(draft.document, rule))
    except Conflict:
        draft = _needed_draft()
        return _clashed(draft, form, draft.document.rule(form.rule_id) if form.rule_id else None)
    except BadInput as problem:
        return _form(forms.refused(form, {"": problem.message()}), revision=draft.revision, was=was, status=400)
    return onto_page(notify(draft_page(changed, announced=gettext("Rule saved")), gettext("Rule saved")))


def _clashed(draft: Draft, form: forms.RuleForm, saved: Rule | None) -> Response:
    if form.rule_id and saved is None:
        # Saving again adds it as a new rule.
        form = replace(form, rule_id="")
        clash = clash_with(draft, Conflict("Someone else removed this rule in the meantime.", code="STALE"))
    else:
        problem = Conflict("Someone else changed this rule in the meantime.", code="STALE")
        clash = clash_with(draft, problem, now=rule_words(saved) if saved else "")
    return _form(form, revision=draft.revision, was=_digest(saved), status=409, clash=clash)


def move_rule() -> Response:
    """Above or below another rule; the answer says where it is now and puts the keyboard back on the same button."""
    asked = request.form
    rule_id, group = asked.get("rule", ""), asked.get("group", "")
    before, after = asked.get("before") or None, asked.get("after") or None

    def move(document: PolicyDocument) -> PolicyDocument:
        return editing.move_rule(document, rule_id, before=before, after=after)

    changed = _changed(move)
    if isinstance(changed, Response):
        return changed
    entry = find_entry(group_rules(changed.document), group, rule_id)
    announced, way = "", asked.get("way", "")
    if entry is not None:
        total = len(next(each for each in group_rules(changed.document) if each.name == group).entries)
        announced = gettext("“%(name)s” is now %(place)s of %(total)s in %(group)s.") % {
            "name": entry.rule.name,
            "place": entry.place,
            "total": total,
            "group": say(labels.decision_title(group)),
        }
        way = {("up", True): "down", ("down", True): "up"}.get(
            (way, not (entry.above if way == "up" else entry.below)), way
        )
    return rules_list(changed, announced=announced, moved=(rule_id, group, way))


def duplicate_rule() -> Response:
    rule_id = request.args.get("rule_id", "")

    def duplicate(document: PolicyDocument) -> PolicyDocument:
        rule = document.rule(rule_id)
        if rule is None:
            raise KeyError(rule_id)
        name = gettext("%(name)s (copy)") % {"name": rule.name[:180]}
        copy = replace(rule, id=forms.new_rule_id(document, rule.id), name=name)
        return editing.put_rule(document, copy, after=rule_id)

    changed = _changed(duplicate)
    return changed if isinstance(changed, Response) else rules_list(changed, announced=gettext("Rule duplicated"))


def remove_rule() -> Response:
    rule_id = request.args.get("rule_id", "")
    changed = _changed(lambda document: editing.remove_rule(document, rule_id))
    return changed if isinstance(changed, Response) else rules_list(changed, announced=gettext("Rule removed"))


def _changed(change: Callable[[PolicyDocument], PolicyDocument]) -> Draft | Response:
    """The draft after a change, or the rules as they are when somebody else was faster."""
    require_permission(visit().actor, NEEDED)
    draft = _needed_draft()
    try:
        if posted_revision() != draft.revision:
            raise Conflict("Someone else changed the draft in the meantime. Look again and decide.", code="STALE")
        return _saved(draft, change(draft.document))
    except KeyError:
        problem: AppError = Conflict("Someone else removed this rule in the meantime.", code="STALE")
    except (Conflict, BadInput) as refusal:
        problem = refusal
    draft = _needed_draft()
    return rules_list(draft, status=problem.status, clash=clash_with(draft, problem))


def _saved(draft: Draft, document: PolicyDocument) -> Draft:
    if len(document.rules) > editing.MOST_RULES:
        raise BadInput("A policy has at most %(most)s rules.", code="TOO_MANY_RULES", most=editing.MOST_RULES)
    row = save_draft(ctx(), visit().tenant_id, actor=visit().actor, document=document, revision=draft.revision)
    return Draft(row, document)


def _needed_draft() -> Draft:
    draft = current_draft()
    if draft is None:
        raise NotFound("There is no draft any more: it was published or discarded.", code="NO_DRAFT")
    return draft


def _digest(rule: Rule | None) -> str:
    """What tells whether a rule is still as it was seen."""
    packed = _RULE.dump_python(rule, mode="json") if rule else None
    return hashlib.sha256(json.dumps(packed, sort_keys=True).encode()).hexdigest()[:32]
