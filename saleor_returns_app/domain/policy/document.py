"""A policy as data: ordered rules, when → then. Read and written as JSON by whatever understands dataclasses.

`pydantic.TypeAdapter(PolicyDocument)` parses it strictly, dumps it and gives its JSON schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from annotated_types import Len

from .actions import Then, action_type
from .conditions import When
from .tagging import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`id` stays when the rule is renamed or moved. `explanation`: the shop's own words to shoppers, per language."""

    __pydantic_config__: ClassVar[Any] = STRICT
    id: Annotated[str, Len(1, 60)]
    name: Annotated[str, Len(1, 200)]
    when: tuple[When, ...] = ()  # all must hold; none: always
    then: Annotated[tuple[Then, ...], Len(1)]
    explanation: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        types = [action_type(action) for action in self.then]
        if len(set(types)) < len(types):
            raise ValueError(f"rule {self.id!r} has two actions of one type")

    def actions(self) -> Iterator[tuple[str, Then]]:
        """Its actions by type."""
        return ((action_type(action), action) for action in self.then)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    __pydantic_config__: ClassVar[Any] = STRICT
    name: Annotated[str, Len(1, 100)]
    rules: tuple[Rule, ...]
    description: str = ""

    def __post_init__(self) -> None:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) < len(ids):
            raise ValueError("two rules have the same id")

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)
