"""Who may return what, until when and on which terms: a policy is data, judging it is pure.

`document` and its `conditions` and `actions` are what shops write, `facts` what is known of a line, `evaluating` what joins them into
a `Verdict`. `withdrawal` is the law's own path. `checking`, `diffing` and `sentences` are for the people who write and read policies.
"""

from saleor_returns_app.domain.because import Because

from . import presets
from .checking import Finding, check
from .composing import compose_terms, judge_case
from .diffing import Change, diff
from .document import PolicyDocument, Rule
from .evaluating import CompiledPolicy, compile_policy
from .facts import Condition, LineFacts, OrderFacts, ShopperHistory, fulfilled_at, last_parcel_at
from .public import PublicItem, Section, public_sections
from .rights import WithdrawalRight, right_of
from .sentences import say_rule, then_sentence, when_sentence
from .speech import Listed, Piece, say
from .terms import Length, LineTerms
from .verdicts import CaseVerdict, Outcome, Policy, Spoken, Verdict
from .withdrawal import judge_withdrawal

__all__ = [
    "Because",
    "CaseVerdict",
    "Change",
    "CompiledPolicy",
    "Condition",
    "Finding",
    "Length",
    "LineFacts",
    "LineTerms",
    "Listed",
    "OrderFacts",
    "Outcome",
    "Piece",
    "Policy",
    "PolicyDocument",
    "PublicItem",
    "Rule",
    "Section",
    "ShopperHistory",
    "Spoken",
    "Verdict",
    "WithdrawalRight",
    "check",
    "compile_policy",
    "compose_terms",
    "diff",
    "fulfilled_at",
    "judge_case",
    "judge_withdrawal",
    "last_parcel_at",
    "presets",
    "public_sections",
    "right_of",
    "say",
    "say_rule",
    "then_sentence",
    "when_sentence",
]
