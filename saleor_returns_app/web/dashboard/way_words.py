"""How goods come back, as staff read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from saleor_returns_app.domain.methods import METHODS
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.web.i18n import format_weekday, gettext


def pickup_said(day: str, window: str) -> str:
    """When a courier comes, as tables keep it (2026-03-04, 09:00–13:00), as people write it; empty for other ways."""
    return ", ".join(part for part in (format_weekday(date.fromisoformat(day)) if day else "", window) if part)


def way_said(detail: Mapping[str, Any]) -> str:
    """The way of an entry of the history."""
    when = pickup_said(str(detail.get("pickup_day", "")), str(detail.get("pickup_window", "")))
    said = (gettext(METHODS[ReturnMethod(detail["method"])]), when, str(detail.get("place", "")))
    return " · ".join(part for part in said if part)
