"""Policies to begin with, with where they come from."""

from __future__ import annotations

from dataclasses import dataclass

from saleor_returns_app.domain.policy import presets
from saleor_returns_app.domain.policy.document import PolicyDocument
from saleor_returns_app.domain.tenants import TenantSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetCard:
    key: str
    title: str
    about: str
    source: str
    url: str
    as_of: str
    rules: int


STARTS = {"standard": ("Standard", "Seven days.")}


def document_of(key: str, settings: TenantSettings) -> PolicyDocument:
    return presets.standard(window_days=settings.window_days)


def preset_cards(settings: TenantSettings) -> list[PresetCard]:
    return [
        PresetCard(
            key=key,
            title=title,
            about=about,
            source="",
            url="",
            as_of="2026",
            rules=len(document_of(key, settings).rules),
        )
        for key, (title, about) in STARTS.items()
    ]
