"""The mails that shoppers get: one template a kind, as text and as HTML, in their language."""

from .rendering import renderer

__all__ = ["renderer"]
