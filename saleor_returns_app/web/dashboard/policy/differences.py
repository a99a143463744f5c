"""What differs between two policies, as sentences."""

from __future__ import annotations

from dataclasses import dataclass

from saleor_returns_app.domain.policy.diffing import Change, diff
from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.web.i18n import gettext, language


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is added, removed, changed or moved; `before` and `after` are texts where they say something."""

    kind: str
    name: str
    before: str = ""
    after: str = ""


def differences(before: PolicyDocument, after: PolicyDocument) -> list[Difference]:
    """In the order of the new document; what is gone comes last."""
    return [_difference(change, after) for change in diff(before, after)]


def _difference(change: Change, after: PolicyDocument) -> Difference:
    names = list(dict.fromkeys(rule.name for rule in (change.before, change.after) if rule))
    name = " → ".join(names)
    if change.kind == "moved":
        place = change.place_after or 1
        above = after.rules[place - 2].name if place > 1 else ""
        said = gettext("Now below “%(name)s”.") % {"name": above} if above else gettext("Now at the top.")
        return Difference("moved", names[-1], after=said)
    was, becomes = change.texts(translate=gettext, language=language())
    if was == becomes:
        own_words = change.before is not None and change.after is not None and "explanation" in change.parts
        return Difference(change.kind, name, after=gettext("Its own words to shoppers.") if own_words else "")
    return Difference(change.kind, name, before=was, after=becomes)
