"""The shopper's portal at /r/<shop>: plain pages that work without scripts."""

from . import cases, login, request
from .access import blueprint

__all__ = ["blueprint", "cases", "login", "request"]
