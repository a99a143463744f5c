"""What resolvers are, for the tables that list them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Resolver = Callable[..., Any]
Resolvers = Mapping[str, Resolver]
Fields = Mapping[str, Resolvers]
