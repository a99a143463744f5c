"""The Flask application: levers and pages."""

from __future__ import annotations

from flask import Flask

from demo.mailbox import Mailbox
from demo.mailbox.web import mailbox_pages
from demo.shop.shop import Shop
from demo.shop.web.levers import BLUEPRINTS
from demo.shop.web.pages.dashboard import dashboard
from demo.shop.web.pages.provider import provider_page
from demo.shop.web.pages.store import store
from demo.shop.web.pictures import pictures
from demo.shop.web.shown import for_pages


def create_site(shop: Shop, mailbox: Mailbox | None = None) -> Flask:
    """Everything but the API. With a mailbox, its pages too."""
    site = Flask(__name__)
    site.extensions["shop"] = shop
    site.secret_key = shop.state.key_pem[-64:]
    site.config["SESSION_COOKIE_NAME"] = "demo_shop"  # cookies know no ports: the app's own must not be overwritten
    site.context_processor(for_pages)
    for blueprint in (*BLUEPRINTS, pictures, store, provider_page, dashboard):
        site.register_blueprint(blueprint)
    if mailbox is not None:
        site.extensions["mailbox"] = mailbox
        site.register_blueprint(mailbox_pages)
    return site
