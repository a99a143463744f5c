"""How content shoppers were with how their cases went, and following up those who were not."""

from __future__ import annotations

from flask import Response, request

from saleor_returns_app.domain.surveys import FAIR, Score
from saleor_returns_app.errors import AppError
from saleor_returns_app.services.surveys import follow_up, read_satisfaction
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.i18n import format_number, gettext

from .access import visit
from .answers import first, fragment, notify, onto_page
from .cases import case_page
from .charts import Bar
from .forms import Form
from .words import word

#: Days that the page looks back.
PERIODS = (30, 90, 365)


def show_satisfaction() -> Response:
    asked = first(request.args, "days")
    days = int(asked) if asked in {str(period) for period in PERIODS} else PERIODS[1]
    found = read_satisfaction(ctx(), visit().tenant_id, actor=visit().actor, days=days)
    return fragment(
        "satisfaction.html",
        found=found,
        days=days,
        periods=PERIODS,
        spread=[Bar("★" * stars, count, str(count)) for stars, count in found.spread.items()],
        average=format_number(round(found.average, 2)) if found.average is not None else "",
        groups={
            gettext("By who looked after it"): _bars(found.agents),
            gettext("By reason"): _bars(
                [Score(name=word(s.name), count=s.count, average=s.average) for s in found.reasons]
            ),
            gettext("By product"): _bars(found.products),
        },
        few={
            gettext("By who looked after it"): _few(found.agents),
            gettext("By reason"): _few(found.reasons),
            gettext("By product"): _few(found.products),
        },
        fair=FAIR,
    )


def _bars(scores: list[Score]) -> list[Bar]:
    return [
        Bar(score.name, score.average, f"{format_number(round(score.average, 1))} ({score.count})")
        for score in scores[:15]
        if score.average is not None
    ]


def _few(scores: list[Score]) -> int:
    return sum(score.average is None for score in scores)


def follow_up_case(case_id: str) -> Response:
    """Somebody was unhappy, and it is said what was done."""
    try:
        follow_up(ctx(), visit().tenant_id, case_id, actor=visit().actor, done=request.form.get("done", ""))
    except AppError as problem:
        if problem.code == "UNKNOWN_CASE":
            raise
        return onto_page(case_page(case_id, status=problem.status, follow_form=Form.refused(problem)))
    return notify(onto_page(case_page(case_id)), gettext("Followed up"))
