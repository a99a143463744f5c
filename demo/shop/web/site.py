"""The Flask application: levers and pages."""

from __future__ import annotations

from flask import Flask

from demo.shop.shop import Shop
from demo.shop.web.control import create_control


def create_site(shop: Shop) -> Flask:
    site = Flask(__name__)
    site.secret_key = shop.state.key_pem[:64]
    site.register_blueprint(create_control(shop))
    return site
