"""Replies kept for reuse: their placeholders, and which of them suits a case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from .because import Because

#: What a reply can name; filled for the case it is used in.
PLACEHOLDERS = ("customer_name", "number", "order_number", "items", "due_date", "amount")
_NAMED = re.compile(r"\{([^{}]*)\}")
#: The language that stands in where a reply has none in the shopper's.
FALLBACK = "en"


class Reply(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def reason(self) -> str: ...


R = TypeVar("R", bound=Reply)


def flaw(body: str) -> Because | None:
    """What is wrong with the placeholders of a reply; None where each of them can be filled."""
    unknown = [name for name in _NAMED.findall(body) if name not in PLACEHOLDERS]
    if unknown:
        text = "{%(name)s} is not known. These are: %(known)s."
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        return Because("PLACEHOLDER", text, {"name": unknown[0], "known": known})
    if re.search(r"[{}]", _NAMED.sub("", body)):
        text = "A brace stands alone. Placeholders look like {customer_name}."
        return Because("BRACE", text)
    return None


def fill(body: str, values: Mapping[str, str]) -> str:
    """The reply with what it names; an unknown name stays as it is, so that whoever sends it sees it."""
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), body)


def suited(replies: Iterable[R], *, language: str, reasons: Iterable[str]) -> list[R]:
    """One reply of each name, in the shopper's language or the one that stands in; those for these reasons first.

    A reply for another reason is left out.
    """
    wanted = set(reasons)
    best: dict[str, R] = {}
    for reply in replies:
        if reply.reason and reply.reason not in wanted:
            continue
        kept = best.get(reply.name)
        if kept is None or _rank(reply, language) < _rank(kept, language):
            best[reply.name] = reply
    return sorted(best.values(), key=lambda reply: (not reply.reason, reply.name))


def _rank(reply: Reply, language: str) -> int:
    return 0 if reply.language == language else 1 if reply.language == FALLBACK else 2
