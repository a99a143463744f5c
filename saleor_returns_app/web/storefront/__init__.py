"""The storefront API: returns for signed-in shoppers, called by the shop's own storefront. OpenAPI 3.1 at /openapi.json."""

from . import cases, orders
from .access import blueprint
from .description import PREFIX, describe
from .element import element

__all__ = ["PREFIX", "blueprint", "cases", "describe", "element", "orders"]
