"""Relay connections over lists."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

PAGE_LIMIT = 100


def _cursor(position: int) -> str:
    return base64.b64encode(str(position).encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor))
    except ValueError:
        raise GraphQLError("Received cursor is invalid.") from None


def connection(items: Sequence[Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """A page of a list, by `first` and `after` or `last` and `before`."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise GraphQLError("You must provide a `first` or `last` value to properly paginate the connection.")
    if (first or last or 0) > PAGE_LIMIT:
        raise GraphQLError(f"Requesting {first or last} records exceeds the limit of {PAGE_LIMIT} records.")
    start = _position(arguments["after"]) + 1 if arguments.get("after") else 0
    end = _position(arguments["before"]) if arguments.get("before") else len(items)
    if first is not None:
        end = min(end, start + first)
    else:
        start = max(start, end - (last or 0))
    edges = [{"node": item, "cursor": _cursor(start + index)} for index, item in enumerate(items[start:end])]
    page = {
        "hasNextPage": end < len(items),
        "hasPreviousPage": start > 0,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"pageInfo": page, "edges": edges, "totalCount": len(items)}
