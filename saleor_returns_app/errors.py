"""Every error the app raises on purpose.

AppError                     code, HTTP status, text for people (translatable, with placeholders)
├── BadInput                 400  what was sent cannot be used; says which field and what to do
├── NotSignedIn              401  no or no valid proof of who is asking
├── Forbidden                403  known, but not allowed
├── NotFound                 404  no such thing for this tenant and person
├── Conflict                 409  someone else was faster, or the state does not allow it
│   └── MoveRefused               a state table has no such move; lists the possible ones
├── TooLarge                 413
├── TooMany                  429  rate limited; says when to try again
├── ConfigurationError       500  the operator's settings cannot work
├── RemoteError              what happened outside
│   ├── SaleorUnavailable    503  nothing was carried out; may be tried again
│   ├── SaleorUnclear        502  a write may have been carried out; only a read may follow
│   ├── SaleorRefused        502  Saleor answered with error codes
│   ├── SaleorDenied         502  the app or person lacks a permission
│   ├── TokenDead            502  the app token is not known any more: the tenant is disconnected
│   ├── MailUnavailable      503
│   ├── MailRefused          502
│   ├── StorageUnavailable   503  photos and videos cannot be kept or read now
│   ├── DocumentUnavailable  503  a PDF cannot be drawn on this machine
│   ├── CarrierRefused       502  whoever sells labels answered with an error
│   └── CarrierUnreachable   503  no answer of theirs: after a write, it may have been carried out
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class AppError(Exception):
    """`code` is stable for machines; `text` is English msgid for people, filled with `params` after translation."""

    status: ClassVar[int] = 500
    code: str = "INTERNAL"
    text: str = "Something went wrong on our side. Nothing was lost; please try again."

    def __init__(
        self,
        text: str | None = None,
        *,
        code: str | None = None,
        field: str | None = None,
        **params: object,
    ) -> None:
        self.text = text or type(self).text
        self.code = code or type(self).code
        self.field = field
        self.params: Mapping[str, object] = params
        super().__init__(self.message())

    def message(self) -> str:
        return self.text % self.params if self.params else self.text


class BadInput(AppError):
    status = 400
    code = "BAD_INPUT"
    text = "Something in what you sent cannot be used."


class NotSignedIn(AppError):
    status = 401
    code = "NOT_SIGNED_IN"
    text = "Please sign in again."


class Forbidden(AppError):
    status = 403
    code = "FORBIDDEN"
    text = "You are not allowed to do this."


class NotFound(AppError):
    status = 404
    code = "NOT_FOUND"
    text = "There is nothing here, or it is not yours to see."


class Conflict(AppError):
    status = 409
    code = "CONFLICT"
    text = "Someone else changed this in the meantime. Look at the new state and decide again."


class MoveRefused(Conflict):
    code = "MOVE_REFUSED"

    def __init__(self, text: str, *, possible: Sequence[str] = (), **params: object) -> None:
        super().__init__(text, code=None, field=None, **params)
        self.possible = tuple(possible)


class TooLarge(AppError):
    status = 413
    code = "TOO_LARGE"
    text = "That is too large."


class TooMany(AppError):
    status = 429
    code = "TOO_MANY"
    text = "Too many tries. Please wait a few minutes and try again."


class ConfigurationError(AppError):
    code = "CONFIGURATION"


class RemoteError(AppError):
    status = 502
    code = "REMOTE"


class SaleorUnavailable(RemoteError):
    status = 503
    code = "SALEOR_UNAVAILABLE"
    text = "The shop does not answer at the moment. Nothing was changed; please try again in a minute."


class SaleorUnclear(RemoteError):
    code = "SALEOR_UNCLEAR"
    text = "The shop did not confirm in time. We are checking what happened before anything else is done."


class SaleorRefused(RemoteError):
    code = "SALEOR_REFUSED"
    text = "The shop refused: %(reason)s"

    def __init__(self, reason: str, *, codes: Sequence[str] = ()) -> None:
        super().__init__(reason=reason)
        self.reason = reason
        self.codes = tuple(codes)


class SaleorDenied(RemoteError):
    code = "SALEOR_DENIED"
    text = "The app lacks a permission in the shop: %(reason)s"


class TokenDead(RemoteError):
    code = "TOKEN_DEAD"
    text = "The shop no longer knows this app. It has to be installed again."


class MailUnavailable(RemoteError):
    status = 503
    code = "MAIL_UNAVAILABLE"


class MailRefused(RemoteError):
    code = "MAIL_REFUSED"


class StorageUnavailable(RemoteError):
    status = 503
    code = "STORAGE_UNAVAILABLE"
    text = "Photos and videos cannot be saved or shown at the moment. Everything else was kept; please try again in a minute."


class DocumentUnavailable(RemoteError):
    status = 503
    code = "DOCUMENT_UNAVAILABLE"
    text = "The PDF cannot be made at the moment. Use the page to print instead; it says the same."


class CarrierRefused(RemoteError):
    """`reason` is in the carrier's own words. Codes beside the usual one: CARRIER_KEY_REFUSED, CARRIER_NO_RATES."""

    code = "CARRIER_REFUSED"
    text = "The carrier refused: %(reason)s"

    def __init__(
        self, reason: str, *, text: str | None = None, code: str | None = None, codes: Sequence[str] = ()
    ) -> None:
        super().__init__(text, code=code, reason=reason)
        self.reason = reason
        self.codes = tuple(codes)


class CarrierUnreachable(RemoteError):
    status = 503
    code = "CARRIER_UNREACHABLE"
    text = "The carrier does not answer at the moment. We are checking what happened before anything else is done."
