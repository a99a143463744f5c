"""A payment provider for a live Saleor: answers TRANSACTION_REFUND_REQUESTED by its mood."""

from __future__ import annotations

import json
import threading
import uuid
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .world import ALL_PERMISSIONS, Mood

SUBSCRIPTION = """
subscription { event { ... on TransactionRefundRequested {
  transaction { id } action { amount } grantedRefund { id }
} } }
"""


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        self._send(self.server.manifest())

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = json.loads(self.rfile.read(length), parse_float=Decimal)
        if self.path == "/register":
            self.server.app_token = asked["auth_token"]
            self._send({})
        else:
            self._send(self.server.answer(asked))

    def _send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer, default=float).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Provider(ThreadingHTTPServer):
    """Listens on a free loopback port. It is also where the app of the cases is installed from, with all permissions."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.app_token = ""
        self.mood: Mood = "success"
        #: What was answered with "later": transaction id, reference and amount.
        self.waiting: list[tuple[str, str, Decimal]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def manifest(self) -> dict[str, Any]:
        return {
            "id": f"returns.contract.{self.server_port}",
            "name": "Contract",
            "version": "1",
            "permissions": list(ALL_PERMISSIONS),
            "appUrl": self.url("/"),
            "tokenTargetUrl": self.url("/register"),
        }

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        amount = Decimal(str(asked["action"]["amount"]))
        reference = f"refund-{uuid.uuid4().hex[:12]}"
        if self.mood == "async":
            self.waiting.append((asked["transaction"]["id"], reference, amount))
            return {"pspReference": reference}
        if self.mood == "failure":
            return {
                "pspReference": reference,
                "result": "REFUND_FAILURE",
                "amount": amount,
                "message": "Card account closed",
            }
        paid = (amount / 2).quantize(Decimal("0.01")) if self.mood == "partial" else amount
        return {"pspReference": reference, "result": "REFUND_SUCCESS", "amount": paid}

    def close(self) -> None:
        self.shutdown()
        self.server_close()
