"""The stand-in shop in a process of its own, and its levers."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from demo.shop.samples.people import ADMIN, RITA

_ROOT = Path(__file__).parents[2]


class ShopProcess:
    """`with ShopProcess() as shop:`; it ends with the block."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo", "shop", "--empty"],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.url, self.api_url, self.smtp_url = told["url"], told["apiUrl"], told["smtpUrl"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)

    def lever(self, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        connection.request(method, f"/demo/{path}", json.dumps(data or {}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:400]!r}")
        return json.loads(body)

    def install(self, manifest_url: str) -> str:
        """The app's id."""
        app: str = self.lever("POST", "apps", {"manifestUrl": manifest_url})["id"]
        return app

    def new_orders(self, count: int) -> list[dict[str, Any]]:
        """Paid and sent orders of one shopper: three mugs, one bag and seven stickers less a voucher."""
        made: list[dict[str, Any]] = self.lever(
            "POST", "orders", {"sample": "plain", "count": count, "announce": False}
        )
        return made

    def shopper_token(self) -> str:
        token: str = self.lever("POST", "tokens", {"email": RITA})["token"]
        return token

    def staff_token(self, app: str) -> str:
        token: str = self.lever("POST", "tokens", {"email": ADMIN, "app": app})["token"]
        return token

    def traffic(self) -> dict[str, dict[str, float]]:
        """Calls by operation since `forget_traffic`, with the seconds that they took in here."""
        counted: dict[str, dict[str, float]] = self.lever("GET", "traffic")
        return counted

    def forget_traffic(self) -> None:
        self.lever("DELETE", "traffic")
