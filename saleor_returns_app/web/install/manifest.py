"""The manifest: `manifest.json` with addresses and queries filled in, cut to what the asking Saleor knows.

An event name or mount that a Saleor does not know makes the whole install invalid, so it is varied by the
`Saleor-Schema-Version` header of the request. Addresses come from the configured base URL, never from `Host`:
core calls a local app with a Host that lacks the port.

Routes inside the Dashboard are relative to `appUrl`: `/cases/1` there is `/dashboard/cases/1` here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from saleor_returns_app import __version__
from saleor_returns_app.adapters.saleor import versions
from saleor_returns_app.adapters.saleor.documents import DOCUMENTS
from saleor_returns_app.config import Settings

_PACKAGE = Path(__file__).resolve().parents[2]
_IN_WHEEL = _PACKAGE / "_manifest.json"
_SOURCE: dict[str, Any] = json.loads(
    (_IN_WHEEL if _IN_WHEEL.is_file() else _PACKAGE.parent / "manifest.json").read_text(encoding="utf-8")
)
#: How Saleor knows the app, whatever its installed id: tokens of other apps are told apart by it.
IDENTIFIER: str = _SOURCE["id"]
#: Subscribed events, as the header `Saleor-Event` spells them.
EVENTS = frozenset(event.lower() for webhook in _SOURCE["webhooks"] for event in webhook["asyncEvents"])
WEBHOOKS_PATH = "/api/webhooks"

_LIFECYCLE = frozenset({"APP_DELETED", "APP_STATUS_CHANGED"})


def build_manifest(settings: Settings, *, schema_version: str | None) -> dict[str, Any]:
    """The manifest for a Saleor of `schema_version` (`3.22`); None: everything, as the newest would read it."""

    def known(feature: versions.Version) -> bool:
        return schema_version is None or versions.knows(schema_version, feature)

    values = {
        "{baseUrl}": settings.base_url,
        "{supportUrl}": settings.support_url or f"{settings.base_url}/support",
        "{version}": __version__,
    }
    manifest: dict[str, Any] = _filled(_SOURCE, values)
    if not known(versions.WIDGETS):
        manifest["extensions"] = [
            {name: value for name, value in extension.items() if name not in ("identifier", "options")}
            for extension in manifest["extensions"]
            if extension["target"] != "WIDGET"
        ]
    if not known(versions.OWN_LIFECYCLE_EVENTS):
        manifest["webhooks"] = [item for item in manifest["webhooks"] if not _LIFECYCLE & {*item["asyncEvents"]}]
    for webhook in manifest["webhooks"]:
        if known(versions.WEBHOOK_IDENTIFIERS):
            webhook["identifier"] = webhook["query"]
        webhook["query"] = DOCUMENTS[webhook["query"]].text
        webhook["targetUrl"] = f"{settings.base_url}{WEBHOOKS_PATH}"
    return manifest


def _filled(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if isinstance(value, str):
        for name, text in values.items():
            value = value.replace(name, text)
    return value
