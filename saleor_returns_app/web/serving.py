"""The web server: gunicorn with threads, configured from the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from saleor_returns_app.collecting import keep_loaded
from saleor_returns_app.config import Settings


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, make: Callable[[], Flask], settings: Settings) -> None:
        self._make, self._settings = make, settings
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options: dict[str, Any] = {
            "bind": f"{settings.web_host}:{settings.web_port}",
            "workers": settings.web_processes,
            "threads": settings.web_threads,
            "worker_class": "gthread",
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": 30,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "limit_request_field_size": 16_380,
            "forwarded_allow_ips": "*" if settings.trusted_proxies else "127.0.0.1",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # Made in each process, after the fork: connections must not be shared.
        app = self._make()
        keep_loaded()
        return app


def serve(make: Callable[[], Flask], settings: Settings) -> None:
    """Serve until stopped."""
    _Server(make, settings).run()
