"""One question after a case is over, by a link that needs no signing in."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.surveys import LONGEST_COMMENT, STARS
from saleor_returns_app.errors import BadInput, Conflict
from saleor_returns_app.services.surveys import answer_survey, open_survey
from saleor_returns_app.web import errors, i18n, limits
from saleor_returns_app.web.current import ctx

from .access import blueprint, page, tenant, to

#: Stars → what they mean.
MEANINGS = {1: "Bad", 2: "Not good", 3: "All right", 4: "Good", 5: "Very good"}


@blueprint.get("/opinion/<token>")
def opinion(token: str) -> ResponseReturnValue:
    return _page(token, problems={}, typed={})


def _page(token: str, *, problems: dict[str, str], typed: dict[str, str], status: int = 200) -> ResponseReturnValue:
    limits.check(limits.TRIES)
    survey, case = open_survey(ctx(), tenant().id, token)
    if not request.args.get("lang"):
        i18n.choose_language(case.language)
    return page(
        "opinion.html",
        status,
        survey=survey,
        case=case,
        token=token,
        stars={star: MEANINGS[star] for star in reversed(STARS)},
        most=LONGEST_COMMENT,
        problems=problems,
        typed={"stars": "", "comment": "", **typed},
    )


@blueprint.post("/opinion/<token>")
def answer_opinion(token: str) -> ResponseReturnValue:
    limits.check(limits.TRIES)
    typed = {name: request.form.get(name, "")[: 5 * LONGEST_COMMENT] for name in ("stars", "comment")}
    try:
        answer_survey(ctx(), tenant().id, token, stars=typed["stars"], comment=typed["comment"])
    except BadInput as problem:
        return _page(token, problems={f"opinion-{problem.field}": errors.said(problem)}, typed=typed, status=400)
    except Conflict:
        pass  # a second click: the page says what was answered
    return to("opinion", token=token)
