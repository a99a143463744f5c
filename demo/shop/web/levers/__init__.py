"""Levers under `/demo/`, as JSON: for tests, benches and the buttons of the pages."""

from __future__ import annotations

from demo.shop.web.levers.apps import apps
from demo.shop.web.levers.orders import orders
from demo.shop.web.levers.provider import provider
from demo.shop.web.levers.shop import levers

BLUEPRINTS = (orders, provider, apps, levers)
