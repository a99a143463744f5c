"""Installing, pausing and removing apps, with the handshake that Saleor's core does."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import requests

from demo.shop.deliveries import emit_to, session
from demo.shop.model.apps import App, Extension, Webhook
from demo.shop.schema import build, version_tuple
from graphql import parse, validate

if TYPE_CHECKING:
    from demo.shop.shop import Shop

_TIMEOUT = (2, 18)
_MOUNTS_OF_321 = ("POPUP", "APP_PAGE")
_EVENTS = frozenset(
    (
        "ORDER_CREATED",
        "ORDER_UPDATED",
        "ORDER_CONFIRMED",
        "ORDER_PAID",
        "ORDER_FULLY_PAID",
        "ORDER_REFUNDED",
        "ORDER_FULLY_REFUNDED",
        "ORDER_FULFILLED",
        "ORDER_CANCELLED",
        "ORDER_EXPIRED",
        "ORDER_METADATA_UPDATED",
        "DRAFT_ORDER_CREATED",
        "DRAFT_ORDER_UPDATED",
        "FULFILLMENT_CREATED",
        "FULFILLMENT_CANCELED",
        "FULFILLMENT_APPROVED",
        "FULFILLMENT_TRACKING_NUMBER_UPDATED",
        "FULFILLMENT_METADATA_UPDATED",
        "TRANSACTION_ITEM_METADATA_UPDATED",
        "GIFT_CARD_CREATED",
        "CUSTOMER_UPDATED",
        "PRODUCT_UPDATED",
        "APP_INSTALLED",
        "APP_UPDATED",
        "APP_DELETED",
        "APP_STATUS_CHANGED",
    )
)


class InstallFailed(Exception):
    """The app could not be installed; the text is what the person installing reads."""


def _release(shop: Shop) -> str:
    return ".".join(shop.settings.version.split(".")[:2])


def fetch_manifest(shop: Shop, url: str) -> dict[str, Any]:
    """The manifest as this Saleor version is answered."""
    headers = {"Saleor-Schema-Version": _release(shop)}
    try:
        answer = session().get(url, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        manifest: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise InstallFailed(f"Cannot fetch the manifest from {url}: {error}") from error
    return manifest


def check_manifest(shop: Shop, manifest: dict[str, Any]) -> None:
    """Refuses what core would: missing fields, too long names, unknown events, queries that do not validate."""
    for name in ("id", "name", "version"):
        if not manifest.get(name):
            raise InstallFailed(f"{name}: Field required")
    if not manifest.get("tokenTargetUrl") and version_tuple(shop.settings.version) < (3, 23):
        raise InstallFailed("tokenTargetUrl: Field required")
    for name in ("name", "author", "version"):
        if len(manifest.get(name) or "") > 60:
            raise InstallFailed(f"{name}: Ensure this value has at most 60 characters")
    if manifest.get("author") is not None and not manifest["author"].strip():
        raise InstallFailed("author: Incorrect value for field: author")
    for extension in manifest.get("extensions") or []:
        if version_tuple(shop.settings.version) < (3, 22) and extension.get("target", "POPUP") not in _MOUNTS_OF_321:
            raise InstallFailed(f"extensions: Incorrect value for field: target ({extension['target']})")
    for webhook in manifest.get("webhooks") or []:
        unknown = set(webhook.get("asyncEvents") or []) - _EVENTS
        if unknown:
            raise InstallFailed(f"webhooks: Invalid events: {', '.join(sorted(unknown))}")
        errors = validate(build(shop.settings.version), parse(webhook["query"]))
        if errors:
            raise InstallFailed(f"webhooks: Subscription query is not valid: {errors[0].message}")


def install(shop: Shop, manifest_url: str) -> App:
    """Installs as core does: the app exists first, then it gets its token; when it refuses, it is gone again."""
    manifest = fetch_manifest(shop, manifest_url)
    check_manifest(shop, manifest)
    app = _app(shop, manifest, manifest_url)
    shop.state.apps[app.id] = app
    if target := manifest.get("tokenTargetUrl"):
        try:
            _send_token(shop, app, target)
        except InstallFailed:
            del shop.state.apps[app.id]
            raise
    return app


def add_local_app(shop: Shop, *, name: str, permissions: frozenset[str]) -> App:
    """An app without a manifest, as staff create by hand; its token is in the record."""
    app = App(shop.state.next_id("App"), name, name, "1.0", permissions, _token(), shop.clock.now())
    shop.state.apps[app.id] = app
    return app


def uninstall(shop: Shop, app: App) -> None:
    """Removes it; from 3.23 the app is told, before that it hears nothing."""
    if version_tuple(shop.settings.version) >= (3, 23):
        emit_to(shop, app, "app_deleted", {"app": app})
    del shop.state.apps[app.id]


def deactivate(shop: Shop, app: App) -> None:
    """Pauses it: its token is dead until it is woken. From 3.23 the app is told."""
    app.is_active = False
    _tell_status(shop, app)


def activate(shop: Shop, app: App) -> None:
    app.is_active = True
    _tell_status(shop, app)


def _tell_status(shop: Shop, app: App) -> None:
    if version_tuple(shop.settings.version) >= (3, 23):
        emit_to(shop, app, "app_status_changed", {"app": app})


def _token() -> str:
    return secrets.token_urlsafe(22)[:30]


def _app(shop: Shop, manifest: dict[str, Any], manifest_url: str) -> App:
    brand = ((manifest.get("brand") or {}).get("logo") or {}).get("default")
    return App(
        id=shop.state.next_id("App"),
        name=manifest["name"],
        identifier=manifest["id"],
        version=manifest["version"],
        permissions=frozenset(manifest.get("permissions") or []),
        token=_token(),
        created=shop.clock.now(),
        manifest_url=manifest_url,
        app_url=manifest.get("appUrl"),
        about_app=manifest.get("about") or "",
        author=manifest.get("author") or "",
        homepage_url=manifest.get("homepageUrl"),
        support_url=manifest.get("supportUrl"),
        data_privacy_url=manifest.get("dataPrivacyUrl"),
        audience=manifest.get("audience"),
        logo_url=brand,
        webhooks=[_webhook(shop, entry) for entry in manifest.get("webhooks") or []],
        extensions=[_extension(shop, entry) for entry in manifest.get("extensions") or []],
    )


def _webhook(shop: Shop, entry: dict[str, Any]) -> Webhook:
    return Webhook(
        id=shop.state.next_id("Webhook"),
        name=entry["name"],
        target_url=entry["targetUrl"],
        events=frozenset(entry.get("asyncEvents") or []),
        query=entry["query"],
        is_active=entry.get("isActive", True),
    )


def _extension(shop: Shop, entry: dict[str, Any]) -> Extension:
    return Extension(
        id=shop.state.next_id("AppExtension"),
        label=entry["label"],
        url=entry["url"],
        mount=entry["mount"],
        target=entry.get("target") or "POPUP",
        permissions=frozenset(entry.get("permissions") or []),
        options=entry.get("options") or {},
        identifier=entry.get("identifier"),
    )


def _send_token(shop: Shop, app: App, target: str) -> None:
    headers = {
        "X-Saleor-Domain": shop.domain,
        "Saleor-Domain": shop.domain,
        "Saleor-Api-Url": shop.api_url,
        "Saleor-Schema-Version": _release(shop),
    }
    body = {"auth_token": app.token}
    try:
        answer = session().post(target, json=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise InstallFailed(f"The app does not answer at {target}: {error}") from error
    if not 200 <= answer.status_code < 300:
        try:
            message = str(answer.json()["error"]["message"])
        except (ValueError, KeyError, TypeError):
            message = f"{answer.status_code} from {target}"
        raise InstallFailed(message)
