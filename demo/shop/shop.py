"""The shop: its state, and the few things that everything in it needs."""

from __future__ import annotations

import pickle
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from demo.clock import DemoClock
from demo.shop import deliveries, execution, schema
from demo.shop.asked import Asked
from demo.shop.keys import Keys
from demo.shop.model.accounts import User
from demo.shop.model.apps import App
from demo.shop.model.orders import Order, OrderEvent
from demo.shop.provider import Ledger, Provider
from demo.shop.settings import ShopSettings
from demo.shop.state import State
from demo.shop.tokens import who_asks
from demo.shop.traffic import Traffic
from demo.shop.worker import Worker


class Shop:
    """One Saleor-shaped shop. Thread-safe where the real one is atomic, and racy where it is not."""

    def __init__(
        self,
        settings: ShopSettings,
        *,
        state: State | None = None,
        base_url: str = "http://localhost:8320",
        clock: DemoClock | None = None,
    ):
        self.settings = settings
        self.clock = clock or DemoClock()
        self.state = state or State(Ledger())
        self.base_url = base_url
        self.keys = Keys(self.state.key_pem or None, now=self.clock.now)
        self.state.key_pem = self.keys.pem
        self.lock = threading.RLock()
        self.worker = Worker()
        self.provider = Provider(self.state.ledger, now=self.clock.now)
        self.traffic = Traffic()
        self._documents = execution.Documents()

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/graphql/"

    @property
    def domain(self) -> str:
        """Host and port, as the `Saleor-Domain` header carries them."""
        return urlsplit(self.base_url).netloc

    def gap(self) -> None:
        """The time that passes between checking and acting."""
        if self.settings.race_gap:
            time.sleep(self.settings.race_gap)

    def emit(self, event: str, **subject: Any) -> None:
        """Sends a webhook event, e.g. `order_updated`, to the apps that listen."""
        deliveries.emit(self, event, **subject)

    def note(self, order: Order, kind: str, *, message: str | None = None, **by: Any) -> OrderEvent:
        """Writes an order event. `by` is the app or user it is owed to, and an amount."""
        event = OrderEvent(self.state.next_id("OrderEvent"), self.clock.now(), kind, message, **by)
        order.events.append(event)
        return event

    def graphql(self, request: dict[str, Any], *, token: str | None = None) -> tuple[int, dict[str, Any]]:
        """Status and answer of a GraphQL request made with this token."""
        built = schema.build(self.settings.version)
        prepared = self._documents.prepare(built, str(request.get("query") or ""))
        return execution.run(prepared, built, who_asks(self, token), request)

    def execute_subscription(self, query: str, happening: deliveries.Happening) -> dict[str, Any]:
        """A webhook's payload: the subscription's `event`, read with the app's permissions."""
        built = schema.build(self.settings.version)
        prepared = self._documents.prepare(built, query)
        recipient = happening.recipient
        asked = Asked(self, app=recipient, permissions=recipient.permissions)
        return execution.run_subscription(prepared, built, asked, happening)

    def rotate_keys(self) -> None:
        self.keys.rotate()
        self.state.key_pem = self.keys.pem

    def user(self, email: str) -> User:
        """KeyError when nobody has this address."""
        for user in self.state.users.values():
            if user.email == email:
                return user
        raise KeyError(email)

    def app_token(self, app: App, user: User) -> str:
        """What the Dashboard hands to an app's frame: a JWT with the permissions both have."""
        from demo.shop.tokens import third_party_token

        return third_party_token(self, app, user)

    def paid_out(self, order: Order) -> Decimal:
        """What the provider really paid back for an order, whatever the order says."""
        return self.provider.paid(order_number=order.number)

    def save(self, path: Path) -> None:
        """Keeps the state in a file, for the next start."""
        with self.lock:
            data = pickle.dumps((self.settings, self.state))
        temporary = path.with_suffix(".part")
        temporary.write_bytes(data)
        temporary.replace(path)

    def close(self) -> None:
        self.worker.close()


def load_state(path: Path) -> tuple[ShopSettings, State]:
    """What `save` kept. Only for files of our own: a pickle runs what is in it."""
    settings, state = pickle.loads(path.read_bytes())
    return settings, state
