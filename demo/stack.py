"""Everything together: shop, mailbox and the app with its worker, with their state in one folder."""

from __future__ import annotations

import json
import pickle
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import requests
from cryptography.fernet import Fernet

from demo.app import CLOCK
from demo.app_processes import AppProcesses
from demo.clock import DemoClock
from demo.mailbox import Mailbox, Sink
from demo.serving import HOST, Running, free_port
from demo.shop import Shop, ShopSettings, create_shop
from demo.shop.installing import install, uninstall
from demo.shop.model.apps import App
from demo.shop.refunds import resume
from demo.shop.samples.people import ADMIN
from demo.shop.serve import start
from demo.shop.shop import load_state
from demo.shop.web.shown import portal_url

_SAVE_EVERY = 10.0
CLOCK_FILE = "clock"
Say = Callable[[str], None]


@dataclass(slots=True, frozen=True)
class Ports:
    """Where the three listen; 0 takes any free port."""

    app: int = 8310
    shop: int = 8320
    mail: int = 8325


ANY_PORTS = Ports(0, 0, 0)
#: Waiting is short, so that a slow provider or a broken webhook can be watched.
DEMO_SETTINGS = ShopSettings(race_gap=0.02, provider_timeout=4.0, retry_base=2.0)


class Stack:
    """`with Stack(folder) as stack:` runs it all; what was there before in the folder is taken up again.

    The shop is called `localhost` and the app `127.0.0.1`: two sites for a browser, as in real life, so that what would
    fail with third-party cookies fails here too.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ports: Ports = ANY_PORTS,
        settings: ShopSettings | None = None,
        environment: Mapping[str, str] | None = None,
        say: Say = lambda _text: None,
    ) -> None:
        self.folder = folder
        self._wanted = ports
        self._settings = settings or DEMO_SETTINGS
        self._environment = environment or {}
        self._say = say
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ports = self._choose_ports()
        self.clock = DemoClock(self.folder / CLOCK_FILE)
        self.shop, self.mailbox = self._state()
        self.sink = Sink(self.mailbox, port=self.ports.mail)
        self.served: Running = start(self.shop, port=self.ports.shop, host="localhost", mailbox=self.mailbox)
        self.app_url = f"http://{HOST}:{self.ports.app}"
        self.processes = AppProcesses(self.folder, self.app_url, self._configuration(), module="demo.app")
        try:
            self.processes.start()
            self.app = self._install()
        except BaseException:
            self._stop()
            raise
        self._saver = threading.Thread(target=self._save_now_and_then, daemon=True)
        self._saver.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def portal_url(self) -> str:
        return portal_url(self.shop)

    @property
    def dashboard_url(self) -> str:
        return f"{self.shop.base_url}/dashboard/"

    def save(self) -> None:
        """Keeps the shop and the mails for the next start."""
        self.shop.save(self.folder / "shop.pickle")
        (self.folder / "mails.pickle").write_bytes(pickle.dumps(self.mailbox.messages()))
        (self.folder / "ports.json").write_text(json.dumps(asdict(self.ports)))

    def _stop(self) -> None:
        self._stopping.set()
        self.processes.stop()
        self.served.stop()
        self.shop.worker.settle(5)
        self.save()
        self.shop.close()
        self.sink.stop()

    def _choose_ports(self) -> Ports:
        """The ports of last time, for the app knows the shop by its address; else the wanted ones; else free ones."""
        wanted = asdict(self._wanted)
        with suppress(OSError, ValueError, TypeError):
            wanted = asdict(Ports(**json.loads((self.folder / "ports.json").read_text())))
        chosen = {name: free_port(port) for name, port in wanted.items()}
        for name, port in wanted.items():
            if port and chosen[name] != port:
                self._say(f"Port {port} is taken: the {name} uses {chosen[name]} instead.")
        return Ports(**chosen)

    def _state(self) -> tuple[Shop, Mailbox]:
        kept, mails = self.folder / "shop.pickle", self.folder / "mails.pickle"
        mailbox = Mailbox(now=self.clock.now)
        if mails.exists():
            mailbox.restore(pickle.loads(mails.read_bytes()))
        if not kept.exists():
            return create_shop(self._settings, clock=self.clock), mailbox
        settings, state = load_state(kept)
        shop = Shop(settings, state=state, clock=self.clock)
        resume(shop)
        return shop, mailbox

    def _configuration(self) -> dict[str, str]:
        key = self.folder / "secret.key"
        if not key.exists():
            key.write_bytes(Fernet.generate_key())
            key.chmod(0o600)
        return {
            "RETURNS_BASE_URL": self.app_url,
            "RETURNS_DATABASE_URL": f"sqlite:///{(self.folder / 'returns.db').resolve()}",
            "RETURNS_STORAGE_URL": f"file:{(self.folder / 'files').resolve()}",
            "RETURNS_SECRET_KEYS_FILE": str(key.resolve()),
            "RETURNS_ALLOW_PRIVATE_HOSTS": "true",
            "RETURNS_SMTP_URL": self.sink.url,
            "RETURNS_MAIL_FROM": "returns@demo-shop.example",
            "RETURNS_WEB_PORT": str(self.ports.app),
            "RETURNS_WEB_PROCESSES": "1",
            "RETURNS_LOG_FORMAT": "console",
            CLOCK: str((self.folder / CLOCK_FILE).resolve()),
            **self._environment,
        }

    def _install(self) -> App:
        """The app of last time, when both ends still have their addresses; otherwise a new install."""
        manifest = f"{self.app_url}/api/manifest"
        for app in list(self.shop.state.apps.values()):
            if app.manifest_url == manifest and self.shop.state.served_as == self.shop.base_url:
                return app
            if app.manifest_url:
                uninstall(self.shop, app)
        self.shop.state.served_as = self.shop.base_url
        app = install(self.shop, manifest)
        self._set_up(app)
        return app

    def staff_session(self, app: App) -> requests.Session:
        """The administrator at the app, with the token that the Dashboard hands to the app's frame."""
        who = {"email": ADMIN, "app": app.id}
        answer = requests.post(f"{self.shop.base_url}/demo/tokens", json=who, timeout=10)
        answer.raise_for_status()
        session = requests.Session()
        session.headers.update({"authorization-bearer": answer.json()["token"], "saleor-api-url": self.shop.api_url})
        return session

    def _set_up(self, app: App) -> None:
        """What a merchant types first: where parcels go."""
        address = "Demo shop, returns\n1 Dock Road\nNew York, NY 10001"
        settings = {
            "return_address": address,
            "window_days": "30",
            "shipping_rule": "with_last_unit",
            "payment_page": f"{self.shop.base_url}/shop/orders/{{number}}",
        }
        store = {
            "name": "Fifth Avenue",
            "address.company": "Demo shop",
            "address.street_1": "725 Fifth Avenue",
            "address.postal_code": "10022",
            "address.city": "New York",
            "address.country": "US",
            "is_store": "yes",
            "hours": "Mon–Sat 10–19",
        }
        ways = {
            "methods": ["courier_pickup", "drop_off", "self_shipping", "in_store"],
            "courier_pickup": "6.90 USD\n6.90 EUR\n29.00 PLN\n900 JPY",
            "drop_off": "3.90 USD\n3.90 EUR\n15.00 PLN\n500 JPY",
            "windows": "09:00–13:00\n13:00–18:00",
        }
        typed: dict[str, dict[str, Any]] = {"": settings, "/sending-back/places": store, "/sending-back": ways}
        with self.staff_session(app) as desk:
            for page, data in typed.items():
                answer = desk.post(f"{self.app_url}/dashboard/settings{page}", data=data, timeout=30)
                answer.raise_for_status()

    def _save_now_and_then(self) -> None:
        while not self._stopping.wait(_SAVE_EVERY):
            # A record may change while it is written down; the next round gets it.
            with suppress(RuntimeError):
                self.save()


def forget(folder: Path) -> None:
    """Throws the kept state away."""
    shutil.rmtree(folder, ignore_errors=True)
