"""Comparing a recorded answer with the stand-in's: everything alike but ids, times, names and references."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo.shop.ids import kind_of

_NAMES = {
    "number",
    "userEmail",
    "email",
    "name",
    "slug",
    "productName",
    "variantName",
    "productSku",
    "trackingNumber",
    "code4",
    "requestedQueryCost",
}
_REFERENCES = {"pspReference"}


class Ids:
    """What recorded ids (and addresses) are called here; learnt from each pair of answers."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def replace(self, value: Any) -> Any:
        """The value with recorded ids replaced, deep inside and within texts."""
        if isinstance(value, dict):
            return {key: self.replace(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.replace(item) for item in value]
        if isinstance(value, str):
            for recorded, ours in self.known.items():
                value = value.replace(recorded, ours)
        return value


def differences(recorded: Any, ours: Any, ids: Ids, *, at: str = "") -> list[str]:
    """Where the answers differ, as readable lines; empty when they are alike."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        if list(recorded) != list(ours):
            return [f"{at}: keys {list(recorded)} but {list(ours)}"]
        return [line for key in recorded for line in differences(recorded[key], ours[key], ids, at=f"{at}.{key}")]
    if isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            return [f"{at}: {len(recorded)} items but {len(ours)}"]
        pairs = enumerate(zip(recorded, ours, strict=True))
        return [line for index, (left, right) in pairs for line in differences(left, right, ids, at=f"{at}[{index}]")]
    if type(recorded) is not type(ours):
        return [f"{at}: {recorded!r} but {ours!r}"] if at.rpartition(".")[2] not in _NAMES else []
    return [] if _is_alike(at.rpartition(".")[2], recorded, ours, ids) else [f"{at}: {recorded!r} but {ours!r}"]


def _is_alike(key: str, recorded: Any, ours: Any, ids: Ids) -> bool:
    if key in _NAMES:
        return True
    if key in _REFERENCES:
        return bool(recorded) == bool(ours)
    if isinstance(recorded, str) and (kind := kind_of(recorded)) and kind == kind_of(ours):
        known = ids.known.setdefault(recorded, ours)
        return known == str(ours)
    if isinstance(recorded, str) and _is_time(recorded):
        return _is_time(ours)
    matches: bool = ids.replace(recorded) == ours
    return matches


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
