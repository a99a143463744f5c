"""Installed apps: their tokens, webhooks, extensions and problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, eq=False)
class Webhook:
    id: str
    name: str
    target_url: str
    events: frozenset[str]
    query: str
    is_active: bool = True


@dataclass(slots=True, eq=False)
class Extension:
    id: str
    label: str
    url: str
    mount: str
    target: str
    permissions: frozenset[str]
    options: dict[str, object]
    identifier: str | None = None

    @property
    def method(self) -> str:
        """GET or POST, as the manifest's options say for this target."""
        for key in ("widgetTarget", "newTabTarget"):
            target = self.options.get(key)
            if isinstance(target, dict) and target.get("method"):
                return str(target["method"])
        return "GET"


@dataclass(slots=True, eq=False)
class Problem:
    id: str
    key: str
    message: str
    created_at: datetime
    updated_at: datetime
    critical_threshold: int | None = None
    count: int = 1
    is_dismissed: bool = False

    @property
    def is_critical(self) -> bool:
        return bool(self.critical_threshold and self.count >= self.critical_threshold)


@dataclass(slots=True, eq=False)
class App:
    id: str
    name: str
    identifier: str
    version: str
    permissions: frozenset[str]
    token: str
    created: datetime
    manifest_url: str | None = None
    app_url: str | None = None
    about_app: str = ""
    author: str = ""
    homepage_url: str | None = None
    support_url: str | None = None
    data_privacy_url: str | None = None
    audience: str | None = None
    logo_url: str | None = None
    is_active: bool = True
    webhooks: list[Webhook] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    problem_log: list[Problem] = field(default_factory=list)

    @property
    def type(self) -> str:
        return "THIRDPARTY" if self.manifest_url else "LOCAL"
