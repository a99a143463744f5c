"""Documents are plain dataclasses; what reads them from JSON finds here how strictly, and which class a `kind` stands for."""

from __future__ import annotations

from typing import Any, get_args

#: Unknown names in a document are errors: a misspelt field would otherwise be a rule that says something else.
STRICT = {"extra": "forbid"}


class Kinds:
    """Metadata on a union of classes told apart by `kind`.

    pydantic's TypeAdapter asks annotations for their schema by this method; without it, it would try every class in turn and
    complain about all of them.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> dict[str, Any]:
        choices = {member.__dataclass_fields__["kind"].default: member for member in get_args(source)}
        return {
            "type": "tagged-union",
            "discriminator": "kind",
            "choices": {kind: handler.generate_schema(member) for kind, member in choices.items()},
        }
