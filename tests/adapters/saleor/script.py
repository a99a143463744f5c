"""A scripted HTTP server: it plays a Saleor that misbehaves."""

from __future__ import annotations

import json
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


@dataclass(frozen=True)
class Seen:
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Script

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = defaultdict(str, self.headers.items())
        self.server.seen.append(Seen(self.path, headers, self.rfile.read(length)))
        self.server.next_behaviour()(self)

    do_GET = do_POST  # noqa: N815

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content_type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Script(ThreadingHTTPServer):
    """Plays its behaviours in order, the last one for ever. `hang` waits until the test ends, so nothing sleeps."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours: list[Behaviour] = []
        self.seen: list[Seen] = []
        self.over = threading.Event()
        self.connections = 0

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/graphql/"

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that went away is part of the play
            super().handle_error(request, client_address)

    def next_behaviour(self) -> Behaviour:
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]

    def play(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)

    def hang(self, _handler: Handler) -> None:
        self.over.wait(30)


def answers(data: Any, *, errors: Any = None, status: int = 200) -> Behaviour:
    payload = {"data": data} if errors is None else {"data": data, "errors": errors}
    return lambda handler: handler.answer(status, json.dumps(payload).encode())


def raw(status: int, body: bytes) -> Behaviour:
    return lambda handler: handler.answer(status, body)


def drop(handler: Handler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True
    handler.connection.shutdown(2)


def exception(code: str, *path: str) -> dict[str, Any]:
    return {"message": f"{code}!", "path": list(path), "extensions": {"exception": {"code": code}}}


def drip(handler: Handler) -> None:
    """Answer without end, a little at a time."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.close_connection = True
    try:
        while not handler.server.over.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        pass  # the client has gone, as it should
