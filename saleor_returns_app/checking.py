"""What of the configuration is wrong, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from saleor_returns_app.adapters.storage.objects import ObjectStorage, read_place
from saleor_returns_app.config import Settings
from saleor_returns_app.errors import ConfigurationError, StorageUnavailable
from saleor_returns_app.models.base import make_engine
from saleor_returns_app.models.migrating import pending_migration

NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@dataclass(frozen=True, slots=True)
class Finding:
    """`fatal`: the app cannot start like this; otherwise something that an operator should know."""

    setting: str
    text: str
    fatal: bool


def check_settings(settings: Settings) -> list[Finding]:
    """Everything found, faults first."""
    found = [
        *_address(settings),
        *_secrets(settings),
        *_mail(settings),
        *_domains(settings),
        *_storage(settings),
        *_database(settings),
    ]
    return sorted(found, key=lambda finding: not finding.fatal)


def _address(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        yield Finding(
            "RETURNS_BASE_URL", f"“{settings.base_url}” is no address. Write https://returns.example.com.", fatal=True
        )
    elif parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1"):
        yield Finding(
            "RETURNS_BASE_URL", "plain http: shoppers' sessions and tokens travel in the clear. Use https.", fatal=False
        )


def _secrets(settings: Settings) -> Iterator[Finding]:
    keys = [key.strip() for key in settings.secret_keys.get_secret_value().split(",") if key.strip()]
    if not keys:
        yield Finding(
            "RETURNS_SECRET_KEYS", f"is empty: tokens could not be encrypted. Make a key with {NEW_KEY}", fatal=True
        )
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key.encode())
        except ValueError:
            yield Finding("RETURNS_SECRET_KEYS", f"key {number} is no Fernet key. Make one with {NEW_KEY}", fatal=True)


def _mail(settings: Settings) -> Iterator[Finding]:
    url = settings.smtp_url.get_secret_value()
    if not url:
        yield Finding(
            "RETURNS_SMTP_URL", "is empty: mails are kept and not sent, and shoppers get no codes.", fatal=False
        )
    elif urlsplit(url).scheme not in ("smtp", "smtps") or not urlsplit(url).hostname:
        yield Finding(
            "RETURNS_SMTP_URL", "is no mail server. Write smtp://user:password@host:587 or smtps://…:465.", fatal=True
        )
    if "@" not in settings.mail_from:
        yield Finding("RETURNS_MAIL_FROM", f"“{settings.mail_from}” is no e-mail address.", fatal=True)


def _domains(settings: Settings) -> Iterator[Finding]:
    try:
        re.compile(settings.allowed_domains)
    except re.error as error:
        yield Finding("RETURNS_ALLOWED_DOMAINS", f"is no regular expression: {error}.", fatal=True)
    if settings.allow_private_hosts:
        yield Finding(
            "RETURNS_ALLOW_PRIVATE_HOSTS",
            "is on: whoever installs can make the app call private addresses.",
            fatal=False,
        )


def _storage(settings: Settings) -> Iterator[Finding]:
    url = settings.storage_url.get_secret_value()
    if url.startswith("file:") and settings.base_url.startswith("https"):
        text = "is a folder: web and worker must see the same one, and it belongs into your backups."
        yield Finding("RETURNS_STORAGE_URL", text, fatal=False)
    try:
        read_place(url, settings.storage_options.get_secret_value())
    except ConfigurationError as error:
        yield Finding("RETURNS_STORAGE_URL", error.message(), fatal=True)


def check_storage(settings: Settings) -> list[Finding]:
    """Whether files can be kept there, by trying it. Not for a process that forks afterwards: the storage's threads would be gone."""
    url = settings.storage_url.get_secret_value()
    try:
        ObjectStorage(url, settings.storage_options.get_secret_value()).check()
    except ConfigurationError as error:
        return [Finding("RETURNS_STORAGE_URL", error.message(), fatal=True)]
    except StorageUnavailable as error:
        # Returns work without it, photos do not: not a reason to refuse to start.
        cause = str(error.__cause__ or error).partition("\n")[0]
        return [Finding("RETURNS_STORAGE_URL", f"does not work now: {cause}", fatal=False)]
    return []


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.is_sqlite and settings.base_url.startswith("https"):
        yield Finding(
            "RETURNS_DATABASE_URL", "is SQLite: one machine and one worker only. Use PostgreSQL for more.", fatal=False
        )
    try:
        engine = make_engine(settings.database_url.get_secret_value())
        with engine.connect() as connection:
            connection.execute(text("select 1"))
        missing = pending_migration(engine)
        engine.dispose()
    except (SQLAlchemyError, ModuleNotFoundError, ValueError) as error:
        # The address may hold a password: only the kind of error is said.
        yield Finding("RETURNS_DATABASE_URL", f"the database does not answer ({type(error).__name__}).", fatal=True)
        return
    if missing:
        yield Finding("database", "is not up to date. Run: python -m saleor_returns_app migrate", fatal=True)
