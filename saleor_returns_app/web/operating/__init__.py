"""What operators and their machines ask: is it alive, is it ready, how is it doing."""

from .routes import blueprint

__all__ = ["blueprint"]
