"""Joins adapters to services and both to the web: the only place that knows all of them."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from saleor_returns_app.adapters.carriers.easypost import EasyPost
from saleor_returns_app.adapters.cipher import FernetCipher
from saleor_returns_app.adapters.documents.typesetting import TypstDocuments
from saleor_returns_app.adapters.examining import FileExaminer
from saleor_returns_app.adapters.mail.smtp import SmtpMailer
from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.adapters.saleor.keys import SaleorKeys
from saleor_returns_app.adapters.storage.objects import ObjectStorage
from saleor_returns_app.config import Settings, load_settings
from saleor_returns_app.jobs.engine import LaneJobs
from saleor_returns_app.models.base import Database, make_engine
from saleor_returns_app.services import tenants
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.ports import Clock, ShopConnection
from saleor_returns_app.web import build_web, i18n
from saleor_returns_app.web.install.manifest import IDENTIFIER


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def build_context(settings: Settings, *, clock: Clock | None = None) -> Context:
    """Everything real, on another clock where one is given. Opens no connection yet."""
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=max(5, settings.web_threads))
    rules = AddressRules(allow_private_hosts=settings.allow_private_hosts, allowed_domains=settings.allowed_domains)

    def token_died(shop: ShopConnection) -> None:
        tenants.mark_disconnected(context, shop.tenant_id, token=shop.token)

    context = Context(
        settings=settings,
        db=Database(engine),
        clock=clock or SystemClock(),
        saleor=SaleorClient(
            rules=rules, write_seconds=settings.saleor_timeout, identifier=IDENTIFIER, token_died=token_died
        ),
        keys=SaleorKeys(rules=rules),
        cipher=FernetCipher(settings.secret_keys.get_secret_value()),
        mailer=SmtpMailer(url=settings.smtp_url.get_secret_value(), sender=settings.mail_from),
        jobs=LaneJobs(engine),
        storage=ObjectStorage(settings.storage_url.get_secret_value(), settings.storage_options.get_secret_value()),
        examiner=FileExaminer(),
        carriers=EasyPost(),
        documents=TypstDocuments(translate=i18n.speak, format_day=i18n.write_day),
    )
    return context


def create_app(settings: Settings | None = None, context: Context | None = None) -> Flask:
    """The WSGI application. Tests bring a context of their own."""
    if context is None:
        context = build_context(settings or load_settings())
    return build_web(context)
