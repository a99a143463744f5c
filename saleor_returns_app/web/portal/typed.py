"""What was typed and what was wrong with it, kept until it is sent right: a refused form is answered with its own page's
address, so that Back and reloading work and nothing is sent twice.

Before signing in it is in a cookie that only we can read; afterwards in the shopper's draft.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request

from saleor_returns_app.errors import AppError, ConfigurationError
from saleor_returns_app.services.drafts import save_draft
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx

from .access import set_cookie, tenant, to, visit

COOKIE = "returns_typed"
LIFETIME = 900
#: Part of a draft: page → what was refused there.
REFUSED = "refused"
#: The address of a page that shows what was refused: without it, coming back later begins without reproach.
MARK = "check"


@dataclass(frozen=True, slots=True)
class Said:
    """A text for people, not translated yet: the next page may be in another language."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, error: AppError) -> Said:
        return cls(error.text, error.params)

    def __str__(self) -> str:
        text = i18n.gettext(self.text)
        return text % i18n.spell_amounts(self.params) if self.params else text


#: Id of a field, or nothing for the whole page → what is wrong.
Problems = Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a page was sent before."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def read_cookie(page: str) -> Typed:
    """What was typed before signing in, and what was wrong with it on this page."""
    kept = _cookie()
    problems = kept.get("problems", {}) if kept.get("page") == page and MARK in request.args else {}
    return Typed(kept.get("values", {}), _shown(problems))


def _cookie() -> dict[str, Any]:
    secret = request.cookies.get(COOKIE, "")
    try:
        kept = json.loads(ctx().cipher.decrypt(secret)) if secret else {}
    except (ConfigurationError, ValueError):
        return {}  # cut off, or of a key that is gone
    return kept if isinstance(kept, dict) and kept.get("tenant") == tenant().id else {}


def keep(
    response: Response, values: Mapping[str, str], *, page: str = "", problems: Problems | None = None
) -> Response:
    """Put what was typed into the cookie."""
    kept = {"tenant": tenant().id, "page": page, "values": dict(values), "problems": _stored(problems or {})}
    return set_cookie(response, COOKIE, ctx().cipher.encrypt(json.dumps(kept, ensure_ascii=False)), seconds=LIFETIME)


def keep_refused(page: str, problems: Problems, values: Mapping[str, str] | None = None) -> Response:
    """Go back to a page before signing in; it shows what was typed, or kept before, and what is wrong."""
    kept = _cookie().get("values", {}) if values is None else values
    return keep(to(page, **{MARK: 1}), kept, page=page, problems=problems)


def drop(response: Response) -> Response:
    return set_cookie(response, COOKIE, "", seconds=0)


def read_draft(page: str, **where: str) -> Typed:
    """What was refused on a page of the signed-in shopper."""
    kept = visit().draft.get(REFUSED, {}).get(_place(page, where)) if MARK in request.args else None
    return Typed(kept["values"], _shown(kept["problems"])) if kept else Typed()


def refuse(
    page: str,
    problems: Problems,
    *,
    values: Mapping[str, str] | None = None,
    changes: Mapping[str, object] | None = None,
    **where: str,
) -> Response:
    """Change the draft and go back to a page of the signed-in shopper; it shows what is wrong."""
    refused = {_place(page, where): {"values": dict(values or {}), "problems": _stored(problems)}}
    save_draft(ctx(), tenant().id, visit().id, {**(changes or {}), REFUSED: refused})
    return to(page, **{MARK: 1}, **where)


def accept(changes: Mapping[str, object] | None = None) -> None:
    """Change the draft; nothing is wrong any more."""
    save_draft(ctx(), tenant().id, visit().id, {**(changes or {}), REFUSED: {}})


def _place(page: str, where: Mapping[str, str]) -> str:
    return "/".join([page, *where.values()])


def _stored(problems: Problems) -> dict[str, Any]:
    def plain(params: Mapping[str, object]) -> dict[str, object]:
        return {name: value if isinstance(value, int) else str(value) for name, value in params.items()}

    return {anchor: [said.text, plain(said.params)] for anchor, said in problems.items()}


def _shown(stored: Mapping[str, Any]) -> dict[str, str]:
    return {anchor: str(Said(text, params)) for anchor, (text, params) in stored.items()}
