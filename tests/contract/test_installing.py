"""The app itself, over HTTP: installed from its manifest, told of changes, removed."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug.serving import make_server

from saleor_returns_app.app import build_context
from saleor_returns_app.config import load_settings
from saleor_returns_app.domain.money import Money
from saleor_returns_app.errors import TokenDead
from saleor_returns_app.models import Base
from saleor_returns_app.models.tenants import Tenant, TenantState
from saleor_returns_app.models.webhooks import WebhookDelivery
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.inbox import order_in
from saleor_returns_app.services.ports import Replacement, ReplacementLine, ReplacementRequest
from saleor_returns_app.web import build_web
from saleor_returns_app.web.install import manifest

from .world import World


@dataclass
class App:
    context: Context
    url: str

    @property
    def manifest_url(self) -> str:
        return f"{self.url}/api/manifest"

    def tenant(self) -> Tenant:
        with self.context.db.everyone() as session:
            return session.scalars(select(Tenant)).one()

    def deliveries(self, event: str) -> list[WebhookDelivery]:
        with self.context.db.everyone() as session:
            found = session.scalars(select(WebhookDelivery).where(WebhookDelivery.event == event))
            return list(found)


class _Later:
    """A WSGI application that is made when the server's port is known."""

    app: Any

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    # A name of its own: the real one may be installed in the shop already.
    name = f"returns.contract.{uuid.uuid4().hex[:8]}"
    monkeypatch.setitem(manifest._SOURCE, "id", name)
    monkeypatch.setattr("saleor_returns_app.app.IDENTIFIER", name)
    later = _Later()
    server = make_server("127.0.0.1", 0, later, threaded=True)
    settings = load_settings(
        base_url=f"http://127.0.0.1:{server.server_port}",
        database_url=SecretStr(f"sqlite:///{tmp_path / 'contract.db'}"),
        secret_keys=SecretStr(Fernet.generate_key().decode()),
        allow_private_hosts=True,
    )
    context = build_context(settings)
    Base.metadata.create_all(context.db.engine)
    later.app = build_web(context)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield App(context, settings.base_url)
    server.shutdown()
    thread.join()
    server.server_close()
    context.db.engine.dispose()


def eventually(holds: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, "did not happen"
        time.sleep(0.1)


def test_installed_told_and_removed(world: World, app: App) -> None:
    app_id = world.install(app.manifest_url)
    tenant = app.tenant()
    assert tenant.state == TenantState.ACTIVE
    assert tenant.app_id == app_id
    assert tenant.api_url == world.shop.api_url
    assert tenant.saleor_version == world.shop.saleor_version
    context = app.context
    assert context.saleor.read_app_id(context.shop(tenant.id)) == app_id

    order = world.order()
    world.touch(order)
    eventually(lambda: app.deliveries("order_updated"))
    for delivery in app.deliveries("order_updated"):
        assert delivery.tenant_id == tenant.id
        assert order_in(delivery.body)
    assert order.id in {order_in(delivery.body) for delivery in app.deliveries("order_updated")}
    assert context.saleor.read_order(context.shop(tenant.id), order.id) is not None

    world.uninstall(app_id)
    eventually(lambda: app.tenant().state == TenantState.UNINSTALLED)


def told_of(app: App, event: str, order_id: str) -> bool:
    return order_id in {order_in(delivery.body) for delivery in app.deliveries(event)}


def test_what_becomes_of_an_order_that_the_app_made_reaches_the_app(world: World, app: App) -> None:
    app_id = world.install(app.manifest_url)
    saleor, shop = app.context.saleor, app.context.shop(app.tenant().id)

    def made(owed: str) -> Replacement:
        original = world.order()
        variant = next(line.variant_id for line in original.lines if line.variant_id)
        lines = (ReplacementLine(variant_id=variant, quantity=2),)
        wanted = ReplacementRequest(order_id=original.id, lines=lines, mark=f"contract/{uuid.uuid4()}")
        draft = saleor.create_replacement(shop, wanted)
        saleor.choose_shipping(shop, draft.order_id)
        whole = saleor.read_replacement(shop, draft.order_id)
        assert whole is not None
        off = whole.total - Money(Decimal(owed), whole.total.currency)
        saleor.discount_replacement(shop, draft.order_id, amount=off, reason="Exchange")
        saleor.complete_replacement(shop, draft.order_id)
        ready = saleor.read_replacement(shop, draft.order_id)
        assert ready is not None
        return ready

    paid, dropped = made("1.50"), made("1.50")
    eventually(lambda: told_of(app, "order_created", paid.order_id))
    world.pay(paid.order_id, paid.due)
    eventually(lambda: told_of(app, "order_fully_paid", paid.order_id))
    world.ship(paid.order_id)
    eventually(lambda: told_of(app, "order_fulfilled", paid.order_id))
    eventually(lambda: told_of(app, "order_updated", paid.order_id))
    saleor.cancel_replacement(shop, dropped.order_id)
    eventually(lambda: told_of(app, "order_cancelled", dropped.order_id))
    eventually(lambda: told_of(app, "order_updated", dropped.order_id))
    world.uninstall(app_id)


def test_reinstalled_shop_is_the_same_tenant(world: World, app: App) -> None:
    world.uninstall(world.install(app.manifest_url))
    first = app.tenant()
    eventually(lambda: app.tenant().state == TenantState.UNINSTALLED)
    app_id = world.install(app.manifest_url)
    again = app.tenant()
    assert (again.id, again.state, again.app_id) == (first.id, TenantState.ACTIVE, app_id)
    world.uninstall(app_id)


def test_deactivated_app_pauses_and_resumes_with_its_old_token(world: World, app: App) -> None:
    app_id = world.install(app.manifest_url)
    context, tenant = app.context, app.tenant()
    shop = context.shop(tenant.id)
    world.deactivate(app_id)
    eventually(lambda: app.tenant().state == TenantState.PAUSED)
    with pytest.raises(TokenDead):
        context.saleor.read_app_id(shop)
    world.activate(app_id)
    eventually(lambda: app.tenant().state == TenantState.ACTIVE)
    assert context.saleor.read_app_id(shop) == app_id
    world.uninstall(app_id)


def test_why_an_install_was_refused_is_shown(world: World, app: App) -> None:
    with app.context.db.engine.begin() as connection:
        Base.metadata.drop_all(connection)
    with pytest.raises(AssertionError, match="could not save"):
        world.install(app.manifest_url)
