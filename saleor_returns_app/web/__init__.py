"""The web layer: install and webhooks for Saleor, the Dashboard's pages, the shopper's portal, the storefront API."""

from __future__ import annotations

from flask import Flask
from flask_openapi3.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from saleor_returns_app.services.context import Context

from . import (
    carriers,
    dashboard,
    documents,
    errors,
    evidence,
    i18n,
    inbound_mail,
    install,
    labels,
    limits,
    operating,
    portal,
    slips,
    storefront,
    webhooks,
)


def build_web(context: Context) -> Flask:
    app = OpenAPI(__name__, static_folder="static", static_url_path="/static", **storefront.describe())
    settings = context.settings
    app.request_class = evidence.EvidenceRequest
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["returns"] = context
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    errors.register(app)
    i18n.register(app)
    labels.register(app)
    limits.register(app)
    for feature in (
        operating,
        install,
        webhooks,
        dashboard,
        portal,
        evidence,
        documents,
        slips,
        inbound_mail,
        carriers,
    ):
        app.register_blueprint(feature.blueprint)
    app.register_api(storefront.blueprint)
    app.register_blueprint(storefront.element)
    return app
