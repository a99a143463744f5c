"""Rules in sentences, for the templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask import Flask

from saleor_returns_app.domain.policy.actions import Then
from saleor_returns_app.domain.policy.document import Rule
from saleor_returns_app.domain.policy.sentences import say_rule
from saleor_returns_app.web.i18n import gettext, language

from .labels import label_of

#: What can differ besides what an action says → its words.
_DIFFERS = {"outcome": "Verdict", "until": "Time to return"}


def rule_words(rule: Rule, actions: Iterable[Then] | None = None) -> str:
    """The rule as one sentence; with `actions`, as far as these of its actions say."""
    shown = replace(rule, then=tuple(actions)) if actions is not None else rule
    return say_rule(shown, translate=gettext, language=language())


def differs_word(code: str) -> str:
    """What differs between two verdicts: the verdict, the time, or what an action says."""
    return gettext(_DIFFERS.get(code) or label_of(code).title)


def register(app: Flask) -> None:
    filters = (rule_words, differs_word)
    app.jinja_env.filters.update({function.__name__: function for function in filters})
