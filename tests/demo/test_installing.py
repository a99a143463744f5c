"""The install handshake, pausing and removing, as core does them."""

from __future__ import annotations

import json

import pytest

from demo.shop import Shop
from demo.shop.installing import InstallFailed, activate, deactivate, install, uninstall
from tests.demo.conftest import Client
from tests.demo.receiver import receiver


def test_the_app_gets_its_token_with_the_headers_of_core(shop: Shop) -> None:
    with receiver() as fake:
        app = install(shop, f"{fake.url}/manifest")
    manifest, register = fake.received
    assert manifest.headers["saleor-schema-version"] == "3.23"
    assert register.headers["saleor-api-url"] == shop.api_url
    assert register.headers["saleor-domain"] == shop.domain
    assert register.headers["saleor-schema-version"] == "3.23"
    assert json.loads(register.body) == {"auth_token": app.token}
    assert Client(shop, app.token).data("{ app { id } }") == {"id": app.id}


def test_an_app_that_refuses_is_gone_again(shop: Shop) -> None:
    with receiver() as fake:
        fake.register_status, fake.register_answer = 403, {"error": {"message": "This shop is not welcome"}}
        with pytest.raises(InstallFailed, match="This shop is not welcome"):
            install(shop, f"{fake.url}/manifest")
    assert shop.state.apps == {}


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "x" * 61},
        {"author": " "},
        {"id": ""},
        {"webhooks": [{"name": "w", "targetUrl": "/", "asyncEvents": ["NO_SUCH"], "query": "{a}"}]},
        {
            "webhooks": [
                {"name": "w", "targetUrl": "/", "asyncEvents": ["ORDER_UPDATED"], "query": "subscription{event{x}}"}
            ]
        },
    ],
)
def test_a_faulty_manifest_is_refused_whole(shop: Shop, fault: dict[str, object]) -> None:
    with receiver() as fake:
        fake.manifest |= fault
        with pytest.raises(InstallFailed):
            install(shop, f"{fake.url}/manifest")
    assert [each.path for each in fake.received] == ["/manifest"]


def test_a_dead_token_gets_permission_denied_and_no_app(shop: Shop) -> None:
    with receiver() as fake:
        app = install(shop, f"{fake.url}/manifest")
        uninstall(shop, app)
        assert shop.worker.settle()
    answer = Client(shop, app.token).ask("{ app { id } }")
    assert answer["data"] == {"app": None}
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert fake.events() == ["app_deleted"]


def test_a_paused_app_is_told_and_its_token_sleeps(shop: Shop) -> None:
    with receiver() as fake:
        app = install(shop, f"{fake.url}/manifest")
        deactivate(shop, app)
        assert shop.worker.settle()
        assert fake.of("app_status_changed").payload["app"] == {"id": app.id, "isActive": False}
        assert Client(shop, app.token).ask("{ app { id } }")["data"] == {"app": None}
        activate(shop, app)
        assert shop.worker.settle()
    assert Client(shop, app.token).data("{ app { id } }") == {"id": app.id}


def test_before_323_an_uninstall_is_silent(shop: Shop) -> None:
    shop.settings.version = "3.22.67"
    with receiver() as fake:
        app = install(shop, f"{fake.url}/manifest")
        uninstall(shop, app)
        assert shop.worker.settle()
    assert fake.webhooks() == []
