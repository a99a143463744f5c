"""The people and words around a case, and the cases beside it: small forms in the page's margin."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from saleor_returns_app.errors import AppError, NotFound
from saleor_returns_app.services import assigning, linking
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import gettext

from .access import visit
from .answers import notify, onto_page
from .cases import case_page
from .forms import Form

Verb = Callable[[str], None]


def _typed(name: str) -> str:
    return request.form.get(name, "")[:400]


def _assign(case_id: str) -> None:
    assigning.assign_case(ctx(), visit().tenant_id, case_id, actor=visit().actor, user_id=_typed("user_id"))


def _take(case_id: str) -> None:
    assigning.assign_case(ctx(), visit().tenant_id, case_id, actor=visit().actor, user_id=visit().actor.id)


def _watch(case_id: str) -> None:
    assigning.watch_case(ctx(), visit().tenant_id, case_id, actor=visit().actor)


def _unwatch(case_id: str) -> None:
    assigning.unwatch_case(ctx(), visit().tenant_id, case_id, actor=visit().actor)


def _tag(case_id: str) -> None:
    assigning.tag_case(ctx(), visit().tenant_id, case_id, actor=visit().actor, tag=_typed("tag"))


def _untag(case_id: str) -> None:
    assigning.untag_case(ctx(), visit().tenant_id, case_id, actor=visit().actor, tag=_typed("tag"))


def _link(case_id: str) -> None:
    linking.link_case(ctx(), visit().tenant_id, case_id, actor=visit().actor, number=_typed("number"))


def _unlink(case_id: str) -> None:
    linking.unlink_case(ctx(), visit().tenant_id, case_id, actor=visit().actor, number=_typed("number"))


def _merge(case_id: str) -> None:
    linking.merge_case(ctx(), visit().tenant_id, case_id, actor=visit().actor, number=_typed("number"))


#: What the margin's forms do, and what is said afterwards.
VERBS: dict[str, tuple[Verb, str]] = {
    "assign": (_assign, "Case given"),
    "take": (_take, "The case is yours"),
    "watch": (_watch, "You follow this case"),
    "unwatch": (_unwatch, "You no longer follow this case"),
    "tag": (_tag, "Tagged"),
    "untag": (_untag, "Tag taken off"),
    "link": (_link, "Cases linked"),
    "unlink": (_unlink, "Link taken off"),
    "merge": (_merge, "Merged into the other case"),
}


def change_desk(case_id: str, verb: str) -> Response:
    if verb not in VERBS:
        raise NotFound
    run, said = VERBS[verb]
    try:
        run(case_id)
    except AppError as problem:
        if problem.code == "UNKNOWN_CASE":
            raise
        return onto_page(case_page(case_id, status=problem.status, desk_form=Form.refused(problem), desk_verb=verb))
    return notify(onto_page(case_page(case_id)), gettext(said))
