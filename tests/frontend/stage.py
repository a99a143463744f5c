"""A stage for the staff pages' script: an app that answers what a test says, and a host page that speaks as the
Dashboard does."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Frame, Page

from demo.serving import Dropped
from saleor_returns_app.web.dashboard.answers import _POLICY

WEB = Path(__file__).parents[2] / "saleor_returns_app" / "web"
SHOP = "http://shop.test/graphql/"
_KINDS = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


def jwt(name: str = "first", *, seconds: float = 300) -> str:
    """A token the script can read; nobody here checks its signature."""
    claims = {"exp": int(time.time() + seconds), "iat": int(time.time()), "email": "sam@shop.test", "jti": name}
    parts = [{"alg": "RS256"}, {**claims, "permissions": [], "user_permissions": []}]
    return ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts), "s"]
    )


@dataclass
class Answer:
    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    method: str
    address: str
    token: str
    shop: str
    language: str
    body: str


@dataclass
class StaffApp:
    """The app: its real base page for whoever brings no token, else what the test put under method and path."""

    answers: dict[str, Answer | Callable[[Request], Answer]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    body: str = ""  # attributes of the page's body

    def asked(self, method: str = "GET") -> list[str]:
        return [request.address for request in self.requests if request.method == method]

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/static/"):
            file = WEB / path.lstrip("/")
            start("200 OK", [("Content-Type", _KINDS[file.suffix])])
            return [file.read_bytes()]
        token = environ.get("HTTP_AUTHORIZATION_BEARER", "")
        if environ["REQUEST_METHOD"] == "GET" and not token:
            start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", _POLICY)])
            return [self._shell().encode()]
        request = Request(
            method=environ["REQUEST_METHOD"],
            address=path + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""),
            token=token,
            shop=environ.get("HTTP_SALEOR_API_URL", ""),
            language=environ.get("HTTP_ACCEPT_LANGUAGE", ""),
            body=environ["wsgi.input"].read().decode(),
        )
        self.requests.append(request)
        found = self.answers.get(f"{request.method} {path}", Answer("<p>No such page</p>", 404))
        answer = found(request) if callable(found) else found
        start(f"{answer.status} -", [("Content-Type", answer.kind), *answer.headers.items()])
        return [answer.body.encode()]

    def _shell(self) -> str:
        env = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True)
        env.globals.update(_=lambda text: text, url_for=lambda _endpoint, filename: f"/static/{filename}")
        page = env.from_string('{% extends "base_dashboard.html" %}{% block body_attributes %}{{ body }}{% endblock %}')
        return page.render(body=self.body)


def dropped(_request: Request) -> Answer:
    """The connection breaks without an answer."""
    raise Dropped


_HOST = """<!doctype html><meta charset="utf-8"><title>Dashboard</title><script>
  window.said = []; window.token = "";
  const frame = () => document.querySelector("iframe").contentWindow;
  window.post = (type, payload) => frame().postMessage({type, payload}, "*");
  window.greet = () => window.token && post("handshake", {token: window.token, version: 1});
  addEventListener("message", ({data}) => {
    window.said.push(data);
    if (data.type === "notifyReady") window.greet();
    post("response", {actionId: data.payload.actionId, ok: true});
  });
</script>
<iframe width="900" height="700" sandbox="allow-same-origin allow-forms allow-scripts allow-downloads allow-popups"></iframe>"""


def host_page(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/html")])
    return [_HOST.encode()]


@dataclass
class Stage:
    app: StaffApp
    app_url: str
    host_url: str
    page: Page

    def open(self, path: str = "/dashboard/", *, token: str = "", **query: str) -> Frame:
        """The app in the Dashboard's frame, signed in unless `token` is "none"."""
        self.page.goto(self.host_url)
        given = {"domain": "shop.test", "saleorApiUrl": SHOP, "id": "QXBwOjE=", "theme": "light", **query}
        separator = "&" if "?" in path else "?"
        address = f"{self.app_url}{path}{separator}{urlencode(given)}"
        if token != "none":
            self.page.evaluate("(token) => { window.token = token }", token or jwt())
        self.page.evaluate("(src) => { document.querySelector('iframe').src = src }", address)
        element = self.page.wait_for_selector("iframe")
        frame = element.content_frame() if element else None
        assert frame is not None
        frame.wait_for_selector("#main", state="attached")
        return frame

    def post(self, kind: str, **payload: str) -> None:
        self.page.evaluate("([kind, payload]) => window.post(kind, payload)", [kind, payload])

    def said(self, kind: str) -> list[dict[str, Any]]:
        """What the app told the Dashboard, without the ids of the messages."""
        found = self.page.evaluate("(kind) => window.said.filter((each) => each.type === kind)", kind)
        return [{key: value for key, value in each["payload"].items() if key != "actionId"} for each in found]

    def hears(self, kind: str) -> dict[str, Any]:
        """Wait until the app tells the Dashboard something of this kind; the last one."""
        self.page.wait_for_function("(kind) => window.said.some((each) => each.type === kind)", arg=kind)
        return self.said(kind)[-1]
