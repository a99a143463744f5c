"""How these pages answer: an empty shell to a frame, fragments to its script, refusals that say what to do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, json, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from saleor_returns_app.errors import AppError
from saleor_returns_app.models.audit import Acting, acting
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import as_app_error, said
from saleor_returns_app.web.i18n import choose_language
from saleor_returns_app.web.i18n import gettext as _

from .access import sign_in, signed_in, visit

#: Where these pages begin; what follows is the route that the Dashboard keeps in its own address.
HOME = "/dashboard"
#: Parameters of our own pages; the rest of a frame's query (`id`, `theme`, `featureFlags[…]`) is the Dashboard's.
OURS = (
    *("view", "channel", "due", "owner", "tag", "q", "before", "after", "orderId", "customerId", "complaint", "days"),
    *("since", "until", "by", "measure", "key"),  # of the numbers
    *("person", "action", "case"),  # of the audit log
    *("rule_id", "decides", "format", "scope", "differs", "place"),  # of the policy
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src * data:; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)


def enter() -> ResponseReturnValue | None:
    """A frame is asked for without a token, twice, and must not cost or show anything: it gets the shell, whose script asks
    for the same address again as the person."""
    if request.method in ("GET", "HEAD") and not signed_in():
        return _shell()
    sign_in()
    if request.method not in ("GET", "HEAD"):
        who = visit()
        action = (request.endpoint or "").rpartition(".")[2][:60]
        acting.set(Acting(
            tenant_id=who.tenant_id, who=who.actor.who.value, actor_id=who.actor.id, action=action, at=ctx().now()
        ))  # fmt: skip
    return None


def leave(_error: BaseException | None) -> None:
    """The thread that answered goes on to somebody else's request."""
    acting.set(None)


def _shell() -> str:
    asked = request.args
    if first(asked, "locale"):
        choose_language(first(asked, "locale"))
    kept = {name: first(asked, name) for name in OURS if first(asked, name)}
    address = request.path + (f"?{urlencode(kept)}" if kept else "")
    theme = "dark" if first(asked, "theme") == "dark" else "light"
    return render_template("dashboard/shell.html", load=address, theme=theme, kind=_kind(), base=HOME)


def _kind() -> str:
    """What sort of frame asks: a widget grows with what it shows, a popup has no address of its own."""
    if request.path.startswith(f"{HOME}/widgets/"):
        return "widget"
    return "popup" if request.path == f"{HOME}/open-case" else "page"


def first(values: MultiDict[str, str], name: str) -> str:
    """A parameter that may come twice, empty the first time."""
    return next((value for value in values.getlist(name) if value), "")


def fragment(template: str, *, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(f"dashboard/{template}", **values), status)


def onto_page(answer: Response) -> Response:
    """The answer takes the place of the whole page, wherever it was asked for."""
    answer.headers["HX-Retarget"] = "#main"
    answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def notify(answer: Response, title: str, *, text: str = "", status: str = "success") -> Response:
    """A toast in the Dashboard, which also reads the open order anew: something about it has changed."""
    events = {"saleor:notify": {"status": status, "title": title, "text": text}, "saleor:refresh": {}}
    answer.headers["HX-Trigger"] = json.dumps(events)
    return answer


def refuse(error: Exception) -> ResponseReturnValue:
    """Any error as a fragment in the place of what was asked for."""
    problem = as_app_error(error)
    return fragment("refused.html", status=problem.status, problem=problem, said=said(problem), title=_title(problem))


def _title(problem: AppError) -> str:
    return {
        401: _("You are not signed in"),
        403: _("You may not see this"),
        404: _("Not found"),
        409: _("Not possible now"),
        503: _("The shop does not answer"),
    }.get(problem.status, _("Something went wrong"))


def protect(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.vary.add("authorization-bearer")
    return answer
