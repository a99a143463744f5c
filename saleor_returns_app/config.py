"""The one place that reads the environment: a frozen settings object, documented by its own fields.

Every setting is `RETURNS_<NAME>`; a secret may also come from a file, `RETURNS_<NAME>_FILE` holding its path.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "RETURNS_"


class Settings(BaseSettings):
    """Settings of one running instance, shared by all its tenants."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    base_url: str = Field(
        "http://localhost:8310",
        description="Public address of the app. Saleor, the Dashboard and shoppers reach it here.",
    )
    database_url: SecretStr = Field(
        SecretStr("sqlite:///returns.db"),
        description="SQLAlchemy URL: `postgresql+psycopg://…` in production, `sqlite:///…` for one machine.",
    )
    secret_keys: SecretStr = Field(
        SecretStr(""),
        description="Fernet keys, comma separated. The first encrypts, all decrypt: put a new one in front to rotate.",
    )
    allowed_domains: str = Field(
        "",
        description="Regular expression that a Saleor API URL must match. Empty: any public host.",
    )
    allow_private_hosts: bool = Field(
        default=False,
        description="Let Saleor live on a private or loopback address (development, or a shop in the same network).",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="`smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…:465`. Empty: mails are kept.",
    )
    mail_from: str = Field("returns@localhost", description="Address that mails come from.")
    mail_inbound: str = Field(
        "",
        description="Address whose +extension mails reach this app, like `reply@in.example.com`. Empty: mails only carry links.",
    )
    mail_inbound_secret: SecretStr = Field(
        SecretStr(""),
        description="Last part of the address `/api/mail/inbound/<secret>` that takes raw mails. Empty: only `mail-in` takes them.",
    )
    support_url: str = Field(
        "",
        description="Where merchants get help; shown in the Dashboard. Empty: the app's own support page.",
    )
    privacy_contact: str = Field(
        "",
        description="Who answers questions about personal data; shown on the privacy page.",
    )
    retention_days: int = Field(90, ge=0, description="Days after an uninstall until a shop's data is erased.")
    web_host: str = Field("127.0.0.1", description="Address the web process binds.")
    web_port: int = Field(8310, description="Port the web process binds.")
    web_processes: int = Field(2, ge=1, description="gunicorn worker processes.")
    web_threads: int = Field(16, ge=1, description="Threads per web process.")
    worker_threads: int = Field(8, ge=1, description="Jobs a worker runs at once.")
    storage_url: SecretStr = Field(
        SecretStr("file:files"),
        description="Where photos and videos are kept: `file:<folder>`, `s3://<bucket>/<folder>` (and what is compatible), "
        "`gs://<bucket>/<folder>` or `az://<container>/<folder>`. All web processes and workers need the same one.",
    )
    storage_options: SecretStr = Field(
        SecretStr(""),
        description='What a bucket needs, as JSON: `{"endpoint": "https://…", "region": "…", "access_key_id": "…", '
        '"secret_access_key": "…"}`; `"allow_http": true` for an endpoint without TLS. Empty: as the cloud\'s own variables say.',
    )
    saleor_timeout: float = Field(
        25.0,
        description="Seconds to wait for an answer of Saleor (core waits 18 s for a payment app).",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        description="Reverse proxies in front whose X-Forwarded-For and -Proto are believed.",
    )
    max_body_bytes: int = Field(2_000_000, description="Largest request body; webhooks included.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Bearer token for /metrics. Empty: metrics only from loopback.",
    )

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.get_secret_value().startswith("sqlite")


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, secrets also from `RETURNS_<NAME>_FILE`. Raises pydantic's ValidationError."""
    from_files: dict[str, str] = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
        if path:
            from_files[name] = Path(path).read_text(encoding="utf-8").strip()
    return Settings(**{**from_files, **overrides})
