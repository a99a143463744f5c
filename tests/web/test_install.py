"""What Saleor and merchants read and call: manifest, registering, public pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from graphql import GraphQLEnumType, parse
from saleor_returns_app import __version__
from saleor_returns_app.adapters.saleor.documents import DOCUMENTS, Kind
from saleor_returns_app.errors import SaleorUnavailable, TokenDead
from saleor_returns_app.models import Database
from saleor_returns_app.models.tenants import TenantState
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.tenants import find_tenant, mark_uninstalled
from saleor_returns_app.web import build_web
from saleor_returns_app.web.install.manifest import IDENTIFIER, build_manifest
from tests.fakes import FakeSaleor
from tests.recorded import VERSIONS, schema_of

API_URL = "http://127.0.0.1:8000/graphql/"


@pytest.fixture
def client(ctx: Context) -> FlaskClient:
    return build_web(ctx).test_client()


def read_manifest(client: FlaskClient, version: str | None) -> dict[str, Any]:
    headers = {"Saleor-Schema-Version": version} if version else {}
    answer = client.get("/api/manifest", headers=headers)
    assert answer.status_code == 200
    manifest: dict[str, Any] = answer.get_json()
    return manifest


def events(manifest: dict[str, Any]) -> set[str]:
    return {event for webhook in manifest["webhooks"] for event in webhook["asyncEvents"]}


def test_manifest_names_everything_by_the_configured_address_and_not_by_host(client: FlaskClient) -> None:
    answer = client.get("/api/manifest", headers={"Host": "localhost"})
    manifest = answer.get_json()
    assert manifest["appUrl"] == "http://returns.test/dashboard/"
    assert manifest["tokenTargetUrl"] == "http://returns.test/api/register"
    assert {webhook["targetUrl"] for webhook in manifest["webhooks"]} == {"http://returns.test/api/webhooks"}
    assert "localhost" not in answer.text
    assert not {part for part in ("{baseUrl}", "{version}", "{supportUrl}") if part in answer.text}
    assert manifest["version"] == __version__
    assert answer.headers["Vary"] == "Saleor-Schema-Version"


def test_manifest_keeps_saleors_limits(client: FlaskClient) -> None:
    manifest = read_manifest(client, "3.23")
    assert manifest["id"] == IDENTIFIER
    for name in ("name", "version", "author"):
        assert 0 < len(manifest[name]) <= 60
    assert manifest["permissions"] == [
        "MANAGE_ORDERS",
        "HANDLE_PAYMENTS",
        "MANAGE_PRODUCTS",
        "MANAGE_GIFT_CARD",
        "MANAGE_DISCOUNTS",
    ]
    for extension in manifest["extensions"]:
        assert set(extension["permissions"]) <= set(manifest["permissions"])
        assert extension["url"].startswith("/" if extension["target"] == "APP_PAGE" else "http://returns.test/")
    identifiers = [extension["identifier"] for extension in manifest["extensions"]]
    assert len(set(identifiers)) == len(identifiers) == 4


@pytest.mark.parametrize(
    ("version", "widgets", "lifecycle"),
    [("3.21", False, False), ("3.22", True, False), ("3.23", True, True), ("3.24", True, True), (None, False, False)],
)
def test_manifest_holds_what_the_asking_version_knows(
    client: FlaskClient, version: str | None, widgets: bool, lifecycle: bool
) -> None:
    manifest = read_manifest(client, version)
    targets = {extension["target"] for extension in manifest["extensions"]}
    assert ("WIDGET" in targets) is widgets
    assert {"APP_PAGE", "POPUP"} <= targets
    assert ("APP_DELETED" in events(manifest)) is lifecycle
    assert {"ORDER_UPDATED", "ORDER_REFUNDED", "TRANSACTION_ITEM_METADATA_UPDATED"} <= events(manifest)


@pytest.mark.parametrize("version", VERSIONS)
def test_manifest_is_valid_by_the_schema_of_each_version(ctx: Context, version: str) -> None:
    schema = schema_of(version)
    asking = "3.24" if version == "main" else version
    manifest = build_manifest(ctx.settings, schema_version=asking)

    def values(enum: str) -> set[str] | None:
        found = schema.type_map.get(enum)
        return set(found.values) if isinstance(found, GraphQLEnumType) else None

    assert events(manifest) <= (values("WebhookEventTypeAsyncEnum") or set())
    assert set(manifest["permissions"]) <= (values("PermissionEnum") or set())
    for extension in manifest["extensions"]:
        mounts, targets = values("AppExtensionMountEnum"), values("AppExtensionTargetEnum")
        # From 3.23 they are plain texts.
        assert mounts is None or extension["mount"] in mounts
        assert targets is None or extension["target"] in targets
    for webhook in manifest["webhooks"]:
        parse(webhook["query"])


def test_every_subscription_is_used_by_one_webhook(ctx: Context) -> None:
    manifest = build_manifest(ctx.settings, schema_version=None)
    queries = sorted(webhook["query"] for webhook in manifest["webhooks"])
    assert queries == sorted(item.text for item in DOCUMENTS.values() if item.kind is Kind.SUBSCRIPTION)


def test_logo_is_a_square_png_of_at_least_256() -> None:
    head = (Path(__file__).parents[2] / "saleor_returns_app/web/static/brand/logo.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    assert width == height >= 256


@pytest.mark.parametrize("path", ["/about", "/support", "/privacy", "/static/brand/logo.png", "/"])
def test_what_the_manifest_points_to_answers(client: FlaskClient, path: str) -> None:
    with client.get(path, follow_redirects=True) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/about", "安装到您的商店"),
        ("/support", "退货帮助"),
        ("/privacy", "商店移除本应用后，所有数据将在"),
    ],
)
def test_public_pages_speak_the_readers_language(client: FlaskClient, path: str, said: str) -> None:
    chosen = client.get(f"{path}?lang=zh", headers={"Accept-Language": "en"}).text
    wished = client.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9"}).text
    for page in (chosen, wished):
        assert '<html lang="zh">' in page
        assert said in page
    assert 'href="?lang=en"' in chosen
    assert all("lang=zh" in link for link in re.findall(r'href="(/(?:about|support|privacy)[^"]*)"', chosen))
    assert '<html lang="en">' in client.get(f"{path}?lang=en", headers={"Accept-Language": "zh"}).text


def test_support_points_to_the_operators_own_address(client: FlaskClient, ctx: Context) -> None:
    settings = ctx.settings.model_copy(update={"support_url": "https://help.example/"})
    assert build_manifest(settings, schema_version=None)["supportUrl"] == "https://help.example/"


def register(client: FlaskClient, body: object = None, **headers: str) -> TestResponse:
    sent = {"Saleor-Api-Url": API_URL, "Saleor-Domain": "127.0.0.1:8000", "Saleor-Schema-Version": "3.23"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    data = json.dumps({"auth_token": "token"} if body is None else body)
    return client.post("/api/register", data=data, headers={k: v for k, v in sent.items() if v})


def code(answer: TestResponse) -> str:
    body = answer.get_json()
    assert body["success"] is False
    assert body["error"]["message"]
    found: str = body["error"]["code"]
    return found


def test_registering_makes_the_shop_known(client: FlaskClient, ctx: Context) -> None:
    answer = register(client)
    assert answer.status_code == 200
    assert answer.get_json() == {"success": True}
    tenant = find_tenant(ctx, API_URL)
    assert tenant.state == TenantState.ACTIVE
    assert ctx.shop(tenant.id).token == "token"


def test_registering_twice_and_after_an_uninstall_keeps_one_shop(client: FlaskClient, ctx: Context) -> None:
    register(client)
    first = find_tenant(ctx, API_URL)
    assert register(client, {"auth_token": "newer"}).status_code == 200
    mark_uninstalled(ctx, first.id)
    assert register(client, {"auth_token": "newest"}).status_code == 200
    assert find_tenant(ctx, API_URL).id == first.id
    assert ctx.shop(first.id).token == "newest"


def test_other_methods_are_refused(client: FlaskClient) -> None:
    answer = client.get("/api/register")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_missing_address_is_refused(client: FlaskClient) -> None:
    answer = register(client, Saleor_Api_Url="")
    assert (answer.status_code, code(answer)) == (400, "MISSING_SALEOR_API_URL_HEADER")


@pytest.mark.parametrize(
    "body", [{}, [], "token", {"auth_token": ""}, {"auth_token": 5}, {"auth_token": "x" * 5000}, {"auth_token": "a\nb"}]
)
def test_missing_or_impossible_token_is_refused(client: FlaskClient, body: object) -> None:
    answer = register(client, body)
    assert (answer.status_code, code(answer)) == (400, "MISSING_AUTH_TOKEN")


def test_body_that_is_no_json_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/register", data=b"\xff{", headers={"Saleor-Api-Url": API_URL})
    assert (answer.status_code, code(answer)) == (400, "MISSING_AUTH_TOKEN")


@pytest.mark.parametrize("url", ["ftp://shop.example/graphql/", "http://u:p@127.0.0.1/graphql/", "nonsense"])
def test_address_that_may_not_be_called_is_refused(client: FlaskClient, url: str) -> None:
    answer = register(client, Saleor_Api_Url=url)
    assert (answer.status_code, code(answer)) == (403, "SALEOR_URL_PROHIBITED")


def test_private_address_is_refused_where_it_is_not_allowed(ctx: Context) -> None:
    strict = replace(ctx, settings=ctx.settings.model_copy(update={"allow_private_hosts": False}))
    for url in ("https://127.0.0.1/graphql/", API_URL):
        answer = register(build_web(strict).test_client(), Saleor_Api_Url=url)
        assert (answer.status_code, code(answer)) == (403, "SALEOR_URL_PROHIBITED")


def test_database_that_is_away_is_said_before_the_shop_is_asked(
    client: FlaskClient, database: Database, saleor: FakeSaleor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("connect", {}, Exception("away"))

    monkeypatch.setattr(database.engine, "connect", fail)
    answer = register(client)
    assert (answer.status_code, code(answer)) == (503, "APL_NOT_CONFIGURED")
    assert saleor.calls["read_app_id"] == 0


@pytest.mark.parametrize("trouble", [TokenDead(), SaleorUnavailable()])
def test_token_that_the_shop_does_not_know_is_refused(
    client: FlaskClient, saleor: FakeSaleor, trouble: Exception
) -> None:
    saleor.trouble["read_app_id"] = [trouble]
    answer = register(client)
    assert (answer.status_code, code(answer)) == (401, "UNKNOWN_APP_ID")


def test_shop_without_keys_is_refused(client: FlaskClient, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_url: str) -> None:
        raise SaleorUnavailable

    monkeypatch.setattr(ctx.keys, "fetch", fail)
    answer = register(client)
    assert (answer.status_code, code(answer)) == (401, "JWKS_NOT_AVAILABLE")


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_failure_to_save_is_ours(client: FlaskClient, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    error = OperationalError("insert", {}, Exception("disk full"))
    monkeypatch.setattr("saleor_returns_app.services.tenants._tenant_for", failing(error))
    answer = register(client)
    assert (answer.status_code, code(answer)) == (500, "APL_SAVE_ERROR")
    assert "token" not in answer.text


def test_registering_again_and_again_from_one_address_is_slowed_down(client: FlaskClient, saleor: FakeSaleor) -> None:
    headers = {"Saleor-Api-Url": "https://shop.example/graphql/"}
    answers = [client.post("/api/register", json={"auth_token": "token"}, headers=headers) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert answers[-1].get_json()["error"]["code"] == "TOO_MANY"
    assert 429 not in [answer.status_code for answer in answers[:-1]]
    elsewhere = client.post(
        "/api/register", json={"auth_token": "token"}, headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert elsewhere.status_code != 429
