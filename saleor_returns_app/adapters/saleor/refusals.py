"""What Saleor's `errors` mean: those of a whole request, and those of one mutation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from saleor_returns_app.errors import SaleorRefused

from .answers import GrantError, MutationError, NoteError

PERMISSION_DENIED = "PermissionDenied"
#: Ends of the names of the exceptions with which core refuses a JWT: InvalidSignatureError, ExpiredSignatureError,
#: InvalidTokenError, DecodeError …
_TOKEN_ERRORS = ("SignatureError", "TokenError", "DecodeError", "AlgorithmError", "InvalidKeyError", "ClaimError")


def code_of(error: Mapping[str, Any]) -> str:
    """The name of the exception in core, or an empty text."""
    extensions = error.get("extensions")
    exception = extensions.get("exception") if isinstance(extensions, Mapping) else None
    code = exception.get("code") if isinstance(exception, Mapping) else None
    return code if isinstance(code, str) else ""


def codes_of(errors: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(code_of(error) for error in errors)


def message_of(errors: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(dict.fromkeys(str(error.get("message", ""))[:300] for error in errors[:5]))


def refuses_token(codes: Iterable[str]) -> bool:
    return any(code.endswith(_TOKEN_ERRORS) for code in codes)


def of_field(errors: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The errors below one top-level field of the answer."""
    return [error for error in errors if (error.get("path") or [None])[0] == name]


def raise_refusal(errors: Sequence[MutationError | NoteError]) -> None:
    """Raise SaleorRefused when a mutation answered with errors, with all their codes, lines' codes included."""
    if not errors:
        return
    lines = [line for error in errors if isinstance(error, GrantError) for line in error.lines or ()]
    found = [(error.code or "", error.message) for error in errors] + [(line.code, line.message) for line in lines]
    reasons = dict.fromkeys(message or code for code, message in found)
    raise SaleorRefused("; ".join(reasons), codes=[code for code, _ in found])
