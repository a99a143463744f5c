"""How the shop says no: a GraphQL error for who may not ask, an `errors` entry for what cannot be done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError


class Denied(GraphQLError):
    """An error with Saleor's `extensions.exception.code`; answered with HTTP 200."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, extensions={"exception": {"code": code}})


def permission_denied(any_of: Iterable[str]) -> Denied:
    """What Saleor answers to anyone who lacks all of these, a dead token included."""
    wanted = ", ".join(any_of)
    return Denied(f"To access this path, you need one of the following permissions: {wanted}", "PermissionDenied")


class Refused(Exception):
    """A mutation that cannot be done; becomes the payload's `errors`."""

    def __init__(self, field: str | None, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.errors = [{"field": field, "code": code, "message": message, **more}]


def not_found(field: str, value: str) -> Refused:
    return Refused(field, "NOT_FOUND", f"Couldn't resolve to a node: {value}")
