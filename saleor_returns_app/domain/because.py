"""A reason that people read: for the shopper, and where it differs for staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Because:
    """A stable code, an English msgid for shoppers and what fills it.

    `staff` is a msgid that tells staff more (same params), empty where the shopper's text says it all. `words` are the shop's own
    words per language (BCP 47 base: "en", "zh"); where the reader's language is among them they stand in place of `text`.
    """

    code: str
    text: str
    params: dict[str, str | int] = field(default_factory=dict)
    staff: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def for_staff(self) -> str:
        """The msgid that staff read."""
        return self.staff or self.text

    def own_words(self, language: str) -> str:
        """What the shop itself says in this language; empty where it says nothing."""
        return self.words.get(language) or self.words.get(language.lower().replace("_", "-").split("-", 1)[0], "")
