"""The Flask application: levers and pages."""

from __future__ import annotations

from flask import Flask

from demo.shop.shop import Shop
from demo.shop.web.levers import BLUEPRINTS


def create_site(shop: Shop) -> Flask:
    site = Flask(__name__)
    site.extensions["shop"] = shop
    site.secret_key = shop.state.key_pem[-64:]
    for blueprint in BLUEPRINTS:
        site.register_blueprint(blueprint)
    return site
