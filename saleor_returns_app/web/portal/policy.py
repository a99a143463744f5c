"""The returns policy as shoppers read it, written from the published rules."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Response, request
from flask.typing import ResponseReturnValue

from saleor_returns_app.domain.policy.public import public_sections
from saleor_returns_app.services.policies import in_force
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx

from .access import blueprint, page, tenant

#: Seconds that a browser or a cache between may show it without asking again.
LIFETIME = 300


@dataclass(frozen=True, slots=True)
class Told:
    """A section in the reader's language."""

    code: str
    title: str  # msgid
    texts: tuple[str, ...]


@blueprint.get("/policy")
def policy() -> ResponseReturnValue:
    """Says nothing about who reads it, so that it may be kept and shared."""
    standing = in_force(ctx(), tenant().id)
    language = i18n.language()
    sections = [
        Told(
            section.code,
            section.title,
            tuple(item.say(translate=i18n.gettext, language=language) for item in section.items),
        )
        for section in public_sections(standing.document)
    ]
    answer = page(
        "policy.html",
        sections=sections,
        version=standing.version,
        since=standing.row.effective_from if standing.row else None,
    )
    return _kept(answer, language)


def _kept(answer: Response, language: str) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={LIFETIME}"
    answer.headers["Content-Language"] = language
    answer.vary.update(("Accept-Language", "Cookie"))  # the cookie keeps the language that was chosen here
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
