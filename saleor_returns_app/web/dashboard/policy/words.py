"""Rules in sentences, for the templates."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from saleor_returns_app.domain.policy.actions import Then
from saleor_returns_app.domain.policy.document import Rule
from saleor_returns_app.domain.policy.sentences import action_pieces, say_rule, when_sentence
from saleor_returns_app.domain.policy.speech import join, say
from saleor_returns_app.web.i18n import gettext, language


def when_words(rule: Rule) -> str:
    """“If the reason is size or fit and the order went to Germany:”"""
    if not rule.when:
        return gettext("Always:")
    clauses = join(
        [say(piece, translate=gettext, language=language()) for piece in when_sentence(rule)], language=language()
    )
    return gettext("If %(conditions)s:") % {"conditions": clauses}


def then_words(action: Then) -> list[str]:
    """What one action says, clause by clause."""
    return [say(piece, translate=gettext, language=language()) for piece in action_pieces(action)]


def all_then_words(actions: Iterable[Then]) -> list[str]:
    """What actions say, each clause beginning as a sentence does."""
    return [_capital(clause) for action in actions for clause in then_words(action)]


def rule_words(rule: Rule) -> str:
    """The whole rule as one sentence."""
    return say_rule(rule, translate=gettext, language=language())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def register(app: Flask) -> None:
    filters = (when_words, all_then_words, rule_words)
    app.jinja_env.filters.update({function.__name__: function for function in filters})
