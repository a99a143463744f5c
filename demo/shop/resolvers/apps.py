"""Apps and the problems they report about themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from demo.shop.asked import Asked
from demo.shop.errors import Refused, permission_denied
from demo.shop.model.apps import App, Problem
from demo.shop.resolvers.accounts import permissions_shown
from demo.shop.resolvers.kinds import Fields, Resolvers

_MESSAGE_LIMIT = 2048
_KEPT = 100


def _problem_create(asked: Asked, input: dict[str, Any]) -> dict[str, Any]:
    app = asked.app
    assert app is not None
    key, message = input["key"], input["message"]
    for field, text in (("message", message), ("key", key)):
        if len(text) < 3:
            raise Refused(field, "INVALID", "String should have at least 3 characters")
    if len(key) > 128:
        raise Refused("key", "INVALID", "String should have at most 128 characters")
    if len(message) > _MESSAGE_LIMIT:
        message = message[: _MESSAGE_LIMIT - 3] + "..."
    minutes = input.get("aggregationPeriod")
    period = timedelta(minutes=60 if minutes is None else minutes)
    now = asked.shop.clock.now()
    with asked.shop.lock:
        open_ones = [problem for problem in app.problem_log if problem.key == key and not problem.is_dismissed]
        last = max(open_ones, key=lambda problem: problem.updated_at, default=None)
        if last is None or not period or last.updated_at < now - period:
            last = Problem(asked.shop.state.next_id("AppProblem"), key, message, now, now)
            app.problem_log.append(last)
            del app.problem_log[:-_KEPT]
        else:
            last.count, last.message, last.updated_at = last.count + 1, message, now
        last.critical_threshold = input.get("criticalThreshold")
    return {"appProblem": last}


def _problem_dismiss(asked: Asked, input: dict[str, Any]) -> dict[str, Any]:
    if not asked.may("MANAGE_APPS", "AUTHENTICATED_APP"):
        raise permission_denied(("MANAGE_APPS", "AUTHENTICATED_APP"))
    by_app = input.get("byApp")
    if by_app is not None:
        if asked.app is None:
            raise Refused("byApp", "INVALID", "Only app callers can use 'byApp'.")
        _dismiss(asked.app, ids=by_app.get("ids"), keys=by_app.get("keys"))
        return {}
    if asked.app is not None:
        field = "byStaffWithIds" if input.get("byStaffWithIds") else "byStaffWithKeys"
        raise Refused(field, "INVALID", "App callers cannot use this input. Use 'byApp' instead.")
    for app in asked.shop.state.apps.values():
        ids = (input.get("byStaffWithIds") or {}).get("ids")
        keyed = input.get("byStaffWithKeys") or {}
        _dismiss(app, ids=ids, keys=keyed.get("keys") if keyed.get("app") == app.id else None)
    return {}


def _dismiss(app: App, *, ids: list[str] | None, keys: list[str] | None) -> None:
    if ids and keys:
        raise Refused("byApp", "INVALID", "Cannot specify both 'ids' and 'keys'.")
    for problem in app.problem_log:
        if problem.id in (ids or []) or problem.key in (keys or []):
            problem.is_dismissed = True


def _problems(app: App, _info: Any, limit: int | None = None) -> list[Problem]:
    return [problem for problem in app.problem_log[::-1] if not problem.is_dismissed][:limit]


FIELDS: Fields = {"App": {"permissions": lambda app, _info: permissions_shown(app.permissions), "problems": _problems}}
MUTATION: Resolvers = {"appProblemCreate": _problem_create, "appProblemDismiss": _problem_dismiss}
