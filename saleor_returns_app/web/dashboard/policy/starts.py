"""Policies to begin with, with where their numbers come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.domain.policy.presets import PRESETS, standard
from saleor_returns_app.domain.tenants import TenantSettings

_ABOUT = {
    "standard": "Seven days from receipt; what is not the shopper’s fault is looked at afterwards, too.",
    "eu": "Fourteen days as the law has them; two years for faults.",
    "uk": "As in the EU; faults are looked at for six months.",
    "china": "Seven days without a reason, goods intact; fifteen for faults.",
    "us": "Thirty days: no federal law gives a right, so your own policy binds.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetCard:
    key: str
    title: str
    about: str
    source: str
    as_of: date
    rules: int


STARTS = {preset.code: preset for preset in PRESETS}


def document_of(key: str, settings: TenantSettings) -> PolicyDocument:
    """A preset's document; Standard with the days that the shop set. Raises KeyError."""
    return standard(window_days=settings.window_days) if key == "standard" else STARTS[key].build()


def preset_cards(settings: TenantSettings) -> list[PresetCard]:
    return [
        PresetCard(
            key=preset.code,
            title=preset.name,
            about=_ABOUT.get(preset.code, ""),
            source=preset.source,
            as_of=preset.as_of,
            rules=len(document_of(preset.code, settings).rules),
        )
        for preset in STARTS.values()
    ]
